"""A pool of plans that are all nearly as good: allotments of streets to shifts, and ways to walk each shift.

An allotment says which street is passed in which shift; one is drawn for each period. Each of its shifts can be walked in
several ways, of which one is drawn for the shift. The promise is kept by construction: the sets of shifts that a street may
have are chosen so that whichever two follow each other, no gap passes the street's greatest (`seam_gap`), hence every
sequence of draws keeps it. And every draw of a period is at most a given share longer than the best plan found, in its longest
route and in its total, because each shift may use the same share of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.period.patterns import seam_gap
from gridgeo_solvers.routing.period.problem import Period
from gridgeo_solvers.routing.period.solving import STEPS, PeriodPlan, able, tours_of
from gridgeo_solvers.routing.tours import Tours, solve
from gridgeo_solvers.routing.tours.levelling import levelled
from gridgeo_solvers.routing.tours.plan import Days, Route

NEVER = -1
"""Slot of a task that is not done in a shift."""
NOISE = 0.6
"""Share by which ways are lengthened at random where another order is looked for."""
NEARLY = 1e-9


@dataclass(frozen=True)
class Way:
    """One way to walk a shift: routes, when each sets out, their seconds, and the slot in which each task is begun."""

    routes: tuple[Route, ...]
    out: tuple[float, ...]
    seconds: float
    slot: NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """Plans to draw from; every draw keeps `gap`, and is at most `longer` above `best`, the seconds of the best plan, in a period.

    `ways[a][s]` are the ways to walk shift s of allotment a, `tasks` the tasks done, `slots` the slots of a shift,
    `gap` the greatest gap of each of `tasks`, in shifts, over every sequence of draws.
    """

    ways: tuple[tuple[tuple[Way, ...], ...], ...]
    tasks: NDArray[np.int64]
    slots: int
    gap: NDArray[np.int64]
    best: float
    longer: float


def pool_of(
    period: Period,
    plan: PeriodPlan,
    *,
    longer: float = 0.1,
    slot: float = 1800.0,
    allotments: int = 4,
    orders: int = 4,
    steps: int = STEPS,
    seed: int = 0,
) -> Pool:
    """A pool of plans around `plan`.

    Parameters
    ----------
    period, plan
        What is asked, and the best plan found.
    longer
        Share by which any draw may be longer than the best plan of the pool, in the longest route and in total.
    slot
        Seconds of a slot: what an observer guesses is the slot in which a street is passed.
    allotments, orders
        Allotments looked for; other orders of a shift looked for in each.
    steps
        Of the search of each allotment.
    seed
        Same problem, same seed: same pool.
    """
    if not (np.isfinite(longer) and longer >= 0):
        raise BadProblem(f"plans may be {longer:.0%} longer; give a share of 0 or more")
    if not slot > 0:
        raise BadProblem(f"a slot of {slot} seconds; it must be above 0")
    random = np.random.default_rng(seed)
    tasks, _ = able(period)
    slots = int(np.ceil(period.shift / slot - NEARLY))
    if not len(tasks):
        return Pool((), tasks, slots, np.zeros(0, dtype=np.int64), 0.0, longer)
    row = {int(task): number for number, task in enumerate(tasks)}
    first = tuple(tuple(tuple((row[t], m) for t, m in route) for route in routes) for routes in plan.shifts)
    tours = tours_of(period, tasks)
    safe = _safe_sets(tours, first, period.most[tasks], random)
    found = [(plan.longest, plan.total, first)]
    if any(len(sets) > 1 for sets in safe):
        free = replace(tours, patterns=safe)
        for number in range(1, allotments):
            other = levelled(free, steps=steps, seed=seed + number)
            if other.days not in [days for _, _, days in found]:
                found.append((other.longest, other.cost, other.days))
    longest, best, _ = min(found, key=lambda one: one[:2])
    most = min(longest * (1 + longer), period.shift) * (1 + NEARLY)
    kept = [one for one in found if one[0] <= most and one[1] <= best * (1 + longer) * (1 + NEARLY)]
    ways = []
    for _, total, days in kept:
        room = (1 + longer) * best / total
        ways.append(
            tuple(_ways(tours, routes, room, (most, period.shift, slot), orders, random, tasks) for routes in days)
        )
    patterns = [[_pattern(days, task) for _, _, days in kept] for task in range(len(tasks))]
    gap = [max(seam_gap(a, b, period.shifts) for a in sets for b in sets) for sets in patterns]
    return Pool(tuple(ways), tasks, slots, np.array(gap, dtype=np.int64), best, longer)


def _safe_sets(
    tours: Tours, first: Days, most: NDArray[np.int64], random: np.random.Generator
) -> tuple[tuple[int, ...], ...]:
    """For each task sets of shifts that may follow each other in any order within its greatest gap."""
    safe = []
    for task, sets in enumerate(tours.patterns):
        chosen = [_pattern(first, task)]
        for other in random.permutation(np.array(sets)).tolist():
            pairs = [(other, one) for one in chosen] + [(one, other) for one in chosen]
            if other not in chosen and all(seam_gap(a, b, tours.days) <= most[task] for a, b in pairs):
                chosen.append(other)
        safe.append(tuple(sorted(chosen)))
    return tuple(safe)


def _pattern(days: Days, task: int) -> int:
    return sum(1 << day for day, routes in enumerate(days) if any(task == one for route in routes for one, _ in route))


def _ways(
    tours: Tours,
    routes: Sequence[Route],
    room: float,
    limits: tuple[float, float, float],
    orders: int,
    random: np.random.Generator,
    tasks: NDArray[np.int64],
) -> tuple[Way, ...]:
    """Ways to walk one shift, the given one first: other orders, each also backwards, at several times of setting out."""
    most, shift, slot = limits
    given = tuple(route for route in routes if route)
    if not given:
        return (Way((), (), 0.0, np.full(tours.n, NEVER, dtype=np.int64)),)
    candidates = [given, *(_again(tours, given, random) for _ in range(orders))]
    candidates += [tuple(_backwards(tours, route) for route in one) for one in candidates]
    cost = sum(_clock(tours, route)[1] for route in given)
    ways: dict[bytes, Way] = {}
    for one in candidates:
        clocks = [_clock(tours, route) for route in one]
        seconds = sum(length for _, length in clocks)
        if seconds > cost * room * (1 + NEARLY) or max(length for _, length in clocks) > most:
            continue
        for share in (0.0, 0.5, 1.0):
            out = tuple(share * max(shift - length, 0.0) for _, length in clocks)
            when = np.full(tours.n, NEVER, dtype=np.int64)
            for route, (begin, _), late in zip(one, clocks, out, strict=True):
                when[[task for task, _ in route]] = ((begin + late) // slot).astype(np.int64)
            named = tuple(tuple((int(tasks[task]), mode) for task, mode in route) for route in one)
            ways.setdefault(when.tobytes(), Way(named, out, seconds, when))
    return tuple(ways.values())


def _again(tours: Tours, routes: tuple[Route, ...], random: np.random.Generator) -> tuple[Route, ...]:
    """The same tasks in another order: planned over ways that are lengthened at random."""
    tasks = np.array([task for route in routes for task, _ in route])
    noisy = tours.travel * (1 + NOISE * random.random(tours.travel.shape))
    day = replace(
        tours, travel=noisy, entry=tours.entry[tasks], exit=tours.exit[tasks], demand=tours.demand[tasks],
        service=tours.service[tasks], minutes=tours.minutes[tasks], modes=tours.modes[tasks], days=1,
        patterns=((1,),) * len(tasks), capacity=tours.capacity[:1], vehicles=tours.vehicles[:1], longest=tours.longest[:1],
    )  # fmt: skip
    found = solve(day, seed=int(random.integers(1 << 30)), steps=200).days[0]
    own = tuple(tuple((int(tasks[task]), mode) for task, mode in route) for route in found if route)
    order = random.permutation(len(own))
    return tuple(own[place] for place in order)


def _backwards(tours: Tours, route: Route) -> Route:
    return tuple((task, 1 - mode if tours.modes[task] == 2 else mode) for task, mode in reversed(route))


def _clock(tours: Tours, route: Route) -> tuple[NDArray[np.float64], float]:
    """When each task of a route begins, and the seconds of the whole."""
    home = (
        (tours.depot, tours.depot) if tours.starts is None or tours.ends is None else (tours.starts[0], tours.ends[0])
    )
    task, mode = (np.array(column) for column in zip(*route, strict=True))
    enter = np.append(tours.entry[task, mode], home[1])
    leave = np.append(home[0], tours.exit[task, mode])
    ends = np.cumsum(tours.travel[leave, enter] + np.append(tours.service[task, mode], 0.0))
    return ends[:-1] - tours.service[task, mode], float(ends[-1])
