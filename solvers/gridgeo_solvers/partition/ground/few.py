"""The best plan of a few rows, whatever their rules: every set of rows is judged once, and sets are put together.

The best way to cut a set of rows into c grids takes a grid that holds its lowest row, and the best way to cut the rest
into c - 1: a dynamic programme over sets (Held and Karp 1962 for tours). Splits of areas are the one rule that ties
grids together; where the programme's plan breaks it, plans are gone through in turn, the programme being their bound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, IntArray, Part
from gridgeo_solvers.partition.ground.values import Found, found

FEW = 10
"""Most rows of a part whose sets are all looked at: 1,024 of them, and 29,524 pairs of a set and the grid of its lowest row."""


def is_few(part: Part, k: int) -> bool:
    """Whether `best_of_few` can answer for a part: unequal bands must belong to seeds."""
    return part.n <= FEW and (part.lower_of is None or len(part.seeds) == k)


def best_of_few(part: Part, k: int) -> Found | None:
    """The best plan of `k` grids over all there are; None where none keeps every rule of a part that `is_few`."""
    return bests_of_few(part, range(k, k + 1)).get(k)


def bests_of_few(part: Part, counts: range) -> dict[int, Found]:
    """The best plan of every number of grids that has one, of a part that `is_few` with each."""
    cost = _costs(part)
    table, grid = _cut(cost, max(counts, default=1))
    everything = len(cost) - 1
    bests = {}
    for k in counts:
        if not np.isfinite(table[k, everything]):
            continue
        sets, rest = [], everything
        for count in range(k, 0, -1):
            sets.append(int(grid[count, rest]))
            rest ^= sets[-1]
        best = _labelled(part, sets)
        if not best.feasible:
            least, sets = _Areas(part, cost, table).cut(everything, k)
            if not np.isfinite(least):
                continue
            best = _labelled(part, sets)
        bests[k] = best
    return bests


def _labelled(part: Part, sets: list[int]) -> Found:
    """Sets of rows as a plan: grids with seeds in the order of these, then the others by their lowest row."""
    seeds = part.seeds.tolist()
    order = sorted(
        sets, key=lambda rows: (next((g for g, seed in enumerate(seeds) if rows >> seed & 1), len(seeds)), rows & -rows)
    )
    plan = np.zeros(part.n, dtype=np.int64)
    for g, rows in enumerate(order):
        plan[[i for i in range(part.n) if rows >> i & 1]] = g
    return found(part, plan, len(sets))


def _costs(part: Part) -> FloatArray:
    """What every set of rows costs as a grid, by its bits; inf where it is none."""
    n = part.n
    sets = np.arange(2**n)
    inside = (sets[:, None] >> np.arange(n) & 1).astype(bool)
    cost = np.zeros(len(sets))
    if part.centred:
        worth = np.where(inside[:, part.row_of], inside @ part.guide, np.inf)
        cost += part.centred * worth.min(axis=1)
    ends = np.repeat(np.arange(n), np.diff(part.graph.indptr))
    cost += (inside[:, ends] & ~inside[:, part.graph.indices]) @ part.cut / 2
    u, v = part.rivals
    wrong = (
        ~_connected(part, sets) | (inside[:, u] & inside[:, v]).any(axis=1) | (inside[:, part.seeds].sum(axis=1) > 1)
    )
    low, high = part.lower[:, None], part.upper[:, None]
    if part.lower_of is not None and part.upper_of is not None:
        wrong |= ~inside[:, part.seeds].any(axis=1)
        own = inside[:, part.seeds].argmax(axis=1)
        low, high = part.lower_of[:, own], part.upper_of[:, own]
    totals = part.weights @ inside.T
    wrong |= ((totals > high * (1 + SLACK)) | (totals < low * (1 - SLACK))).any(axis=0)
    cost[wrong] = np.inf
    return cost


def _connected(part: Part, sets: IntArray) -> NDArray[np.bool_]:
    """Whether each set of rows hangs together; the empty set doesn't."""
    beside = np.zeros(len(sets), dtype=np.int64)
    for i in range(part.n):
        near = int((1 << part.graph.neighbours(i)).sum())
        beside[sets >> i & 1 == 1] |= near
    reached = sets & -sets
    for _ in range(part.n - 1):
        reached |= beside[reached] & sets
    return (reached == sets) & (sets > 0)


def _cut(cost: FloatArray, k: int) -> tuple[FloatArray, IntArray]:
    """Least cost of every set of rows cut into 0, 1, …, k grids, shape (k + 1, sets), and the grid of its lowest row."""
    sets = np.arange(len(cost))
    table = np.full((k + 1, len(cost)), np.inf)
    table[0, 0] = 0.0
    grid = np.zeros(table.shape, dtype=np.int64)
    possible = np.flatnonzero(np.isfinite(cost))
    lowest = possible & -possible
    for rows in sets[1:].tolist():
        own = possible[(possible & ~rows == 0) & (lowest == (rows & -rows))]
        if len(own):
            sums = cost[own] + table[:-1, rows ^ own]
            pick = sums.argmin(axis=1)
            table[1:, rows] = sums[np.arange(k), pick]
            grid[1:, rows] = own[pick]
    return table, grid


class _Areas:
    """Plans in turn, those left out that split an area too often or can't cost less than the best."""

    def __init__(self, part: Part, cost: FloatArray, table: FloatArray) -> None:
        self.cost, self.table = cost, table
        self.possible = np.flatnonzero(np.isfinite(cost))
        touched = np.zeros((len(self.possible), int(part.zone.max()) + 1), dtype=np.int64)
        for i in np.flatnonzero(part.zone >= 0).tolist():
            touched[self.possible >> i & 1 == 1, part.zone[i]] = 1
        self.touched = dict(zip(self.possible.tolist(), touched, strict=True))
        self.none = np.zeros(touched.shape[1], dtype=np.int64)
        self.most = part.splits + 1
        self.best: tuple[float, list[int]] = (np.inf, [])

    def cut(self, rows: int, k: int) -> tuple[float, list[int]]:
        """The best plan's cost and sets."""
        self._go(rows, k, 0.0, [], self.none)
        return self.best

    def _go(self, rows: int, k: int, spent: float, taken: list[int], split: IntArray) -> None:
        if k == 0:
            self.best = (spent, list(taken))
            return
        own = self.possible[(self.possible & ~rows == 0) & (self.possible & rows & -rows > 0)]
        sums = spent + self.cost[own] + self.table[k - 1, rows ^ own]
        for p in np.argsort(sums, kind="stable").tolist():
            if sums[p] >= self.best[0]:
                return
            grid = int(own[p])
            after = split + self.touched[grid]
            if (after <= self.most).all():
                self._go(rows ^ grid, k - 1, spent + float(self.cost[grid]), [*taken, grid], after)
