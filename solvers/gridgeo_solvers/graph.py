"""Undirected graphs as three arrays (compressed sparse rows), the form in which solvers see neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem


@dataclass(frozen=True)
class Graph:
    """Vertices 0..n-1; the neighbours of `i` are ``indices[indptr[i]:indptr[i + 1]]``, each edge twice.

    `lengths` runs beside `indices`: the length of the shared border in metres, 0 for a declared link.
    Build it with `Graph.from_edges`, which refuses what is not a simple graph.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    lengths: NDArray[np.float64]

    @classmethod
    def from_edges(cls, n: int, edges: ArrayLike, lengths: ArrayLike | None = None) -> Graph:
        """Graph of `n` vertices from pairs of positions.

        Parameters
        ----------
        n
            Number of vertices.
        edges
            Shape (m, 2); every edge once, in either direction.
        lengths
            Shape (m,), metres, ≥ 0; 1 for every edge where left out.

        Raises
        ------
        BadProblem
            An end is not a vertex, an edge joins a vertex to itself or stands twice, a length is negative or NaN.

        Examples
        --------
        >>> Graph.from_edges(3, [(0, 1), (1, 2)]).neighbours(1).tolist()
        [0, 2]
        """
        pairs = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
        metres = np.ones(len(pairs)) if lengths is None else np.asarray(lengths, dtype=np.float64)
        _refuse_bad_edges(n, pairs, metres)
        ends = np.concatenate([pairs, pairs[:, ::-1]])
        order = np.lexsort((ends[:, 1], ends[:, 0]))
        indptr = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(ends[:, 0], minlength=n), out=indptr[1:])
        return cls(indptr, ends[order, 1].copy(), np.concatenate([metres, metres])[order])

    @property
    def n(self) -> int:
        """Number of vertices."""
        return len(self.indptr) - 1

    def neighbours(self, i: int) -> NDArray[np.int64]:
        """Vertices that share an edge with `i`, ascending."""
        return self.indices[self.indptr[i] : self.indptr[i + 1]]

    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Ends ``u < v`` and length of every edge, each edge once."""
        u = np.repeat(np.arange(self.n, dtype=np.int64), np.diff(self.indptr))
        once = u < self.indices
        return u[once], self.indices[once], self.lengths[once]

    def components(self) -> NDArray[np.int64]:
        """Number of the connected component of every vertex, counted from 0 by their lowest vertex."""
        label = np.full(self.n, -1, dtype=np.int64)
        count = 0
        for root in range(self.n):
            if label[root] >= 0:
                continue
            label[root] = count
            stack = [root]
            while stack:
                for j in self.neighbours(stack.pop()).tolist():
                    if label[j] < 0:
                        label[j] = count
                        stack.append(j)
            count += 1
        return label

    def reached(self, root: int, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Mask, shape (n,), of the vertices joined to `root` by paths through allowed vertices; `root` is among them."""
        seen = np.zeros(self.n, dtype=bool)
        seen[root] = True
        stack = [root]
        while stack:
            for j in self.neighbours(stack.pop()).tolist():
                if allowed[j] and not seen[j]:
                    seen[j] = True
                    stack.append(j)
        return seen

    def subgraph(self, vertices: NDArray[np.int64]) -> Graph:
        """Graph induced by `vertices`; its vertex p is ``vertices[p]``."""
        position = np.full(self.n, -1, dtype=np.int64)
        position[vertices] = np.arange(len(vertices))
        degree = self.indptr[vertices + 1] - self.indptr[vertices]
        # Places of the edges of `vertices`, one vertex after the other, so that only they are looked at.
        at = np.repeat(self.indptr[vertices] - np.cumsum(degree) + degree, degree) + np.arange(degree.sum())
        u, v = np.repeat(np.arange(len(vertices)), degree), position[self.indices[at]]
        once = u < v
        return Graph.from_edges(len(vertices), np.column_stack([u[once], v[once]]), self.lengths[at][once])

    def within(self, label: NDArray[np.int64]) -> Graph:
        """The same vertices without the edges that join two different labels."""
        u, v, length = self.edges()
        same = label[u] == label[v]
        return Graph.from_edges(self.n, np.column_stack([u[same], v[same]]), length[same])

    def quotient(self, label: NDArray[np.int64]) -> Graph:
        """One vertex per label 0..max; lengths of parallel edges are summed, inner edges vanish."""
        u, v, length = self.edges()
        count = int(label.max()) + 1 if len(label) else 0
        a, b = np.minimum(label[u], label[v]), np.maximum(label[u], label[v])
        outer = a != b
        keys, back = np.unique(a[outer] * count + b[outer], return_inverse=True)
        summed = np.bincount(back, weights=length[outer], minlength=len(keys))
        return Graph.from_edges(count, np.column_stack([keys // max(count, 1), keys % max(count, 1)]), summed)


def _refuse_bad_edges(n: int, pairs: NDArray[np.int64], metres: NDArray[np.float64]) -> None:
    if n < 1:
        raise BadProblem("a graph needs at least one vertex")
    if len(metres) != len(pairs):
        raise BadProblem(f"{len(pairs)} edges but {len(metres)} lengths: give one length per edge")
    for name, bad in (
        ("has an end outside 0..n-1", ((pairs < 0) | (pairs >= n)).any(axis=1)),
        ("joins a vertex to itself", pairs[:, 0] == pairs[:, 1]),
        ("has a length that is negative or not a number", ~(metres >= 0) | np.isinf(metres)),
    ):
        if bad.any():
            edge = int(np.flatnonzero(bad)[0])
            raise BadProblem(f"edge {edge} {tuple(pairs[edge].tolist())} {name}")
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    keys, first, counts = np.unique(low * n + high, return_index=True, return_counts=True)
    if len(keys) < len(pairs):
        twice = tuple(pairs[first[counts > 1][0]].tolist())
        raise BadProblem(f"edge {twice} stands twice: give every edge once")
