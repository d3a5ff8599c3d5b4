"""Simulated annealing on connected grids: one unit at a time moves to a neighbouring grid.

Bands are penalties, weak while hot and strong at the end: the quadratic part lets excess diffuse through grids that
are full, the linear part closes the last small miss. The kernel is compiled at its first call, then cached.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from numba import njit

from gridgeo_solvers.partition.parts import SLACK, IntArray, Part
from gridgeo_solvers.partition.values import Found, better, found

COLD = 0.02
"""Last temperature, in mean costs of a row."""
WEAK, STRONG = 0.3, 30.0
"""Pressure of the bands at the first and the last level: what moving one mean row's excess costs."""


def anneal(part: Part, plan: IntArray, k: int, *, sweeps: int, hot: float, seed: int) -> Found:
    """Best plan met from `plan`: temperatures fall geometrically from `hot` (in mean costs of a row).

    Grids are centred anew after every level. `sweeps` is the number of proposed moves per row in all.
    """
    levels = int(np.clip(sweeps // 20, 8, 60))
    graph = part.graph
    rows = plan.copy()
    best = found(part, rows.copy(), k)
    unit_cost = max(best.value.cost / part.n, 1e-12)
    typical = k / part.n
    state = np.array([seed * 2654435769 + 88172645463325252], dtype=np.uint64)
    stamp, queue = np.zeros(part.n, dtype=np.int64), np.empty(part.n, dtype=np.int64)
    mark = 0
    for level in range(levels + 1):
        share = min(level / max(levels - 1, 1), 1.0)
        heat = 0.0 if level == levels else unit_cost * hot * (COLD / hot) ** share
        press = unit_cost / typical * WEAK * (STRONG / WEAK) ** share
        totals = part.totals(rows, k)
        size = np.bincount(rows, minlength=k)
        now = part.distances.table(part.centres(rows, k)) * part.centred if part.centred else np.zeros((1, 1))
        mark = sweep(
            rows, size, totals, graph.indptr, graph.indices, part.cut, part.weights, part.lower, part.upper,
            part.mean, now, part.centred > 0, max(part.n * sweeps // levels, 1), heat, press, typical, state, stamp, queue,
            mark,
        )  # fmt: skip
        best = better(best, found(part, rows.copy(), k))
    return best


@njit(cache=True, nogil=True, error_model="numpy")
def next_random(state):
    """Xorshift64* (Vigna 2016): a uniform number in [0, 1) and the new state in `state[0]`."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True, error_model="numpy")
def stays_connected(i, indptr, indices, grid_of, stamp, queue, mark):
    """Whether the grid of `i` stays connected without it; uses marks `mark` and `mark + 1` of `stamp`."""
    a = grid_of[i]
    wanted = 0
    first = -1
    for e in range(indptr[i], indptr[i + 1]):
        j = indices[e]
        if grid_of[j] == a:
            wanted += 1
            stamp[j] = mark
            first = j
    if wanted <= 1:
        return wanted == 1
    stamp[i] = mark + 1
    stamp[first] = mark + 1
    found_rows = 1
    queue[0] = first
    head = 0
    tail = 1
    while head < tail:
        p = queue[head]
        head += 1
        for e in range(indptr[p], indptr[p + 1]):
            q = indices[e]
            if grid_of[q] == a and stamp[q] != mark + 1:
                if stamp[q] == mark:
                    found_rows += 1
                    if found_rows == wanted:
                        return True
                stamp[q] = mark + 1
                queue[tail] = q
                tail += 1
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def penalty(total, low, high, mean, typical):
    """Linear and quadratic price of what `total` misses its band by, as a share of `mean`."""
    miss = 0.0
    if total > high * (1 + SLACK):
        miss = (total - high) / mean
    elif total < low * (1 - SLACK):
        miss = (low - total) / mean
    return miss + miss * miss / typical


@njit(cache=True, nogil=True, error_model="numpy")
def sweep(
    plan, size, totals, indptr, indices, lengths, weights, lower, upper, mean, cost, centred, proposals, heat, press,
    typical, state, stamp, queue, mark,
):  # fmt: skip
    """Propose moves at one temperature; `plan`, `size` and `totals` change in place. Returns the last mark used.

    `cost` has shape (rows, k): to the present centre of every grid.
    """
    n = len(plan)
    measures = len(weights)
    for _ in range(proposals):
        i = int(next_random(state) * n)
        degree = indptr[i + 1] - indptr[i]
        if degree == 0:
            continue
        b = plan[indices[indptr[i] + int(next_random(state) * degree)]]
        a = plan[i]
        if a == b or size[a] == 1:
            continue
        change = 0.0
        if centred:
            change = cost[i, b] - cost[i, a]
        else:
            for e in range(indptr[i], indptr[i + 1]):
                g = plan[indices[e]]
                if g == a:
                    change += lengths[e]
                elif g == b:
                    change -= lengths[e]
        for m in range(measures):
            w = weights[m, i]
            if w > 0.0:
                for side in range(4):
                    g = a if side < 2 else b
                    shift = 0.0 if side % 2 == 0 else (-w if g == a else w)
                    priced = press * penalty(totals[m, g] + shift, lower[m], upper[m], mean[m], typical)
                    change += priced if side % 2 == 1 else -priced
        if change > 0.0 and (heat == 0.0 or next_random(state) >= np.exp(-change / heat)):
            continue
        mark += 2
        if not stays_connected(i, indptr, indices, plan, stamp, queue, mark):
            continue
        plan[i] = b
        size[a] -= 1
        size[b] += 1
        for m in range(measures):
            totals[m, a] -= weights[m, i]
            totals[m, b] += weights[m, i]
    return mark
