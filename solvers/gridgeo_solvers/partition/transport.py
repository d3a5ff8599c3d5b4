"""The best way to share rows among fixed centres, by prices: the dual of the transportation problem.

Every grid asks a price per unit of each banded measure; a row goes where cost plus prices is least. Prices are raised by
exact coordinate ascent on the concave dual: the price of one grid and measure is the weighted quantile of what its rows
would pay elsewhere, at which its band binds. Connection and whole rows are left out, so the dual value is a lower
bound for these centres, and so nearly the worth of the finished plan that centres are searched by it. Centres then move
to the best site of their rows until nothing moves (capacitated k-medoids, after Mulvey and Beck 1984).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from gridgeo_solvers.partition.distances import _cost, medoid_kernel, table_kernel
from gridgeo_solvers.partition.parts import FloatArray, IntArray, Part

STEPS = 40
"""Most times that centres move in one settling."""


@dataclass(frozen=True)
class Draft:
    """Centres (sites, ascending), the prices (measures, k) that balance them, the rows' choices, and the dual value."""

    centres: IntArray
    prices: FloatArray
    choice: IntArray
    value: float

    @property
    def key(self) -> tuple[int, ...]:
        """The centres, comparable."""
        return tuple(sorted(self.centres.tolist()))


class Transport:
    """Settles centres of one part for one number of grids."""

    def __init__(self, part: Part, k: int) -> None:
        self.part, self.k = part, k
        low, high = part.bands(k)
        # What bands leave of a price in the dual; open ends never ask one.
        self._low, self._high = np.ascontiguousarray(low), np.ascontiguousarray(high)
        self._lead = leading(part)

    def settle(self, centres: IntArray, prices: FloatArray | None = None, *, steps: int = STEPS) -> Draft:
        """Prices for `centres`, which move to the best sites of their rows up to `steps` times (0: they stay)."""
        d = self.part.distances
        where = np.asarray(centres, dtype=np.int64).copy()
        asked = np.zeros(self._low.shape) if prices is None else prices.copy()
        choice = np.zeros(self.part.n, dtype=np.int64)
        value = _settle(
            where, asked, choice, self.part.weights, self._low, self._high, self._lead, self.part.row_of, steps,
            *d.arrays,
        )  # fmt: skip
        return Draft(where, asked, choice, value)

    def shift(self, draft: Draft, near: int) -> Draft:
        """Better centres beside those of `draft`: each of the `near` next-best sites of every grid is tried."""
        best = draft
        sites = _next_sites(best.choice, self.k, near, self.part.row_of, *self.part.distances.arrays)
        for g in range(self.k):
            for site in sites[g].tolist():
                if site < 0 or site in best.centres:
                    continue
                moved = best.centres.copy()
                moved[g] = site
                tried = self.settle(moved, best.prices, steps=0)
                if tried.value < best.value * (1 - 1e-9):
                    best = tried
        return best


def leading(part: Part) -> int:
    """Position of the measure with the narrowest band, -1 without any: the one that is balanced exactly."""
    if not len(part.weights):
        return -1
    width = (np.minimum(part.upper, 10 * part.mean) - part.lower) / part.mean
    return int(width.argmin())


@njit(cache=True, nogil=True, error_model="numpy")
def _settle(
    centres, prices, choice, weights, low, high, lead, row_of, steps, x, y, mass, whole_km, seconds, first, members
):  # fmt: skip
    k = len(centres)
    n = len(choice)
    cost = table_kernel(centres, x, y, mass, whole_km, seconds, first, members)
    value = 0.0
    step = 0
    while True:
        price_round(cost, weights, low, high, prices, choice)
        if lead >= 0 and k > 1:
            priced = cost.copy()
            for m in range(len(weights)):
                if m != lead:
                    for r in range(n):
                        for g in range(k):
                            priced[r, g] += weights[m, r] * prices[m, g]
            value = balance(priced, weights[lead], low[lead], high[lead], choice)
            for m in range(len(weights)):
                if m != lead:
                    for g in range(k):
                        value -= max(prices[m, g], 0.0) * high[m, g] if prices[m, g] > 0.0 else prices[m, g] * low[m, g]
        else:
            value = 0.0
            for r in range(n):
                value += cost[r, choice[r]]
        if step >= steps:
            return value
        step += 1
        used = np.zeros(k, dtype=np.int64)
        for r in range(n):
            used[choice[r]] += 1
        site, _ = medoid_kernel(choice, k, x, y, mass, whole_km, seconds, first, members)
        moved = False
        for g in range(k):
            if used[g] and site[g] != centres[g]:
                centres[g] = site[g]
                moved = True
        if not moved:
            return value
        cost = table_kernel(centres, x, y, mass, whole_km, seconds, first, members)


@njit(cache=True, nogil=True, error_model="numpy")
def balance(cost, load, low, high, choice):
    """Least cost of sharing rows (in parts, if need be) among grids with loads from `low` to `high`.

    Begins with ``choice``, which must be best for its own loads (every row where cost plus some price per load is least);
    load is then sent along the cheapest chains of grids, out of full grids and into empty ones, until no chain gains
    (successive shortest paths). `choice` ends as the grid with most of each row. Returns the cost; infinite where
    loads can't be brought into the bands.
    """
    n, k = cost.shape
    share = np.zeros((n, k))
    total = np.zeros(k)
    for r in range(n):
        share[r, choice[r]] = load[r]
        total[choice[r]] += load[r]
    wide = 0.0
    for r in range(n):
        if load[r] > 0.0:
            for g in range(k):
                wide = max(wide, cost[r, g] / load[r])
    force = 4.0 * k * wide + 1.0
    hop = np.full((k, k), np.inf)
    by = np.full((k, k), -1, dtype=np.int64)
    for g in range(k):
        _hops(g, cost, load, share, hop, by)
    far = np.empty(k)
    via = np.empty(k, dtype=np.int64)
    path = np.empty(k + 1, dtype=np.int64)
    for _ in range(20 * n + 1000):
        for g in range(k):
            far[g] = -force if total[g] > high[g] * (1 + 1e-12) else (0.0 if total[g] > low[g] * (1 + 1e-12) else force)
            via[g] = -1
        changed = True
        rounds = 0
        while changed and rounds <= k:
            changed = False
            rounds += 1
            for g in range(k):
                for h in range(k):
                    if far[g] + hop[g, h] < far[h] - 1e-9 * wide:
                        # No loop back to where the chain came from.
                        at = g
                        while at >= 0 and at != h:
                            at = via[at]
                        if at == h:
                            continue
                        far[h] = far[g] + hop[g, h]
                        via[h] = g
                        changed = True
        best = -1e-7 * wide
        end = -1
        for h in range(k):
            if via[h] < 0:
                continue
            worth = far[h] + (
                -force if total[h] < low[h] * (1 - 1e-12) else (0.0 if total[h] < high[h] * (1 - 1e-12) else force)
            )
            if worth < best:
                best = worth
                end = h
        if end < 0:
            break
        size = 0
        at = end
        while at >= 0:
            path[size] = at
            size += 1
            at = via[at]
        begin = path[size - 1]
        # Move as much as begins to change what the chain is worth.
        amount = total[begin] - high[begin] if total[begin] > high[begin] * (1 + 1e-12) else total[begin] - low[begin]
        room = low[end] - total[end] if total[end] < low[end] * (1 - 1e-12) else high[end] - total[end]
        if total[begin] <= low[begin] * (1 + 1e-12):
            amount = np.inf
        if total[end] >= high[end] * (1 - 1e-12):
            room = np.inf
        amount = min(amount, room)
        for q in range(size - 1):
            h, g = path[q], path[q + 1]
            amount = min(amount, share[by[g, h], g])
        for q in range(size - 1):
            h, g = path[q], path[q + 1]
            r = by[g, h]
            if share[r, g] - amount <= 1e-9 * load[r]:
                share[r, h] += share[r, g]
                share[r, g] = 0.0
            else:
                share[r, g] -= amount
                share[r, h] += amount
        total[begin] -= amount
        total[end] += amount
        for q in range(size):
            _hops(path[q], cost, load, share, hop, by)
    value = 0.0
    for r in range(n):
        if load[r] <= 0.0:
            value += cost[r, choice[r]]
            continue
        top = -1.0
        for g in range(k):
            if share[r, g] > 0.0:
                value += cost[r, g] * share[r, g] / load[r]
                if share[r, g] > top:
                    top = share[r, g]
                    choice[r] = g
    for g in range(k):
        if total[g] > high[g] * (1 + 1e-9) or total[g] < low[g] * (1 - 1e-9):
            return np.inf
    return value


@njit(cache=True, nogil=True, error_model="numpy")
def _hops(g, cost, load, share, hop, by):
    """Cheapest row, per load, to send on from grid `g` to every other grid."""
    n, k = cost.shape
    for h in range(k):
        hop[g, h] = np.inf
        by[g, h] = -1
    for r in range(n):
        if share[r, g] > 0.0:
            for h in range(k):
                if h != g:
                    extra = (cost[r, h] - cost[r, g]) / load[r]
                    if extra < hop[g, h]:
                        hop[g, h] = extra
                        by[g, h] = r


@njit(cache=True, nogil=True, error_model="numpy")
def price_round(cost, weights, low, high, prices, choice):
    """One ascent of every price; `prices` and `choice` change in place. Returns the dual value."""
    n, k = cost.shape
    measures = len(weights)
    priced = cost.copy()
    for m in range(measures):
        for r in range(n):
            for g in range(k):
                priced[r, g] += weights[m, r] * prices[m, g]
    first = np.empty(n)
    second = np.empty(n)
    for r in range(n):
        _rank(priced, r, k, choice, first, second)
    ratio = np.empty(n)
    rows = np.empty(n, dtype=np.int64)
    for g in range(k):
        if k == 1:
            break
        for m in range(measures):
            if not (low[m, g] > 0.0 or high[m, g] < np.inf):
                continue
            old = prices[m, g]
            load = 0.0
            for r in range(n):
                w = weights[m, r]
                if w <= 0.0:
                    continue
                other = second[r] if choice[r] == g else first[r]
                ratio[r] = (other - priced[r, g]) / w + old
                if ratio[r] > 0.0:
                    load += w
            new = 0.0
            if load > high[m, g]:
                count = 0
                for r in range(n):
                    if weights[m, r] > 0.0 and ratio[r] > 0.0:
                        rows[count] = r
                        count += 1
                order = np.argsort(ratio[rows[:count]])
                for q in range(count):
                    r = rows[order[q]]
                    new = ratio[r]
                    load -= weights[m, r]
                    if load <= high[m, g]:
                        break
            elif load < low[m, g]:
                floor = -np.inf
                # Rows far down the line are looked at only when the near ones don't suffice.
                if old < 0.0:
                    floor = 1.5 * old
                while True:
                    count = 0
                    within = load
                    for r in range(n):
                        if weights[m, r] > 0.0 and ratio[r] <= 0.0 and ratio[r] >= floor:
                            rows[count] = r
                            count += 1
                            within += weights[m, r]
                    if within >= low[m, g] or floor == -np.inf:
                        break
                    floor = -np.inf
                order = np.argsort(-ratio[rows[:count]])
                for q in range(count):
                    r = rows[order[q]]
                    new = ratio[r]
                    load += weights[m, r]
                    if load >= low[m, g]:
                        break
            if new == old:
                continue
            prices[m, g] = new
            for r in range(n):
                w = weights[m, r]
                if w <= 0.0:
                    continue
                before = priced[r, g]
                now = before + w * (new - old)
                priced[r, g] = now
                if choice[r] == g:
                    if now <= second[r]:
                        first[r] = now
                    else:
                        _rank(priced, r, k, choice, first, second)
                elif now < first[r]:
                    second[r] = first[r]
                    first[r] = now
                    choice[r] = g
                elif now < second[r]:
                    second[r] = now
                elif before <= second[r]:
                    _rank(priced, r, k, choice, first, second)
    value = 0.0
    for r in range(n):
        value += first[r]
    for m in range(measures):
        for g in range(k):
            if prices[m, g] > 0.0:
                value -= high[m, g] * prices[m, g]
            elif prices[m, g] < 0.0:
                value -= low[m, g] * prices[m, g]
    return value


@njit(cache=True, nogil=True, error_model="numpy")
def _rank(priced, r, k, choice, first, second):
    a = np.inf
    b = np.inf
    at = 0
    for g in range(k):
        p = priced[r, g]
        if p < a:
            b = a
            a = p
            at = g
        elif p < b:
            b = p
    choice[r] = at
    first[r] = a
    second[r] = b


@njit(cache=True, nogil=True, error_model="numpy")
def _next_sites(choice, k, near, row_of, x, y, mass, whole_km, seconds, first, members):
    """The `near` best sites of every grid after its best one, -1 where it has fewer, shape (k, near)."""
    out = np.full((k, near), -1, dtype=np.int64)
    best = np.full((k, near + 1), np.inf)
    site = np.full((k, near + 1), -1, dtype=np.int64)
    for s in range(len(row_of)):
        g = choice[row_of[s]]
        total = 0.0
        for i in range(len(row_of)):
            if choice[row_of[i]] == g:
                total += _cost(i, s, x, y, mass, whole_km, seconds)
                if total > best[g, near]:
                    break
        if total < best[g, near]:
            q = near
            while q > 0 and best[g, q - 1] > total:
                best[g, q] = best[g, q - 1]
                site[g, q] = site[g, q - 1]
                q -= 1
            best[g, q] = total
            site[g, q] = s
    for g in range(k):
        for q in range(near):
            out[g, q] = site[g, q + 1]
    return out
