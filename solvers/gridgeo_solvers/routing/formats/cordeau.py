"""Periodic instances as Cordeau, Gendreau and Laporte (1997) write them (``.txt``; p01–p32, pr01–pr10).

The first line is ``type m n t``: kind of problem (1 is periodic), vehicles, clients, days. Then a line ``D Q`` for every
day: longest tour (0: no limit) and capacity. Then the depot and the clients: ``i x y d q f a`` and `a` patterns: number, place,
minutes of service, demand, visits, and the sets of days to choose from, each as the number whose t binary digits are the
days, the first day the highest digit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats.lines import Line, lines_of

PERIODIC = 1
KINDS = {
    0: "one day (a VRPLIB file, 'gridgeo solve vrp')",
    2: "several depots",
    3: "limits of which vehicle goes where",
    4: "time windows (a VRPLIB file, 'gridgeo solve vrp')",
    5: "periodic with time windows",
    6: "several depots and time windows",
    7: "limits of which vehicle goes where and time windows",
}
"""Other kinds of problem by the first number of their file."""
MOST_DAYS = 62
"""Days of a file at the most: a pattern is a number of so many binary digits."""


@dataclass(frozen=True)
class PeriodicInstance:
    """Clients that are called at on the days of one of their patterns; place 0 is the depot, place i client i.

    Parameters
    ----------
    x, y
        Shape (n + 1,): places in a plane; travel is the straight distance.
    service, demand
        Shape (n + 1,): duration and load of one visit; 0 for the depot.
    patterns
        For every place the sets of days to choose from, days counted from 0; none for the depot.
    days, vehicles
        Length of the period, and tours a day at the most.
    capacity, longest
        Shape (days,): load of a tour at the most, and its travel and service at the most, infinite where there is no
        limit.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    service: NDArray[np.float64]
    demand: NDArray[np.float64]
    patterns: tuple[tuple[tuple[int, ...], ...], ...]
    days: int
    vehicles: int
    capacity: NDArray[np.float64]
    longest: NDArray[np.float64]

    def distances(self) -> NDArray[np.float64]:
        """Shape (n + 1, n + 1): straight distance between every two places."""
        return np.hypot(self.x[:, None] - self.x, self.y[:, None] - self.y)


def read_pvrp(text: str) -> PeriodicInstance:
    """Instance that the text of a file describes.

    Raises
    ------
    BadProblem
        Names the line and the mend.
    """
    lines = lines_of(text)
    first = lines[0].words(4, "type, vehicles, clients, days")
    kind = lines[0].whole(first[0], "the type")
    if kind != PERIODIC:
        raise lines[0].wrong(
            f"the type is {kind}, {KINDS.get(kind, 'unknown')}; only type {PERIODIC}, periodic, is read"
        )
    vehicles, n = (lines[0].whole(first[at], what, 1) for at, what in ((1, "vehicles"), (2, "clients")))
    days = lines[0].whole(first[3], "days", 1, MOST_DAYS)
    wanted = 1 + days + 1 + n
    if len(lines) < wanted:
        raise BadProblem(
            f"the file ends in line {lines[-1].number}: {days} days, a depot and {n} clients make {wanted} lines, "
            f"it has {len(lines)}; it is cut off, or line {lines[0].number} counts wrong"
        )
    if len(lines) > wanted:
        raise lines[wanted].wrong(f"stands after the last of {n} clients; line {lines[0].number} counts wrong")
    limits = np.array([_limits(line) for line in lines[1 : 1 + days]])
    places = [_place(line, number, days) for number, line in enumerate(lines[1 + days :])]
    x, y, service, demand = (np.array([place[at] for place in places]) for at in range(4))
    instance = PeriodicInstance(
        x=x,
        y=y,
        service=service,
        demand=demand,
        patterns=tuple(place[4] for place in places),
        days=days,
        vehicles=vehicles,
        capacity=limits[:, 1],
        longest=limits[:, 0],
    )
    for i, line in enumerate(lines[2 + days :], start=1):
        _refuse_impossible(instance, i, line)
    return instance


def _limits(line: Line) -> tuple[float, float]:
    """Longest tour and capacity of a day."""
    words = line.words(2, "the longest tour (0: no limit) and the capacity of this day")
    return line.value(words[0], "the longest tour") or math.inf, line.value(words[1], "the capacity")


def _place(line: Line, number: int, days: int) -> tuple[float, float, float, float, tuple[tuple[int, ...], ...]]:
    """Place, service, demand and patterns of a line."""
    words = line.words(
        5 if number == 0 else 8, "number, x, y, service, demand, visits, how many patterns, the patterns"
    )
    if line.whole(words[0], "the number") != number:
        what = "the depot, number 0" if number == 0 else f"client {number}"
        raise line.wrong(f"the number is {words[0]}, but {what} belongs here; number places in their order")
    x, y = (line.value(words[at], what, -math.inf) for at, what in ((1, "x"), (2, "y")))
    service, demand = (line.value(words[at], what) for at, what in ((3, "the service"), (4, "the demand")))
    if number == 0:
        return x, y, 0.0, 0.0, ()
    visits = line.whole(words[5], "the number of visits", 1, days)
    count = line.whole(words[6], "the number of patterns", 1)
    if len(words) != 7 + count:
        raise line.wrong(f"says {count} patterns and has {len(words) - 7}; mend the one that is wrong")
    patterns = tuple(_pattern(line, word, days, visits) for word in words[7:])
    return x, y, service, demand, tuple(dict.fromkeys(patterns))


def _pattern(line: Line, word: str, days: int, visits: int) -> tuple[int, ...]:
    mask = line.whole(word, "a pattern", 1, 2**days - 1)
    chosen = tuple(day for day in range(days) if mask >> (days - 1 - day) & 1)
    if len(chosen) != visits:
        raise line.wrong(f"the pattern {word} has {len(chosen)} days for {visits} visits; mend the one that is wrong")
    return chosen


def _refuse_impossible(instance: PeriodicInstance, i: int, line: Line) -> None:
    """Refuse a client that no tour can serve, alone, on all days of any of its patterns."""
    alone = 2 * math.hypot(instance.x[i] - instance.x[0], instance.y[i] - instance.y[0]) + instance.service[i]
    small, far = (instance.demand[i] > instance.capacity, alone > instance.longest * (1 + 1e-9))
    if not any(not (small | far)[list(pattern)].any() for pattern in instance.patterns[i]):
        if small.any():
            raise line.wrong(
                f"the demand {instance.demand[i]:g} is above the capacity {instance.capacity.min():g}; "
                "no tour can serve this client"
            )
        raise line.wrong(
            f"a tour to this client alone takes {alone:.2f}, the longest allowed is {instance.longest.min():g}"
        )
