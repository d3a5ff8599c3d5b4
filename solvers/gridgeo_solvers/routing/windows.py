"""Tours to clients with time windows by PyVRP (Wouda, Lan and Kool 2024, *PyVRP: a high-performance VRP solver package*).

The tour engine knows no windows: every change of a tour would move all later arrivals, which its steps don't look at.
PyVRP was made for that and is at home here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray

from gridgeo_solvers import clock
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.routing.formats.vrplib import VehicleInstance
from gridgeo_solvers.routing.tours import Goal, TourPlan
from gridgeo_solvers.stop import AnyOf, MaxIterations, MaxSeconds, StopRule

UNITS = 10
"""PyVRP counts whole numbers: tenths of the instance's unit, to which its distances are cut."""
NEVER = 1 << 60
"""Costs above are PyVRP's way to say that no plan was found yet."""
STEPS = 10_000
"""Steps of a search without a time limit."""


def solve_windows(
    instance: VehicleInstance,
    *,
    vehicles: int | None = None,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TourPlan:
    """Plan tours of the least total distance; no bound is known.

    Parameters
    ----------
    instance
        Clients with windows.
    vehicles
        Tours at the most; None for those of the instance, or any number.
    stop, time_limit, seed
        When the search ends, and its randomness. Without a time limit it repeats exactly.
    progress
        Hears of better plans.

    Raises
    ------
    Infeasible
        No plan within all limits was found.
    """
    begin = clock.now()
    rules: list[StopRule] = [MaxIterations(STEPS) if time_limit is None else MaxSeconds(time_limit)]
    rules += [] if stop is None else [stop]
    data = problem_data(instance, instance.vehicles if vehicles is None else vehicles)
    watch = _Watch(AnyOf(tuple(rules)), progress or Progress())
    found = pyvrp.solve(data, watch, seed, collect_stats=False, display=False)
    if not found.is_feasible():
        raise Infeasible(["no plan within the windows and limits was found; allow more tours or time"], proven=False)
    routes = tuple(tuple((stop.idx, 0) for stop in route if stop.is_client()) for route in found.best.routes())
    lengths = [_travel(instance.distance, [task + 1 for task, _ in route]) for route in routes]
    service = [float(instance.service[[task + 1 for task, _ in route]].sum()) for route in routes]
    return TourPlan(
        days=(routes,),
        cost=round(sum(lengths) * UNITS) / UNITS,
        longest=max((a + b for a, b in zip(lengths, service, strict=True)), default=0.0),
        objective=Goal.TOTAL,
        bound=None,
        status=Status.FEASIBLE,
        iterations=int(found.num_iterations),
        seconds=clock.now() - begin,
        seed=seed,
    )


def problem_data(instance: VehicleInstance, vehicles: int | None) -> pyvrp.ProblemData:
    """The instance in the whole units that PyVRP counts in: windows narrowed, service and travel rounded up."""
    n = len(instance.demand)
    distance = np.rint(instance.distance * UNITS).astype(np.int64)
    service = _up(instance.service)
    limits: dict[str, Any] = {}
    if instance.windows is None:
        windows = np.tile([0, np.iinfo(np.int64).max], (n, 1))
    else:
        windows = np.column_stack([_up(instance.windows[:, 0]), _down(instance.windows[:, 1])])
        limits = {"tw_early": int(windows[0, 0]), "tw_late": int(windows[0, 1])}
    if np.isfinite(instance.longest):
        limits["shift_duration"] = int(_down(np.array(instance.longest)))
    clients = [
        pyvrp.Client(
            location=i,
            delivery=[int(np.ceil(instance.demand[i]))],
            service_duration=int(service[i]),
            tw_early=int(windows[i, 0]),
            tw_late=int(windows[i, 1]),
        )
        for i in range(1, n)
    ]
    crew = pyvrp.VehicleType(num_available=vehicles or n - 1, capacity=[int(instance.capacity)], **limits)
    places = [pyvrp.Location(0, 0) for _ in range(n)]
    return pyvrp.ProblemData(places, clients, [pyvrp.Depot(0)], [crew], [distance], [distance])


class _Watch:
    """A rule to stop by as PyVRP asks it, which tells of better plans."""

    def __init__(self, rule: Callable[[], bool], progress: Progress) -> None:
        self._rule, self._progress, self._best = rule, progress, np.inf

    def __call__(self, best: float) -> bool:
        if best < self._best and best < NEVER:
            self._best = best
            self._progress.incumbent(best / UNITS)
        return self._rule()


def _travel(distance: NDArray[np.float64], clients: list[int]) -> float:
    return float(distance[[0, *clients], [*clients, 0]].sum())


def _up(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ceil(np.asarray(values) * UNITS - 1e-6).astype(np.int64)


def _down(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(np.asarray(values) * UNITS + 1e-6).astype(np.int64)
