"""The longest tour first, of a day and of a week: the engine's race against halving what the longest may take.

``python benchmarks/levels.py ../shared/benchmarks/carp/{gdb8,4A,egl-e1-A}.dat``; the same steps for all, CPU seconds beside.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from tours import week_of

from gridgeo_solvers.routing.formats import read_carp, tours_of_streets
from gridgeo_solvers.routing.street_days import tours_of_street_days
from gridgeo_solvers.routing.tours import Goal, Tours, solve
from gridgeo_solvers.routing.tours.levelling import levelled

STEPS = 16_000
SEEDS = 3


def main(files: list[str]) -> None:
    """Print a row for each instance, once and over a week: longest tour and total, mean over the seeds."""
    print("| instance | goal | longest | total | CPU s |\n|---|---|---|---|---|")
    for file in files:
        instance = read_carp(Path(file).read_text("latin-1"))
        period, vehicles = week_of(instance)
        once = {goal: tours_of_streets(instance, goal, instance.vehicles) for goal in Goal}
        week = {goal: tours_of_street_days(instance, period, goal, vehicles) for goal in Goal}
        for name, problems in ((Path(file).stem, once), (f"{Path(file).stem}, week", week)):
            print(_row(name, "total", problems[Goal.TOTAL], halving=False))
            print(_row(name, "longest, race", problems[Goal.LONGEST], halving=False))
            print(_row(name, "longest, halving", problems[Goal.LONGEST], halving=True))


def _row(name: str, goal: str, problem: Tours, *, halving: bool) -> str:
    began = time.process_time()
    plans = [
        levelled(problem, steps=STEPS, seed=seed) if halving else solve(problem, steps=STEPS, seed=seed)
        for seed in range(SEEDS)
    ]
    spent = (time.process_time() - began) / SEEDS
    longest, cost = (np.mean([getattr(plan, field) for plan in plans]) for field in ("longest", "cost"))
    return f"| {name} | {goal} | {longest:.1f} | {cost:.1f} | {spent:.1f} |"


if __name__ == "__main__":
    main(sys.argv[1:])
