"""A lower bound on compactness and travel that holds for every plan, with all sites allowed as centres.

Hess's model (Hess et al. 1965): x_rs assigns row r to centre s, k centres open, bands on every open grid, contiguity
left out. The rule "every row exactly once" is priced by multipliers u (Lagrangian relaxation); what remains falls apart
into one continuous knapsack per site, bounded from below for one measure by the price of its band, and the k cheapest
sites are opened. Any u and any prices give a valid bound. Deflected subgradient steps of Polyak's length raise it, from
multipliers that spread what a good plan costs (Validi, Buchanan and Lykhovyd 2022 bound the same model).

On large parts steps are made on a sample of the sites; the value that is answered is computed over all of them.
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
ROUGH = 0.01
"""How near a band a load must come while steps are made, as a share of it."""
SEEN = 12_000_000
"""Most pairs of site and row that are looked at in one step; of larger parts a sample of the sites is."""
WIDENINGS = 3
"""Times that more sites come into sight."""
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
    starts = _starts(part, k, plan, sight.load)
    u = max(starts, key=lambda tried: sight.look(tried, ROUGH, 6))
    best: Bound | None = None
    length = 1.0
    for left in (steps, *([steps // 4] * WIDENINGS if sight.partial else ())):
        u, price, length = _ascend(sight, u, incumbent, left, length, stop)
        bound = sight.proven(u, price)
        best = bound if best is None or bound.value > best.value else best
        if stop() or best.value >= incumbent:
            break
        if sight.partial:
            sight.widen(bound)
            length = max(length, 0.1)
    assert best is not None
    return best


def _ascend(
    sight: _Sight, u: FloatArray, incumbent: float, steps: int, length: float, stop: StopRule
) -> tuple[FloatArray, FloatArray, float]:
    """Best multipliers and prices after at most `steps` steps, and the length of the last one."""
    best, kept, price, stale = -np.inf, u, sight.price.copy(), 0
    direction = np.zeros(len(u))
    # A step counts as much for a light row as for a heavy one when it is measured per load.
    scale = np.maximum(sight.load, 1e-3 * sight.load.mean()) / sight.load.mean()
    for step in range(steps):
        if step % 8 == 0 and step and stop():
            break
        value = sight.look(u, ROUGH)
        stale = 0 if value > best + 2e-5 * abs(incumbent) else stale + 1
        if value > best:
            best, kept, price = value, u, sight.price.copy()
        if stale >= PATIENCE:
            length, stale, u, direction = length * DECAY, 0, kept, np.zeros(len(u))
            sight.price[:] = price
            continue
        slope = sight.spread(1.0 - sight.uses(u))
        direction = MEMORY * direction + (1 - MEMORY if direction.any() else 1.0) * slope
        norm = float(direction @ (scale * direction))
        if norm < 1e-12 or best >= incumbent or length < SHORTEST:
            break
        gain = min(max(incumbent - value, 1e-9 * abs(incumbent)), LONGEST * abs(incumbent))
        u = u + length * gain / norm * scale * direction
    return kept, price, length


class _Sight:
    """The sites that are looked at (all of them, or a sample of a large part), and the price at which each band binds."""

    def __init__(self, part: Part, k: int) -> None:
        self.part, self.k = part, k
        self.measure = _leading(part)
        self.load = np.ascontiguousarray(part.weights[self.measure]) if self.measure >= 0 else np.ones(part.n)
        self.low = float(part.lower[self.measure]) if self.measure >= 0 else 0.0
        self.high = float(part.upper[self.measure]) if self.measure >= 0 else np.inf
        count, seen = len(part.row_of), max(SEEN // part.n, 4 * k)
        self.sites = np.arange(count)
        if count > seen:
            # Heavy rows are cheap for their own sites alone; elsewhere any nearby site will do.
            heavy = np.argsort(-self.load[part.row_of], kind="stable")[: seen // 2]
            others = np.random.default_rng(0).permutation(np.setdiff1d(self.sites, heavy))[: seen - len(heavy)]
            self.sites = np.sort(np.concatenate([heavy, others]))
        self.price = np.zeros(len(self.sites))
        self._open()

    @property
    def partial(self) -> bool:
        """Whether only a sample of the sites is looked at."""
        return len(self.sites) < len(self.part.row_of)

    def look(self, u: FloatArray, tolerance: float, passes: int = 3) -> float:
        """The bound at `u` by the sites in sight; the prices move towards those at which bands bind."""
        _worths(self._cost, self.load, u, self._home, self.low, self.high, self.price, self._worth, passes, tolerance)
        return float(u.sum() + np.partition(self._worth, self.k - 1)[: self.k].sum())

    def uses(self, u: FloatArray) -> FloatArray:
        """How often each row is taken by the k cheapest sites, shape (rows,)."""
        chosen = np.argpartition(self._worth, self.k - 1)[: self.k]
        reduced = self._cost[chosen] - u[None, :] + self.price[chosen, None] * self.load[None, :]
        taken = reduced < 0.0
        taken[np.arange(self.k), self._home[chosen]] = True
        return taken.sum(axis=0).astype(np.float64)

    def spread(self, slope: FloatArray) -> FloatArray:
        """The slope, alike for all rows around a site in sight, so that no row out of every site's reach runs away."""
        if not self.partial:
            return slope
        count = len(self.sites)
        load = np.bincount(self._around, weights=self.load, minlength=count)
        mean = np.bincount(self._around, weights=self.load * slope, minlength=count) / np.maximum(load, 1e-12)
        return mean[self._around]

    def proven(self, u: FloatArray, price: FloatArray) -> Bound:
        """The bound at `u` over all sites; those out of sight ask the price of the nearest one in sight, made to fit."""
        part, count = self.part, len(self.part.row_of)
        worth, asked = np.empty(count), np.empty(count)
        for first in range(0, count, CHUNK):
            sites = np.arange(first, min(first + CHUNK, count))
            cost = np.ascontiguousarray((part.distances.table(sites) * part.centred).T)
            chunk = np.zeros(len(sites))
            if not self.partial:
                chunk[:] = price[sites]
            else:
                x, y = part.distances.x, part.distances.y
                way = np.hypot(x[sites, None] - x[None, self.sites], y[sites, None] - y[None, self.sites])
                chunk[:] = price[way.argmin(axis=1)]
            _worths(
                cost,
                self.load,
                u,
                part.row_of[sites],
                self.low,
                self.high,
                chunk,
                worth[first : first + CHUNK],
                12,
                1e-4,
            )
            asked[sites] = chunk
        value = float(u.sum() + np.partition(worth, self.k - 1)[: self.k].sum())
        # Sums of some thousand terms are exact to far less than this share of what went into them.
        value -= 1e-11 * (float(np.abs(u).sum()) + float(np.abs(worth).max()) * self.k)
        return Bound(value, u, worth, asked, self.measure)

    def widen(self, bound: Bound) -> None:
        """Look at more sites: those out of sight that are worth most."""
        out = np.setdiff1d(np.argsort(bound.worth, kind="stable")[: 2 * len(self.sites)], self.sites)
        more = np.concatenate([self.sites, out[: len(self.sites) // 4 + 1]])
        self.sites = np.sort(more)
        self.price = bound.price[self.sites].copy()
        self._open()

    def _open(self) -> None:
        self._home = self.part.row_of[self.sites]
        self._worth = np.zeros(len(self.sites))
        self._cost = np.ascontiguousarray((self.part.distances.table(self.sites) * self.part.centred).T)
        mass = np.maximum(np.bincount(self.part.row_of, weights=self.part.distances.mass, minlength=self.part.n), 1e-12)
        self._around = (self._cost / mass[None, :]).argmin(axis=0)


def _leading(part: Part) -> int:
    if not len(part.weights):
        return -1
    width = (np.minimum(part.upper, 10 * part.mean) - part.lower) / part.mean
    return int(width.argmin())


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
def _worths(cost, load, u, home, low, high, price, worth, passes, tolerance):
    """Least cost of opening each site; its price takes `passes` Newton steps towards where its load meets its band.

    `cost` has shape (sites, rows). The slope of the load in the price is read off the rows within a window around the
    margin; a load within `tolerance` of its band is near enough.
    """
    rows = cost.shape[1]
    for s in range(len(cost)):
        h = home[s]
        p = price[s]
        if p > 0.0 and high == np.inf:
            p = 0.0
        top = -np.inf
        kept = p
        window = 0.15 * (abs(u[h]) / load[h] if load[h] > 0.0 else 1.0) + 1e-12
        for _ in range(passes):
            total = 0.0
            value = 0.0
            margin = 0.0
            for r in range(rows):
                w = load[r]
                reduced = cost[s, r] - u[r] + p * w
                if reduced < window * w:
                    if reduced < 0.0:
                        total += w
                        value += reduced
                    if reduced > -window * w:
                        margin += w
            own = cost[s, h] - u[h] + p * load[h]
            if own >= 0.0:
                total += load[h]
                value += own
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
            if abs(miss) <= tolerance * low or miss == 0.0:
                break
            step = p + miss * 2.0 * window / max(margin, 0.05 * max(total, low))
            p = 0.0 if p * step < 0.0 else step
        price[s] = kept
        worth[s] = top
