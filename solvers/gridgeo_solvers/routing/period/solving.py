"""A period of patrols solved by the tour engine: days are shifts, vehicles are officers, patterns are even spacing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.routing.patrol import LONGER_THAN_SHIFT, OTHER_PART
from gridgeo_solvers.routing.period.problem import Period
from gridgeo_solvers.routing.tours import Goal, Tours
from gridgeo_solvers.routing.tours.levelling import levelled
from gridgeo_solvers.routing.tours.limits import alone
from gridgeo_solvers.routing.tours.plan import Days, Route
from gridgeo_solvers.stop import StopRule

STEPS = 20_000
"""Steps of a search where nobody says how many."""


@dataclass(frozen=True)
class Round:
    """One officer's route in one shift.

    `tasks` in order, each begun and ended at `begin` and `finish` seconds after setting out, with `at` the number of arcs gone
    before it begins; `arcs` of the whole way, and which of them `serves`.
    """

    tasks: NDArray[np.int64]
    begin: NDArray[np.float64]
    finish: NDArray[np.float64]
    at: NDArray[np.int64]
    arcs: NDArray[np.int64]
    serves: NDArray[np.bool_]
    seconds: float


@dataclass(frozen=True)
class PeriodPlan:
    """Routes of every shift: tasks (numbered as in `period`) with their modes, as in `TourPlan.days`.

    `total` and `longest` are seconds of all routes and of the longest; `bound` holds for the longest. `left_out` are
    tasks that no route can do, with the reason.
    """

    shifts: Days
    total: float
    longest: float
    bound: float
    left_out: tuple[tuple[int, str], ...]
    status: Status
    seed: int


def solve_period(
    period: Period,
    *,
    seed: int = 0,
    steps: int = STEPS,
    stop: StopRule | None = None,
    progress: Progress | None = None,
) -> PeriodPlan:
    """Routes that do every task as often as asked: the longest route first, then the total.

    Raises
    ------
    Infeasible
        The longest route of the best plan found takes longer than a shift; the message says how much.
    """
    servable, left_out = able(period)
    if not len(servable):
        return PeriodPlan(((),) * period.shifts, 0.0, 0.0, 0.0, left_out, Status.OPTIMAL, seed)
    problem = tours_of(period, servable)
    plan = levelled(problem, steps=steps, seed=seed, stop=stop, progress=progress)
    if plan.longest > period.shift * (1 + 1e-9):
        raise Infeasible(
            [
                f"the passes asked for need routes of {plan.longest / 60:.0f} min with {period.officers} officer(s) in "
                f"{period.shifts} shifts, a shift has {period.shift / 60:.0f} min: ask for more officers, longer shifts or "
                "fewer passes"
            ],
            proven=bool(plan.bound is not None and plan.bound > period.shift),
        )
    days = tuple(tuple(_named(route, servable) for route in routes) for routes in plan.days)
    return PeriodPlan(days, plan.cost, plan.longest, plan.bound or 0.0, left_out, plan.status, seed)


def able(period: Period) -> tuple[NDArray[np.int64], tuple[tuple[int, str], ...]]:
    """Tasks that a route can do, and the others with the reason."""
    every = np.arange(period.n)
    if not period.n:
        return every, ()
    lasts = alone(tours_of(period, every))
    lost = np.flatnonzero(~(lasts <= period.shift)).tolist()
    why = tuple((task, LONGER_THAN_SHIFT if np.isfinite(lasts[task]) else OTHER_PART) for task in lost)
    return np.flatnonzero(lasts <= period.shift), why


def tours_of(period: Period, tasks: NDArray[np.int64]) -> Tours:
    """The tours that do `tasks`, renumbered from 0: a street is entered at the tail of its arc and left at the head."""
    network = period.network
    entry, leave, modes = [], [], []
    for task in tasks.tolist():
        arcs = period.arcs(task)
        tails = [int(network.tail[arc]) for arc in arcs]
        heads = [int(network.head[arc]) for arc in arcs]
        entry.append((tails * 2)[:2])
        leave.append((heads * 2)[:2])
        modes.append(len(tails))
    where, rows = np.unique(
        np.array([*np.ravel(entry), *np.ravel(leave), period.start, period.end]), return_inverse=True
    )
    size = 2 * len(tasks)
    start, end = int(rows[-2]), int(rows[-1])
    patterns = period.patterns
    apart = start != end
    return Tours(
        travel=network.times(where),
        entry=rows[:size].reshape(-1, 2),
        exit=rows[size : 2 * size].reshape(-1, 2),
        depot=start,
        service=period.service[tasks],
        modes=np.array(modes),
        days=period.shifts,
        patterns=tuple(patterns[task] for task in tasks.tolist()),
        vehicles=np.array(period.officers),
        objective=Goal.LONGEST,
        starts=np.full(period.officers, start) if apart else None,
        ends=np.full(period.officers, end) if apart else None,
    )


def rounds_of(period: Period, routes: Sequence[Route]) -> list[Round]:
    """The ways of routes, with the quickest ways between the tasks that they do."""
    network = period.network
    legs: list[tuple[int, int]] = []
    gone: list[list[int]] = []
    for route in routes:
        arcs = [period.arcs(task)[mode] for task, mode in route]
        gone.append(arcs)
        stops = [(int(network.tail[arc]), int(network.head[arc])) for arc in arcs]
        leave = [period.start, *(head for _, head in stops)]
        reach = [*(tail for tail, _ in stops), period.end]
        legs += list(zip(leave, reach, strict=True))
    paths = iter(network.paths(legs))
    return [_round(period, route, arcs, [list(next(paths)) for _ in range(len(route) + 1)])
            for route, arcs in zip(routes, gone, strict=True)]  # fmt: skip


def _round(period: Period, route: Route, gone: list[int], between: list[list[int]]) -> Round:
    seconds = period.network.seconds
    arcs: list[int] = []
    serves: list[bool] = []
    begin, finish, at, clock = [], [], [], 0.0
    for (task, _), arc, way in zip(route, gone, between[:-1], strict=True):
        arcs += way
        serves += [False] * len(way)
        clock += float(seconds[way].sum()) if way else 0.0
        begin.append(clock)
        at.append(len(arcs))
        clock += float(period.service[task])
        finish.append(clock)
        arcs.append(arc)
        serves.append(True)
    arcs += between[-1]
    serves += [False] * len(between[-1])
    clock += float(seconds[between[-1]].sum()) if between[-1] else 0.0
    return Round(
        np.array([task for task, _ in route], dtype=np.int64),
        np.array(begin),
        np.array(finish),
        np.array(at, dtype=np.int64),
        np.array(arcs, dtype=np.int64),
        np.array(serves, dtype=bool),
        clock,
    )


def _named(route: Route, tasks: NDArray[np.int64]) -> Route:
    return tuple((int(tasks[task]), mode) for task, mode in route)
