"""Quickest ways without preparation: one search for each place (Dijkstra 1959), by SciPy.

For a graph without coordinates, for a question asked once, and as the witness that `Hierarchy` is held to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridgeo_solvers.roads.ends import FAR, Ends, TravelGraph

_CELLS = 4_000_000
"""Cells of a table from ends to all nodes that are held at once."""


@dataclass(frozen=True)
class Search:
    """The graph as it is, ready for searches.

    Parameters
    ----------
    graph
        Arcs with their milliseconds.
    """

    graph: TravelGraph

    def reweighed(self, ms: NDArray[np.int32]) -> Search:
        """The same streets with other milliseconds on the arcs."""
        return Search(replace(self.graph, ms=ms))

    @cached_property
    def _quickest(self) -> tuple[sparse.csr_array, NDArray[np.int64], NDArray[np.int64]]:
        """Matrix of times without loops, and for each of its cells (as key tail · n + head, sorted) the quickest arc."""
        graph = self.graph
        open_ = np.flatnonzero((graph.tail != graph.head) & (graph.ms < FAR))
        key = graph.tail[open_] * graph.n + graph.head[open_]
        order = np.lexsort((open_, graph.ms[open_], key))
        first = np.ones(len(order), dtype=bool)
        first[1:] = key[order][1:] != key[order][:-1]
        arcs = open_[order[first]]
        # SciPy takes a time of 0 for a missing arc; a millionth of a millisecond is lost again in whole ones.
        ms = np.where(graph.ms[arcs] == 0, 2.0**-20, graph.ms[arcs])
        cells = (ms, (graph.tail[arcs], graph.head[arcs]))
        return sparse.csr_array(cells, shape=(graph.n, graph.n)), key[order[first]], arcs

    def towards(self, starts: Ends) -> Callable[[Ends], NDArray[np.int32]]:
        """Milliseconds from all `starts` to one place after another."""
        return lambda goal: self.table(starts, goal)[:, 0]

    def table(self, starts: Ends, goals: Ends) -> NDArray[np.int32]:
        """Shape (k, l): milliseconds from each start to each goal, `FAR` where there is no way."""
        out = np.full((len(starts), len(goals)), FAR, dtype=np.int32)
        step = max(1, _CELLS // self.graph.n)
        for end in range(2):
            here = np.flatnonzero(starts.node[:, end] >= 0)
            for rows in np.split(here, np.arange(step, len(here), step)):
                nodes, back = np.unique(starts.node[rows, end], return_inverse=True)
                if not len(nodes):
                    continue
                times = csgraph.dijkstra(self._quickest[0], indices=nodes)[back]
                for other in range(2):
                    met = np.flatnonzero(goals.node[:, other] >= 0)
                    total = np.floor(times[:, goals.node[met, other]]) + starts.ms[rows, end, None]
                    total = np.minimum(total + goals.ms[met, other], FAR).astype(np.int32)
                    cells = np.ix_(rows, met)
                    out[cells] = np.minimum(out[cells], total)
        return out

    def reach(self, start: Ends) -> NDArray[np.int32]:
        """Shape (n,): milliseconds from one place to each node, `FAR` where there is no way."""
        return self.table(start, Ends.at(np.arange(self.graph.n)))[0]

    def paths(self, starts: Ends, goals: Ends) -> tuple[list[NDArray[np.int64]], NDArray[np.int32]]:
        """Arcs and milliseconds of the quickest way from each start to the goal of the same row."""
        found: list[NDArray[np.int64]] = []
        told = np.full(len(starts), FAR, dtype=np.int32)
        for row in range(len(starts)):
            best: tuple[float, int, int] | None = None
            befores = {}
            for a in range(2):
                if (start := int(starts.node[row, a])) < 0:
                    continue
                times, befores[a] = (
                    rows[0] for rows in csgraph.dijkstra(self._quickest[0], indices=[start], return_predecessors=True)
                )
                for b in range(2):
                    if (goal := int(goals.node[row, b])) >= 0:
                        total = float(np.floor(times[goal])) + starts.ms[row, a] + goals.ms[row, b]
                        if total < FAR and (best is None or (total, a, b) < best):
                            best = (total, a, b)
            if best is None:
                found.append(np.empty(0, dtype=np.int64))
                continue
            told[row], a, b = int(best[0]), best[1], best[2]
            found.append(self._trace(befores[a], int(starts.node[row, a]), int(goals.node[row, b])))
        return found, told

    def _trace(self, before: NDArray[np.int32], start: int, goal: int) -> NDArray[np.int64]:
        way = [goal]
        while way[-1] != start:
            way.append(int(before[way[-1]]))
        steps = np.array(way[::-1], dtype=np.int64)
        _, keys, arcs = self._quickest
        return arcs[np.searchsorted(keys, steps[:-1] * self.graph.n + steps[1:])]
