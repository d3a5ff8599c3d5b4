"""A city's month of visits through `gridgeo.plan_visits`: `python benchmarks/city.py [--grids N] [--jobs N] [--output FILE]`.

By default 1,000 grids of 16 blocks and 1,000 households, an officer in each and 100 doors a month, in communities of four: the
city of `visiting.py` as tables and a map, so that reading, snapping, travel times and the routes that are drawn count too. Of the doors 3 % are called at
weekly, 60 % monthly, the others once; 20 % have a window, 5 % need two officers, 5 % a skill that half of the officers have.

Officers may go to the other grids of their community for what needs two or a skill. CPU seconds are those of this process and of
all that it started; compiling isn't counted. Progress goes to standard error.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from gridgeo import crs  # noqa: E402
from gridgeo.plans.plan import Plan  # noqa: E402
from gridgeo.plans.rules import Rules  # noqa: E402
from gridgeo.routes.visiting import VisitPlan, plan_visits  # noqa: E402
from gridgeo_solvers.check_visits import Call, Day, visit_faults  # noqa: E402
from gridgeo_solvers.processes import pool  # noqa: E402
from gridgeo_solvers.progress import Progress  # noqa: E402
from towns import BLOCK, EAST, NORTH, lattice_town  # noqa: E402

SIDE = 4
"""Blocks along the side of a grid."""
WIDE = 50
"""Grids from west to east."""
DOORS = 100
HOUSEHOLDS = 1_000
BEGIN, DAYS = date(2026, 12, 7), 28


def city(grids: int) -> tuple[Plan, pd.DataFrame, pd.DataFrame]:
    """Plan, visits and officers of so many grids, whole rows of communities."""
    high = grids // WIDE
    rows, columns = SIDE * high, SIDE * WIDE
    town = lattice_town(rows, columns)
    town.units["households"] = HOUSEHOLDS // SIDE**2
    r, c = np.divmod(np.arange(rows * columns), columns)
    name = [f"G{y:02d}{x:02d}" for y, x in zip(r // SIDE, c // SIDE, strict=True)]
    plan = Plan(town, pd.Series(name, index=town.units["unit"].to_numpy()), Rules(k=grids))
    return plan, visits_of(high, plan), officers_of(high)


def visits_of(high: int, plan: Plan) -> pd.DataFrame:
    """A hundred doors a grid, each along a street."""
    random = np.random.default_rng(7)
    n = high * WIDE * DOORS
    y, x = np.divmod(np.repeat(np.arange(high * WIDE), DOORS), WIDE)
    spot = random.uniform(1.0, SIDE * BLOCK - 1.0, (n, 2))
    along = random.integers(0, 2, n)
    spot[np.arange(n), along] = np.round(random.uniform(1, SIDE - 1, n)) * BLOCK
    east = EAST + x * SIDE * BLOCK + spot[:, 0]
    north = NORTH + (high - y) * SIDE * BLOCK - spot[:, 1]
    lon, lat = crs.transform(east, north, plan.jurisdiction.crs, crs.WGS84)
    kind, special, window = random.random(n), random.random(n), random.random(n) < 0.2
    opens = random.choice([8, 9, 10], n)
    return pd.DataFrame(
        {
            "door": [f"d{number:06d}" for number in range(n)],
            "lon": lon,
            "lat": lat,
            "minutes": random.choice([15, 20, 30], n),
            "every": np.select([kind < 0.03, kind < 0.63], ["weekly", "monthly"], "once"),
            "from": np.where(window, [f"{hour:02d}:00" for hour in opens], ""),
            "to": np.where(window, [f"{hour + 1:02d}:00" for hour in opens], ""),
            "persons": np.where(special < 0.05, 2, 1),
            "skills": np.where((special >= 0.05) & (special < 0.10), "nurse", ""),
            "priority": np.where(kind < 0.03, 3, 1),
        }
    ).replace("", None)


def officers_of(high: int) -> pd.DataFrame:
    """One officer a grid, four hours from Monday to Friday, a break of 20 minutes; the neighbours of a community help."""
    rows: list[dict[str, Any]] = []
    for number in range(high * WIDE):
        y, x = divmod(number, WIDE)
        team = [f"G{a:02d}{b:02d}" for a in (y // 2 * 2, y // 2 * 2 + 1) for b in (x // 2 * 2, x // 2 * 2 + 1)]
        grid = f"G{y:02d}{x:02d}"
        rows.append(
            {
                "officer": f"o{number:04d}",
                "grid": grid,
                "also": ";".join(one for one in team if one != grid),
                "from": "08:00",
                "to": "12:00",
                "break_min": 20,
                "skills": "nurse" if x % 2 else None,
            }
        )
    return pd.DataFrame(rows)


class Told(Progress):
    """Counts on standard error."""

    def __init__(self) -> None:
        self._total = self._done = 0
        self._began = time.perf_counter()

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins."""
        self._total, self._done = total or 0, 0
        print(f"{name}: {total}, {time.perf_counter() - self._began:.0f} s", file=sys.stderr, flush=True)

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        if self._done % 25 == 0 or self._done == self._total:
            spent = time.perf_counter() - self._began
            print(f"{self._done} of {self._total}, {spent:.0f} s", file=sys.stderr, flush=True)


def cpu_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def month(grids: int, jobs: int, iterations: int | None) -> dict[str, Any]:
    """Plan the month and tell what came out."""
    warm()
    plan, visits, officers = city(grids)
    began, cpu = time.perf_counter(), cpu_seconds()
    with pool(jobs) if jobs > 1 else nullcontext() as executor:
        here: Executor | None = executor
        made = plan_visits(
            plan, visits, officers, start=BEGIN, days=DAYS, iterations=iterations, progress=Told(), executor=here
        )
    spent, used = time.perf_counter() - began, cpu_seconds() - cpu
    faults = list(faults_of(made))
    mb = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "grids": grids,
        "doors": len(visits),
        "jobs": jobs,
        "wall_seconds": spent,
        "cpu_seconds": used,
        "peak_mb": mb[0],
        "peak_mb_of_a_process": mb[1],
        "visits": len(made.routes.stops),
        "rounds": len(made.routes.routes),
        "unserved": len(made.routes.unserved),
        "faults": len(faults),
    } | {name: made.routes.meta[name] for name in ("continuity",) if name in made.routes.meta}


def faults_of(made: VisitPlan) -> Iterator[str]:
    """What the judge says of every group's part of the plan."""
    field, booked = made.field, made.booked
    stops, tours = booked.stops.groupby("officer"), booked.tours.groupby("officer")
    left_out = booked.left_out
    for doors, officers in field.groups():
        problem = field.problem(doors, officers)
        door = {int(one): row for row, one in enumerate(doors)}
        calls: list[Call] = []
        days: list[Day] = []
        for row, officer in enumerate(officers.tolist()):
            calls += [
                Call(row, one.day, door[one.door], one.number, one.begin, one.leave)
                for one in (stops.get_group(officer).itertuples() if officer in stops.groups else ())
            ]
            days += [
                Day(row, one.day, one.start, one.end, None if np.isnan(one.rest) else one.rest)
                for one in (tours.get_group(officer).itertuples() if officer in tours.groups else ())
            ]
        mine = left_out[left_out["door"].isin(doors)]
        yield from visit_faults(
            doors=vars(problem.doors) | vars(problem.doors.rhythm),
            officers=vars(problem.officers),
            travel=problem.travel,
            calls=calls,
            days=days,
            left_out=[(door[one.door], one.number) for one in mine.itertuples()],
        )


def warm() -> None:
    """Load or make compiled code, which doesn't count."""
    plan, visits, officers = city(2 * WIDE)
    few = visits.iloc[:40]
    plan_visits(plan, few, officers.iloc[:2], start=BEGIN, days=DAYS, iterations=50)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grids", type=int, default=1000, help="a multiple of 100")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--iterations", type=int)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    told = month(asked.grids, asked.jobs, asked.iterations)
    print(json.dumps(told, indent=1))
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
