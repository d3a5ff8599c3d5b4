"""First plans: capacitated k-means by prices, then connected growth.

A centre's price is set so that the rows nearest to it by cost + price carry the mean of the leading measure: exact
coordinate ascent on the duals of the transport problem, one weighted quantile (found by halving) at a time. Connected
pieces around the centres are kept, the rest is grown onto them.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part

LLOYD = 7
"""Times that centres move to the best site of their grid."""


def fresh_start(part: Part, k: int, random: np.random.Generator) -> IntArray:
    """A connected plan of `k` grids that nearly balances the leading measure."""
    load, priced = leading_load(part)
    goal = float(load.sum()) / k
    centres = _seeds(part, k, random)
    prices = np.zeros(k)
    for step in range(LLOYD + 1):
        near = np.ascontiguousarray(part.distances.table(centres) / load[:, None])
        if priced and k > 1:
            price(near, load, goal, prices, 2 if step < LLOYD else 6)
        plan: IntArray = grow(near, prices, part.row_of[centres], part.graph.indptr, part.graph.indices)
        if step < LLOYD:
            centres = part.centres(plan, k)
    return plan


def leading_load(part: Part) -> tuple[FloatArray, bool]:
    """The measure that prices balance: the one with the narrowest band; without any, nothing is priced."""
    if not len(part.weights):
        return np.ones(part.n), False
    width = (np.minimum(part.upper, 10 * part.mean) - part.lower) / part.mean
    load = part.weights[int(width.argmin())]
    if load.sum() <= 0:
        return np.ones(part.n), False
    return np.maximum(load, 1e-3 * load.mean()), True


def _seeds(part: Part, k: int, random: np.random.Generator) -> IntArray:
    """`k` sites in different rows, spread by D² sampling (Arthur and Vassilvitskii 2007) on the cost itself."""
    centres = [int(random.integers(len(part.row_of)))]
    near = part.distances.table(np.array(centres))[:, 0]
    free = np.ones(part.n, dtype=bool)
    free[part.row_of[centres[0]]] = False
    while len(centres) < k:
        chance = near[part.row_of] * free[part.row_of]
        if chance.sum() <= 0:
            chance = free[part.row_of].astype(np.float64)
        site = int(random.choice(len(chance), p=chance / chance.sum()))
        centres.append(site)
        free[part.row_of[site]] = False
        near = np.minimum(near, part.distances.table(np.array([site]))[:, 0])
    return np.array(centres)


@kernel
def price(near, load, goal, prices, rounds):
    """Raise and lower `prices` (per unit of load) until every centre draws about `goal` of `load`."""
    n, k = near.shape
    gain = np.empty(n)
    for _ in range(rounds):
        for g in range(k):
            low = np.inf
            high = -np.inf
            for r in range(n):
                other = np.inf
                for h in range(k):
                    if h != g:
                        other = min(other, near[r, h] + prices[h])
                gain[r] = other - near[r, g]
                low = min(low, gain[r])
                high = max(high, gain[r])
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


@kernel
def grow(near, prices, homes, indptr, indices):
    """Connected plan around `homes`: first every row with its best grid where it is joined to that grid's home, then
    the others one by one, the cheapest row beside a grid first. Of grids with one home, the later begin at the cheapest
    free row.
    """
    n, k = near.shape
    plan = np.full(n, -1, dtype=np.int64)
    roots = homes.copy()
    choice = np.empty(n, dtype=np.int64)
    for r in range(n):
        best = np.inf
        for g in range(k):
            if near[r, g] + prices[g] < best:
                best = near[r, g] + prices[g]
                choice[r] = g
    queue = np.empty(n, dtype=np.int64)
    tail = 0
    for g in range(k):
        if plan[roots[g]] >= 0:
            roots[g] = -1
            for r in range(n):
                if plan[r] < 0 and (roots[g] < 0 or near[r, g] < near[roots[g], g]):
                    roots[g] = r
        plan[roots[g]] = g
    for g in range(k):
        head = tail
        queue[tail] = roots[g]
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
    while tail < n:
        best = np.inf
        row = -1
        grid = -1
        for r in range(n):
            if plan[r] < 0:
                for e in range(indptr[r], indptr[r + 1]):
                    g = plan[indices[e]]
                    if g >= 0 and (row < 0 or near[r, g] + prices[g] < best):
                        best = near[r, g] + prices[g]
                        row = r
                        grid = g
        if row < 0:
            break
        plan[row] = grid
        tail += 1
    return plan
