"""What a ground, its officers and their order come to, before anybody has worked by them: workload and response by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.dispatching.approximation import approximate
from gridgeo_solvers.dispatching.ground import Ground
from gridgeo_solvers.dispatching.hypercube import MOST, Queue, hypercube

_ROUNDS = 50


@dataclass(frozen=True)
class Prediction:
    """Expected figures of a ground.

    Parameters
    ----------
    workload
        Shape (m,): share of time in which each officer is busy.
    response
        Shape (p,): mean seconds from report to arrival of each place's cases.
    late
        Shape (p,): share of each place's cases that are reached after the limit, or by nobody.
    own
        Shape (p,): share of each place's cases that its own officer goes to; nan where it has none.
    mean, late_share
        The same for all cases together.
    waits
        Share of cases that find all officers busy.
    exact
        Whether the exact model was used.
    """

    workload: NDArray[np.float64]
    response: NDArray[np.float64]
    late: NDArray[np.float64]
    own: NDArray[np.float64]
    mean: float
    late_share: float
    waits: float
    exact: bool


def order_of(ground: Ground, *, owner_first: bool = False) -> NDArray[np.int64]:
    """Shape (p, m): officers of each place by time from their bases; the owner first where asked."""
    time = ground.seconds[ground.base].T.copy()
    if owner_first:
        owned = np.flatnonzero(ground.owner >= 0)
        time[owned, ground.owner[owned]] = -1.0
    return np.argsort(time, axis=1, kind="stable").astype(np.int64)


def predict(
    ground: Ground,
    *,
    per_day: float,
    handling: float,
    limit: float,
    owner_first: bool = False,
    queue: bool = True,
    returning: bool = False,
    exact: bool | None = None,
) -> Prediction:
    """Workload and response, by the hypercube for up to fifteen officers and by its approximation for more.

    Parameters
    ----------
    ground
        Places and officers; skills are not looked at.
    per_day, handling, limit
        Cases a day, mean seconds on the spot, seconds to arrival after which a case is late.
    owner_first
        The officer of the ground goes if idle, otherwise the nearest; by default always the nearest.
    queue
        Cases wait while all are busy, otherwise they are passed on.
    returning
        Officers are busy until they are home again; by default they are free, and at home, when the work is done.
    exact
        Which model; by the number of officers where left out.

    Notes
    -----
    The exact model knows one mean mission an officer, so missions are calibrated: solved, averaged over where each officer went, and
    solved again (Larson 1974). A waiting case is served by whoever is free first, from where the cases are (Larson and Odoni 1981,
    *Urban Operations Research*, chapter 5).

    Examples
    --------
    Two officers in two places ten minutes apart, each busy a third of the time:

    >>> way = np.array([[60.0, 600], [600, 60]])
    >>> ground = Ground(way, np.array([0, 1]), np.ones(2), np.array([0, 1]))
    >>> told = predict(ground, per_day=48, handling=1_000.0, limit=300.0)
    >>> told.workload.round(2).tolist(), told.late.round(2).tolist()
    ([0.33, 0.33], [0.31, 0.31])
    """
    order = order_of(ground, owner_first=owner_first)
    travel = ground.seconds[ground.base]
    mission = travel + handling + (ground.seconds[:, ground.base].T if returning else 0.0)
    rate = ground.share() * per_day / 86_400
    use = ground.officers <= MOST if exact is None else exact
    found = _calibrated(rate, order, mission, queue) if use else approximate(rate, order, mission, queue=queue)
    return _told(ground, found, travel, rate / rate.sum(), limit, queue, use)


def _calibrated(
    rate: NDArray[np.float64], order: NDArray[np.int64], mission: NDArray[np.float64], queue: bool
) -> Queue:
    share = rate / rate.sum()
    mean = np.take_along_axis(mission.T, order[:, :1], axis=1).ravel() @ share * np.ones(len(mission))
    found = hypercube(rate, order, mean, queue=queue)
    for _ in range(_ROUNDS):
        # What waited goes to anybody, from anywhere, in proportion.
        weight = share * (found.goes + found.waits / len(mission) * queue)
        new = (weight * mission).sum(axis=1) / weight.sum(axis=1)
        if np.abs(new - mean).max() < 1e-6 * mean.max():
            break
        mean = new
        found = hypercube(rate, order, mean, queue=queue)
    return found


def _told(
    ground: Ground,
    found: Queue,
    travel: NDArray[np.float64],
    share: NDArray[np.float64],
    limit: float,
    queue: bool,
    exact: bool,
) -> Prediction:
    at_once = found.goes
    response = (at_once * np.where(at_once > 0, travel, 0.0)).sum(axis=0)
    late = (at_once * (travel > limit)).sum(axis=0)
    if queue:
        # From the place of the case before, which lies anywhere by the shares of demand.
        from_any = share @ ground.seconds
        slack = limit - ground.seconds
        after = np.where(slack > 0, np.exp(-found.drained * np.maximum(slack, 0.0)), 1.0)
        response = response + found.waits * (found.delay + from_any)
        late = late + found.waits * (share @ after)
    else:
        response = response / (1 - found.waits)
        late = late + found.waits
    own = np.full(ground.places, np.nan)
    owned = np.flatnonzero(ground.owner >= 0)
    own[owned] = at_once[ground.owner[owned], owned] + found.waits / ground.officers * queue
    return Prediction(
        found.workload, response, late, own, float(share @ response), float(share @ late), found.waits, exact
    )
