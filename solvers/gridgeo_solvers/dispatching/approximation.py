"""The hypercube for many officers, approximately.

Officers are taken to be busy independently of each other, and what that gets wrong is put right by factors from a system in which
all are alike (Larson 1975, *Approximating the performance of urban emergency service systems*), with missions that may differ from
pair to pair (Jarvis 1985, *Approximating the equilibrium behavior of multi-server loss systems*).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.dispatching.hypercube import Queue, refuse_overload

_CLOSE = 1e-9
_ROUNDS = 500


def approximate(
    rate: NDArray[np.float64], order: NDArray[np.int64], mission: NDArray[np.float64], *, queue: bool = True
) -> Queue:
    """What `hypercube` tells, for any number of officers.

    Parameters
    ----------
    rate, order, queue
        As in `hypercube`.
    mission
        Shape (m, p): mean seconds that each officer is busy with a case of each place.

    Examples
    --------
    Two officers who are alike, as in M/M/2 with half of the time busy:

    >>> answer = approximate(np.array([0.5, 0.5]), np.array([[0, 1], [1, 0]]), np.ones((2, 2)))
    >>> answer.workload.round(4).tolist(), round(answer.waits, 4)
    ([0.5, 0.5], 0.3333)
    """
    m, total = len(mission), float(rate.sum())
    share = rate / total
    usual = float((mission.mean(axis=0) * share).sum())
    busy = np.full(m, min(total * usual / m, 0.95))
    goes = np.zeros_like(mission)
    waits = 0.0
    for _ in range(_ROUNDS):
        refuse_overload(total, m / usual, queue)
        factor, waits = _factors(m, total * usual, queue)
        goes = _goes(busy, order, factor)
        # Somebody goes to every case that doesn't find all busy: columns are scaled to say so.
        goes *= (1 - waits) / goes.sum(axis=0)
        usual = float((goes * mission).sum(axis=0) @ share / (1 - waits))
        # A case that waited is served by whoever is free first.
        line = waits * total * usual / m if queue else 0.0
        new = total * (goes * mission) @ share + line
        change = float(np.abs(new - busy).max())
        busy = np.clip((busy + new) / 2, 0.0, 0.999999)
        if change < _CLOSE:
            break
    delay = 1 / (m / usual - total) if queue else 0.0
    return Queue(busy, goes, waits, delay)


def _factors(m: int, offered: float, queue: bool) -> tuple[NDArray[np.float64], float]:
    """Larson's correction of the k-th officer asked, k from 0, and the probability that all are busy.

    Among officers who are alike, Q(k) is the probability that the first k asked are busy and the next is idle, divided by what it
    were if all were independent.
    """
    state = np.ones(m + 1)
    for k in range(1, m + 1):
        state[k] = state[k - 1] * offered / k
    ratio = offered / m
    tail = state[m] * ratio / (1 - ratio) if queue else 0.0
    whole = state.sum() + tail
    state, waits = state / whole, float((state[m] + tail) / whole)
    busy = float((state * np.arange(m + 1)).sum() + tail / whole * m) / m
    factor = np.zeros(m)
    number = np.arange(m)
    alike = state[:m].copy()
    for k in range(m):
        # alike: P(n busy) · P(the first k asked are among them); then the next one is not.
        factor[k] = float((alike * (m - number) / (m - k)).sum()) / (busy**k * (1 - busy))
        alike *= np.maximum(number - k, 0) / (m - k)
    return factor, waits


def _goes(busy: NDArray[np.float64], order: NDArray[np.int64], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (m, p): probability that each officer is the first idle one of each place."""
    p, m = order.shape
    asked = busy[order]
    before = np.cumprod(np.column_stack([np.ones(p), asked[:, :-1]]), axis=1)
    chance = factor * before * (1 - asked)
    goes = np.zeros((m, p))
    goes[order, np.arange(p)[:, None]] = chance
    return goes
