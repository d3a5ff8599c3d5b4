"""The limits of a case (see `limits`) as rows of its integer programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridgeo_solvers.redraw.asking import FloatArray, IntArray
from gridgeo_solvers.redraw.cliques import Clique, broken_cliques

if TYPE_CHECKING:
    from gridgeo_solvers.redraw.model import Model

LEAST = 0.03
"""Share by which a rule has to be broken to be learnt."""


class LimitRules:
    """What the limits add to a model: columns that say whether an area meets a label, after all others, and rows."""

    def __init__(self, model: Model) -> None:
        self.model, self.limits = model, model.case.limits
        row_of, zone = model.case.row_of, self.limits.zone
        # Of an area in several cases nothing is known for certain.
        own = np.flatnonzero(self.limits.own).tolist()
        self.areas = [(np.unique(row_of[zone == z]), int(self.limits.room[z])) for z in own]
        self._cliques: set[tuple[int, Clique]] = set()
        self._met: set[tuple[int, int]] = set()

    @property
    def columns(self) -> int:
        """Number of columns beside those of pairs and labels."""
        return len(self.areas) * self.model.labels

    def add(self) -> None:
        """The rules that are stated from the beginning."""
        self._add_anchors()
        for number in range(len(self.areas)):
            self._add_area(number)

    def learn(self, shares: FloatArray, values: FloatArray) -> int:
        """Add the rules that an answer breaks; their number."""
        return self._learn_ways(shares) + self._learn_areas(shares, values)

    def met_by(self, plan: IntArray) -> IntArray:
        """The columns of areas and labels that meet in a plan."""
        met = [
            self._meets(number)[np.unique(plan[np.isin(self.model.case.row_of, rows)])]
            for number, (rows, _) in enumerate(self.areas)
        ]
        return np.concatenate([*met, np.zeros(0, dtype=np.int64)])

    def _meets(self, number: int) -> IntArray:
        labels = self.model.labels
        return (self.model.case.rows + 1 + number) * labels + np.arange(labels)

    def _add_anchors(self) -> None:
        """A used label holds one anchor, and fits the band of the one that it holds."""
        model, limits, labels = self.model, self.limits, self.model.labels
        if not len(limits.anchors):
            return
        rows = model.case.rows
        held = model.case.row_of[limits.anchors]
        model.per_label(np.bincount(held, minlength=rows).astype(float), 1.0, 0.0, 0.0)
        label, free, zero = np.tile(np.arange(labels), rows), np.full(labels, np.inf), np.zeros(labels)
        for weights, low, high in zip(model.weights, limits.low, limits.high, strict=True):
            unit = max(float(weights.mean()), 1e-12)
            for ends, least, most in ((high, -free, zero), (low, zero, free)):
                values = (weights - np.bincount(held, weights=ends, minlength=rows)) / unit
                model.add(label, np.arange(rows * labels), np.repeat(values, labels), least, most)

    def _add_area(self, number: int) -> None:
        """An area meets each label that holds a unit of it, and no more labels than it has room for."""
        labels, meets, (rows, room) = self.model.labels, self._meets(number), self.areas[number]
        whole, label = np.zeros(labels, dtype=np.int64), np.arange(labels)
        self.model.add(whole, meets, np.ones(labels), np.full(1, -np.inf), np.full(1, float(room)))
        row = np.concatenate([np.tile(label, len(rows)), label])
        col = np.concatenate([(rows[:, None] * labels + label).ravel(), meets])
        val = np.concatenate([np.ones(len(rows) * labels), np.full(labels, -float(len(rows)))])
        self.model.add(row, col, val, np.full(labels, -np.inf), np.zeros(labels))

    def _learn_ways(self, shares: FloatArray) -> int:
        far, row_of, labels = self.limits.far, self.model.case.row_of, self.model.labels
        if not len(far):
            return 0
        broken = [(g, one) for g in range(labels) for one in broken_cliques(far, shares[row_of, g])]
        fresh = [one for one in broken if one not in self._cliques]
        self._cliques.update(fresh)
        for g, clique in fresh:
            columns = np.unique(row_of[list(clique)]) * labels + g
            whole = np.zeros(len(columns), dtype=np.int64)
            self.model.add(whole, columns, np.ones(len(columns)), np.full(1, -np.inf), np.ones(1))
        return len(fresh)

    def _learn_areas(self, shares: FloatArray, values: FloatArray) -> int:
        """A unit of an area has a label only as far as the area meets it: tighter than the sums."""
        found: list[tuple[int, int]] = []
        for number, (rows, _) in enumerate(self.areas):
            meets = self._meets(number)
            row, label = np.nonzero(shares[rows] > values[meets] + LEAST)
            pairs = (rows[row] * self.model.labels + label).tolist()
            found += [one for one in zip(pairs, meets[label].tolist(), strict=True) if one not in self._met]
        self._met.update(found)
        if found:
            many = len(found)
            columns = np.array(found, dtype=np.int64).T.ravel()
            row = np.r_[np.arange(many), np.arange(many)]
            value = np.r_[np.ones(many), -np.ones(many)]
            self.model.add(row, columns, value, np.full(many, -np.inf), np.zeros(many))
        return len(found)
