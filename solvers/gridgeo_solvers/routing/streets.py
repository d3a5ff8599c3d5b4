"""Arc routing with a bound: cuts first, then the tour engine, which ends as soon as it has reached them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gridgeo_solvers import clock
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.routing.cuts import cut_bound
from gridgeo_solvers.routing.formats.carplib import StreetInstance
from gridgeo_solvers.routing.formats.tours import tours_of_streets
from gridgeo_solvers.routing.street_days import StreetDays, tours_of_street_days
from gridgeo_solvers.routing.tours import Goal, TourPlan, solve
from gridgeo_solvers.routing.tours.levelling import levelled
from gridgeo_solvers.stop import AnyOf, MaxSeconds, StopRule

SHARE = 0.1
"""Part of a time limit that cuts may take."""
NEARLY = 1e-9
"""Share of the bound by which a plan may miss it, for sums of decimals."""


def solve_streets(
    instance: StreetInstance,
    objective: Goal | str = Goal.TOTAL,
    *,
    vehicles: int | None = None,
    period: StreetDays | None = None,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TourPlan:
    """Tours that serve every task of `instance` once, or as often as `period` says.

    Parameters
    ----------
    instance
        The streets.
    objective, vehicles
        As `tours_of_streets` takes them; `vehicles` are tours of a day.
    period
        Days, and services of each street in them.
    stop, time_limit, steps, seed, progress
        As `gridgeo_solvers.routing.tours.solve` takes them.
    """
    began, observer = clock.now(), progress or Progress()
    if period is None:
        problem, asked = tours_of_streets(instance, objective, vehicles), instance
    else:
        problem, asked = tours_of_street_days(instance, period, objective, vehicles), period.repeated(instance)
    rules: list[StopRule] = [] if stop is None else [stop]
    observer.stage("bound")
    least = cut_bound(asked, stop=AnyOf((*rules, *([MaxSeconds(SHARE * time_limit)] if time_limit else []))))
    if problem.objective is Goal.LONGEST:
        least = _least_longest(instance, least, int(problem.vehicles.sum()))
    observer.stage("tours")
    heard = _Heard(least, observer)
    left = None if time_limit is None else max(time_limit - (clock.now() - began), time_limit / 2)
    ends = AnyOf((heard.reached, *rules))
    # Streets change their days together: halving finds shorter longest tours of several days than one search.
    search = levelled if problem.objective is Goal.LONGEST and problem.days > 1 else solve
    plan = search(problem, stop=ends, time_limit=left, steps=steps, seed=seed, progress=heard)
    worth = plan.cost if problem.objective is Goal.TOTAL else plan.longest
    bound = max(least, plan.bound or 0.0)
    # The longest of all comes first, then the total: both would have to be proven.
    proven = plan.status is Status.OPTIMAL or (problem.objective is Goal.TOTAL and worth <= bound * (1 + NEARLY))
    return replace(
        plan,
        bound=min(bound, worth),
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        seconds=clock.now() - began,
    )


def _least_longest(instance: StreetInstance, total: float, tours: int) -> float:
    """What the longest tour can't be below: its share of the total, or the way to a task, through it and back."""
    ways = instance.ways()
    tail, head = instance.tail[: instance.tasks], instance.head[: instance.tasks]
    alone = ways[instance.depot, tail] + ways[head, instance.depot]
    turned = ways[instance.depot, head] + ways[tail, instance.depot]
    alone = np.where(instance.two_way[: instance.tasks], np.minimum(alone, turned), alone)
    share = total / tours
    if (instance.cost == np.rint(instance.cost)).all():
        share = math.ceil(share * (1 - NEARLY))
    return max(share, float((alone + instance.cost[: instance.tasks]).max()))


class _Heard(Progress):
    """Passes on what a search tells, with the better bound, and knows when that is reached."""

    def __init__(self, bound: float, progress: Progress) -> None:
        self._bound, self._best, self._progress = bound, math.inf, progress

    def reached(self) -> bool:
        """Whether a plan as good as the bound was heard of."""
        return self._best <= self._bound * (1 + NEARLY)

    def stage(self, name: str, total: int | None = None) -> None:
        self._progress.stage(name, total)

    def advance(self, steps: int = 1) -> None:
        self._progress.advance(steps)

    def incumbent(self, objective: float, bound: float | None = None) -> None:
        self._best = min(self._best, objective)
        self._progress.incumbent(objective, max(self._bound, bound or 0.0))

    def note(self, text: str) -> None:
        self._progress.note(text)
