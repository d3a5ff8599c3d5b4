"""Times and ways between places anywhere in a town, over its streets: the one door that sites and collection rounds use.

A place is entered at a junction near by and reached from there straight, on foot. Whoever has a better engine replaces what
stands here and nothing else.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from gridgeo.graphs import WALKING_M_S, RoadGraph, road_graph, unit_doors
from gridgeo.jurisdictions import Jurisdiction

_ROWS = 64
"""Searches whose times are held at once."""


@dataclass(frozen=True)
class Between:
    """Streets of one mode, and the junctions at which places are entered.

    Parameters
    ----------
    roads
        The streets.
    lines
        Shape (arcs,): what they look like.
    """

    roads: RoadGraph
    lines: NDArray[np.object_]

    @classmethod
    def of(cls, town: Jurisdiction, mode: str) -> Between:
        """The streets of `town`; `BadInput` where the mode is unknown or may use none."""
        roads = road_graph(town.road_nodes, town.road_edges, mode)
        return cls(roads, town.road_edges.geometry.to_numpy()[roads.row])

    def doors(self, xy: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Junction of each place, and metres from the place to it."""
        door = unit_doors(self.roads, xy)
        return door, np.hypot(self.roads.x[door] - xy[:, 0], self.roads.y[door] - xy[:, 1])

    def round_trips(self, here: NDArray[np.float64], there: NDArray[np.float64]) -> NDArray[np.float64]:
        """Minutes from each place to each other and back, shape (here, there); inf where no road leads there or back.

        Parameters
        ----------
        here, there
            Shape (n, 2) and (m, 2): metres. One search a place of `there` and direction.
        """
        (a, a_m), (b, b_m) = self.doors(here), self.doors(there)
        ends, back = np.unique(b, return_inverse=True)
        matrix = self.roads.matrix()
        total = np.empty((len(ends), len(here)))
        for first in range(0, len(ends), _ROWS):
            some = ends[first : first + _ROWS]
            total[first : first + _ROWS] = dijkstra(matrix, indices=some)[:, a] + dijkstra(matrix.T, indices=some)[:, a]
        walks = 2 * (a_m[:, None] + b_m[None, :]) / WALKING_M_S
        return np.asarray((total[back].T + walks) / 60)

    def table(self, xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], Ways]:
        """Seconds and metres between places, shape (k, k), and the ways themselves.

        Metres are those along the streets; seconds have the steps between street and place in them, at both ends.
        """
        door, off = self.doors(xy)
        ends, back = np.unique(door, return_inverse=True)
        seconds, before = dijkstra(self.roads.matrix(), indices=ends, return_predecessors=True)
        metres = np.stack([self._metres(one) for one in before])
        steps = (off[:, None] + off[None, :]) / WALKING_M_S
        np.fill_diagonal(steps, 0.0)
        cells = np.ix_(back, door)
        return seconds[cells] + steps, metres[cells], Ways(self, door, back, before.astype(np.int64))

    def _metres(self, before: NDArray[np.int32]) -> NDArray[np.float64]:
        """Metres to every junction along the tree of quickest ways, by doubling the steps looked back."""
        step = before.astype(np.int64)
        root = step < 0
        node = np.arange(len(step))
        step[root] = node[root]
        metres = np.zeros(len(step))
        metres[~root] = self._arc_metres(step[~root], node[~root])
        while (step[step] != step).any():
            metres = metres + metres[step]
            step = step[step]
        return metres

    def _arc_metres(self, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.roads.length_m[self.arcs(tail, head)]

    def arcs(self, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
        """The quickest arc of each pair of neighbouring junctions."""
        quick = self.roads.quickest()
        key = self.roads.tail[quick] * len(self.roads.nodes) + self.roads.head[quick]
        return quick[np.searchsorted(key, tail * len(self.roads.nodes) + head)]


@dataclass(frozen=True)
class Ways:
    """The quickest ways between the places of one table."""

    between: Between
    door: NDArray[np.int64]
    row: NDArray[np.int64]
    before: NDArray[np.int64]

    def line(self, stops: list[int]) -> shapely.LineString:
        """One line along the streets over places in their order; two equal points where it leads nowhere."""
        roads, nodes = self.between.roads, [int(self.door[stops[0]])]
        for a, b in itertools.pairwise(stops):
            leg, at = [], int(self.door[b])
            while at != int(self.door[a]):
                leg.append(at)
                at = int(self.before[self.row[a], at])
            nodes += leg[::-1]
        if len(nodes) == 1:
            return shapely.LineString([(roads.x[nodes[0]], roads.y[nodes[0]])] * 2)
        path = np.array(nodes, dtype=np.int64)
        arcs = self.between.arcs(path[:-1], path[1:])
        points = shapely.get_coordinates(self.between.lines[arcs])
        keep = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
        return shapely.LineString(points[keep])
