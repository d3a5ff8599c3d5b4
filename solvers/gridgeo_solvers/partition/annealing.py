"""Simulated annealing on connected grids: one unit at a time moves to a neighbouring grid.

Bands are penalties, weak while hot and strong at the end: the quadratic part lets excess diffuse through grids that
are full, the linear part closes the last small miss. Compiled on the first call, then cached.
"""

from __future__ import annotations

import numpy as np
from numba import njit

SLACK = 1e-9


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
    if wanted == 0:
        return False
    if wanted == 1:
        return True
    stamp[i] = mark + 1
    stamp[first] = mark + 1
    found = 1
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
                    found += 1
                    if found == wanted:
                        return True
                stamp[q] = mark + 1
                queue[tail] = q
                tail += 1
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def recentre(grid_of, k, guide, row_of, centres):
    """Put the best site of every grid into `centres`."""
    best = np.full(k, np.inf)
    members_ptr = np.zeros(k + 1, dtype=np.int64)
    for r in range(len(grid_of)):
        members_ptr[grid_of[r] + 1] += 1
    for g in range(k):
        members_ptr[g + 1] += members_ptr[g]
    fill = members_ptr[:k].copy()
    members = np.empty(len(grid_of), dtype=np.int64)
    for r in range(len(grid_of)):
        members[fill[grid_of[r]]] = r
        fill[grid_of[r]] += 1
    sums = np.zeros(len(row_of))
    for g in range(k):
        for p in range(members_ptr[g], members_ptr[g + 1]):
            r = members[p]
            for s in range(len(row_of)):
                if grid_of[row_of[s]] == g:
                    sums[s] += guide[r, s]
    for s in range(len(row_of)):
        g = grid_of[row_of[s]]
        if sums[s] < best[g]:
            best[g] = sums[s]
            centres[g] = s


@njit(cache=True, nogil=True, error_model="numpy")
def missed(total, low, high, mean):
    """What `total` misses its band by, as a share of `mean`."""
    if total > high * (1 + SLACK):
        return (total - high) / mean
    if total < low * (1 - SLACK):
        return (low - total) / mean
    return 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def measure_plan(grid_of, k, indptr, indices, lengths, weights, lower, upper, mean, cost, centres, centred):
    """Violation and cost of a plan whose grids are centred on `centres`."""
    violation = 0.0
    for m in range(len(weights)):
        total = np.zeros(k)
        for r in range(len(grid_of)):
            total[grid_of[r]] += weights[m, r]
        for g in range(k):
            violation += missed(total[g], lower[m], upper[m], mean[m])
    value = 0.0
    if centred:
        for r in range(len(grid_of)):
            value += cost[r, centres[grid_of[r]]]
    else:
        for r in range(len(grid_of)):
            for e in range(indptr[r], indptr[r + 1]):
                if indices[e] > r and grid_of[indices[e]] != grid_of[r]:
                    value += lengths[e]
    return violation, value


@njit(cache=True, nogil=True, error_model="numpy")
def anneal(
    grid_of, k, indptr, indices, lengths, weights, lower, upper, mean, cost, guide, row_of, centred,
    levels, sweeps, hot, cold, press_first, press_last, seed,
):  # fmt: skip
    """Best plan met, its violation (sum of shares) and its cost.

    Parameters are those of `Part`; `levels` temperatures fall geometrically from `hot` to `cold` (in mean costs of a
    row) with `sweeps` × n proposals in all, while the pressure of the bands rises from `press_first` to `press_last`.
    Best is lexicographic: less violation first, then less cost.
    """
    n = len(grid_of)
    measures = len(weights)
    plan = grid_of.copy()
    centres = np.zeros(k, dtype=np.int64)
    recentre(plan, k, guide, row_of, centres)
    state = np.empty(1, dtype=np.uint64)
    state[0] = np.uint64(seed) * np.uint64(2654435769) + np.uint64(88172645463325252)
    stamp = np.zeros(n, dtype=np.int64)
    queue = np.empty(n, dtype=np.int64)
    mark = 1
    totals = np.zeros((measures, k))
    size = np.zeros(k, dtype=np.int64)
    for r in range(n):
        size[plan[r]] += 1
        for m in range(measures):
            totals[m, plan[r]] += weights[m, r]
    best = plan.copy()
    best_violation, best_cost = measure_plan(
        plan, k, indptr, indices, lengths, weights, lower, upper, mean, cost, centres, centred
    )
    unit_cost = max(best_cost / n, 1e-12)
    typical = k / n
    per_level = n * sweeps // levels
    for level in range(levels + 1):
        share = level / max(levels - 1, 1)
        heat = unit_cost * hot * (cold / hot) ** share
        press = unit_cost / typical * press_first * (press_last / press_first) ** min(share, 1.0)
        if level == levels:
            heat = 0.0
        for _ in range(per_level):
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
                change = cost[i, centres[b]] - cost[i, centres[a]]
            else:
                for e in range(indptr[i], indptr[i + 1]):
                    g = plan[indices[e]]
                    if g == a:
                        change += lengths[e]
                    elif g == b:
                        change -= lengths[e]
            for m in range(measures):
                w = weights[m, i]
                if w == 0.0:
                    continue
                ta = totals[m, a]
                tb = totals[m, b]
                va = missed(ta, lower[m], upper[m], mean[m])
                vb = missed(tb, lower[m], upper[m], mean[m])
                wa = missed(ta - w, lower[m], upper[m], mean[m])
                wb = missed(tb + w, lower[m], upper[m], mean[m])
                change += press * (wa + wb - va - vb + (wa * wa + wb * wb - va * va - vb * vb) / typical)
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
        recentre(plan, k, guide, row_of, centres)
        violation, value = measure_plan(
            plan, k, indptr, indices, lengths, weights, lower, upper, mean, cost, centres, centred
        )
        if violation < best_violation - 1e-12 or (violation <= best_violation + 1e-12 and value < best_cost):
            best[:] = plan
            best_violation = violation
            best_cost = value
    return best, best_violation, best_cost
