"""Nearest by road: times from every vertex to one place, and who is there first.

One search on the reversed graph answers for all officers at once (Dijkstra 1959, *A note on two problems in
connexion with graphs*): one-way streets are driven in their own direction, since the officer travels, not the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridgeo_solvers.errors import BadProblem


@dataclass(frozen=True)
class Arrivals:
    """How one place is reached from every vertex.

    Parameters
    ----------
    seconds
        Shape (n,): travel time from each vertex to the place, inf where no road leads there.
    follow
        Shape (n,): the next vertex on the way, -1 at the last vertex before the place (and where there is no way).
    """

    seconds: NDArray[np.float64]
    follow: NDArray[np.int64]

    def path(self, start: int) -> list[int]:
        """Vertices from `start` to the last one before the place; empty where no road leads there."""
        if not np.isfinite(self.seconds[start]):
            return []
        vertices = [start]
        while (ahead := int(self.follow[vertices[-1]])) >= 0:
            vertices.append(ahead)
        return vertices


def arrivals(graph: sparse.csr_array, last: Sequence[int], extra: Sequence[float]) -> Arrivals:
    """Times from every vertex to a place.

    Parameters
    ----------
    graph
        Square matrix of travel seconds > 0, row = from, column = to.
    last
        Vertices from which the place can be reached directly, e.g. the ends of its street.
    extra
        Seconds from each of `last` to the place.

    Examples
    --------
    A line 0 → 1 → 2 that is one-way, and a place 5 s beyond vertex 2:

    >>> line = sparse.csr_array(([10.0, 10.0], ([0, 1], [1, 2])), shape=(3, 3))
    >>> arrivals(line, [2], [5.0]).seconds.tolist()
    [25.0, 15.0, 5.0]
    """
    n = graph.shape[0]
    if len(last) != len(extra):
        raise BadProblem(f"{len(last)} last vertices but {len(extra)} extra times: give one for each")
    best = np.full(n, np.inf)
    follow = np.full(n, -1, dtype=np.int64)
    back = sparse.csr_array(graph.T)
    for vertex, seconds in zip(last, extra, strict=True):
        if not 0 <= vertex < n:
            raise BadProblem(f"vertex {vertex} is outside 0..{n - 1}")
        times, befores = csgraph.dijkstra(back, indices=[int(vertex)], return_predecessors=True)
        time, before = times[0] + seconds, befores[0]
        # Where both ends are equally good the first one stands, so that the same input gives the same way.
        better = time < best
        best = np.where(better, time, best)
        follow = np.where(better, np.where(before < 0, -1, before), follow)
    return Arrivals(best, follow.astype(np.int64))


def nearest(seconds: ArrayLike, load: ArrayLike | None = None) -> NDArray[np.int64]:
    """Positions of those who can arrive, first the one who is there first.

    Parameters
    ----------
    seconds
        Arrival time of each; inf for those who can't arrive, who are left out.
    load
        Work already on each one's hands: the lesser goes first among equals, then the lower position.

    Examples
    --------
    >>> nearest([60.0, np.inf, 20.0, 60.0], load=[1, 0, 0, 0]).tolist()
    [2, 3, 0]
    """
    time = np.asarray(seconds, dtype=np.float64)
    work = np.zeros(len(time)) if load is None else np.asarray(load, dtype=np.float64)
    if len(work) != len(time):
        raise BadProblem(f"{len(time)} arrival times but {len(work)} loads: give one for each")
    if np.isnan(time).any() or (time < 0).any():
        raise BadProblem("an arrival time is negative or not a number")
    order = np.lexsort((np.arange(len(time)), work, time))
    return order[np.isfinite(time[order])].astype(np.int64)
