"""The units of every grid of a plan that changes, so that what lies around a grid is found without looking at all units."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.redraw.asking import IntArray


class Members:
    """Units of every label, ascending; `some` tells, label by label, whether there are any."""

    def __init__(self, graph: Graph, plan: IntArray, labels: int) -> None:
        self._graph = graph
        order = np.argsort(plan, kind="stable").astype(np.int64)
        self._units = np.split(order, np.cumsum(np.bincount(plan, minlength=labels))[:-1])
        self.some = np.array([len(units) > 0 for units in self._units])

    def of(self, labels: IntArray) -> IntArray:
        """Units of several labels, ascending."""
        return np.sort(np.concatenate([self._units[g] for g in labels.tolist()]))

    def renew(self, labels: IntArray, plan: IntArray) -> None:
        """Take over what `plan` changed among the units of `labels`."""
        units = self.of(labels)
        for g in labels.tolist():
            self._units[g] = units[plan[units] == g]
            self.some[g] = len(self._units[g]) > 0

    def around(self, g: int, plan: IntArray, size: int, random: np.random.Generator) -> IntArray:
        """`g` and labels that border on it and on each other, chosen at random, up to `size` of them; ascending."""
        region, near = [g], set(self._beside(g, plan))
        while len(region) < size:
            open_ = sorted(near.difference(region))
            if not open_:
                break
            region.append(int(random.choice(open_)))
            near.update(self._beside(region[-1], plan))
        return np.array(sorted(region), dtype=np.int64)

    def _beside(self, g: int, plan: IntArray) -> list[int]:
        graph, units = self._graph, self._units[g]
        ends = [graph.indices[graph.indptr[i] : graph.indptr[i + 1]] for i in units.tolist()]
        return np.unique(plan[np.concatenate([*ends, units[:0]])]).tolist()
