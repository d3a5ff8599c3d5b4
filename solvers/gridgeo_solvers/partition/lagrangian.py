"""A lower bound on compactness and travel that holds for every plan, with all sites allowed as centres.

Hess's model (Hess et al. 1965): x_rs assigns row r to centre s, k centres open, bands on every open grid, contiguity
left out. The rule "every row exactly once" is priced by multipliers u (Lagrangian relaxation); what remains falls apart
into one continuous knapsack per site, bounded from below for one measure by the price of its band, and the k cheapest
sites are opened. Any u and any prices give a valid bound. Deflected subgradient steps of Polyak's length raise it, from
multipliers that spread what a good plan costs (Validi, Buchanan and Lykhovyd 2022 bound the same model).

While steps are made a site sees its nearest rows alone; the value that is answered is computed over all rows.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from gridgeo_solvers.partition.parts import FloatArray, IntArray, Part
from gridgeo_solvers.stop import StopRule

LONGEST = 0.05
"""Longest step, as the gap that it would close, in shares of the incumbent."""
MEMORY = 0.9
"""Share of the last direction in the next one."""
PATIENCE, DECAY, SHORTEST = 25, 0.75, 1e-3
"""Steps without gain after which steps are shortened, by what, and how short they get before the search ends."""
SEEN = 6
"""Rows that a site sees, in mean rows of a grid."""
CHUNK = 512


@dataclass(frozen=True)
class Bound:
    """Best bound with what proved it: `worth` (sites,) of opening a site, `price` (sites,) of the leading measure."""

    value: float
    u: FloatArray
    worth: FloatArray
    price: FloatArray
    measure: int

    def fixed_out(self, part: Part, k: int, limit: float) -> tuple[IntArray, FloatArray]:
        """Sites and pairs that no plan cheaper than `limit` uses (reduced-cost fixing).

        Returns
        -------
        sites
            Shape (sites,), 1 where the site may still be a centre.
        pairs
            Shape (rows, sites), the bound when that pair is used; pairs above `limit` are out.
        """
        order = np.sort(self.worth)
        opened = self.value + np.maximum(self.worth - order[k - 1], 0.0)
        reduced = part.cost - self.u[:, None]
        if self.measure >= 0:
            reduced = reduced + np.outer(part.weights[self.measure], self.price)
        pairs = opened[None, :] + np.maximum(reduced, 0.0)
        home = part.row_of
        pairs[home, np.arange(len(home))] = opened
        return (opened <= limit).astype(np.int64), pairs


def lagrangian(part: Part, k: int, incumbent: float, plan: IntArray, steps: int, stop: StopRule) -> Bound:
    """Bound of `part` with `k` grids after at most `steps` steps, started from what `plan` costs."""
    sight = _Sight(part, k)
    u = max(_starts(part, k, plan, sight.load), key=lambda tried: sight.look(tried, k, 6))
    best, price, stale, length = -np.inf, sight.price.copy(), 0, 1.0
    kept, direction = u, np.zeros(part.n)
    for step in range(steps):
        if step % 8 == 0 and stop():
            break
        value = sight.look(u, k, 3)
        stale = 0 if value > best + 2e-5 * abs(incumbent) else stale + 1
        if value > best:
            best, kept, price = value, u, sight.price.copy()
        if stale >= PATIENCE:
            length, stale, u, direction = length * DECAY, 0, kept, np.zeros(part.n)
            sight.price[:] = price
            continue
        slope = 1.0 - sight.uses(u, k)
        direction = MEMORY * direction + (1 - MEMORY if direction.any() else 1.0) * slope
        norm = float(direction @ direction)
        if norm < 1e-12 or best >= incumbent or length < SHORTEST:
            break
        u = u + length * min(max(incumbent - value, 1e-9 * abs(incumbent)), LONGEST * abs(incumbent)) / norm * direction
    return sight.proven(kept, price, k)


class _Sight:
    """What every site sees: its nearest rows, what they add, and the price at which its band binds."""

    def __init__(self, part: Part, k: int) -> None:
        self.part = part
        self.measure = _leading(part)
        self.load = np.ascontiguousarray(part.weights[self.measure]) if self.measure >= 0 else np.ones(part.n)
        self.low = float(part.lower[self.measure]) if self.measure >= 0 else 0.0
        self.high = float(part.upper[self.measure]) if self.measure >= 0 else np.inf
        self.home = part.row_of
        self.price = np.zeros(len(self.home))
        self._worth = np.zeros(len(self.home))
        self._near, self._cost = _nearest(part, min(part.n, max(SEEN * part.n // k, 150)))

    def look(self, u: FloatArray, k: int, passes: int) -> float:
        """The bound at `u` by the rows in sight; the prices move towards those at which bands bind."""
        _worths(self._near, self._cost, self.load, u, self.home, self.low, self.high, self.price, self._worth, passes)
        return float(u.sum() + np.partition(self._worth, k - 1)[:k].sum())

    def uses(self, u: FloatArray, k: int) -> FloatArray:
        """How often each row is taken by the k cheapest sites, shape (rows,)."""
        chosen = np.argpartition(self._worth, k - 1)[:k]
        return _uses(self._near, self._cost, self.load, u, self.home, self.price, chosen, self.part.n)

    def proven(self, u: FloatArray, price: FloatArray, k: int) -> Bound:
        """The bound at `u` and `price` over all rows."""
        part, worth = self.part, np.empty(len(self.home))
        edge = np.where(price > 0, price * self.high if np.isfinite(self.high) else 0.0, price * self.low)
        if not np.isfinite(self.high):
            price, edge = np.minimum(price, 0.0), np.where(price > 0, 0.0, edge)
        for first in range(0, len(worth), CHUNK):
            sites = np.arange(first, min(first + CHUNK, len(worth)))
            reduced = part.distances.table(sites) * part.centred - u[:, None] + np.outer(self.load, price[sites])
            home = (self.home[sites], np.arange(len(sites)))
            own = reduced[home]
            worth[sites] = np.minimum(reduced, 0.0).sum(axis=0) + np.maximum(own, 0.0) - edge[sites]
        value = float(u.sum() + np.partition(worth, k - 1)[:k].sum())
        # Sums of some thousand terms are exact to far less than this share of what went into them.
        value -= 1e-11 * (float(np.abs(u).sum()) + float(np.abs(worth).max()) * k)
        return Bound(value, u, worth, price, self.measure)


def _leading(part: Part) -> int:
    if not len(part.weights):
        return -1
    width = (np.minimum(part.upper, 10 * part.mean) - part.lower) / part.mean
    return int(width.argmin())


def _nearest(part: Part, count: int) -> tuple[IntArray, FloatArray]:
    """The rows that add least per mass to every site, and what they add; shape (sites, count) each."""
    d, sites = part.distances, len(part.row_of)
    mass = np.maximum(np.bincount(part.row_of, weights=d.mass, minlength=part.n), 1e-12)
    near, cost = np.empty((sites, count), dtype=np.int32), np.empty((sites, count))
    for first in range(0, sites, CHUNK):
        chunk = np.arange(first, min(first + CHUNK, sites))
        table = np.ascontiguousarray((d.table(chunk) * part.centred).T)
        way = table / mass[None, :]
        way[np.arange(len(chunk)), part.row_of[chunk]] = -1.0
        rows = np.argpartition(way, count - 1, axis=1)[:, :count]
        near[chunk], cost[chunk] = rows, np.take_along_axis(table, rows, axis=1)
    return near, cost


def _starts(part: Part, k: int, plan: IntArray, load: FloatArray) -> list[FloatArray]:
    """Multipliers to begin from: what rows pay, what grids pay per load, and that smoothed over the borders."""
    costs = part.distances.table(part.centres(plan, k)) * part.centred
    own = costs[np.arange(part.n), plan]
    loads = np.maximum(np.bincount(plan, weights=load, minlength=k), 1e-12)
    mean = np.maximum(np.bincount(plan, weights=own, minlength=k) / loads, 1e-12)
    way = costs / np.maximum(load, 1e-9)[:, None] / np.sqrt(mean[None, :] * mean[plan][:, None])
    weight = 1.0 / (way + 0.3) ** 2
    smooth = np.exp((weight * np.log(mean)[None, :]).sum(axis=1) / weight.sum(axis=1)) * load
    return [own, mean[plan] * load, smooth]


@njit(cache=True, nogil=True, error_model="numpy")
def _worths(near, cost, load, u, home, low, high, price, worth, passes):
    """Least cost of opening each site; its price takes `passes` Newton steps towards where its load meets its band.

    The slope of the load in the price is read off the rows within a window around the margin.
    """
    for s in range(len(near)):
        h = home[s]
        p = price[s]
        top = -np.inf
        kept = p
        window = 0.15 * (abs(u[h]) / load[h] if load[h] > 0.0 else 1.0) + 1e-12
        for _ in range(passes):
            total = 0.0
            value = 0.0
            margin = 0.0
            for q in range(near.shape[1]):
                r = near[s, q]
                w = load[r]
                reduced = cost[s, q] - u[r] + p * w
                if reduced < 0.0 or r == h:
                    total += w
                    value += reduced
                if -window * w < reduced < window * w:
                    margin += w
            miss = 0.0
            if p > 0.0:
                value -= p * high
                miss = total - high
            elif p < 0.0:
                value -= p * low
                miss = total - low
            elif total > high:
                miss = total - high
            elif total < low:
                miss = total - low
            if value > top:
                top = value
                kept = p
            if abs(miss) < 2e-3 * max(low, 1e-12) or (miss == 0.0):
                break
            step = p + miss * 2.0 * window / max(margin, 0.05 * max(total, low))
            p = 0.0 if p * step < 0.0 else step
        price[s] = kept
        worth[s] = top


@njit(cache=True, nogil=True, error_model="numpy")
def _uses(near, cost, load, u, home, price, chosen, n):
    use = np.zeros(n)
    for s in chosen:
        for q in range(near.shape[1]):
            r = near[s, q]
            if r == home[s] or cost[s, q] - u[r] + price[s] * load[r] < 0.0:
                use[r] += 1.0
    return use
