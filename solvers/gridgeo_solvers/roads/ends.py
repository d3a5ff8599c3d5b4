"""Where a journey touches the graph: the one or two nodes at which a place is left or entered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.roads.elimination import FAR


@dataclass(frozen=True)
class Ends:
    """Nodes at which places are left (or entered), and how far they are.

    Parameters
    ----------
    node
        Shape (k, 2): nodes, -1 for none. Two nodes of one place are joined by an arc, or named in `TravelGraph.joined`.
    ms
        Shape (k, 2): milliseconds from the place to the node (or from the node to the place).
    """

    node: NDArray[np.int64]
    ms: NDArray[np.int32]

    @classmethod
    def at(cls, nodes: NDArray[np.int64]) -> Ends:
        """Places that are nodes."""
        two = np.full((len(nodes), 2), -1, dtype=np.int64)
        two[:, 0] = nodes
        return cls(two, np.zeros((len(nodes), 2), dtype=np.int32))

    def __len__(self) -> int:
        return len(self.node)

    def rows(self, which: slice | NDArray[np.int64]) -> Ends:
        """Some of the places."""
        return Ends(self.node[which], self.ms[which])

    def of(self, row: int) -> list[tuple[int, int]]:
        """Node and milliseconds of both ends of one place."""
        return list(zip(self.node[row].tolist(), self.ms[row].tolist(), strict=True))


@dataclass(frozen=True)
class TravelGraph:
    """What an engine travels on: directed arcs between nodes 0..n-1 with whole milliseconds.

    Parameters
    ----------
    n
        Number of nodes.
    tail, head
        Shape (m,): nodes of each arc.
    ms
        Shape (m,): milliseconds ≥ 0 of each arc; `FAR` closes it.
    xy
        Shape (n, 2): where the nodes lie, metres.
    joined
        Shape (j, 2): pairs of nodes that may be the two ends of one place though no arc joins them.
    """

    n: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    ms: NDArray[np.int32]
    xy: NDArray[np.float64]
    joined: NDArray[np.int64]


class Engine(Protocol):
    """Answers questions about quickest ways; `FAR` milliseconds mean that there is none."""

    def reweighed(self, ms: NDArray[np.int32]) -> Engine:
        """The same graph with other times."""

    def table(self, starts: Ends, goals: Ends) -> NDArray[np.int32]:
        """Shape (k, l): milliseconds from each start to each goal."""

    def towards(self, starts: Ends) -> Callable[[Ends], NDArray[np.int32]]:
        """Milliseconds from all `starts` to one place after another, shape (k,) each."""

    def reach(self, start: Ends) -> NDArray[np.int32]:
        """Shape (n,): milliseconds from one place to each node."""

    def paths(self, starts: Ends, goals: Ends) -> tuple[list[NDArray[np.int64]], NDArray[np.int32]]:
        """Arcs and milliseconds of the quickest way from each start to the goal of the same row."""


__all__ = ["FAR", "Ends", "Engine", "TravelGraph"]
