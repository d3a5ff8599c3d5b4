"""A plan with everything the store keeps of it: grids, measures, faults and hashes, computed once when it is made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely

from gridgeo import crs
from gridgeo.colours import colour_grids
from gridgeo.plans.judging import check
from gridgeo.plans.plan import Plan, fingerprint
from gridgeo.plans.spread import spread
from gridgeo_server.plans.cells import cells_of
from gridgeo_server.plans.packing import pack_rows, pack_shape, pack_units
from gridgeo_server.town import plain

_FAULTS = 100
"""Most faults that are kept in words."""


@dataclass(frozen=True)
class Drawn:
    """A plan, ready to be stored.

    Parameters
    ----------
    units_hash
        Names the state of the jurisdiction whose units are assigned.
    content_hash
        SHA-256 of assignment, rules and jurisdiction: what a signed paper names.
    units, rows
        Packed names of the units, and the row in `grids` of each one's grid.
    grids
        Rows of the table `plan_grids` without `plan`.
    cells
        Squares in which each of those rows lies, for the table `plan_cells`.
    measures
        What the lists show: counts, spread of every measure, faults. JSON values.
    """

    plan: Plan
    units_hash: str
    content_hash: str
    units: bytes
    rows: bytes
    grids: list[dict[str, Any]]
    cells: list[tuple[int, int]]
    measures: dict[str, Any]

    @property
    def rules(self) -> dict[str, Any]:
        """The rules as JSON values."""
        return self.plan.rules.as_json()

    @property
    def figures(self) -> dict[str, Any]:
        """What the solver said, as JSON values."""
        values: dict[str, Any] = plain(asdict(self.plan.figures))
        return values


def draw(plan: Plan) -> Drawn:
    """Everything the store keeps of `plan`; takes as long as its grids take to dissolve and judge."""
    grids = grid_rows(plan)
    row_of = {row["grid"]: row["row"] for row in grids}
    rows = np.array([row_of[name] for name in plan.assignment.to_numpy()])
    return Drawn(
        plan=plan,
        units_hash=fingerprint(plan.jurisdiction),
        content_hash=plan.fingerprint(),
        units=pack_units(list(plan.assignment.index)),
        rows=pack_rows(rows),
        grids=grids,
        cells=grid_cells(plan),
        measures=measures_of(plan),
    )


def grid_rows(plan: Plan) -> list[dict[str, Any]]:
    """One row a grid: identity, measures, colour, where its label stands, and its shape in degrees."""
    table = plan.grids
    areas = areas_of_grids(plan)
    degrees = crs.to_wgs84(table).geometry.to_numpy()
    labels = shapely.get_point(shapely.maximum_inscribed_circle(table.geometry.to_numpy(), tolerance=5.0), 0)
    lon, lat = crs.transform(shapely.get_x(labels), shapely.get_y(labels), table.crs, crs.WGS84)
    colours = colour_grids(table).to_numpy()
    rows = []
    for number, one in enumerate(table.drop(columns="geometry").to_dict("records")):
        rows.append(
            {
                "row": number,
                **{name: str(one[name]) for name in ("grid", "code", "name", "owner")},
                "area": min(areas[str(one["grid"])]),
                **{name: int(one[name]) for name in ("units", "households")},
                **{name: float(one[name]) for name in ("area_m2", "difficulty", "workload_min")},
                "colour": int(colours[number]),
                "label_lon": round(float(lon[number]), 7),
                "label_lat": round(float(lat[number]), 7),
                "shape": pack_shape(degrees[number]),
            }
        )
    return rows


def grid_cells(plan: Plan) -> list[tuple[int, int]]:
    """Square and row number of each square in which a grid of `plan` lies."""
    bounds = shapely.bounds(crs.to_wgs84(plan.grids).geometry.to_numpy())
    return [(cell, row) for row, box in enumerate(bounds.tolist()) for cell in cells_of(*box)]


def areas_of_grids(plan: Plan) -> dict[str, set[str]]:
    """The deepest areas that each grid's units lie in."""
    areas = plan.jurisdiction.units["area"].astype(str).to_numpy()
    found: dict[str, set[str]] = {}
    for grid, area in set(zip(plan.assignment.to_numpy(), areas, strict=True)):
        found.setdefault(str(grid), set()).add(area)
    return found


def measures_of(plan: Plan) -> dict[str, Any]:
    """Counts, the spread of each measure over the grids, and the rules that are broken. JSON values."""
    told = {}
    for name, one in spread(plan).iterrows():
        band = plan.rules.balance.get(str(name))
        told[str(name)] = {
            **{key: round(float(one[key]), 3) for key in ("total", "min", "mean", "max")},
            "max_deviation": round(float(one["worst_deviation"]), 6),
            **{key: round(float(one[key]), 6) for key in ("cv", "gini")},
            "band": None if band is None else str(band),
        }
    table = plan.metrics()
    verdict = check(plan.jurisdiction, plan)
    return {
        "grids": len(table),
        "units": len(plan.assignment),
        "households": int(plan.jurisdiction.units["households"].sum()),
        "compactness": round(float(table["compactness"].mean()), 4),
        "spread": told,
        "faults": len(verdict.faults),
        "broken": [{"rule": one.rule, "grid": plain(one.grid), "text": one.text} for one in verdict.faults[:_FAULTS]],
    }
