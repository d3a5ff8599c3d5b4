"""Day by day: what is made, what is fetched, and how long the last item waited. It shares no code with the planner."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem


@dataclass(frozen=True)
class Simulated:
    """What happened.

    Parameters
    ----------
    longest_wait
        Days of the item that waited longest, those still waiting at the end among them; 0 where nothing was made.
    waits
        Shape (n,): the same for each village.
    fetched, left
        Items fetched, and items still waiting at the end.
    km, minutes
        Shape (days,): of each day's rounds.
    faults
        What went wrong, in words: items that waited too long, vehicles that were full, rounds longer than the shift.
    """

    longest_wait: int
    waits: NDArray[np.int64]
    fetched: float
    left: float
    km: NDArray[np.float64]
    minutes: NDArray[np.float64]
    faults: list[str]


def simulate(
    rounds: Sequence[Sequence[Sequence[int]]],
    *,
    seconds: ArrayLike,
    metres: ArrayLike,
    items: ArrayLike,
    service: ArrayLike,
    most_days: int,
    capacity: float,
    shift: float,
    days: int = 30,
) -> Simulated:
    """Drive the rounds for some days, beginning with nothing to fetch.

    A round fetches what was made on the days before, the oldest first, as far as the vehicle has room.

    Parameters
    ----------
    rounds
        For each day of the cycle its rounds: villages in order.
    seconds, metres
        Shape (n + 1, n + 1): between places, the depot being place 0.
    items
        Shape (n,): items made each day, a fraction being made over several days; or shape (days, n): items of each day.
    service
        Shape (n,): seconds of a stop.
    most_days, capacity, shift
        The limits that are judged.
    days
        How many days.

    Examples
    --------
    One village with two items a day, visited every third day:

    >>> way = [[0, 600], [600, 0]]
    >>> month = simulate([[[0]], [], []], seconds=way, metres=way, items=[2.0], service=[60.0], most_days=3, capacity=9, shift=3600)
    >>> month.longest_wait, month.fetched, month.left, month.faults
    (3, 54.0, 6.0, [])
    """
    way, road, stop = (np.asarray(values, dtype=np.float64) for values in (seconds, metres, service))
    made = np.asarray(items, dtype=np.float64)
    n = len(stop)
    if made.ndim == 1:
        total = np.floor(np.outer(np.arange(days + 1), made) + 1e-9)
        made = np.diff(total, axis=0)
    if made.shape != (days, n):
        raise BadProblem(f"items has shape {made.shape}; give {n} villages, or {days} days of {n} villages")
    heap: list[deque[list[float]]] = [deque() for _ in range(n)]
    waits = np.zeros(n, dtype=np.int64)
    km, minutes = np.zeros(days), np.zeros(days)
    faults: list[str] = []
    fetched = 0.0
    for day in range(days):
        for number, order in enumerate(rounds[day % len(rounds)]):
            room, at, clock = float(capacity), 0, 0.0
            for village in order:
                clock += way[at, village + 1] + stop[village]
                km[day] += road[at, village + 1] / 1000
                at = village + 1
                while heap[village] and room > 0:
                    born, amount = heap[village][0]
                    taken = min(amount, room)
                    room, fetched = room - taken, fetched + taken
                    waits[village] = max(waits[village], day - int(born))
                    if taken < amount:
                        heap[village][0][1] = amount - taken
                    else:
                        heap[village].popleft()
                if heap[village]:
                    faults.append(f"day {day}, round {number}: the vehicle is full at village {village}")
            clock += way[at, 0]
            km[day] += road[at, 0] / 1000
            minutes[day] += clock / 60
            if clock > shift * (1 + 1e-9):
                faults.append(f"day {day}, round {number} takes {clock / 60:.1f} min, the shift has {shift / 60:.1f}")
        for village in np.flatnonzero(made[day] > 0).tolist():
            heap[village].append([float(day), float(made[day, village])])
    left = 0.0
    for village, waiting in enumerate(heap):
        for born, amount in waiting:
            waits[village] = max(waits[village], days - int(born))
            left += amount
    faults += [
        f"village {village}: an item waited {waits[village]} days, {most_days} are allowed"
        for village in np.flatnonzero(waits > most_days).tolist()
    ]
    return Simulated(int(waits.max(initial=0)), waits, fetched, left, km, minutes, faults)
