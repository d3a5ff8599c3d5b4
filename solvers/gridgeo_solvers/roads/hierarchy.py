"""A customizable contraction hierarchy: built once for the streets, weighed anew in milliseconds, asked in microseconds.

Dibbelt, Strasser and Wagner 2016, *Customizable contraction hierarchies*, ACM JEA 21. Tables are products of labels along the
elimination tree, in the manner of hub labels (Abraham, Delling, Goldberg and Werneck 2011).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridgeo_solvers.roads import elimination
from gridgeo_solvers.roads.dissection import dissect
from gridgeo_solvers.roads.ends import Ends, TravelGraph

Label = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]


@dataclass(frozen=True)
class Hierarchy:
    """The graph in the order of contraction, with the quickest times along all edges.

    Parameters
    ----------
    rank
        Shape (n,): rank of each node of the graph.
    first, heads
        Edges of the hierarchy by their lower node; see `gridgeo_solvers.roads.elimination`.
    depth
        Shape (n,): number of ancestors of each rank.
    edge, upward
        Shape (m,): edge of each arc of the graph (-1: a loop), and whether the arc runs up.
    time, middle
        Shape (2, edges): milliseconds upwards and downwards, and by which way.
    """

    rank: NDArray[np.int64]
    first: NDArray[np.int64]
    heads: NDArray[np.int32]
    depth: NDArray[np.int64]
    edge: NDArray[np.int64]
    upward: NDArray[np.bool_]
    time: NDArray[np.int32]
    middle: NDArray[np.int32]

    @classmethod
    def of(cls, graph: TravelGraph) -> Hierarchy:
        """The hierarchy of a graph; the order depends on its arcs and coordinates alone, not on times."""
        a = np.concatenate([graph.tail, graph.joined[:, 0]])
        b = np.concatenate([graph.head, graph.joined[:, 1]])
        indptr, indices = _neighbours(graph.n, a, b)
        order = dissect(indptr, indices, graph.xy)
        order = order[elimination.postorder(elimination.elimination_tree(indptr, indices, order))]
        rank = np.empty(graph.n, dtype=np.int64)
        rank[order] = np.arange(graph.n)
        low, high = np.minimum(rank[a], rank[b]), np.maximum(rank[a], rank[b])
        sort = np.lexsort((high, low))
        sort = sort[low[sort] != high[sort]]
        first, heads = elimination.fill(low[sort], high[sort], graph.n)
        m = len(graph.tail)
        edge = elimination.edges_of(first, heads, low[:m], high[:m])
        upward = rank[graph.tail] < rank[graph.head]
        depth = elimination.depths(first, heads)
        time, middle = elimination.customize(first, heads, edge, upward, graph.ms)
        return cls(rank, first, heads, depth, edge, upward, time, middle)

    @cached_property
    def tails(self) -> NDArray[np.int32]:
        """Lower node of each edge."""
        return np.repeat(np.arange(len(self.first) - 1, dtype=np.int32), np.diff(self.first))

    def reweighed(self, ms: NDArray[np.int32]) -> Hierarchy:
        """The same streets with other milliseconds on the arcs."""
        time, middle = elimination.customize(self.first, self.heads, self.edge, self.upward, ms)
        return replace(self, time=time, middle=middle)

    def table(self, starts: Ends, goals: Ends) -> NDArray[np.int32]:
        """Shape (k, l): milliseconds from each start to each goal, `FAR` where there is no way."""
        out = np.empty((len(starts), len(goals)), dtype=np.int32)
        if out.size:
            there, back = self._labels(starts, 0), self._labels(goals, 1)
            lowest = back[1][back[0][1:] - 1] if len(back[1]) else np.zeros(len(goals), dtype=np.int32)
            lowest = np.where(np.diff(back[0]) > 0, lowest, -1)
            turn = np.argsort(lowest, kind="stable")
            elimination.products(there, back, lowest[turn], turn, out)
        return out

    def towards(self, starts: Ends) -> Callable[[Ends], NDArray[np.int32]]:
        """Milliseconds from all `starts` to one place after another; what is known of the starts is worked out once."""
        label, edges = self._labels(starts, 0), (self.first, self.heads, self.depth, self.time[1])
        return lambda goal: np.asarray(elimination.arrivals(*edges, *label, self._ranked(goal), goal.ms))

    def reach(self, start: Ends) -> NDArray[np.int32]:
        """Shape (n,): milliseconds from one place to each node, `FAR` where there is no way."""
        out = np.empty(len(self.rank), dtype=np.int32)
        elimination.reach(self.first, self.heads, self.time, self._ranked(start), start.ms, out)
        return out[self.rank]

    def paths(self, starts: Ends, goals: Ends) -> tuple[list[NDArray[np.int64]], NDArray[np.int32]]:
        """Arcs and milliseconds of the quickest way from each start to the goal of the same row."""
        begin, arcs, told = elimination.paths(
            self.first,
            self.heads,
            self.tails,
            self.time,
            self.middle,
            self._ranked(starts),
            starts.ms,
            self._ranked(goals),
            goals.ms,
        )
        return [arcs[low:high] for low, high in pairwise(begin.tolist())], told

    def _ranked(self, ends: Ends) -> NDArray[np.int64]:
        return np.asarray(elimination.ranked(self.rank, ends.node))

    def _labels(self, ends: Ends, way: int) -> Label:
        return elimination.labels(self.first, self.heads, self.depth, self.time[way], self._ranked(ends), ends.ms)


def _neighbours(n: int, a: NDArray[np.int64], b: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Neighbours of each node, each pair told both ways and once, without loops."""
    apart = a != b
    both = np.concatenate([a[apart], b[apart]]), np.concatenate([b[apart], a[apart]])
    links = sparse.csr_array((np.ones(len(both[0]), dtype=np.int8), both), shape=(n, n))
    links.sum_duplicates()
    return links.indptr.astype(np.int64), links.indices.astype(np.int64)
