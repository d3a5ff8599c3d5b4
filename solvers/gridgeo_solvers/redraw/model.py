"""The integer programme of a case: every row of units takes one label, labels fit their bands and hang together.

Columns are pairs of row and label, row after row, then one for each label that says whether it is used, then one for each
area and label that says whether they meet, then those of the shapes that moves are traded against. Pairs that are left out
keep their column with ceiling 0, so that their reduced costs are known (see `proving`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from gridgeo_solvers import clock
from gridgeo_solvers.redraw.asking import FloatArray, IntArray, Redrawing
from gridgeo_solvers.redraw.cases import Case
from gridgeo_solvers.redraw.limiting import LimitRules
from gridgeo_solvers.redraw.programme import Answer, Programme
from gridgeo_solvers.redraw.reaching import Reach, Row, broken_reaches, reach_of, rows_of
from gridgeo_solvers.redraw.separators import Rule, broken_rules, flood
from gridgeo_solvers.redraw.shaping import ShapeRules

LAYERS = 8
"""Rings around an old grid for which the rules of room and need are stated from the beginning."""
TIGHTENED = 400
"""Most rules of room and need that are added at once."""


class Model:
    """The programme under construction.

    Parameters
    ----------
    case
        What is drawn.
    labels
        Number of labels; the first `case.m` continue old grids.
    k
        How many of them hold units.
    used
        Pairs that may be used, shape (rows, labels).
    asked
        Where moves count at their price, beside cut borders and balance: whose price and objective these are.
    """

    def __init__(
        self, case: Case, labels: int, k: int, used: NDArray[np.bool_], asked: Redrawing | None = None
    ) -> None:
        self.case, self.labels, self.k = case, labels, k
        rows = case.rows
        self.weights = np.array([np.bincount(case.row_of, weights=w) for w in case.weights]).reshape(-1, rows)
        # The trifle for units is no part of what is traded.
        cost_of = case.cost if asked is None or asked.price is None else asked.price * case.mass
        home_cost = np.zeros((rows, labels))
        homed = case.home >= 0
        np.add.at(home_cost, (case.row_of[homed], case.home[homed]), cost_of[homed])
        self.cost = np.bincount(case.row_of, weights=cost_of)[:, None] - home_cost
        self.allowed = self._allowed()
        self.known: set[tuple[int, Rule]] = set()
        self.roomy: set[tuple[int, int, tuple[int, ...]]] = set()
        self.reaches: list[Reach] = []
        optional = labels > k
        self.limited = LimitRules(self)
        shapes = None if asked is None else ShapeRules(self, asked, rows * labels + labels + self.limited.columns)
        worth = np.zeros(0) if shapes is None else shapes.worth
        areas, whole = np.zeros(self.limited.columns), rows * labels + labels + self.limited.columns
        free = np.full(len(worth), np.inf)
        floor = np.concatenate([np.zeros(rows * labels), np.full(labels, 0.0 if optional else 1.0), areas, 0 * worth])
        ceiling = np.concatenate(
            [np.where((used & self.allowed).ravel(), np.inf, 0.0), np.ones(labels), areas + 1.0, free]
        )
        cost = np.concatenate([self.cost.ravel(), np.zeros(labels), areas, worth])
        self.programme = Programme(cost, floor, ceiling, np.arange(whole))
        if shapes is not None:
            shapes.add()
        self._add_assignment()
        self._add_bands()
        self.limited.add()
        self._add_rivals()
        self._add_layers()

    def _add_layers(self) -> None:
        """Rules of room for the rings around each old grid: who reaches beyond a ring holds a unit of it."""
        case = self.case
        graph = case.graph
        ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
        rules: list[tuple[int, Rule]] = []
        for g in range(min(case.m, self.labels)):
            inside = case.home == g
            for _ in range(LAYERS):
                ring = np.zeros(case.n, dtype=bool)
                ring[graph.indices[inside[ends]]] = True
                ring &= ~inside
                beyond = ~inside & ~ring
                if not beyond.any() or not ring.any():
                    break
                cut = tuple(np.flatnonzero(ring).tolist())
                while beyond.any():
                    i = int(np.argmax(beyond))
                    rules.append((g, (i, -1, cut)))
                    beyond &= ~flood(graph, [i], beyond)
                inside = inside | ring
        self._add_room(rules)

    def _allowed(self) -> NDArray[np.bool_]:
        """Pairs that locked units leave: a locked unit takes its home."""
        case = self.case
        allowed = np.ones((case.rows, self.labels), dtype=bool)
        for i in np.flatnonzero(case.fixed & (case.home >= 0)).tolist():
            allowed[case.row_of[i], np.arange(self.labels) != case.home[i]] = False
        return allowed

    def add(self, row: IntArray, col: IntArray, val: FloatArray, low: FloatArray, high: FloatArray) -> None:
        """More rules ``low ≤ A x ≤ high``, A given by rows, columns and values."""
        matrix = coo_array((val, (row, col)), shape=(len(low), self.programme.count)).tocsr()
        self.programme.add_rows(matrix, low, high)

    def _add_assignment(self) -> None:
        rows, labels = self.case.rows, self.labels
        row = np.repeat(np.arange(rows), labels)
        self.add(row, np.arange(rows * labels), np.ones(rows * labels), np.ones(rows), np.ones(rows))
        # As many labels are used as there are grids, and a used label holds something.
        opened = rows * labels + np.arange(labels)
        count = np.full(1, float(self.k))
        self.add(np.zeros(labels, dtype=np.int64), opened, np.ones(labels), count, count)
        self.per_label(np.ones(rows), 1.0, 0.0, np.inf)
        if labels > self.k:
            self.per_label(np.ones(rows), float(rows), -np.inf, 0.0)
            # A unit that stays needs its label: tighter than the sums where labels may be given up.
            homed = np.flatnonzero(self.case.home >= 0)
            pairs = np.unique(self.case.row_of[homed] * labels + self.case.home[homed])
            many = len(pairs)
            self.add(
                np.r_[np.arange(many), np.arange(many)], np.r_[pairs, rows * labels + pairs % labels],
                np.r_[np.ones(many), -np.ones(many)], np.full(many, -np.inf), np.zeros(many),
            )  # fmt: skip

    def per_label(self, weights: FloatArray, end: float, low: float, high: float) -> None:
        """Low ≤ weights · x(label) - end · used(label) ≤ high, for every label."""
        rows, labels = self.case.rows, self.labels
        label = np.arange(labels)
        row = np.concatenate([np.tile(label, rows), label])
        col = np.concatenate([np.arange(rows * labels), rows * labels + label])
        val = np.concatenate([np.repeat(weights, labels), np.full(labels, -end)])
        self.add(row, col, val, np.full(labels, low), np.full(labels, high))

    def _add_bands(self) -> None:
        for weights, low, high in zip(self.weights, self.case.low, self.case.high, strict=True):
            unit = max(float(weights.mean()), 1e-12)
            if np.isfinite(high):
                self.per_label(weights / unit, float(high) / unit, -np.inf, 0.0)
            if low > 0:
                self.per_label(weights / unit, float(low) / unit, 0.0, np.inf)

    def _add_rivals(self) -> None:
        pairs = self.case.row_of[self.case.rivals].reshape(-1, 2)
        label = np.arange(self.labels)
        many = len(pairs) * self.labels
        if not many:
            return
        first = (pairs[:, :1] * self.labels + label).ravel()
        second = (pairs[:, 1:] * self.labels + label).ravel()
        self.add(
            np.r_[np.arange(many), np.arange(many)], np.r_[first, second], np.ones(2 * many), np.full(many, -np.inf),
            np.ones(many),
        )  # fmt: skip

    def use(self, used: NDArray[np.bool_]) -> None:
        """Change which pairs may be used."""
        ceiling = np.where((used & self.allowed).ravel(), np.inf, 0.0)
        self.programme.set_ceilings(np.arange(ceiling.size), ceiling)

    def shares(self, values: FloatArray) -> FloatArray:
        """How much of every row lies in every label, shape (rows, labels)."""
        return np.asarray(values[: self.case.rows * self.labels].reshape(self.case.rows, self.labels))

    def plan(self, values: FloatArray) -> IntArray:
        """The label of every unit by a whole answer."""
        return np.asarray(self.shares(values).argmax(axis=1)[self.case.row_of], dtype=np.int64)

    def values_of(self, plan: IntArray) -> FloatArray:
        """A plan as values of the columns."""
        values = np.zeros(self.programme.count)
        values[self.case.row_of * self.labels + plan] = 1.0
        values[self.case.rows * self.labels + np.unique(plan)] = 1.0
        values[self.limited.met_by(plan)] = 1.0
        return values

    def learn(self, values: FloatArray) -> int:
        """Add the rules of connection, of ways and of areas that `values` of the columns break; their number."""
        shares = self.shares(values)
        return self._learn_connection(shares) + self.limited.learn(shares, values)

    def _learn_connection(self, shares: FloatArray) -> int:
        fresh: list[tuple[int, Rule]] = []
        for g in range(self.labels):
            rules = broken_rules(self.case.graph, shares[self.case.row_of, g], self.case.cost)
            fresh += [(g, rule) for rule in rules if (g, rule) not in self.known]
        self.known.update(fresh)
        if fresh:
            self._add_separators(fresh)
        return len(fresh)

    def _add_separators(self, rules: list[tuple[int, Rule]]) -> None:
        row, col, val = [], [], []
        for number, (g, (i, b, cut)) in enumerate(rules):
            columns = [*self.case.row_of[[i, b, *cut]] * self.labels + g, self.case.rows * self.labels + g]
            row += [number] * len(columns)
            col += columns
            val += [1.0, 1.0, *([-1.0] * len(cut)), -1.0]
        zeros = np.zeros(len(rules))
        self.add(np.array(row), np.array(col), np.array(val), np.full(len(rules), -np.inf), zeros)
        self._add_room(rules)

    def _add_room(self, rules: list[tuple[int, Rule]]) -> None:
        """The rules of room and need for separators (see `reaching`), around what of each old grid lies before them."""
        fresh: list[Reach] = []
        for g, (i, _, cut) in rules:
            if (g, i, cut) in self.roomy:
                continue
            self.roomy.add((g, i, cut))
            fresh.append(reach_of(self.case, g, i, cut))
        self.reaches += fresh
        self._add_reaches(
            [row for one in fresh for row in rows_of(self.case, one, one.near & (self.case.home == one.g))]
        )

    def _add_reaches(self, found: list[Row]) -> None:
        if not found:
            return
        number = np.repeat(np.arange(len(found)), [len(one.units) for one in found])
        col = np.concatenate([self.case.row_of[one.units] * self.labels + one.g for one in found])
        val = np.concatenate([one.values for one in found])
        high = np.array([one.high for one in found])
        self.add(number, col, val, np.full(len(found), -np.inf), high)

    def tighten(self, shares: FloatArray) -> int:
        """Add the rules of room and need that `shares` break most, around what of each grid is whole; their number."""
        found = broken_reaches(self.case, self.reaches, shares[self.case.row_of], TIGHTENED)
        self._add_reaches(found)
        return len(found)

    def relaxed(self, rounds: int, seconds: float) -> Answer:
        """The relaxation, after rounds of learning; the last answer."""
        ends = clock.now() + seconds
        answer = self.programme.relax(seconds)
        for _ in range(rounds):
            if answer.values is None or clock.now() > ends or not self.learn(answer.values):
                break
            self.tighten(self.shares(answer.values))
            again = self.programme.relax(max(ends - clock.now(), 0.05))
            if not again.ended:
                break
            answer = again
        return answer


def near_pairs(case: Case, labels: int, plan: IntArray | None, hops: int) -> NDArray[np.bool_]:
    """Pairs of row and label with the label's old or present grid at most `hops` borders away, shape (rows, labels).

    Labels without a grid of their own, old or present, are near to all.
    """
    near = np.zeros((case.n, labels), dtype=bool)
    homed = case.home >= 0
    near[np.flatnonzero(homed), case.home[homed]] = True
    if plan is not None:
        near[np.arange(case.n), plan] = True
    graph = case.graph
    ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
    for _ in range(hops):
        wider = near.copy()
        np.logical_or.at(wider, ends, near[graph.indices])
        near = wider
    near[:, ~near.any(axis=0)] = True
    rows = np.zeros((case.rows, labels), dtype=bool)
    np.logical_or.at(rows, case.row_of, near)
    return rows
