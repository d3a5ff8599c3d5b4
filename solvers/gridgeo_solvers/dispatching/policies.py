"""Who goes, as plug-ins: what is known at one moment goes in, an order of officers or an assignment comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from gridgeo_solvers.assignment.batch import assign_batch
from gridgeo_solvers.dispatching.cases import DAY
from gridgeo_solvers.dispatching.ground import Ground
from gridgeo_solvers.dispatching.situation import Situation

LATE = 1e9
"""What a case that waits costs: more than anybody who could go."""


@dataclass(frozen=True)
class OneByOne:
    """Cases are served one after another, urgent ones first, then those reported first, each by the first in its order."""

    @property
    def reassigns(self) -> bool:
        """Whoever is on the way goes on."""
        return False

    def price(self, situation: Situation) -> NDArray[np.float64]:
        """Shape (k, m): what sending each officer costs, the least being best; of no account where one can't be sent."""
        raise NotImplementedError

    def order(self, situation: Situation, case: int) -> NDArray[np.int64]:
        """Everybody who can be sent to one case by price, then time, then load, then position."""
        return _ordered(self.price(situation)[case], situation, case)

    def assign(self, situation: Situation) -> NDArray[np.int64]:
        """Shape (k,): whom to send to each case, -1 where it waits."""
        chosen = np.full(len(situation.seconds), -1, dtype=np.int64)
        free = np.isfinite(situation.seconds)
        price = self.price(situation)
        for case in np.argsort(situation.turns).tolist():
            officers = np.flatnonzero(free[case])
            if not len(officers):
                continue
            keys = (situation.load[officers], situation.seconds[case, officers], price[case, officers])
            best = officers[np.lexsort(keys)[0]]
            chosen[case] = best
            free[:, best] = False
        return chosen


def _ordered(price: NDArray[np.float64], situation: Situation, case: int) -> NDArray[np.int64]:
    seconds, load = situation.seconds[case], situation.load
    can = np.isfinite(seconds)
    if can.all():
        return np.lexsort((load, seconds, price))
    officers = np.flatnonzero(can)
    return officers[np.lexsort((load[officers], seconds[officers], price[officers]))]


@dataclass(frozen=True)
class NearestIdle(OneByOne):
    """Whoever is there first; each case in hand counts for `busy` seconds.

    Examples
    --------
    >>> NearestIdle().order(Situation.of(np.array([[90.0, 30.0, np.inf]])), 0).tolist()
    [1, 0]
    """

    busy: float = 0.0

    def price(self, situation: Situation) -> NDArray[np.float64]:
        """Seconds to arrival."""
        return situation.seconds + self.busy * situation.load


@dataclass(frozen=True)
class OwnerFirst(OneByOne):
    """The officer of the ground, where that one can come; otherwise whoever is there first.

    `patience` is how many seconds later than the first of all the owner may be there.
    """

    patience: float = np.inf
    busy: float = 0.0

    def price(self, situation: Situation) -> NDArray[np.float64]:
        """Seconds to arrival, -1 for the owner."""
        price = situation.seconds + self.busy * situation.load
        rows = np.flatnonzero(situation.owner >= 0)
        owner = situation.owner[rows]
        with np.errstate(invalid="ignore"):
            near = price[rows, owner] - price[rows].min(axis=1, initial=np.inf) <= self.patience
        price = price.copy()
        price[rows[near], owner[near]] = -1.0
        return price


@dataclass(frozen=True)
class Coverage(OneByOne):
    """Of those who are there in time, the one whose leaving costs the ground the least coverage: DMEXCLP dispatch.

    An officer is at hand with probability 1 - `busy`; a place that k idle officers reach in time is covered with probability
    1 - `busy`^k (Daskin 1983, *A maximum expected covering location model*), so the last who leaves it costs most. After
    Jagtenberg, Bhulai and van der Mei 2015 (*An efficient heuristic for real-time ambulance redeployment*) and 2017 (*Dynamic
    ambulance dispatching: is the closest-idle policy always optimal?*). Where nobody can be there in time, the nearest goes.

    Parameters
    ----------
    covers
        Shape (m, p): which places each officer reaches in time from where he waits.
    share
        Shape (p,): share of all cases that comes from each place.
    busy
        Share of time in which an officer is busy, 0 to 1.
    """

    covers: NDArray[np.bool_]
    share: NDArray[np.float64]
    busy: float = 0.3

    @classmethod
    def of(cls, ground: Ground, limit: float, *, busy: float = 0.3) -> Coverage:
        """The policy for a ground and a limit in seconds."""
        return cls(ground.covers(limit), ground.share(), busy)

    def price(self, situation: Situation) -> NDArray[np.float64]:
        """Share of cases that is no longer covered, and more than any of them for being late."""
        loss = marginal_loss(self.covers, self.share, self.busy, situation.idle)
        return np.where(situation.late, 2.0, loss)


@dataclass(frozen=True)
class Farsighted(OneByOne):
    """The fewest late arrivals to be expected: this one, and those while the officer is away.

    Coverage alone asks what is lost, not for how long, and counts the busy as never coming back. Here an officer who is away for
    d seconds, while cases come at `rate`, costs rate · d · (share of cases that nobody else will be at hand for in time), and a
    late arrival now costs 1. Whether another will be at hand is told by when that officer is expected back: somebody busy for
    all of an ordinary mission counts as away, somebody about to be free as idle; who is idle now is busy by then with
    probability `busy`.

    Parameters
    ----------
    covers, share
        As in `Coverage`.
    rate
        Cases a second.
    mission
        Seconds of an ordinary mission, the way back among them.
    busy
        Probability that somebody idle is busy when wanted.
    """

    covers: NDArray[np.bool_]
    share: NDArray[np.float64]
    rate: float
    mission: float
    busy: float = 0.3

    @classmethod
    def of(cls, ground: Ground, limit: float, per_day: float, handling: float, *, busy: float = 0.3) -> Farsighted:
        """The policy for a ground, a limit in seconds, so many cases a day, and so many seconds on the spot."""
        return cls(ground.covers(limit), ground.share(), per_day / DAY, handling + limit, busy)

    def price(self, situation: Situation) -> NDArray[np.float64]:
        """Late cases to be expected from sending each officer."""
        gone = np.minimum(situation.back / self.mission, 1.0)
        away = gone + (1 - gone) * self.busy
        log = np.log(np.clip(away, 1e-9, 1.0))
        nobody = self.share * np.exp(self.covers.T @ log)
        loss = (1 - away) / np.exp(log) * (self.covers @ nobody)
        span = 2 * np.where(np.isfinite(situation.seconds), situation.seconds, 0.0) + situation.handling[:, None]
        return np.asarray(situation.late + self.rate * span * loss)


def marginal_loss(
    covers: NDArray[np.bool_], share: NDArray[np.float64], busy: float, idle: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Shape (m,): share of cases that is no longer expected to be covered when each officer leaves the idle ones; 0 of others."""
    count = covers[idle].sum(axis=0)
    last = share * (1 - busy) * np.where(count > 0, busy ** np.maximum(count - 1, 0), 0.0)
    return np.asarray((covers @ last) * idle)


@dataclass(frozen=True)
class Reoptimised:
    """Everything that isn't begun is assigned anew, together, whenever something happens: a rolling horizon.

    Officers on the way may be sent elsewhere. Without `inner` the earliest possible worst arrival comes first, then the least
    total (`gridgeo_solvers.assignment.assign_batch`); with it, the least sum of that policy's prices. An officer is sent elsewhere only
    if the aim gains: everybody who turns round costs `switch`.
    """

    inner: OneByOne | None = None
    switch: float = 0.0

    @property
    def reassigns(self) -> bool:
        """Officers on the way may be sent elsewhere."""
        return True

    def order(self, situation: Situation, case: int) -> NDArray[np.int64]:
        """Everybody who can be sent to one case: by the inner policy, or by time."""
        return (self.inner or NearestIdle()).order(situation, case)

    def assign(self, situation: Situation) -> NDArray[np.int64]:
        """Shape (k,): whom to send to each case, -1 where it waits."""
        kept = np.zeros(situation.seconds.shape, dtype=bool)
        sent = np.flatnonzero(situation.sent >= 0)
        kept[sent, situation.sent[sent]] = True
        away = np.where(kept, 0.0, self.switch)
        if self.inner is None:
            return assign_batch(situation.seconds + away, urgency=situation.turns).officer
        # Where there are too few officers the cases whose turn it is are served, not the cheap ones.
        free = int(np.isfinite(situation.seconds).any(axis=0).sum())
        price = self.inner.price(situation) + away + situation.seconds * 1e-9
        able = np.isfinite(situation.seconds) & (situation.turns < free)[:, None]
        cost = np.where(able, price, LATE)
        rows, columns = linear_sum_assignment(cost)
        chosen = np.full(len(cost), -1, dtype=np.int64)
        made = able[rows, columns]
        chosen[rows[made]] = columns[made]
        return chosen
