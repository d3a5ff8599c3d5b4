"""Villages where items are made, the vehicle that fetches them, and an answer: rounds for every day of a cycle."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem


@dataclass(frozen=True)
class CollectionProblem:
    """Villages 0..n-1 and the depot they are visited from.

    Parameters
    ----------
    seconds, metres
        Shape (n + 1, n + 1): between places; place 0 is the depot, place i + 1 village i. All finite.
    items
        Shape (n,): items made in a day, ≥ 0, fractions being made over several days.
    service
        Shape (n,): seconds of a stop.
    most_days
        Days that an item may wait: one made on day d is fetched on day d + `most_days` at the latest. A round fetches what
        was made on the days before.
    capacity
        Items that a vehicle holds.
    shift
        Seconds of a round at the most.
    open_days
        Which days of a week have rounds, the first being day 0; a single True for every day.
    vehicles
        Rounds of a day at the most; None for as many as are needed.
    """

    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    items: NDArray[np.float64]
    service: NDArray[np.float64]
    most_days: int
    capacity: float
    shift: float
    open_days: tuple[bool, ...] = (True,)
    vehicles: int | None = None

    def __post_init__(self) -> None:
        n = len(self.items)
        for name, table in (("seconds", self.seconds), ("metres", self.metres)):
            if table.shape != (n + 1, n + 1):
                raise BadProblem(f"{name} has shape {table.shape}; {n} villages and the depot need ({n + 1}, {n + 1})")
            if not (np.isfinite(table) & (table >= 0)).all():
                raise BadProblem(
                    f"{name} holds a number that is negative or none; leave out villages that no road reaches"
                )
        for name, values in (("items", self.items), ("service", self.service)):
            if values.shape != (n,) or not (np.isfinite(values) & (values >= 0)).all():
                raise BadProblem(f"{name} must hold {n} numbers of 0 or more, one for each village")
        if n == 0:
            raise BadProblem("there is no village")
        if self.most_days < 1:
            raise BadProblem(f"items may wait {self.most_days} days; give 1 or more")
        if not self.capacity > 0 or not self.shift > 0:
            raise BadProblem(f"a capacity of {self.capacity} and a shift of {self.shift} s; both must be above 0")
        if not any(self.open_days):
            raise BadProblem("no day has rounds; open at least one")
        if self.vehicles is not None and self.vehicles < 1:
            raise BadProblem(f"{self.vehicles} vehicles; give at least one, or None for as many as are needed")

    @property
    def cycle(self) -> int:
        """Days after which the rounds repeat."""
        return self.most_days if all(self.open_days) else len(self.open_days)

    def load(self, days: NDArray[np.int64] | int) -> NDArray[np.float64]:
        """The most items of each village that can have come together in so many days."""
        return np.asarray(np.ceil(self.items * days - 1e-9))


@dataclass(frozen=True)
class Collection:
    """Rounds that repeat.

    Parameters
    ----------
    days
        For each village the days of the cycle on which it is visited, ascending.
    rounds
        For each day of the cycle its rounds: villages in order.
    minutes
        Minutes of each day's rounds together.
    objective
        Minutes of a cycle; no bound is known.
    seed
        Of the search.
    """

    days: tuple[tuple[int, ...], ...]
    rounds: tuple[tuple[tuple[int, ...], ...], ...]
    minutes: tuple[float, ...]
    objective: float
    seed: int


def gaps(days: tuple[int, ...], cycle: int) -> list[int]:
    """Days between one visit and the next, round the cycle; entry k ends with the visit on ``days[k]``.

    Examples
    --------
    >>> gaps((0, 3, 5), 7)
    [2, 3, 2]
    """
    return [days[0] + cycle - days[-1], *(after - before for before, after in pairwise(days))]
