"""Every connected set of rows that a plan below a limit may use: the reduced cost of its site and rows leaves few.

All sets of a plan together exceed the bound at multipliers `u` by the excesses of the single sets, so no plan below
the incumbent holds a set whose excess is above the gap (column enumeration, Baldacci, Christofides and Mingozzi 2008).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.proof.pricing import (
    FREE,
    IMPOSSIBLE,
    IN,
    OUT,
    begin,
    by_ratio,
    fractional,
    put_in,
    reach,
    ways,
)


@kernel
def connect(home, state, weight, high, indptr, indices, dist, back, queue):
    """Rule out rows too far for the weight that is left; false where one of them is in."""
    inside = 0.0
    for i in range(len(state)):
        if state[i] == IN:
            inside += weight[i]
    if inside > high:
        return False
    ways(home, weight, state, indptr, indices, high - inside + 1e-9 * high, dist, back, queue)
    for i in range(len(state)):
        if dist[i] == np.inf:
            if state[i] == IN:
                return False
            state[i] = OUT
    return True


@kernel
def settle(state, x, reduced, weight, price, slack, clash):
    """Fix rows whose other choice would cost more than `slack`; false where rows that must be in clash."""
    for i in range(len(state)):
        if state[i] == FREE and 0.0 < x[i] < 1.0:
            continue
        if state[i] == FREE and abs(reduced[i] + price * weight[i]) > slack:
            if x[i] <= 0.0:
                state[i] = OUT
            elif not put_in(i, state, clash):
                return False
    return True


@kernel
def next_row(state, joined, reduced, weight, price, indptr, indices):
    """Free row beside the connected part whose other choice costs most; -1 where none is."""
    branch = -1
    most = -1.0
    for a in range(len(state)):
        if state[a] != FREE:
            continue
        turned = abs(reduced[a] + price * weight[a])
        if turned > most:
            for e in range(indptr[a], indptr[a + 1]):
                if joined[indices[e]]:
                    branch = a
                    most = turned
                    break
    return branch


@kernel
def fits(s, state, columns, home, weights, lower, upper, indptr, indices, x, seen, queue):
    """Whether the rows in are a connected set within every band of which `s` is the best site."""
    for m in range(len(weights)):
        load = 0.0
        for i in range(len(state)):
            if state[i] == IN:
                load += weights[m, i]
        if load < lower[m] or load > upper[m]:
            return False
    for i in range(len(state)):
        x[i] = 1.0 if state[i] == IN else 0.0
    reach(home[s], x, indptr, indices, seen, queue)
    for i in range(len(state)):
        if state[i] == IN and not seen[i]:
            return False
    own = 0.0
    for i in range(len(state)):
        own += x[i] * columns[s, i]
    for t in range(len(columns)):
        if t == s or state[home[t]] != IN:
            continue
        other = 0.0
        for i in range(len(state)):
            other += x[i] * columns[t, i]
        if other < own or (other == own and t < s):
            return False
    return True


@kernel
def sets_of(
    s, columns, home, u, measure, weights, lower, upper, allowed, clash, indptr, indices, most, out, cost, count, limit
):
    """Write the sets of site `s` worth up to `most` into `out` and `cost` from `count` on.

    Returns the new count and the nodes spent; a count of -1 says that `limit` nodes or the room in `out` didn't suffice.
    """
    n = columns.shape[1]
    reduced = columns[s] - u
    weight, low, high = weights[measure], lower[measure], upper[measure]
    order = by_ratio(reduced, weight)
    x = np.empty(n)
    chosen = np.empty(n)
    seen = np.empty(n, dtype=np.bool_)
    queue = np.empty(n, dtype=np.int64)
    dist = np.empty(n)
    back = np.empty(n, dtype=np.int64)
    state = np.empty(n, dtype=np.int8)
    stack = np.empty((n + 3, n), dtype=np.int8)
    held, nodes = int(begin(home[s], allowed[s], clash, stack[0])), 0
    while held > 0:
        held -= 1
        state[:] = stack[held]
        nodes += 1
        if nodes > limit:
            return -1, nodes
        if not connect(home[s], state, weight, high, indptr, indices, dist, back, queue):
            continue
        value, cut, price = fractional(order, reduced, weight, state, low, high, x)
        if cut == IMPOSSIBLE or value > most or not settle(state, x, reduced, weight, price, most - value, clash):
            continue
        for i in range(n):
            chosen[i] = 1.0 if state[i] == IN else 0.0
        reach(home[s], chosen, indptr, indices, seen, queue)
        branch = next_row(state, seen, reduced, weight, price, indptr, indices)
        if branch == -1:
            value, own = 0.0, 0.0
            for i in range(n):
                if state[i] == IN:
                    value += reduced[i]
                    own += columns[s, i]
            if value <= most and fits(s, state, columns, home, weights, lower, upper, indptr, indices, x, seen, queue):
                if count == len(out):
                    return -1, nodes
                for i in range(n):
                    out[count, i] = state[i] == IN
                cost[count] = own
                count += 1
            continue
        likely = (cut < 0 and x[branch] > 0.5) or cut == branch
        for side in range(2):
            stack[held] = state
            if (side == 0) == likely:
                stack[held, branch] = OUT
                held += 1
            elif put_in(branch, stack[held], clash):
                held += 1
    return count, nodes
