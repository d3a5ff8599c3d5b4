"""The cheapest connected set of whole rows around a site, at given multipliers, within the band of one measure.

A knapsack with a lower and an upper end is relaxed to fractions of rows and solved by one pass over the rows in the order
of their ratio (Dantzig 1957). Branch and bound, best first, makes it whole: on the row that is cut, on rows that clash,
and on rows cut off from the site. Where counties nearly fill a grid this bound is far above the fractional one.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import kernel

OUT, FREE, IN = -1, 0, 1
"""State of a row in a node of the branch and bound."""
COARSE = 20.0
"""Times `light`: rows above it are made whole before rows are connected."""
NONE, IMPOSSIBLE = -1, -2
"""In place of the row that is cut: no row is; no share of the free rows meets the band."""


@kernel
def by_ratio(reduced, weight):
    """Rows in the order in which a knapsack takes them."""
    n = len(reduced)
    ratio = np.empty(n)
    for i in range(n):
        if weight[i] > 0.0:
            ratio[i] = reduced[i] / weight[i]
        else:
            ratio[i] = -np.inf if reduced[i] < 0.0 else np.inf
    return np.argsort(ratio)


@kernel
def fractional(order, reduced, weight, state, low, high, x):
    """Least value of the rows' shares `x` with a load within the band: value, the row that is cut, price of the load."""
    n = len(reduced)
    value = 0.0
    load = 0.0
    for i in range(n):
        x[i] = 0.0
        if state[i] == IN:
            value += reduced[i]
            load += weight[i]
            x[i] = 1.0
    if load > high:
        return np.inf, IMPOSSIBLE, 0.0
    price = 0.0
    for i in order:
        if state[i] != FREE:
            continue
        if reduced[i] >= 0.0 and load >= low:
            break
        edge = high if reduced[i] < 0.0 else low
        if load + weight[i] > edge:
            share = max(edge - load, 0.0) / weight[i]
            x[i] = share
            return value + share * reduced[i], i, -reduced[i] / weight[i]
        load += weight[i]
        value += reduced[i]
        x[i] = 1.0
        if reduced[i] > 0.0 and weight[i] > 0.0:
            price = -reduced[i] / weight[i]
    if load < low:
        return np.inf, IMPOSSIBLE, 0.0
    return value, NONE, price


@kernel
def ways(root, weight, state, indptr, indices, most, dist, back, queue):
    """Least weight to be added to connect every row with `root` through rows that aren't out (rows in are free).

    Ways heavier than `most` count as none. `queue` is room for as many rows as there are.
    """
    dist[:] = np.inf
    back[:] = -1
    dist[root] = 0.0
    queue[0] = root
    waiting = 1
    while waiting > 0:
        p = 0
        for q in range(1, waiting):
            if dist[queue[q]] < dist[queue[p]]:
                p = q
        a = queue[p]
        waiting -= 1
        queue[p] = queue[waiting]
        for e in range(indptr[a], indptr[a + 1]):
            b = indices[e]
            if state[b] == OUT:
                continue
            reached = dist[a] + (0.0 if state[b] == IN else weight[b])
            if reached <= most and reached < dist[b]:
                if dist[b] == np.inf:
                    queue[waiting] = b
                    waiting += 1
                dist[b] = reached
                back[b] = a


@kernel
def reach(root, x, indptr, indices, seen, queue):
    """Mark in `seen` the rows with a positive share that are connected with `root`."""
    seen[:] = False
    seen[root] = True
    queue[0] = root
    filled = 1
    taken = 0
    while taken < filled:
        a = queue[taken]
        taken += 1
        for e in range(indptr[a], indptr[a + 1]):
            b = indices[e]
            if x[b] > 0.0 and not seen[b]:
                seen[b] = True
                queue[filled] = b
                filled += 1


@kernel
def put_in(row, state, clash):
    """Take `row` and rule its rivals out; false where one of them is in already."""
    state[row] = IN
    for c in range(len(state)):
        if clash[row, c]:
            if state[c] == IN:
                return False
            state[c] = OUT
    return True


@kernel
def clashing(state, x, weight, clash):
    """Heaviest free row with a share that clashes with another such row; -1 where none does."""
    worst = -1
    for a in range(len(x)):
        if x[a] > 0.0 and state[a] == FREE and (worst < 0 or weight[a] > weight[worst]):
            for c in range(len(x)):
                if x[c] > 0.0 and clash[a, c]:
                    worst = a
                    break
    return worst


@kernel
def begin(home, allowed, clash, state):
    """State of the rows of a site before any choice; false where its own row is out."""
    for i in range(len(state)):
        state[i] = FREE if allowed[i] else OUT
    return allowed[home] and put_in(home, state, clash)


@kernel
def mend(root, weight, state, high, x, indptr, indices, seen, dist, back, queue):
    """What to do about rows cut off from `root`: the row to branch on, or
    -1 (nothing is cut off, or nothing can be done), -2 (no set is left), -3 (`state` was narrowed, solve again).
    """
    n = len(x)
    lost = -1
    inside = 0.0
    for i in range(n):
        if state[i] == IN:
            inside += weight[i]
        if x[i] > 0.0 and not seen[i] and (lost < 0 or weight[i] > weight[lost]):
            lost = i
    if lost < 0:
        return -1
    left = high - inside + 1e-9 * high
    ways(root, weight, state, indptr, indices, left, dist, back, queue)
    narrowed = False
    for i in range(n):
        if dist[i] > left:
            if state[i] == IN:
                return -2
            if state[i] == FREE:
                state[i] = OUT
                narrowed = narrowed or x[i] > 0.0
    if narrowed:
        return -3
    if state[lost] == FREE:
        return lost
    a = back[lost]
    while a >= 0 and not (state[a] == FREE and x[a] < 1.0):
        a = back[a]
    return a


@kernel
def cheapest(home, reduced, weight, start, low, high, clash, indptr, indices, light, limit, cutoff, x):
    """Bound on the value of every set around `home`, exact but for cut rows up to `light` where `limit` nodes suffice.

    `start` is the state of the rows; `x` is filled with the shares behind the bound. Returns the bound and the nodes
    spent; the search ends as soon as the bound is above `cutoff`.
    """
    n = len(reduced)
    order = by_ratio(reduced, weight)
    states = np.empty((2 * limit + 4, n), dtype=np.int8)
    bounds = np.empty(2 * limit + 4)
    states[0] = start
    bounds[0], cut, _ = fractional(order, reduced, weight, start, low, high, x)
    if cut == IMPOSSIBLE or limit == 0:
        return bounds[0], 0
    held, nodes = 1, 0
    seen = np.empty(n, dtype=np.bool_)
    queue = np.empty(n, dtype=np.int64)
    dist = np.empty(n)
    back = np.empty(n, dtype=np.int64)
    state = np.empty(n, dtype=np.int8)
    while held > 0:
        t = 0
        for q in range(1, held):
            if bounds[q] < bounds[t]:
                t = q
        bound = bounds[t]
        state[:] = states[t]
        _, cut, _ = fractional(order, reduced, weight, state, low, high, x)
        if bound > cutoff or nodes >= limit:
            return bound, nodes
        nodes += 1
        held -= 1
        states[t] = states[held]
        bounds[t] = bounds[held]
        branch = cut if cut >= 0 and weight[cut] > COARSE * light else clashing(state, x, weight, clash)
        if branch < 0:
            reach(home, x, indptr, indices, seen, queue)
            branch = mend(home, weight, state, high, x, indptr, indices, seen, dist, back, queue)
            if branch == -1:
                if cut < 0 or weight[cut] <= light:
                    return bound, nodes
                branch = cut
            if branch == -2:
                continue
        for side in range(2):
            states[held] = state
            if branch < 0:
                if side == 1:
                    break
            elif side == 0:
                states[held, branch] = OUT
            elif not put_in(branch, states[held], clash):
                continue
            value, cut, _ = fractional(order, reduced, weight, states[held], low, high, x)
            if cut != IMPOSSIBLE:
                bounds[held] = max(bound, value)
                held += 1
    return np.inf, nodes


@kernel
def worths(columns, home, u, weight, allowed, low, high, clash, indptr, indices, light, limit, k, worth, use):
    """Bound on the value of every site at multipliers `u`, sharp where a site may be among the `k` cheapest.

    `use`, shape (sites, rows), holds the shares behind the bounds of the `k` cheapest. Returns the nodes spent.
    """
    sites, n = columns.shape
    spent = 0
    x = np.empty(n)
    kept = np.full(k, np.inf)
    state = np.empty(n, dtype=np.int8)
    for s in range(sites):
        worth[s] = np.inf
        if begin(home[s], allowed[s], clash, state):
            worth[s], _ = cheapest(
                home[s], columns[s] - u, weight, state, low, high, clash, indptr, indices, light, 0, np.inf, x
            )
    for s in np.argsort(worth):
        if worth[s] >= kept[k - 1]:
            break
        begin(home[s], allowed[s], clash, state)
        worth[s], nodes = cheapest(
            home[s], columns[s] - u, weight, state, low, high, clash, indptr, indices, light, limit, kept[k - 1], use[s]
        )
        spent += nodes + 1
        if worth[s] < kept[k - 1]:
            q = k - 1
            while q > 0 and kept[q - 1] > worth[s]:
                kept[q] = kept[q - 1]
                q -= 1
            kept[q] = worth[s]
    return spent


@kernel
def rule_out(columns, home, u, weight, allowed, low, high, clash, indptr, indices, light, limit, most):
    """Clear in `allowed` the pairs of site and row of which every set is worth more than ``most[site]``."""
    sites, n = columns.shape
    spent = 0
    x = np.empty(n)
    state = np.empty(n, dtype=np.int8)
    for s in range(sites):
        reduced = columns[s] - u
        for i in range(-1, n):
            if i >= 0 and (not allowed[s, i] or i == home[s]):
                continue
            possible = begin(home[s], allowed[s], clash, state)
            if possible and i >= 0:
                possible = state[i] == FREE and put_in(i, state, clash)
            worth = np.inf
            if possible:
                worth, nodes = cheapest(
                    home[s], reduced, weight, state, low, high, clash, indptr, indices, light, limit, most[s], x
                )
                spent += nodes + 1
            if worth > most[s]:
                if i < 0:
                    allowed[s, :] = False
                    break
                allowed[s, i] = False
    return spent
