"""Bundles of neighbouring rows: a large part made small, and multipliers carried there and back.

What a bundle adds to a site is what its rows add, so only the freedom to split bundles is lost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part

NEAR = 4
"""Bundles between which a change of multipliers is interpolated."""


class Bundles:
    """At most `most` bundles of the rows of `part`, whose load is `load` (rows,).

    `label` (rows,) is the bundle of every row, `sites` a unit of the heaviest row of each bundle, `heavy` that row.
    """

    def __init__(self, part: Part, load: FloatArray, most: int) -> None:
        self.x, self.y = _middles(part)
        self.label = _halved(self.x, self.y, most)
        self.load = load
        self.count = int(self.label.max()) + 1
        order = np.lexsort((-load, self.label))
        self.heavy = order[np.unique(self.label[order], return_index=True)[1]]
        d = part.distances
        self.sites: IntArray = d.members[d.first[self.heavy]]
        home = self.label[part.row_of]
        first = np.zeros(self.count + 1, dtype=np.int64)
        np.cumsum(np.bincount(home, minlength=self.count), out=first[1:])
        self.part = replace(
            part,
            row_of=home,
            graph=part.graph.quotient(self.label),
            distances=replace(d, first=first, members=np.argsort(home, kind="stable").astype(np.int64)),
            weights=np.array([self.total(w) for w in part.weights]).reshape(-1, self.count),
        )

    def total(self, rows: FloatArray) -> FloatArray:
        """Sums over bundles of something that rows have."""
        return np.bincount(self.label, weights=rows, minlength=self.count).astype(np.float64)

    def spread(self, change: FloatArray) -> FloatArray:
        """A change of the bundles' multipliers, shared among rows by their load, smoothly over the bundles' borders."""
        weight = self.load + 1e-6 * self.load.mean()
        total = self.total(weight)
        middle = np.column_stack([self.total(weight * at) / total for at in (self.x, self.y)])
        nearest = list(range(1, min(NEAR, self.count) + 1))
        found, near = cKDTree(middle).query(np.column_stack([self.x, self.y]), nearest)
        way = np.asarray(found)
        closeness = 1.0 / (way**2 + 0.05 * way[:, -1:] ** 2 + 1e-9)
        per_load = (change / total)[near]
        return np.asarray((per_load * closeness).sum(axis=1) / closeness.sum(axis=1) * self.load)


def _middles(part: Part) -> tuple[FloatArray, FloatArray]:
    """Mean point of the units of every row."""
    d = part.distances
    count = np.diff(d.first)
    return np.add.reduceat(d.x[d.members], d.first[:-1]) / count, np.add.reduceat(d.y[d.members], d.first[:-1]) / count


def _halved(x: FloatArray, y: FloatArray, most: int) -> IntArray:
    """Cells of points, at most `most`: halves of halves along the longer side."""
    label, cells = np.zeros(len(x), dtype=np.int64), 1
    while 2 * cells <= most:
        lowest, highest = np.full((2, cells), np.inf), np.full((2, cells), -np.inf)
        for axis, at in enumerate((x, y)):
            np.minimum.at(lowest[axis], label, at)
            np.maximum.at(highest[axis], label, at)
        tall = (highest - lowest).argmax(axis=0) == 1
        order = np.lexsort((np.where(tall[label], y, x), label))
        size = np.bincount(label, minlength=cells)
        rank = np.empty(len(x), dtype=np.int64)
        rank[order] = np.arange(len(x))
        label = 2 * label + (rank - (np.cumsum(size) - size)[label] >= (size[label] + 1) // 2)
        cells *= 2
    return np.unique(label, return_inverse=True)[1].astype(np.int64)
