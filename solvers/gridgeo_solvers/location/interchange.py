"""Good sites quickly: one site in, one out, as long as that shortens the ways.

Teitz and Bart 1968 (*Heuristic methods for estimating the generalized vertex median of a weighted graph*), with the gains of all
exchanges told by one look at each demand (Whitaker 1983, *A fast algorithm for the greedy interchange for large-scale clustering
and median location problems*; Resende and Werneck 2007, *A fast swap-based local search procedure for location problems*).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import kernel


def interchange(
    cost: NDArray[np.float64], count: int, kept: tuple[int, ...], *, tries: int = 4, seed: int = 0
) -> NDArray[np.int64]:
    """`count` columns, those in `kept` among them, whose least costs add up to little; ascending.

    Parameters
    ----------
    cost
        Shape (n, m): finite cost of each demand at each candidate.
    count
        Number of sites.
    kept
        Columns that stay.
    tries
        Beginnings: the greedy one, then random ones.
    seed
        Of the random ones.
    """
    m = cost.shape[1]
    random = np.random.default_rng(seed)
    firm = np.zeros(m, dtype=np.bool_)
    firm[list(kept)] = True
    columns = np.ascontiguousarray(cost.T)
    best, least = np.zeros(0, dtype=np.int64), np.inf
    for number in range(tries):
        free = np.flatnonzero(~firm)
        if number == 0:
            start = _greedy(columns, count, np.array(kept, dtype=np.int64))
        else:
            start = np.concatenate([np.flatnonzero(firm), random.choice(free, count - int(firm.sum()), replace=False)])
        open_ = np.zeros(m, dtype=np.bool_)
        open_[start] = True
        _exchange(columns, open_, firm)
        sites = np.flatnonzero(open_)
        total = float(cost[:, sites].min(axis=1).sum())
        if total < least - 1e-9:
            best, least = sites, total
        if len(free) <= count - int(firm.sum()):
            break
    return best.astype(np.int64)


def _greedy(columns: NDArray[np.float64], count: int, kept: NDArray[np.int64]) -> NDArray[np.int64]:
    sites = kept.tolist()
    now = columns[sites].min(axis=0) if sites else np.full(columns.shape[1], np.inf)
    while len(sites) < count:
        total = np.minimum(columns, now).sum(axis=1)
        total[sites] = np.inf
        sites.append(int(total.argmin()))
        now = np.minimum(now, columns[sites[-1]])
    return np.array(sites, dtype=np.int64)


@kernel
def _exchange(columns, open_, firm):  # type: ignore[no-untyped-def]
    m, n = columns.shape
    one, two = np.empty(n), np.empty(n)
    who = np.empty(n, dtype=np.int64)
    loss = np.empty(m)
    while True:
        for i in range(n):
            one[i], two[i], who[i] = np.inf, np.inf, -1
        for j in range(m):
            if open_[j]:
                for i in range(n):
                    c = columns[j, i]
                    if c < one[i]:
                        two[i], one[i], who[i] = one[i], c, j
                    elif c < two[i]:
                        two[i] = c
        best, enters, leaves = 1e-7, -1, -1
        for j in range(m):
            if open_[j]:
                continue
            gain = 0.0
            loss[:] = 0.0
            for i in range(n):
                c = columns[j, i]
                if c < one[i]:
                    gain += one[i] - c
                else:
                    loss[who[i]] += min(two[i], c) - one[i]
            for r in range(m):
                if open_[r] and not firm[r] and gain - loss[r] > best:
                    best, enters, leaves = gain - loss[r], j, r
        if enters < 0:
            return
        open_[enters], open_[leaves] = True, False
