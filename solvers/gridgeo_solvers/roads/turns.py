"""Forbidden turns: junctions where there are any are split, so that every way through them is an arc of its own.

Caldwell 1961 expands the whole network; only the junctions that forbid a turn need it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.roads.ends import TravelGraph


def without_turns(graph: TravelGraph, piece: NDArray[np.int64], forbidden: NDArray[np.int64]) -> TravelGraph:
    """The graph in which no way leads from arc a straight into arc b, for each row (a, b) of `forbidden`.

    Parameters
    ----------
    graph
        Arcs 0..m-1, which keep their numbers; arcs behind them are turns and take no time.
    piece
        Shape (m,): piece of street of each arc; both directions of one stay the ends of one place.
    forbidden
        Shape (f, 2): arcs by which a junction must not be entered and left.

    Raises
    ------
    BadProblem
        An arc is unknown, or the two don't meet.
    """
    m = len(graph.tail)
    if not len(forbidden):
        return graph
    if forbidden.min() < 0 or forbidden.max() >= m:
        raise BadProblem(f"a forbidden turn names an arc outside 0..{m - 1}")
    apart = graph.head[forbidden[:, 0]] != graph.tail[forbidden[:, 1]]
    if apart.any():
        a, b = forbidden[int(np.argmax(apart))]
        raise BadProblem(f"arc {a} doesn't lead to where arc {b} begins: no turn to forbid")
    split = np.zeros(graph.n, dtype=bool)
    split[graph.head[forbidden[:, 0]]] = True
    into, out_of = np.flatnonzero(split[graph.head]), np.flatnonzero(split[graph.tail])
    head, tail = graph.head.copy(), graph.tail.copy()
    head[into] = graph.n + np.arange(len(into))
    tail[out_of] = graph.n + len(into) + np.arange(len(out_of))
    turns = _turns(graph, into, out_of, forbidden)
    joined = np.concatenate([_both_ends(head, piece), _both_ends(tail, piece)])
    return TravelGraph(
        n=graph.n + len(into) + len(out_of),
        tail=np.concatenate([tail, head[turns[:, 0]]]),
        head=np.concatenate([head, tail[turns[:, 1]]]),
        ms=np.concatenate([graph.ms, np.zeros(len(turns), dtype=np.int32)]),
        xy=np.concatenate([graph.xy, graph.xy[graph.head[into]], graph.xy[graph.tail[out_of]]]),
        joined=joined[(joined >= graph.n).any(axis=1)],
    )


def _turns(
    graph: TravelGraph, into: NDArray[np.int64], out_of: NDArray[np.int64], forbidden: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Pairs of arcs by which a split junction may be entered and left."""
    leave = out_of[np.argsort(graph.tail[out_of], kind="stable")]
    at = graph.tail[leave]
    low, high = np.searchsorted(at, graph.head[into]), np.searchsorted(at, graph.head[into], side="right")
    count = high - low
    a = np.repeat(into, count)
    b = leave[np.repeat(low - (np.cumsum(count) - count), count) + np.arange(count.sum())]
    m = len(graph.tail)
    kept = ~np.isin(a * m + b, forbidden[:, 0] * m + forbidden[:, 1])
    return np.column_stack([a[kept], b[kept]])


def _both_ends(node: NDArray[np.int64], piece: NDArray[np.int64]) -> NDArray[np.int64]:
    """The node of both arcs of each two-way piece."""
    order = np.argsort(piece, kind="stable")
    two = np.flatnonzero(piece[order][1:] == piece[order][:-1])
    return np.column_stack([node[order[two]], node[order[two + 1]]])
