"""PyVRP (Wouda, Lan and Kool 2024) on the same problems, within the same CPU time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray

from gridgeo_solvers.routing.formats import StreetInstance, VehicleInstance
from gridgeo_solvers.routing.windows import UNITS, problem_data


class CpuSeconds:
    """Stops PyVRP after seconds of CPU time from the first call."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.end = seconds, float("inf")

    def __call__(self, _best: float) -> bool:
        if self.end == float("inf"):
            self.end = time.process_time() + self.seconds
        return time.process_time() >= self.end


def peer_streets(instance: StreetInstance, seconds: float, seed: int) -> list[list[tuple[int, bool]]] | None:
    """Arc routing on a transform: a street is a group of two clients, one a direction, of which one is called at."""
    ways = instance.ways()
    tail, head, cost = (values[: instance.tasks] for values in (instance.tail, instance.head, instance.cost))
    twice = instance.two_way[: instance.tasks]
    task = np.concatenate([np.arange(instance.tasks), np.flatnonzero(twice)])
    entry, leave = np.concatenate([tail, head[twice]]), np.concatenate([head, tail[twice]])
    places = len(task) + 1
    table = np.zeros((places, places))
    table[1:, 1:] = ways[leave[:, None], entry] + cost[task]
    table[0, 1:], table[1:, 0] = ways[instance.depot, entry] + cost[task], ways[leave, instance.depot]
    np.fill_diagonal(table, 0.0)
    groups = [pyvrp.ClientGroup([], required=True) for _ in range(instance.tasks)]
    for client, of in enumerate(task.tolist()):
        groups[of].add_client(client)
    clients = [
        pyvrp.Client(location=client + 1, delivery=[int(instance.demand[of])], required=False, group=of)
        for client, of in enumerate(task.tolist())
    ]
    crew = pyvrp.VehicleType(num_available=instance.tasks, capacity=[int(instance.capacity)])
    whole = np.rint(table).astype(np.int64)
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0)] * places, clients, [pyvrp.Depot(0)], [crew], [whole], [whole * 0], groups=groups
    )
    found = _solve(data, seconds, seed)
    if found is None:
        return None
    return [[(int(task[client]), client >= instance.tasks) for client in route] for route in found]


def peer_clients(instance: VehicleInstance, seconds: float, seed: int) -> list[list[int]] | None:
    """Clients of one day, with windows or without."""
    found = _solve(problem_data(instance, instance.vehicles), seconds, seed)
    return None if found is None else [[client + 1 for client in route] for route in found]


def peer_round(travel: NDArray[np.float64], seconds: float, seed: int) -> list[int]:
    """One round through all places from the first and back, without any limit."""
    n = len(travel)
    whole = np.rint(travel * UNITS).astype(np.int64)
    clients = [pyvrp.Client(location=i) for i in range(1, n)]
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0)] * n, clients, [pyvrp.Depot(0)], [pyvrp.VehicleType(1)], [whole], [whole * 0]
    )
    (route,) = _solve(data, seconds, seed) or [[]]
    return [client + 1 for client in route]


def _solve(data: Any, seconds: float, seed: int) -> list[list[int]] | None:
    found = pyvrp.solve(data, CpuSeconds(seconds), seed, collect_stats=False, display=False)
    if not found.is_feasible():
        return None
    return [[stop.idx for stop in route if stop.is_client()] for route in found.best.routes()]
