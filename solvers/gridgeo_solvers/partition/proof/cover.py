"""Choose k disjoint sets that hold every row, at least cost: set partitioning over sets that are all known.

Duals of the linear programme give every set a reduced cost, whatever their rounding; sets above the gap leave, and the
few that remain are combined by backtracking on the row that fewest sets hold.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground import highs
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray

BACKTRACKS = 2_000_000
"""Sets tried by backtracking before it is given up."""


@dataclass(frozen=True)
class Cover:
    """`bound` on every choice; `chosen` is the best choice below the limit, None where there is none or `complete` is
    false; `u` are the duals of the rows.
    """

    bound: float
    chosen: IntArray | None
    complete: bool
    u: FloatArray


def cover(sets: NDArray[np.bool_], cost: FloatArray, k: int, u: FloatArray, limit: float) -> Cover:
    """Cheapest choice of `k` of the `sets`, shape (sets, rows), below `limit`; `u` are multipliers to begin with."""
    if len(sets) < k or not sets.any(axis=0).all():
        return Cover(np.inf, None, True, u)
    scale = limit / sets.shape[1]
    duals = highs.row_duals(cost / scale, sets, k, 2.0 * sets.shape[1])
    u = u if duals is None else duals * scale
    reduced = cost - sets @ u
    least = float(reduced.min())
    bound = float(u.sum()) + k * least
    excess = reduced - least
    slack = limit - bound
    if slack <= 0:
        return Cover(bound, None, True, u)
    kept = np.flatnonzero(excess < slack)
    kept = kept[np.argsort(excess[kept], kind="stable")]
    chosen = np.empty(k, dtype=np.int64)
    held = sets[kept]
    row_order = np.argsort(held.sum(axis=0), kind="stable")
    tried = _choose(held, excess[kept], k, slack, row_order, BACKTRACKS, chosen)
    if tried < 0:
        return Cover(bound, None, False, u)
    if chosen[0] < 0:
        return Cover(limit, None, True, u)
    return Cover(float(cost[kept[chosen]].sum()), kept[chosen], True, u)


@kernel
def _choose(sets, excess, k, slack, row_order, limit, chosen):
    """Fill `chosen` with the `k` disjoint sets of least total excess below `slack` that hold every row; -1 where none do.

    `sets` ascend by excess. Returns the sets tried, -1 where `limit` of them didn't suffice.
    """
    count, n = sets.shape
    chosen[:] = -1
    used = np.zeros(n, dtype=np.int64)
    now = np.full(k + 1, -1, dtype=np.int64)
    row = np.empty(k + 1, dtype=np.int64)
    total = np.zeros(k + 1)
    depth, tried = 0, 0
    row[0] = row_order[0]
    while depth >= 0:
        # Give the set of this depth back and look for the next one that holds its row.
        c = now[depth]
        if c >= 0:
            for i in range(n):
                if sets[c, i]:
                    used[i] = 0
        c += 1
        found = False
        while c < count and total[depth] + excess[c] < slack:
            if sets[c, row[depth]]:
                tried += 1
                if tried > limit:
                    return -1
                found = True
                for i in range(n):
                    if sets[c, i] and used[i]:
                        found = False
                        break
                if found:
                    break
            c += 1
        if not found:
            now[depth] = -1
            depth -= 1
            continue
        now[depth] = c
        for i in range(n):
            if sets[c, i]:
                used[i] = 1
        total[depth + 1] = total[depth] + excess[c]
        free = -1
        for i in row_order:
            if not used[i]:
                free = i
                break
        if free < 0:
            if depth == k - 1:
                slack = total[depth + 1]
                chosen[:] = now[:k]
        elif depth < k - 1:
            depth += 1
            row[depth] = free
            now[depth] = -1
    return tried
