"""What is known at the moment when somebody is to be sent, and what a policy makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.dispatching.cases import HOUR


@dataclass(frozen=True)
class Situation:
    """What is known when somebody is to be sent: k cases that aren't begun, m officers. Its arrays are read, never written.

    Parameters
    ----------
    seconds
        Shape (k, m): travel time of each officer to each case; inf where an officer can't be sent now.
    waited
        Shape (k,): seconds since each case was reported.
    limit
        Shape (k,): seconds from report to arrival after which it is late.
    urgency
        Shape (k,): the lower goes first.
    owner
        Shape (k,): officer whose ground the case lies on, -1 where nobody's.
    sent
        Shape (k,): officer on the way, -1 where the case waits for one.
    handling
        Shape (k,): seconds that are expected to be spent on the spot.
    load
        Shape (m,): cases in hand.
    back
        Shape (m,): seconds until each officer is expected to be free again: 0 for those who are, inf for those off duty.
    """

    seconds: NDArray[np.float64]
    waited: NDArray[np.float64]
    limit: NDArray[np.float64]
    urgency: NDArray[np.int64]
    owner: NDArray[np.int64]
    sent: NDArray[np.int64]
    handling: NDArray[np.float64]
    load: NDArray[np.float64]
    back: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        seconds: NDArray[np.float64],
        *,
        limit: float | NDArray[np.float64] = np.inf,
        owner: int | NDArray[np.int64] = -1,
        waited: float | NDArray[np.float64] = 0.0,
        urgency: int | NDArray[np.int64] = 0,
        sent: int | NDArray[np.int64] = -1,
        handling: float | NDArray[np.float64] = 0.0,
        load: float | NDArray[np.float64] = 0.0,
        back: NDArray[np.float64] | None = None,
    ) -> Situation:
        """A situation in which single values hold for every case or officer; who has no load is free, the others an hour later."""
        k, m = seconds.shape
        loads = _each(load, m)
        return cls(
            seconds,
            waited=_each(waited, k),
            limit=_each(limit, k),
            urgency=_each(urgency, k, np.int64),
            owner=_each(owner, k, np.int64),
            sent=_each(sent, k, np.int64),
            handling=_each(handling, k),
            load=loads,
            back=HOUR * (loads != 0) if back is None else back,
        )

    @property
    def idle(self) -> NDArray[np.bool_]:
        """Shape (m,): who is free now."""
        return np.asarray(self.back == 0)

    @property
    def turns(self) -> NDArray[np.int64]:
        """Shape (k,): whose turn it is where there are too few officers: urgent cases first, then those reported first."""
        order = np.lexsort((-self.waited, self.urgency))
        turns = np.empty(len(order), dtype=np.int64)
        turns[order] = np.arange(len(order))
        return turns

    @property
    def late(self) -> NDArray[np.bool_]:
        """Shape (k, m): who would arrive after the limit."""
        return np.asarray(self.waited[:, None] + self.seconds > self.limit[:, None])


def _each(value: Any, count: int, kind: type = np.float64) -> NDArray[Any]:
    """One value for each of `count`, read alone where it is the same for all."""
    if not isinstance(value, np.ndarray):
        return _same(value, count, kind)
    return value.astype(kind, copy=False) if len(value) == count else np.broadcast_to(value.astype(kind), count)


@lru_cache(256)
def _same(value: float, count: int, kind: type) -> NDArray[Any]:
    """The same value so many times; situations of single cases ask for the same ones again and again."""
    same: NDArray[Any] = np.full(count, value, dtype=kind)
    same.flags.writeable = False
    return same


class Policy(Protocol):
    """A rule by which officers are sent."""

    @property
    def reassigns(self) -> bool:
        """Whether officers on the way may be sent elsewhere; then the situation holds their cases too."""
        ...

    def order(self, situation: Situation, case: int) -> NDArray[np.int64]:
        """Everybody who can be sent to one case, first the one who should be."""
        ...

    def assign(self, situation: Situation) -> NDArray[np.int64]:
        """Shape (k,): whom to send to each case, -1 where it waits. Nobody is named twice."""
        ...
