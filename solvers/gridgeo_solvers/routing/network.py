"""A street network as arrays: arcs between junctions, and the quickest ways along them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridgeo_solvers.errors import BadProblem

_CHUNK_CELLS = 4_000_000
"""Cells of a travel-time table that are held at once while only some columns of it are wanted."""


@dataclass(frozen=True)
class Network:
    """Directed arcs between junctions 0..n-1; every arc belongs to a piece of street.

    Parameters
    ----------
    n
        Number of junctions.
    tail, head
        Shape (m,): the junction an arc leaves and the one it reaches.
    seconds, metres
        Shape (m,): travel time > 0 and length ≥ 0 of each arc.
    piece
        Shape (m,): the piece of street 0..p-1; a two-way piece has one arc for each direction, a one-way piece one.

    Raises
    ------
    BadProblem
        Shapes differ, an end is not a junction, a time is not above 0, a piece has more than two arcs or two
        that don't run against each other.
    """

    n: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    piece: NDArray[np.int64]

    def __post_init__(self) -> None:
        sizes = {len(array) for array in (self.tail, self.head, self.seconds, self.metres, self.piece)}
        if len(sizes) != 1:
            raise BadProblem("tail, head, seconds, metres and piece must have one entry for each arc")
        if sizes == {0}:
            raise BadProblem("the network has no arc")
        ends = np.concatenate([self.tail, self.head])
        if ends.min() < 0 or ends.max() >= self.n:
            raise BadProblem(f"an arc ends at junction {ends.max()}, outside 0..{self.n - 1}")
        if not (np.isfinite(self.seconds) & (self.seconds > 0)).all():
            arc = int(np.flatnonzero(~(np.isfinite(self.seconds) & (self.seconds > 0)))[0])
            raise BadProblem(f"arc {arc} takes {self.seconds[arc]} seconds; a travel time is above 0")
        both = self.back >= 0
        if (self.tail[self.forward[both]] != self.head[self.back[both]]).any():
            raise BadProblem("the two arcs of a piece of street must run against each other")

    @property
    def pieces(self) -> int:
        """Number of pieces of street."""
        return int(self.piece.max()) + 1

    @cached_property
    def _arcs_of_piece(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        forward = np.full(self.pieces, -1, dtype=np.int64)
        back = np.full(self.pieces, -1, dtype=np.int64)
        for arc, piece in enumerate(self.piece.tolist()):
            if forward[piece] < 0:
                forward[piece] = arc
            elif back[piece] < 0:
                back[piece] = arc
            else:
                raise BadProblem(f"piece {piece} has more than two arcs; give one for each direction")
        if (forward < 0).any():
            raise BadProblem(f"piece {int(np.argmin(forward))} has no arc; number the pieces without a gap")
        return forward, back

    @property
    def forward(self) -> NDArray[np.int64]:
        """Shape (p,): the first arc of each piece."""
        return self._arcs_of_piece[0]

    @property
    def back(self) -> NDArray[np.int64]:
        """Shape (p,): the arc that runs against the first one, -1 where the piece is one-way."""
        return self._arcs_of_piece[1]

    @cached_property
    def _quickest(self) -> tuple[sparse.csr_array, NDArray[np.int64], NDArray[np.int64]]:
        """Travel matrix without loops, and for each of its cells (as key tail·n + head, sorted) the quickest arc."""
        key = self.tail * self.n + self.head
        order = np.lexsort((np.arange(len(key)), self.seconds, key))
        order = order[self.tail[order] != self.head[order]]
        first = np.ones(len(order), dtype=bool)
        first[1:] = key[order][1:] != key[order][:-1]
        arcs = order[first]
        cells = (self.seconds[arcs], (self.tail[arcs], self.head[arcs]))
        return sparse.csr_array(cells, shape=(self.n, self.n)), key[arcs], arcs

    @property
    def matrix(self) -> sparse.csr_array:
        """Shape (n, n): seconds of the quickest arc from row to column."""
        return self._quickest[0]

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """Shape (n,): the part of the network of each junction; within a part every junction can be left and regained."""
        _, label = csgraph.connected_components(self.matrix, directed=True, connection="strong")
        return np.asarray(label, dtype=np.int64)

    @cached_property
    def symmetric(self) -> bool:
        """Whether every way takes as long as the way back."""
        return bool(abs(self.matrix - self.matrix.T).max() <= 1e-9)

    def times(self, vertices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Shape (k, k): quickest seconds between `vertices`, inf where no road leads (Dijkstra 1959)."""
        table = np.empty((len(vertices), len(vertices)))
        for rows in _chunks(len(vertices), self.n):
            table[rows] = csgraph.dijkstra(self.matrix, indices=vertices[rows])[:, vertices]
        return table

    def paths(self, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
        """Arcs of the quickest way for each (from, to); an empty list where the two are the same junction.

        Raises
        ------
        BadProblem
            No road leads from one to the other.
        """
        sources = sorted({a for a, b in pairs if a != b})
        found: dict[tuple[int, int], list[int]] = {}
        wanted: dict[int, set[int]] = {}
        for a, b in pairs:
            wanted.setdefault(a, set()).add(b)
        for rows in _chunks(len(sources), self.n):
            part = sources[rows]
            _, before = csgraph.dijkstra(self.matrix, indices=part, return_predecessors=True)
            for row, a in zip(before, part, strict=True):
                for b in wanted[a]:
                    found[a, b] = self._trace(row, a, b)
        return [found[a, b] if a != b else [] for a, b in pairs]

    def _trace(self, before: NDArray[np.int32], a: int, b: int) -> list[int]:
        way = [b]
        while way[-1] != a:
            previous = int(before[way[-1]])
            if previous < 0:
                raise BadProblem(f"no road leads from junction {a} to {b}")
            way.append(previous)
        steps = np.array(way[::-1], dtype=np.int64)
        _, keys, arcs = self._quickest
        return [int(arc) for arc in arcs[np.searchsorted(keys, steps[:-1] * self.n + steps[1:])]]


def _chunks(count: int, width: int) -> Iterator[slice]:
    step = max(1, _CHUNK_CELLS // max(1, width))
    for start in range(0, count, step):
        yield slice(start, min(count, start + step))
