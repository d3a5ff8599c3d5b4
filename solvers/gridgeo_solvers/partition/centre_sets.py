"""Bounds on plans by where their centres lie: so many in each of several groups of sites.

The Lagrangian bound (see `lagrangian`) chooses its k cheapest sites freely, and often two of them serve the same rows.
Told how many centres lie in each group of sites it rises, and multipliers that are bad for the whole are good for a
few sites: the bound is raised anew for every division of the sites that is looked at. Splitting groups in halves, a
centre on either side, ends in single sets of centres, for which `fixed_centres` takes over.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb, prod

import numpy as np
from numba import njit

from gridgeo_solvers.partition.parts import SLACK, FloatArray, IntArray, Part

MEMORY = 0.8
"""Share of the last direction in the next one."""
PATIENCE, SHORTEST = 4, 0.02
"""Steps without gain after which steps are halved, and the share of the gap below which they end."""
ROUGH = 1e-3
"""How near a band a load must come, as a share of it."""


@dataclass(frozen=True)
class Division:
    """`counts[i]` centres lie among the sites ``groups[i]``; no plan with such centres costs less than `value`."""

    value: float
    groups: tuple[IntArray, ...]
    counts: tuple[int, ...]
    u: FloatArray
    price: FloatArray

    @cached_property
    def sets(self) -> int:
        """Number of sets of centres."""
        return prod(comb(len(group), count) for group, count in zip(self.groups, self.counts, strict=True))

    @property
    def owner(self) -> IntArray:
        """The group of each centre of a set."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def listed(self) -> IntArray:
        """All sets of centres, shape (sets, k)."""
        table = np.zeros((1, 0), dtype=np.int64)
        for group, count in zip(self.groups, self.counts, strict=True):
            some = np.array(list(combinations(group.tolist(), count)), dtype=np.int64)
            table = np.hstack([np.repeat(table, len(some), axis=0), np.tile(some, (len(table), 1))])
        return table


class Sites:
    """The sites that may be centres (numbered from 0 here), what rows cost there, and the bound of any division."""

    def __init__(self, part: Part, k: int, sites: IntArray, label: IntArray, measure: int) -> None:
        self.part, self.k, self.sites, self.label = part, k, sites, label
        self.cost = np.ascontiguousarray((part.distances.table(sites) * part.centred).T)
        self.home = part.row_of[sites]
        self.load = np.ascontiguousarray(part.weights[measure]) if measure >= 0 else np.ones(part.n)
        self.low = float(part.lower[measure]) * (1 - SLACK) if measure >= 0 else 0.0
        self.high = float(part.upper[measure]) * (1 + SLACK) if measure >= 0 else np.inf
        self.scale = np.maximum(self.load, 1e-3 * self.load.mean()) / max(float(self.load.mean()), 1e-12)
        self.place = np.column_stack([part.distances.x[sites], part.distances.y[sites]])

    def raised(self, division: Division, limit: float, steps: int) -> Division:
        """The division with its bound raised towards `limit`, less the sites that can't be centres below `limit`."""
        some = np.concatenate(division.groups)
        ends = np.cumsum([0, *(len(group) for group in division.groups)])
        cost, home = self.cost[some], self.home[some]
        u, price, best = division.u, division.price[some].copy(), -np.inf
        kept, asked, worth = u, price.copy(), np.zeros(len(some))
        direction, length, stale = np.zeros(len(u)), 1.0, 0
        for _ in range(steps):
            now = np.empty(len(some))
            _worths(cost, self.load, u, home, self.low, self.high, price, now, 4, ROUGH)
            chosen = self._cheapest(now, ends, division.counts)
            value = _safe(u, now[chosen], now)
            gained = value > best + 0.01 * (limit - best) if np.isfinite(best) else True
            stale = 0 if gained else stale + 1
            if value > best:
                best, kept, asked, worth = value, u, price.copy(), now
            if best > limit or length < SHORTEST:
                break
            if stale >= PATIENCE:
                length, stale, u, direction = length / 2, 0, kept, np.zeros(len(u))
                price[:] = asked
                continue
            slope = 1.0 - _uses(cost, self.load, u, home, price, chosen)
            direction = MEMORY * direction + (1 - MEMORY if direction.any() else 1.0) * slope
            norm = float(direction @ (self.scale * direction))
            if norm < 1e-12:
                break
            u = u + length * max(limit * (1 + 1e-4) - value, 0.0) / norm * self.scale * direction
        return self._fixed(division, best, kept, some, asked, worth, ends, limit)

    def _fixed(
        self, division: Division, best: float, u: FloatArray, some: IntArray, asked: FloatArray,
        worth: FloatArray, ends: IntArray, limit: float,
    ) -> Division:  # fmt: skip
        groups = []
        for first, last, count in zip(ends, ends[1:], division.counts, strict=False):
            here = worth[first:last]
            dear = np.maximum(here - np.partition(here, count - 1)[count - 1], 0.0)
            groups.append(some[first:last][best + dear <= limit])
        price = division.price.copy()
        price[some] = asked
        return Division(max(best, division.value), tuple(groups), division.counts, u, price)

    def split(self, division: Division) -> list[Division]:
        """Divisions that hold all the sets of this one: the widest group is parted, and its centres shared out."""
        loose = [i for i, count in enumerate(division.counts) if len(division.groups[i]) > count]
        spread = [self._spread(division.groups[i]) * division.counts[i] for i in loose]
        i = loose[int(np.argmax(spread))]
        group, count = division.groups[i], division.counts[i]
        first = self._half(group, count)
        pair = (group[first], group[~first])
        parted = []
        for here in range(count + 1):
            shares = [(half, n) for half, n in zip(pair, (here, count - here), strict=True) if n]
            if any(n > len(half) for half, n in shares):
                continue
            others = [j for j in range(len(division.groups)) if j != i]
            groups = tuple(division.groups[j] for j in others) + tuple(half for half, _ in shares)
            counts = tuple(division.counts[j] for j in others) + tuple(n for _, n in shares)
            parted.append(Division(division.value, groups, counts, division.u, division.price))
        return parted

    def _spread(self, group: IntArray) -> float:
        place = self.place[group]
        return float(((place - place.mean(axis=0)) ** 2).sum()) + len(group) * 1e-6

    def _half(self, group: IntArray, count: int) -> IntArray:
        """Which sites of a group go to its first half: those of one grid, or those on one side of its longer axis."""
        labels = np.unique(self.label[group])
        if count > 1 and len(labels) > 1:
            sizes = [int((self.label[group] == one).sum()) for one in labels]
            return np.asarray(self.label[group] == labels[int(np.argmax(sizes))])
        place = self.place[group] - self.place[group].mean(axis=0)
        along = place @ np.linalg.svd(place, full_matrices=False)[2][0]
        first = np.zeros(len(group), dtype=bool)
        first[np.argsort(along, kind="stable")[: len(group) // 2]] = True
        return first

    @staticmethod
    def _cheapest(worth: FloatArray, ends: IntArray, counts: tuple[int, ...]) -> IntArray:
        picked = [
            first + np.argpartition(worth[first:last], count - 1)[:count]
            for first, last, count in zip(ends, ends[1:], counts, strict=False)
        ]
        return np.concatenate(picked)


def _safe(u: FloatArray, chosen: FloatArray, worth: FloatArray) -> float:
    """Sum of a bound, less what rounding may have added to it."""
    return float(u.sum() + chosen.sum()) - 1e-11 * (float(np.abs(u).sum()) + float(np.abs(worth).max()) * len(chosen))


@njit(cache=True, nogil=True, error_model="numpy")
def _uses(cost, load, u, home, price, chosen):
    """How often each row is taken by the chosen sites."""
    times = np.zeros(len(u))
    for s in chosen:
        for r in range(len(u)):
            if r == home[s] or cost[s, r] - u[r] + price[s] * load[r] < 0.0:
                times[r] += 1.0
    return times


@njit(cache=True, nogil=True, error_model="numpy")
def _worths(cost, load, u, home, low, high, price, worth, passes, tolerance):
    """Least cost of opening each site at the best price met in `passes` Newton steps towards its band.

    `cost` has shape (sites, rows); every price gives a valid worth.
    """
    for s in range(len(cost)):
        h = home[s]
        p = price[s]
        if p > 0.0 and high == np.inf:
            p = 0.0
        top = -np.inf
        kept = p
        window = 0.1 * (abs(u[h]) / load[h] if load[h] > 0.0 else 1.0) + 1e-12
        for _ in range(passes):
            total = 0.0
            value = 0.0
            margin = 0.0
            for r in range(len(u)):
                reduced = cost[s, r] - u[r] + p * load[r]
                if r == h or reduced < 0.0:
                    total += load[r]
                    value += reduced
                if abs(reduced) < window * load[r]:
                    margin += load[r]
            end = high if p > 0.0 else low if p < 0.0 else min(max(total, low), high)
            if p != 0.0:
                value -= p * end
            if value > top:
                top = value
                kept = p
            miss = total - end
            if abs(miss) <= tolerance * low or miss == 0.0:
                break
            step = p + miss * 2.0 * window / max(margin, 0.05 * max(total, low))
            p = 0.0 if p * step < 0.0 else step
        price[s] = kept
        worth[s] = top
