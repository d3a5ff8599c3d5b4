"""Which grids are split and which dissolved: an integer programme on the map of old grids.

Every old grid is a place that may hold no grid, one (its continuation) or several (its continuation and new ones).
Households flow between neighbouring places so that every place fits the bands of the grids that it holds. What flows,
and what goes to new grids, is moved. The optimum estimates what a re-drawing moves; it says nothing of single units and
is no bound. Other choices come from costs blurred by a random share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array

from gridgeo_solvers.redraw.asking import FloatArray, IntArray
from gridgeo_solvers.redraw.cases import Case
from gridgeo_solvers.redraw.programme import WALL, Programme

MISSED = 50.0
"""What a household that a place has too many or too few costs."""
MOST_HERE = 6
"""Grids that one place may come to hold."""
NODES, WORK = 400, 80_000
"""Branch-and-bound nodes of an estimate at the most, and nodes times pairs of neighbouring places."""
BLUR = 0.35
"""Largest share by which costs are blurred for other choices."""


Entries = tuple[IntArray, IntArray, FloatArray]
"""Rows, columns and values of a part of a matrix."""


@dataclass(frozen=True)
class Choice:
    """How many grids each old grid's place holds, shape (m,), and what is missed and moved by the estimate."""

    held: IntArray
    missed: float
    moved: float


def choose(case: Case, k: int, count: int, seed: int, seconds: float = WALL) -> list[Choice]:
    """Up to `count` different choices for `k` grids, the best by estimate first; without `seconds` work alone ends it."""
    if case.m == 0:
        return []
    map_ = _Map(case)
    random = np.random.default_rng([seed, k, case.n])
    found: list[Choice | None] = []
    if k == case.m:
        found.append(map_.estimate(k, np.ones(case.m), np.zeros(case.m), seconds))
    for attempt in range(count):
        blur = np.zeros(case.m) if attempt == 0 else random.uniform(0.0, BLUR, case.m)
        one = map_.estimate(k, None, blur, seconds / count)
        if one is not None and not any(other is not None and (one.held == other.held).all() for other in found):
            found.append(one)
    return sorted((one for one in found if one is not None), key=lambda one: (round(one.missed, 6), one.moved))


class _Map:
    """The old grids of a case as places: their totals, and which of them touch."""

    def __init__(self, case: Case) -> None:
        self.case = case
        home = case.home
        at = np.where(home >= 0, home, 0)
        self.totals = np.array([np.bincount(at, weights=w, minlength=case.m) for w in case.weights]).reshape(-1, case.m)
        self.mass = np.maximum(np.bincount(at, weights=case.mass, minlength=case.m), 1e-6)
        self.must = np.bincount(home[case.fixed & (home >= 0)], minlength=case.m) > 0
        u, v, _ = case.graph.edges()
        a, b = at[u], at[v]
        keys = np.unique(np.concatenate([a * case.m + b, b * case.m + a])[np.r_[a != b, a != b]])
        self.source, self.target = keys // case.m, keys % case.m

    def estimate(self, k: int, held: FloatArray | None, blur: FloatArray, seconds: float) -> Choice | None:
        """The best choice for `k` grids, or what the choice `held` moves; `blur` makes the places' flows dearer."""
        m, flows, banded = self.case.m, len(self.source), len(self.totals)
        # Columns: grids at each place, flow along each pair, mass of new grids at each place, misses above and below.
        sizes = [m, flows, m, 2 * m * banded]
        at = np.concatenate([[0], np.cumsum(sizes)])
        unit = self.case.mass.sum() / np.maximum(self.case.weights.sum(axis=1), 1e-12)
        cost = np.concatenate(
            [
                np.zeros(m),
                1.0 + blur[self.source],
                1.0 + blur,
                np.repeat(MISSED * unit, 2 * m) if banded else np.zeros(0),
            ]
        )
        floor, ceiling = np.zeros(at[-1]), np.full(at[-1], np.inf)
        floor[:m] = self.must if held is None else held
        ceiling[:m] = min(MOST_HERE, k) if held is None else held
        ceiling[at[1] : at[2]] = self.mass.sum()
        programme = Programme(cost, floor, ceiling, np.arange(m))
        self._add_rules(programme, k, at)
        nodes = min(max(WORK // max(flows, 1), 1), NODES)
        answer = programme.solve(nodes=nodes, seconds=max(seconds, 0.2), gap=1e-3)
        if answer.values is None:
            return None
        values = answer.values
        plain = float(values[at[1] : at[3]].sum())
        return Choice(np.rint(values[:m]).astype(np.int64), float(values[at[3] :] @ cost[at[3] :]) / MISSED, plain)

    def _add_rules(self, programme: Programme, k: int, at: IntArray) -> None:
        """All grids are held somewhere, places fit the bands of what they hold, and an empty place keeps nothing."""
        m, places, flow = self.case.m, np.arange(self.case.m), np.arange(len(self.source))
        count = np.full(1, float(k))
        self._add(programme, [(np.zeros(m, dtype=np.int64), places, np.ones(m))], count, count)
        for b in range(len(self.totals)):
            self._add_band(programme, b, at)
            self._add_fresh(programme, b, at)
        total = float(self.mass.sum())
        flows = [(self.target, at[1] + flow, np.ones(len(flow))), (self.source, at[1] + flow, -np.ones(len(flow)))]
        held = (places, places, np.full(m, -2 * total))
        self._add(programme, [*flows, held], np.full(m, -np.inf), -self.mass)

    def _add_band(self, programme: Programme, b: int, at: IntArray) -> None:
        """Total + in - out (+ shortfall, - excess) against the end of the band · grids held."""
        m, places, flow = self.case.m, np.arange(self.case.m), np.arange(len(self.source))
        dense = self.totals[b] / self.mass
        miss = at[3] + 2 * m * b
        for end, sign, column in ((self.case.high[b], -1.0, miss), (self.case.low[b], 1.0, miss + m)):
            if not np.isfinite(end):
                continue
            entries = [
                (self.target, at[1] + flow, dense[self.source]),
                (self.source, at[1] + flow, -dense[self.source]),
                (places, column + places, np.full(m, sign)),
                (places, places, np.full(m, -float(end))),
            ]
            free = np.full(m, np.inf)
            low, high = (-free, -self.totals[b]) if sign < 0 else (-self.totals[b], free)
            self._add(programme, entries, low, high)

    def _add_fresh(self, programme: Programme, b: int, at: IntArray) -> None:
        """New grids hold the lower band each at least, and all above the upper band of the one that goes on."""
        m, places, flow = self.case.m, np.arange(self.case.m), np.arange(len(self.source))
        scale = self.mass.sum() / max(float(self.totals[b].sum()), 1e-12)
        least = max(float(self.case.low[b]), 0.0) * scale
        free = np.full(m, np.inf)
        entries = [(places, at[2] + places, np.ones(m)), (places, places, np.full(m, -least))]
        self._add(programme, entries, np.full(m, -least), free)
        if not np.isfinite(self.case.high[b]):
            return
        entries = [
            (places, at[2] + places, np.ones(m)),
            (self.target, at[1] + flow, -np.ones(len(flow))),
            (self.source, at[1] + flow, np.ones(len(flow))),
        ]
        self._add(programme, entries, self.mass - float(self.case.high[b]) * scale, free)

    def _add(self, programme: Programme, entries: list[Entries], low: FloatArray, high: FloatArray) -> None:
        row, col, val = (np.concatenate([one[part] for one in entries]) for part in range(3))
        programme.add_rows(coo_array((val, (row, col)), shape=(len(low), programme.count)).tocsr(), low, high)
