"""The longest tour first, over several days: what it may take is halved step by step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.tours.engine import solve
from gridgeo_solvers.routing.tours.plan import TourPlan
from gridgeo_solvers.routing.tours.problem import Goal, Tours
from gridgeo_solvers.stop import StopRule

HALVINGS = 4
"""Times that what the longest route may take is halved."""
CLOSE = 0.01
"""Share above what is known to be too little at which halving ends."""


def levelled(
    problem: Tours,
    *,
    steps: int | None = None,
    time_limit: float | None = None,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
) -> TourPlan:
    """The longest route first, then the total.

    Which streets share a shift is settled by halving what the longest route may take, each time anew from an empty plan:
    streets that hang together leave one shift of a long plan only all at once, which a search rarely dares.

    Parameters
    ----------
    problem
        With the objective LONGEST.
    steps, time_limit
        Of all searches together: a quarter is for the first, an eighth for each halving, a quarter for the last.
    seed, stop, progress
        As `gridgeo_solvers.routing.tours.solve` takes them.
    """

    def part(share: int) -> dict[str, Any]:
        return {
            "steps": None if steps is None else max(steps // share, 1),
            "time_limit": None if time_limit is None else time_limit / share,
        }

    search = partial(solve, stop=stop)
    best = search(problem, seed=seed, **part(4))
    low = best.bound or 0.0
    for number in range(1, HALVINGS + 1):
        if best.longest <= low * (1 + CLOSE):
            break
        middle = (low + best.longest) / 2
        level = replace(problem, objective=Goal.TOTAL, longest=np.full(problem.days, middle))
        try:
            best = search(level, seed=seed + number, **part(8))
        except Infeasible:
            low = middle
    return search(problem, seed=seed, progress=progress, start=best.days, **part(4))
