"""First plans: capacitated k-means by prices, then connected growth.

A centre's price is set so that the units nearest to it by cost + price carry the mean of the leading measure: exact
coordinate ascent on the duals of the transport problem, one weighted quantile (found by halving) at a time. Connected pieces around the
centres are kept, the rest is grown onto them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gridgeo_solvers.partition.annealing import next_random


@njit(cache=True, nogil=True, error_model="numpy")
def seed_centres(k, guide, row_of, state):
    """`k` sites spread by D² sampling (Arthur and Vassilvitskii 2007) on the cost itself."""
    rows, sites = guide.shape
    centres = np.empty(k, dtype=np.int64)
    centres[0] = int(next_random(state) * sites)
    near = guide[:, centres[0]].copy()
    for c in range(1, k):
        total = near.sum()
        pick = int(next_random(state) * sites)
        if total > 0.0:
            goal = next_random(state) * total
            run = 0.0
            for s in range(sites):
                r = row_of[s]
                run += near[r]
                if run >= goal:
                    pick = s
                    break
        centres[c] = pick
        for r in range(rows):
            near[r] = min(near[r], guide[r, pick])
    return centres


@njit(cache=True, nogil=True, error_model="numpy")
def price(k, guide, centres, load, goal, prices, rounds):
    """Raise and lower `prices` (per unit of load) until every centre draws about `goal` of `load`."""
    n = len(load)
    gain = np.empty(n)
    for _ in range(rounds):
        for g in range(k):
            for r in range(n):
                other = np.inf
                for h in range(k):
                    if h != g:
                        other = min(other, guide[r, centres[h]] / load[r] + prices[h])
                gain[r] = other - guide[r, centres[g]] / load[r]
            low = gain.min()
            high = gain.max()
            for _ in range(40):
                middle = 0.5 * (low + high)
                run = 0.0
                for r in range(n):
                    if gain[r] >= middle:
                        run += load[r]
                if run >= goal:
                    low = middle
                else:
                    high = middle
            prices[g] = low


@njit(cache=True, nogil=True, error_model="numpy")
def grow(k, guide, centres, load, prices, indptr, indices, row_of):
    """Connected plan: units join an adjacent grid in the order of cost + price (Dijkstra-like, quadratic scan free)."""
    n = len(load)
    plan = np.full(n, -1, dtype=np.int64)
    choice = np.empty(n, dtype=np.int64)
    for r in range(n):
        best = np.inf
        for g in range(k):
            value = guide[r, centres[g]] / load[r] + prices[g]
            if value < best:
                best = value
                choice[r] = g
    queue = np.empty(n, dtype=np.int64)
    for g in range(k):
        choice[row_of[centres[g]]] = g
        plan[row_of[centres[g]]] = g
    tail = 0
    for g in range(k):
        head = tail
        queue[tail] = row_of[centres[g]]
        tail += 1
        while head < tail:
            p = queue[head]
            head += 1
            for e in range(indptr[p], indptr[p + 1]):
                q = indices[e]
                if plan[q] < 0 and choice[q] == g:
                    plan[q] = g
                    queue[tail] = q
                    tail += 1
    while True:
        left = 0
        best = np.inf
        row = -1
        grid = -1
        for r in range(n):
            if plan[r] >= 0:
                continue
            left += 1
            for e in range(indptr[r], indptr[r + 1]):
                g = plan[indices[e]]
                if g >= 0:
                    value = guide[r, centres[g]] / load[r] + prices[g]
                    if value < best:
                        best = value
                        row = r
                        grid = g
        if left == 0 or row < 0:
            return plan
        plan[row] = grid


@njit(cache=True, nogil=True, error_model="numpy")
def start_plan(k, guide, row_of, indptr, indices, load, priced, seed, lloyd):
    """A connected plan of `k` grids; `load` is the leading measure (> 0), ignored in prices unless `priced`."""
    n = len(load)
    state = np.empty(1, dtype=np.uint64)
    state[0] = np.uint64(seed) * np.uint64(2654435769) + np.uint64(6364136223846793005)
    centres = seed_centres(k, guide, row_of, state)
    _spread_out(centres, row_of, n)
    prices = np.zeros(k)
    goal = load.sum() / k
    plan = np.zeros(n, dtype=np.int64)
    for step in range(lloyd):
        if priced:
            price(k, guide, centres, load, goal, prices, 2 if step + 1 < lloyd else 6)
        plan = grow(k, guide, centres, load, prices, indptr, indices, row_of)
        if step + 1 < lloyd:
            _move_centres(plan, k, guide, row_of, centres)
    return plan


@njit(cache=True, nogil=True, error_model="numpy")
def _spread_out(centres, row_of, n):
    """Give every centre a row of its own."""
    taken = np.zeros(n, dtype=np.bool_)
    for g in range(len(centres)):
        s = centres[g]
        while taken[row_of[s]]:
            s = (s + 1) % len(row_of)
        centres[g] = s
        taken[row_of[s]] = True


@njit(cache=True, nogil=True, error_model="numpy")
def _move_centres(plan, k, guide, row_of, centres):
    best = np.full(k, np.inf)
    for s in range(len(row_of)):
        g = plan[row_of[s]]
        total = 0.0
        for r in range(len(plan)):
            if plan[r] == g:
                total += guide[r, s]
                if total >= best[g]:
                    break
        if total < best[g]:
            best[g] = total
            centres[g] = s
