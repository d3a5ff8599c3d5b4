"""A street network as arrays: arcs between junctions, and the quickest ways along them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.roads.ends import FAR, Ends, Engine, TravelGraph
from gridgeo_solvers.roads.hierarchy import Hierarchy
from gridgeo_solvers.roads.search import Search

MS = 1000
"""Milliseconds of a second: all travel times are whole milliseconds, so that no sum depends on its order."""


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
        Shape (m,): travel time > 0 and length ≥ 0 of each arc. Times are rounded to milliseconds, at least one.
    piece
        Shape (m,): the piece of street 0..p-1; a two-way piece has one arc for each direction, a one-way piece one.
    xy
        Shape (n, 2): where the junctions lie, metres; None where nobody knows. They make many questions quick, and change no answer.

    Raises
    ------
    BadProblem
        Shapes differ, an end is not a junction, a time is not above 0 or above 12 days, a piece has more than two arcs or
        two that don't run against each other.
    """

    n: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    piece: NDArray[np.int64]
    xy: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        sizes = {len(array) for array in (self.tail, self.head, self.seconds, self.metres, self.piece)}
        if len(sizes) != 1:
            raise BadProblem("tail, head, seconds, metres and piece must have one entry for each arc")
        if sizes == {0}:
            raise BadProblem("the network has no arc")
        ends = np.concatenate([self.tail, self.head])
        if ends.min() < 0 or ends.max() >= self.n:
            raise BadProblem(f"an arc ends at junction {ends.max()}, outside 0..{self.n - 1}")
        good = (self.seconds > 0) & (self.seconds * MS < FAR)
        if not good.all():
            arc = int(np.argmin(good))
            raise BadProblem(f"arc {arc} takes {self.seconds[arc]} seconds; a travel time is above 0 and below 12 days")
        object.__setattr__(self, "seconds", self.ms / MS)
        if self.xy is not None and (self.xy.shape != (self.n, 2) or not np.isfinite(self.xy).all()):
            raise BadProblem("xy must have a row of two numbers for each junction")
        both = self.back >= 0
        if (self.tail[self.forward[both]] != self.head[self.back[both]]).any():
            raise BadProblem("the two arcs of a piece of street must run against each other")

    @cached_property
    def ms(self) -> NDArray[np.int32]:
        """Shape (m,): milliseconds of each arc."""
        return np.maximum(np.rint(self.seconds * MS), 1).astype(np.int32)

    @property
    def pieces(self) -> int:
        """Number of pieces of street."""
        return int(self.piece.max()) + 1

    @cached_property
    def _arcs_of_piece(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        count = np.bincount(self.piece, minlength=self.pieces)
        if count.max() > 2:
            raise BadProblem(f"piece {int(count.argmax())} has more than two arcs; give one for each direction")
        if count.min() == 0:
            raise BadProblem(f"piece {int(count.argmin())} has no arc; number the pieces without a gap")
        order = np.argsort(self.piece, kind="stable")
        first = np.cumsum(count) - count
        return order[first], np.where(count == 2, order[np.minimum(first + 1, len(order) - 1)], -1)

    @property
    def forward(self) -> NDArray[np.int64]:
        """Shape (p,): the first arc of each piece."""
        return self._arcs_of_piece[0]

    @property
    def back(self) -> NDArray[np.int64]:
        """Shape (p,): the arc that runs against the first one, -1 where the piece is one-way."""
        return self._arcs_of_piece[1]

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """Shape (n, n): seconds of the quickest arc from row to column; loops are left out."""
        order = np.lexsort((self.seconds, self.head, self.tail))
        order = order[self.tail[order] != self.head[order]]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(self.tail[order]) != 0) | (np.diff(self.head[order]) != 0)
        arcs = order[first]
        return sparse.csr_array((self.seconds[arcs], (self.tail[arcs], self.head[arcs])), shape=(self.n, self.n))

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """Shape (n,): the part of the network of each junction; within a part every junction can be left and regained."""
        _, label = csgraph.connected_components(self.matrix, directed=True, connection="strong")
        return np.asarray(label, dtype=np.int64)

    @cached_property
    def symmetric(self) -> bool:
        """Whether every way takes as long as the way back."""
        return bool(abs(self.matrix - self.matrix.T).max() <= 1e-9)

    @property
    def graph(self) -> TravelGraph:
        """What an engine travels on: the junctions and arcs as they are."""
        xy = np.zeros((self.n, 2)) if self.xy is None else self.xy
        return TravelGraph(self.n, self.tail, self.head, self.ms, xy, np.empty((0, 2), dtype=np.int64))

    @cached_property
    def engine(self) -> Engine:
        """Answers questions about quickest ways: a hierarchy, or plain searches where nobody knows where junctions lie."""
        return Search(self.graph) if self.xy is None else Hierarchy.of(self.graph)

    def times(self, vertices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Shape (k, k): quickest seconds between `vertices`, inf where no road leads."""
        return seconds_of(self.engine.table(Ends.at(vertices), Ends.at(vertices)))

    def paths(self, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
        """Arcs of the quickest way for each (from, to); an empty list where the two are the same junction.

        Raises
        ------
        BadProblem
            No road leads from one to the other.
        """
        wanted = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        arcs, told = self.engine.paths(Ends.at(wanted[:, 0]), Ends.at(wanted[:, 1]))
        if (told >= FAR).any():
            a, b = pairs[int(np.argmax(told >= FAR))]
            raise BadProblem(f"no road leads from junction {a} to {b}")
        return [way.tolist() for way in arcs]


def seconds_of(ms: NDArray[np.int32]) -> NDArray[np.float64]:
    """Milliseconds in seconds, inf for `FAR`."""
    return np.where(ms >= FAR, np.inf, ms / MS)
