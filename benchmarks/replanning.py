"""A day of 300 officers changes: `python benchmarks/replanning.py [--officers 300] [--changes 10] [--output FILE]`.

Each officer has a grid of 2 × 2 blocks in a lattice of streets and may also go to the two grids beside it; the doors of three days
are called at once, about nine by an officer on a day. The plan is made roughly (that isn't what is measured). Then, one at a time, an
officer falls sick at half past eight, a door stays closed, and an urgent visit comes. Told are CPU seconds of each change, compiling
left out, and the least share of the day's visits that keep their officer. (Changed plans are judged in the tests.)
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.routes.visiting import VisitPlan, plan_visits, replan
from towns import lattice_town

START = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 8, 30)
DAYS = 3
BLOCKS = 2
ACROSS = 20
EACH = 27
"""Doors of a grid: nine for each of three days."""


def town(officers: int) -> Plan:
    """A lattice of `ACROSS` grids from west to east, and as many rows of them as the officers need."""
    down = -(-officers // ACROSS)
    place = lattice_town(down * BLOCKS, ACROSS * BLOCKS)
    row, column = np.divmod(np.arange(len(place.units)), ACROSS * BLOCKS)
    grid = (row // BLOCKS) * ACROSS + column // BLOCKS
    return Plan(place, pd.Series([f"{one:03d}" for one in grid], index=place.units["unit"]), Rules(k=down * ACROSS))


def made(plan: Plan, steps: int) -> VisitPlan:
    """The plan of three days."""
    buildings = plan.jurisdiction.buildings
    grid = plan.assignment.reindex(buildings["unit"]).to_numpy()
    own = pd.DataFrame({"grid": grid, "building": buildings["building"].to_numpy()})
    doors = pd.concat([rows.iloc[np.arange(EACH) % len(rows)] for _, rows in own.groupby("grid")], ignore_index=True)
    doors["door"], doors["minutes"] = [f"d{i}" for i in range(len(doors))], 15.0
    names = sorted(plan.grids["grid"].astype(str))
    beside = [";".join(names[max(0, at - 1) : at] + names[at + 1 : at + 2]) for at in range(len(names))]
    crew = pd.DataFrame({"officer": [f"o{name}" for name in names], "grid": names, "also": beside})
    return plan_visits(plan, doors, crew, start=START, days=DAYS, iterations=steps)


def changes(plan: Plan, before: VisitPlan, count: int) -> list[dict[str, Any]]:
    """`count` changes of each kind: an officer is sick, a door is closed, an urgent visit comes."""
    random = np.random.default_rng(0)
    today = before.routes.stops[(before.routes.stops["date"] == str(START)) & (before.routes.stops["begin"] > "08:30")]
    buildings = plan.jurisdiction.buildings["building"].to_numpy()
    found: list[dict[str, Any]] = []
    for number in range(count):
        urgent = pd.DataFrame({"door": [f"u{number}"], "building": [random.choice(buildings)], "minutes": [15.0]})
        found += [
            {"sick": [str(random.choice(today["officer"].unique()))]},
            {"closed": [str(random.choice(today["what"].unique()))]},
            {"urgent": urgent, "plan": plan},
        ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--officers", type=int, default=300)
    parser.add_argument("--changes", type=int, default=10)
    parser.add_argument("--steps", type=int, default=1500, help="of each group of officers in the plan that changes")
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    plan = town(asked.officers)
    start = time.process_time()
    before = made(plan, asked.steps)
    told: dict[str, Any] = {
        "officers": len(before.field.officers),
        "visits": len(before.booked.stops),
        "left_out": len(before.booked.left_out),
        "plan_cpu_seconds": time.process_time() - start,
    }
    print(f"planned in {told['plan_cpu_seconds']:.0f} CPU s", file=sys.stderr, flush=True)
    replan(before, now=NOW + timedelta(minutes=1), sick=[str(before.routes.stops["officer"].iloc[-1])])
    rows: dict[str, list[tuple[float, dict[str, Any]]]] = {}
    for change in changes(plan, before, asked.changes):
        start = time.process_time()
        after = replan(before, now=NOW, **change)
        seconds = time.process_time() - start
        rows.setdefault(next(iter(change)), []).append((seconds, after.routes.meta["replanned"]))
    for kind, found in rows.items():
        told[kind] = {
            "cpu_seconds_mean": float(np.mean([seconds for seconds, _ in found])),
            "cpu_seconds_most": max(seconds for seconds, _ in found),
            "kept_officer_least": min(one["kept_officer"] for _, one in found),
            "kept_officer_elsewhere_least": min(one["kept_officer_elsewhere"] for _, one in found),
            "no_longer_made": sum(one["no_longer_made"] for _, one in found),
        }
    print(json.dumps(told, indent=1))
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
