"""The rounds of one day: which villages a vehicle calls at, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.stop import MaxIterations

DayRounds = Callable[
    [NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float, float, int], list[list[int]]
]
"""From seconds (k + 1, k + 1; place 0 is the depot), loads and service seconds (k,), capacity, shift and seed: the places
0..k-1 of each round, in order. Each place once, no round fuller than the capacity or longer than the shift."""

ROUND_S = 600.0
"""Seconds that one round more counts for: a vehicle is made ready and unloaded."""

_UNITS = 1000
"""PyVRP counts whole numbers: milliseconds, thousandths of an item; rounded up, so that what it calls possible is."""


def day_rounds(
    seconds: NDArray[np.float64],
    load: NDArray[np.float64],
    service: NDArray[np.float64],
    capacity: float,
    shift: float,
    seed: int,
    *,
    round_s: float = ROUND_S,
    iterations: int = 600,
) -> list[list[int]]:
    """Short rounds by PyVRP (Wouda, Lan and Kool 2024), each round more counting for `round_s` seconds.

    Examples
    --------
    >>> ways = np.array([[0.0, 60, 60], [60, 0, 10], [60, 10, 0]])
    >>> sorted(day_rounds(ways, np.array([1.0, 1]), np.zeros(2), 2, 600, 0)[0])
    [0, 1]
    """
    k = len(load)
    if k == 1:
        return [[0]]
    times = np.ceil(seconds * _UNITS - 1e-6).astype(np.int64)
    np.fill_diagonal(times, 0)
    clients = [
        pyvrp.Client(
            location=place + 1,
            delivery=[int(np.ceil(load[place] * _UNITS - 1e-6))],
            service_duration=int(np.ceil(service[place] * _UNITS - 1e-6)),
        )
        for place in range(k)
    ]
    crew = pyvrp.VehicleType(
        num_available=k,
        capacity=[int(capacity * _UNITS)],
        shift_duration=int(shift * _UNITS),
        fixed_cost=int(round_s * _UNITS),
        unit_distance_cost=0,
        unit_duration_cost=1,
    )
    places = [pyvrp.Location(0, 0) for _ in range(k + 1)]
    data = pyvrp.ProblemData(places, clients, [pyvrp.Depot(0)], [crew], [np.zeros_like(times)], [times])
    start = pyvrp.Solution(data, [[place] for place in range(k)])
    found = pyvrp.solve(
        data, MaxIterations(iterations), seed, collect_stats=False, display=False, initial_solution=start
    )
    best = found.best if found.is_feasible() else start
    return [[stop.idx for stop in route if stop.is_client()] for route in best.routes()]


def round_seconds(seconds: NDArray[np.float64], service: NDArray[np.float64], places: Sequence[int]) -> float:
    """Seconds of one round over `places`, 0..k-1, the stops among them."""
    stops = np.array([0, *(place + 1 for place in places), 0])
    return float(seconds[stops[:-1], stops[1:]].sum() + service[list(places)].sum())
