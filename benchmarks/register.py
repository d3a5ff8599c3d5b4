"""A city's register of 30,000 grids over 20 years, brought about year by year, and what a question to it costs.

``python benchmarks/register.py`` draws a city of 120,000 units in 300 communities. Every year a tenth of the communities are
drawn anew (units change hands, grids merge, new ones are cut), one grid in twenty gets another owner, and the new plan
comes into force: first in three pilot communities, in July everywhere. CPU time is told, not wall time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo import schemas
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.continuity import keep_identities
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.register import Register, number_grids

SIDE, CRS = 100.0, "EPSG:4548"
FIRST_YEAR = 2005
BLOCK = 20
"""A community has so many units a side, a grid of the first plan two."""


def city(rows: int, columns: int, seed: int) -> Jurisdiction:
    """A city of square units with households, in communities of `BLOCK` × `BLOCK` units with official codes."""
    random = np.random.default_rng(seed)
    r, c = (axis.ravel() for axis in np.mgrid[0:rows, 0:columns])
    x, y = 500_000 + c * SIDE, 4_400_000 - r * SIDE
    community = (r // BLOCK) * (columns // BLOCK) + c // BLOCK
    shapes = shapely.box(x, y, x + SIDE, y + SIDE)
    units = _frame(
        "units",
        shapes,
        unit=[f"u{i:06d}" for i in range(len(r))],
        area=[f"c{i:03d}" for i in community],
        households=random.poisson(90, len(r)),
        area_m2=SIDE**2,
    )
    names = sorted(set(units["area"]))
    whole = shapely.box(x.min(), y.min(), x.max() + SIDE, y.max() + SIDE)
    blocks = units.dissolve("area").geometry.loc[names].to_list()
    areas = _frame(
        "areas",
        [whole, *blocks],
        area=["city", *names],
        parent=[None, *["city"] * len(names)],
        level=["city", *["community"] * len(names)],
        name=["City", *names],
        code=[None, *[f"110101{i // 999 + 1:03d}{i % 999 + 1:03d}" for i in range(len(names))]],
    )
    boundary = _frame("boundary", [whole], name=["City"])
    rest = {name: _frame(name, []) for name in schemas.JURISDICTION if name not in ("units", "areas", "boundary")}
    return Jurisdiction(boundary=boundary, areas=areas, units=units, **rest)


def _frame(layer: str, shapes: object, **columns: object) -> gpd.GeoDataFrame:
    blank = {"str": "", "int": 0, "float": 1.0, "bool": False}
    table = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=CRS))
    missing = {name: blank[c.kind] for name, c in schemas.JURISDICTION[layer].columns.items() if name not in columns}
    return table.assign(**missing)


def first_grids(rows: int, columns: int) -> NDArray[np.int64]:
    """Grids of two by two units."""
    r, c = (axis.ravel() for axis in np.mgrid[0:rows, 0:columns])
    return (r // 2) * (columns // 2) + c // 2


def drawn_anew(
    grid: NDArray[np.int64], rows: int, columns: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], list[str]]:
    """A tenth of the communities drawn anew, and their names: units go to a neighbour, grids merge, units secede."""
    across = columns // BLOCK
    count = (rows // BLOCK) * across
    chosen = random.choice(count, max(count // 10, 4), replace=False)
    table, fresh = grid.reshape(rows, columns).copy(), int(grid.max()) + 1
    for community in chosen:
        top, left = (community // across) * BLOCK, (community % across) * BLOCK
        part = table[top : top + BLOCK, left : left + BLOCK]
        for _ in range(12):
            i, j = random.integers(0, BLOCK - 1, 2)
            part[i, j] = part[i + 1, j]
        for _ in range(4):
            i, j = random.integers(0, BLOCK - 1, 2)
            part[part == part[i, j]] = part[i + 1, j + 1]
            i, j = random.integers(0, BLOCK, 2)
            part[i, j], fresh = fresh, fresh + 1
    return table.ravel(), sorted(f"c{i:03d}" for i in chosen)


def history(rows: int, columns: int, years: int, seed: int) -> tuple[Register, Jurisdiction]:
    """The register after so many years."""
    town, random = city(rows, columns, seed), np.random.default_rng(seed)
    grid = first_grids(rows, columns)
    plan = number_grids(_plan(town, grid))
    register = Register.empty(CRS).in_force(plan, date(FIRST_YEAR, 1, 1), number=f"P-{FIRST_YEAR}-001")
    for year in range(FIRST_YEAR + 1, FIRST_YEAR + years):
        grid, changed = drawn_anew(grid, rows, columns, random)
        used = register.codes
        plan = keep_identities(
            plan, _plan(town, grid), lambda new, old, used=used: number_grids(new, used | set(old))
        ).plan
        owner = plan.identities["owner"].to_numpy(dtype=object)
        owner[random.random(len(owner)) < 0.05] = f"officer {year}"
        plan = replace(plan, identities=plan.identities.assign(owner=owner))
        number = f"P-{year}-001"
        register = register.in_force(plan, date(year, 1, 1), number=number, areas=changed[:3])
        register = register.in_force(plan, date(year, 7, 1), number=number)
    return register, town


def _plan(town: Jurisdiction, grid: NDArray[np.int64]) -> Plan:
    names = pd.Series([f"g{i:06d}" for i in grid], index=town.units["unit"])
    return Plan(town, names, Rules(k=int(names.nunique())))


def cpu_ms(questions: list[Callable[[], object]]) -> dict[str, float]:
    """CPU milliseconds of each question: the median, 99 in 100, and the longest."""
    spent = []
    for ask in questions:
        before = time.process_time_ns()
        ask()
        spent.append((time.process_time_ns() - before) / 1e6)
    return {"median": float(np.median(spent)), "p99": float(np.quantile(spent, 0.99)), "most": max(spent)}


def main() -> None:
    """Build the register, ask it, and print the figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=300)
    options.add_argument("--columns", type=int, default=400)
    options.add_argument("--years", type=int, default=20)
    options.add_argument("--questions", type=int, default=5000)
    given = options.parse_args()
    begin = time.process_time()
    register, town = history(given.rows, given.columns, given.years, seed=1)
    built = time.process_time()
    lookup = register.lookup
    indexed = time.process_time()
    random = np.random.default_rng(2)
    codes = random.choice(sorted(register.codes), given.questions)
    days = [date(FIRST_YEAR, 1, 1) + timedelta(days=int(n)) for n in random.integers(0, 365 * given.years, len(codes))]
    west, south, east, north = town.boundary.total_bounds
    points = shapely.points(random.uniform(west, east, len(codes)), random.uniform(south, north, len(codes)))
    figures = {
        "grids in force": len(register.open),
        "versions": len(register.versions),
        "codes": len(register.codes),
        "history, CPU s": round(built - begin, 1),
        "index, CPU s": round(indexed - built, 2),
        "owner of a grid, CPU ms": cpu_ms(
            [lambda a=a, d=d: lookup.owner(str(a), d) for a, d in zip(codes, days, strict=True)]
        ),
        "grid of a place, CPU ms": cpu_ms(
            [lambda p=p, d=d: lookup.at_point(p, d) for p, d in zip(points, days, strict=True)]
        ),
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
