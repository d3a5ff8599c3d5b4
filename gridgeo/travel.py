"""Ways along the streets between places that lie anywhere on them, not only at junctions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops

from gridgeo.errors import NoPath
from gridgeo.graphs import RoadGraph, road_graph
from gridgeo_solvers.assignment import Arrivals, arrivals


@dataclass(frozen=True)
class Spot:
    """A place on a street: `share` of the way along directed edge `edge`, `off_m` metres beside it.

    `back` is the edge in the other direction, -1 on a one-way.
    """

    edge: int
    back: int
    share: float
    off_m: float


@dataclass(frozen=True)
class Way:
    """A way along the streets: seconds, metres, and its line in the streets' CRS."""

    seconds: float
    metres: float
    line: shapely.LineString


class Streets:
    """The streets of one mode, ready for questions.

    Parameters
    ----------
    road_nodes, road_edges
        Layers of a jurisdiction; an edge counts where its seconds for `mode` are not empty.
    mode
        ``foot``, ``ebike`` or ``car``.
    """

    def __init__(self, road_nodes: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame, mode: str = "foot") -> None:
        graph = road_graph(road_nodes, road_edges, mode)
        self.mode = mode
        self.crs = road_edges.crs
        self._tail, self._head = graph.tail, graph.head
        self._seconds = graph.seconds
        self._lines = road_edges.geometry.to_numpy()[graph.row]
        self._tree = shapely.STRtree(self._lines)
        self._back = _reverse_edges(graph)
        self._matrix = graph.matrix()
        self._quickest = {(int(graph.tail[arc]), int(graph.head[arc])): int(arc) for arc in graph.quickest()}

    def spot(self, x: float, y: float) -> Spot:
        """The nearest place on a street, for metres in the streets' CRS."""
        point = shapely.Point(x, y)
        edge = int(self._tree.query_nearest(point, all_matches=True).min())
        line = self._lines[edge]
        share = float(shapely.line_locate_point(line, point, normalized=True)) if line.length else 0.0
        return Spot(edge, int(self._back[edge]), share, float(shapely.distance(point, line)))

    def point(self, spot: Spot) -> shapely.Point:
        """Where `spot` lies."""
        return shapely.line_interpolate_point(self._lines[spot.edge], spot.share, normalized=True)

    def towards(self, goal: Spot) -> Journeys:
        """Ways from anywhere to `goal`, after one search."""
        last, extra = [int(self._tail[goal.edge])], [goal.share * float(self._seconds[goal.edge])]
        if goal.back >= 0:
            last.append(int(self._head[goal.edge]))
            extra.append((1 - goal.share) * float(self._seconds[goal.back]))
        return Journeys(self, goal, arrivals(self._matrix, last, extra))


class Journeys:
    """Ways from anywhere to one goal."""

    def __init__(self, streets: Streets, goal: Spot, reached: Arrivals) -> None:
        self._streets = streets
        self._goal = goal
        self._reached = reached

    def seconds(self, start: Spot) -> float:
        """Quickest time from `start`, inf where no road leads there."""
        return min(time for time, _ in self._choices(start))

    def way(self, start: Spot) -> Way:
        """The quickest way from `start`.

        Raises
        ------
        NoPath
            No road of this mode leads there.
        """
        seconds, choice = min(self._choices(start))
        if not np.isfinite(seconds):
            raise NoPath(f"no road that may be used by {self._streets.mode} leads from there to the goal")
        pieces = self._direct(start) if choice == 0 else self._through(start, leave_ahead=choice == 1)
        line = _joined(pieces) or shapely.LineString([self._streets.point(start)] * 2)
        return Way(float(seconds), float(line.length), line)

    def _choices(self, start: Spot) -> list[tuple[float, int]]:
        """Time of staying on the street (0), of leaving by the end of its edge (1) and by its start (2)."""
        roads, goal, reached = self._streets, self._goal, self._reached.seconds
        direct = np.inf
        if start.edge == goal.edge or (start.back == goal.edge and start.back >= 0):
            share = start.share if start.edge == goal.edge else 1 - start.share
            step = goal.share - share
            if step >= 0:
                direct = step * float(roads._seconds[goal.edge])
            elif goal.back >= 0:
                direct = -step * float(roads._seconds[goal.back])
        ahead = (1 - start.share) * roads._seconds[start.edge] + reached[roads._head[start.edge]]
        behind = np.inf
        if start.back >= 0:
            behind = start.share * roads._seconds[start.back] + reached[roads._tail[start.edge]]
        return [(float(direct), 0), (float(ahead), 1), (float(behind), 2)]

    def _direct(self, start: Spot) -> list[shapely.LineString]:
        roads, goal = self._streets, self._goal
        share = start.share if start.edge == goal.edge else 1 - start.share
        return [_cut(roads._lines[goal.edge], share, goal.share)]

    def _through(self, start: Spot, *, leave_ahead: bool) -> list[shapely.LineString]:
        roads, goal = self._streets, self._goal
        line = roads._lines[start.edge]
        first = int(roads._head[start.edge] if leave_ahead else roads._tail[start.edge])
        vertices = self._reached.path(first)
        pieces = [_cut(line, start.share, 1.0 if leave_ahead else 0.0)]
        pieces += [roads._lines[roads._quickest[pair]] for pair in itertools.pairwise(vertices)]
        at_start = vertices[-1] == int(roads._tail[goal.edge])
        if at_start and goal.back >= 0 and vertices[-1] == int(roads._head[goal.edge]):
            at_start = goal.share <= 0.5
        pieces.append(_cut(roads._lines[goal.edge], 0.0 if at_start else 1.0, goal.share))
        return pieces


def _cut(line: shapely.LineString, start: float, end: float) -> shapely.LineString:
    """The part of `line` between two shares of it, run backwards where `start` > `end`; a point becomes a line of none."""
    part = shapely.ops.substring(line, start, end, normalized=True)
    return part if isinstance(part, shapely.LineString) else shapely.LineString([part, part])


def _joined(pieces: list[shapely.LineString]) -> shapely.LineString | None:
    """One line through all pieces, in order; points that coincide count once, and None where that leaves one alone."""
    points = [shapely.get_coordinates(piece) for piece in pieces if piece.length > 0]
    if not points:
        return None
    path = np.concatenate(points)
    keep = np.ones(len(path), dtype=bool)
    keep[1:] = (np.abs(np.diff(path, axis=0)) > 1e-6).any(axis=1)
    return shapely.LineString(path[keep]) if keep.sum() > 1 else None


def _reverse_edges(graph: RoadGraph) -> np.ndarray:
    """The arc that runs the same piece of street the other way, -1 where there is none."""
    arcs = list(zip(graph.street.tolist(), graph.tail.tolist(), graph.head.tolist(), strict=True))
    known = {arc: position for position, arc in enumerate(arcs)}
    return np.array([known.get((street, head, tail), -1) for street, tail, head in arcs], dtype=np.int64)
