"""A start from given seeds: grids grow from their seed rows, the emptiest first, until every row is taken."""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, IntArray, Part

WORST = 3
"""A row that breaks a band and meets a rival."""


def seeded_start(part: Part, k: int) -> IntArray:
    """A connected plan of `k` grids in which row ``part.seeds[g]`` lies in grid g.

    The grid that is furthest below the middle of its band takes the nearest row beside it that keeps its bands and is
    no rival of what it holds. Grids that find none wait until no other can grow, then bands give way, rivals last.
    """
    low, high = part.bands(k)
    goal = _goals(part, low, high)
    first = np.zeros(part.n, dtype=np.int64)
    first[part.row_of[::-1]] = np.arange(len(part.row_of))[::-1]
    near = part.distances.table(first[part.seeds])
    graph = part.graph
    return _grow(
        near, part.seeds, graph.indptr, graph.indices, part.apart.indptr, part.apart.indices,
        np.ascontiguousarray(part.weights), goal, high,
    )  # fmt: skip


def _goals(part: Part, low: FloatArray, high: FloatArray) -> FloatArray:
    """Middles of the bands, scaled so that they add up to what there is; shape (measures, k)."""
    total = part.weights.sum(axis=1, keepdims=True)
    k = low.shape[1]
    middle = np.where(np.isfinite(high), (low + high) / 2, np.maximum(low, total / k))
    return np.maximum(middle * (total / np.maximum(middle.sum(axis=1, keepdims=True), 1e-12)), 1e-12)


@kernel
def _grow(near, seeds, indptr, indices, rivals, rival, weights, goal, high):
    n, k = near.shape
    plan = np.full(n, -1, dtype=np.int64)
    met = np.zeros((n, k), dtype=np.bool_)
    totals = np.zeros((len(weights), k))
    # What stands beside each grid: edges out of it, in linked lists.
    head, after = np.full(k, -1, dtype=np.int64), np.full(len(indices), -1, dtype=np.int64)
    share, borne = np.zeros(k), np.zeros(k, dtype=np.int64)
    taken = 0
    row, g = -1, -1
    while taken < n:
        if taken < k:
            row, g = seeds[taken], taken
        else:
            g = _emptiest(share, borne)
            if g < 0:
                break
            row = _nearest(g, borne[g], near, plan, indices, head, after, met, weights, totals, high)
            if row < 0:
                borne[g] += 1
                continue
        plan[row] = g
        taken += 1
        borne[g] = 0
        share[g] += k / n if len(weights) == 0 else 0.0
        for m in range(len(weights)):
            totals[m, g] += weights[m, row]
            share[g] = totals[m, g] / goal[m, g] if m == 0 else max(share[g], totals[m, g] / goal[m, g])
        for e in range(rivals[row], rivals[row + 1]):
            met[rival[e], g] = True
        for e in range(indptr[row], indptr[row + 1]):
            after[e] = head[g]
            head[g] = e
    return plan


@kernel
def _emptiest(share, borne):
    """The grid that bears least to grow, the emptiest of those; -1 where none can."""
    best = -1
    for g in range(len(share)):
        if borne[g] <= WORST and (
            best < 0 or borne[g] < borne[best] or (borne[g] == borne[best] and share[g] < share[best])
        ):
            best = g
    return best


@kernel
def _nearest(g, borne, near, plan, indices, head, after, met, weights, totals, high):
    """The nearest free row beside grid `g` that breaks no more than `borne`: 1 a band, 2 a rival's peace, 3 both."""
    best = -1
    before = -1
    e = head[g]
    while e >= 0:
        r = indices[e]
        if plan[r] >= 0:
            if before < 0:
                head[g] = after[e]
            else:
                after[before] = after[e]
        else:
            full = 0
            for m in range(len(weights)):
                if totals[m, g] + weights[m, r] > high[m, g] * (1 + SLACK):
                    full = 1
            if full + 2 * met[r, g] <= borne and (best < 0 or near[r, g] < near[best, g]):
                best = r
            before = e
        e = after[e]
    return best
