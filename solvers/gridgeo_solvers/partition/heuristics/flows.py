"""The cheapest way to share rows among fixed centres within bands of one measure: a transportation problem.

Rows may be shared in parts, connection is left out. Load is sent along the cheapest chains of grids, out of full grids
and into empty ones, until no chain gains (successive shortest paths on a graph with one vertex a grid, after Tokuyama
and Nakano 1995). The prices that come out balance the centres: with them every row is where cost plus price is least.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import kernel

EDGE = 1e-12
"""Share of a band's end within which a load counts as being at it."""


@kernel
def balance(cost, load, low, high, price, choice, price_out):
    """Least cost of sharing rows among grids with loads from `low` to `high`; infinite where that can't be.

    `cost` has shape (rows, grids), `price` is asked per unit of load: the nearer it is to the prices that balance, the
    faster. `choice` becomes the grid with most of each row, `price_out` the prices that balance.
    """
    n, k = cost.shape
    share = np.zeros((n, k))
    total = np.zeros(k)
    members = np.empty((k, n), dtype=np.int32)
    size = np.zeros(k, dtype=np.int64)
    place = np.full((n, k), -1, dtype=np.int32)
    each = np.zeros(n)
    for r in range(n):
        if load[r] > 0.0:
            each[r] = 1.0 / load[r]
    hop = np.full((k, k), np.inf)
    by = np.full((k, k), -1, dtype=np.int64)
    wide = _choose(cost, load, each, price, choice, hop, by)
    for r in range(n):
        if load[r] > 0.0:
            share[r, choice[r]] = load[r]
            total[choice[r]] += load[r]
            _join(choice[r], r, members, size, place)
    force = 4.0 * k * wide + 1.0
    far = np.empty(k)
    via = np.empty(k, dtype=np.int64)
    path = np.empty(k + 1, dtype=np.int64)
    for _ in range(40 * n + 1000):
        for g in range(k):
            far[g] = -force if total[g] > high[g] * (1 + EDGE) else (0.0 if total[g] > low[g] * (1 + EDGE) else force)
        _shortest(hop, far, via, 1e-9 * wide)
        best_worth = -1e-8 * wide
        end = -1
        for h in range(k):
            if via[h] >= 0:
                room = -force if total[h] < low[h] * (1 - EDGE) else (0.0 if total[h] < high[h] * (1 - EDGE) else force)
                if far[h] + room < best_worth:
                    best_worth = far[h] + room
                    end = h
        if end < 0:
            break
        steps = 0
        at = end
        while at >= 0:
            path[steps] = at
            steps += 1
            at = via[at]
        begin = path[steps - 1]
        amount = _giveable(total[begin], low[begin], high[begin])
        amount = min(amount, _takeable(total[end], low[end], high[end]))
        for q in range(steps - 1):
            amount = min(amount, share[by[path[q + 1], path[q]], path[q + 1]])
        for q in range(steps - 1):
            _send(path[q + 1], path[q], amount, cost, load, each, share, members, size, place, hop, by)
        total[begin] -= amount
        total[end] += amount
    for g in range(k):
        far[g] = 0.0 if total[g] > low[g] * (1 + EDGE) else np.inf
    _shortest(hop, far, via, 0.0)
    for g in range(k):
        price_out[g] = -far[g] if far[g] < np.inf else price[g]
        if total[g] > high[g] * (1 + 1e-9) or total[g] < low[g] * (1 - 1e-9):
            return np.inf
    value = 0.0
    for r in range(n):
        if load[r] <= 0.0:
            value += cost[r, choice[r]]
            continue
        top = 0.0
        for g in range(k):
            if share[r, g] > 0.0:
                value += cost[r, g] * share[r, g] / load[r]
                if share[r, g] > top:
                    top = share[r, g]
                    choice[r] = g
    return value


@kernel
def _choose(cost, load, each, price, choice, hop, by):
    """Every row where cost plus price is least, and what is cheapest to send on from there; the most that a load costs."""
    n, k = cost.shape
    wide = 0.0
    for r in range(n):
        best = 0
        least = np.inf
        most = 0.0
        for g in range(k):
            asked = cost[r, g] + price[g] * load[r]
            if asked < least:
                least = asked
                best = g
            most = max(most, cost[r, g])
        choice[r] = best
        if load[r] > 0.0:
            wide = max(wide, most * each[r])
            here = cost[r, best]
            for h in range(k):
                extra = (cost[r, h] - here) * each[r]
                if extra < hop[best, h]:
                    hop[best, h] = extra
                    by[best, h] = r
    for g in range(k):
        hop[g, g] = np.inf
        by[g, g] = -1
    return wide


@kernel
def _giveable(total, low, high):
    """Load that a grid can give before what giving is worth changes."""
    return total - high if total > high * (1 + EDGE) else (total - low if total > low * (1 + EDGE) else np.inf)


@kernel
def _takeable(total, low, high):
    """Load that a grid can take before what taking costs changes."""
    return low - total if total < low * (1 - EDGE) else (high - total if total < high * (1 - EDGE) else np.inf)


@kernel
def _shortest(hop, far, via, least):
    """Cheapest chains into every grid, from all grids at their starting worth `far` (Bellman and Ford)."""
    k = len(far)
    via[:] = -1
    fresh = np.isfinite(far)
    for _ in range(k * k):
        # The cheapest of those that changed first: few change again.
        g = -1
        for h in range(k):
            if fresh[h] and (g < 0 or far[h] < far[g]):
                g = h
        if g < 0:
            return
        fresh[g] = False
        for h in range(k):
            if far[g] + hop[g, h] < far[h] - least:
                at = g
                while at >= 0 and at != h:
                    at = via[at]
                if at != h:
                    far[h] = far[g] + hop[g, h]
                    via[h] = g
                    fresh[h] = True


@kernel
def _join(g, r, members, size, place):
    members[g, size[g]] = r
    place[r, g] = size[g]
    size[g] += 1


@kernel
def _cheapest(g, h, cost, each, members, size, hop, by):
    """Cheapest row, per load, to send on from grid `g` to grid `h`."""
    hop[g, h] = np.inf
    by[g, h] = -1
    for q in range(size[g]):
        r = members[g, q]
        extra = (cost[r, h] - cost[r, g]) * each[r]
        if extra < hop[g, h]:
            hop[g, h] = extra
            by[g, h] = r


@kernel
def _send(g, h, amount, cost, load, each, share, members, size, place, hop, by):
    """Send `amount` of the cheapest row from grid `g` to grid `h`, and renew what is cheapest in both."""
    k = len(size)
    r = by[g, h]
    if share[r, g] - amount <= 1e-9 * load[r]:
        amount = share[r, g]
        last = members[g, size[g] - 1]
        members[g, place[r, g]] = last
        place[last, g] = place[r, g]
        place[r, g] = -1
        size[g] -= 1
        share[r, g] = 0.0
    else:
        share[r, g] -= amount
    if place[r, h] < 0:
        _join(h, r, members, size, place)
    share[r, h] += amount
    for t in range(k):
        if t != g and by[g, t] == r and place[r, g] < 0:
            _cheapest(g, t, cost, each, members, size, hop, by)
        if t != h:
            extra = (cost[r, t] - cost[r, h]) * each[r]
            if extra < hop[h, t]:
                hop[h, t] = extra
                by[h, t] = r
