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
from numpy.typing import NDArray

from gridgeo_solvers.kernels import kernel, summing_kernel
from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, IntArray, Part

BoolArray = NDArray[np.bool_]

MEMORY = 0.8
"""Share of the last direction in the next one."""
LAP, PATIENCE, SHORTEST = 20, 5, 1e-3
"""Steps of a lap, steps without gain after which they are halved, and the share of the gap below which they end."""
SEEN = 2
"""Sites for every centre that a lap brings into sight."""
IDLE, SLOW = 1, 0.03
"""Laps in a row that may gain less than a share of the gap."""
PASSES = 4
"""Newton steps of prices at every look."""
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
    length: float = 1.0

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


@dataclass(frozen=True)
class _View:
    """A bound at multipliers `u`: prices and worths of the sites looked at, and the positions of the cheapest."""

    value: float
    u: FloatArray
    price: FloatArray
    worth: FloatArray
    chosen: IntArray


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
        """The division with its bound raised towards `limit`, less the sites that can't be centres below `limit`.

        Steps look at the cheapest sites of every group alone; a lap of them ends with a look at all.
        """
        some = np.concatenate(division.groups)
        ends = np.cumsum([0, *(len(group) for group in division.groups)])
        best = now = self._look(some, division.u, division.price[some].copy(), ends, division.counts)
        length, idle = division.length, 0
        seen = np.zeros(len(some), dtype=bool)
        for _ in range(max(steps // LAP, 1)):
            if best.value > limit or idle > IDLE or length < SHORTEST:
                break
            seen[self._cheapest(now.worth, ends, tuple(SEEN * count for count in division.counts))] = True
            u, price, length = self._lap(some, seen, best, ends, division.counts, limit, length)
            now = self._look(some, u, price, ends, division.counts)
            idle = 0 if now.value > best.value + SLOW * (limit - best.value) else idle + 1
            if now.value > best.value:
                best = now
            else:
                length /= 2
        return self._fixed(division, best, some, ends, limit, min(4 * length, 1.0))

    def _look(
        self, some: IntArray, u: FloatArray, price: FloatArray, ends: IntArray, counts: tuple[int, ...],
        passes: int = PASSES,
    ) -> _View:  # fmt: skip
        worth = np.empty(len(some))
        _worths(self.cost, some, self.load, u, self.home, self.low, self.high, price, worth, passes, ROUGH)
        chosen = self._cheapest(worth, ends, counts)
        return _View(_safe(u, worth[chosen], worth), u, price, worth, chosen)

    def _lap(
        self, some: IntArray, seen: BoolArray, best: _View, ends: IntArray, counts: tuple[int, ...],
        limit: float, length: float,
    ) -> tuple[FloatArray, FloatArray, float]:  # fmt: skip
        """Multipliers and prices after some steps among the sites that are `seen`, and the length of the last step."""
        at = np.flatnonzero(seen)
        few, inner = some[at], np.searchsorted(at, ends)
        view = top = self._look(few, best.u, best.price[at].copy(), inner, counts)
        direction, stale = np.zeros(len(best.u)), 0
        for _ in range(LAP):
            uses = _uses(self.cost, few, self.load, view.u, self.home, view.price, view.chosen)
            direction = MEMORY * direction + (1 - MEMORY if direction.any() else 1.0) * (1.0 - uses)
            norm = float(direction @ (self.scale * direction))
            if norm < 1e-12 or top.value > limit * (1 + 1e-4):
                break
            u = view.u + length * max(limit * (1 + 2e-4) - view.value, 0.0) / norm * self.scale * direction
            view = self._look(few, u, view.price.copy(), inner, counts, 2)
            stale = 0 if view.value > top.value else stale + 1
            if view.value > top.value:
                top = view
            if stale >= PATIENCE:
                length, stale, view, direction = length / 2, 0, top, np.zeros(len(u))
        price = best.price.copy()
        price[at] = top.price
        return top.u, price, length

    def _fixed(
        self, division: Division, best: _View, some: IntArray, ends: IntArray, limit: float, length: float
    ) -> Division:
        groups = []
        for first, last, count in zip(ends, ends[1:], division.counts, strict=False):
            here = best.worth[first:last]
            dear = np.maximum(here - np.partition(here, count - 1)[count - 1], 0.0)
            groups.append(some[first:last][best.value + dear <= limit])
        price = division.price.copy()
        price[some] = best.price
        return Division(max(best.value, division.value), tuple(groups), division.counts, best.u, price, length)

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
            parted.append(Division(division.value, groups, counts, division.u, division.price, division.length))
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
            first + np.argpartition(worth[first:last], min(count, last - first) - 1)[:count]
            for first, last, count in zip(ends, ends[1:], counts, strict=False)
        ]
        return np.concatenate(picked)


def _safe(u: FloatArray, chosen: FloatArray, worth: FloatArray) -> float:
    """Sum of a bound, less what rounding may have added to it."""
    return float(u.sum() + chosen.sum()) - 1e-11 * (float(np.abs(u).sum()) + float(np.abs(worth).max()) * len(chosen))


@kernel
def _uses(cost, some, load, u, home, price, chosen):
    """How often each row is taken by the chosen of some sites."""
    times = np.zeros(len(u))
    for i in chosen:
        s = some[i]
        for r in range(len(u)):
            if r == home[s] or cost[s, r] - u[r] + price[i] * load[r] < 0.0:
                times[r] += 1.0
    return times


@summing_kernel
def _worths(cost, some, load, u, home, low, high, price, worth, passes, tolerance):
    """Least cost of opening each of some sites at the best price met in `passes` Newton steps towards its band.

    `cost` has shape (sites, rows); every price gives a valid worth.
    """
    for i in range(len(some)):
        s = some[i]
        h = home[s]
        p = price[i]
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
                w = load[r]
                reduced = cost[s, r] - u[r] + p * w
                total += w if reduced < 0.0 else 0.0
                value += reduced if reduced < 0.0 else 0.0
                margin += w if abs(reduced) < window * w else 0.0
            own = cost[s, h] - u[h] + p * load[h]
            if own >= 0.0:
                total += load[h]
                value += own
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
        price[i] = kept
        worth[i] = top
