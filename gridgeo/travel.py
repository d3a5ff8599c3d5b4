"""Ways along the streets between places that lie anywhere on them, not only at junctions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops
from scipy import sparse

from gridgeo.errors import BadInput, NoPath
from gridgeo_solvers.assignment import Arrivals, arrivals

MODES = {"foot": "seconds", "ebike": "seconds_ebike", "car": "seconds_car"}
"""Mode of travel → the column of `road_edges` that holds its seconds."""

_LEAST_S = 1e-3
"""Shortest time along an edge: the search takes 0 for "no edge"."""


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
        if mode not in MODES:
            raise BadInput(f"unknown mode '{mode}'; travel by {', '.join(MODES)}")
        used = road_edges[road_edges[MODES[mode]].notna()]
        if used.empty:
            raise BadInput(f"no street may be used by {mode}; import a map with streets")
        self.mode = mode
        self.crs = road_edges.crs
        position = {int(node): row for row, node in enumerate(road_nodes["node"].tolist())}
        self._u = np.array([position[int(node)] for node in used["u"]], dtype=np.int64)
        self._v = np.array([position[int(node)] for node in used["v"]], dtype=np.int64)
        self._seconds = np.maximum(used[MODES[mode]].to_numpy(dtype=float), _LEAST_S)
        self._metres = used["length_m"].to_numpy(dtype=float)
        self._lines = used.geometry.to_numpy()
        self._tree = shapely.STRtree(self._lines)
        self._back = _reverse_edges(used["street"].to_numpy(), self._u, self._v)
        self._graph, self._best = self._quickest(len(road_nodes))

    def _quickest(self, n: int) -> tuple[sparse.csr_array, dict[tuple[int, int], int]]:
        """The travel matrix, with only the quickest of parallel edges, and that edge for each pair."""
        order = np.lexsort((self._seconds, self._v, self._u))
        pairs = np.column_stack([self._u[order], self._v[order]])
        first = np.ones(len(order), dtype=bool)
        first[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
        edges = order[first]
        loops = self._u[edges] == self._v[edges]
        edges = edges[~loops]
        matrix = sparse.csr_array((self._seconds[edges], (self._u[edges], self._v[edges])), shape=(n, n))
        best = {(int(self._u[e]), int(self._v[e])): int(e) for e in edges}
        return matrix, best

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
        last, extra = [int(self._u[goal.edge])], [goal.share * float(self._seconds[goal.edge])]
        if goal.back >= 0:
            last.append(int(self._v[goal.edge]))
            extra.append((1 - goal.share) * float(self._seconds[goal.back]))
        return Journeys(self, goal, arrivals(self._graph, last, extra))


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
        ahead = (1 - start.share) * roads._seconds[start.edge] + reached[roads._v[start.edge]]
        behind = np.inf
        if start.back >= 0:
            behind = start.share * roads._seconds[start.back] + reached[roads._u[start.edge]]
        return [(float(direct), 0), (float(ahead), 1), (float(behind), 2)]

    def _direct(self, start: Spot) -> list[shapely.LineString]:
        roads, goal = self._streets, self._goal
        share = start.share if start.edge == goal.edge else 1 - start.share
        return [_cut(roads._lines[goal.edge], share, goal.share)]

    def _through(self, start: Spot, *, leave_ahead: bool) -> list[shapely.LineString]:
        roads, goal = self._streets, self._goal
        line = roads._lines[start.edge]
        first = int(roads._v[start.edge] if leave_ahead else roads._u[start.edge])
        vertices = self._reached.path(first)
        pieces = [_cut(line, start.share, 1.0 if leave_ahead else 0.0)]
        pieces += [roads._lines[roads._best[pair]] for pair in itertools.pairwise(vertices)]
        at_start = vertices[-1] == int(roads._u[goal.edge])
        if at_start and goal.back >= 0 and vertices[-1] == int(roads._v[goal.edge]):
            at_start = goal.share <= 0.5
        pieces.append(_cut(roads._lines[goal.edge], 0.0 if at_start else 1.0, goal.share))
        return pieces


def _cut(line: shapely.LineString, start: float, end: float) -> shapely.LineString:
    """The part of `line` between two shares of it, run backwards where `start` > `end`; a point becomes a line of none."""
    part = shapely.ops.substring(line, start, end, normalized=True)
    return part if isinstance(part, shapely.LineString) else shapely.LineString([part, part])


def _joined(pieces: list[shapely.LineString]) -> shapely.LineString | None:
    """One line through all pieces, in order; pieces that are a point add nothing."""
    points = [shapely.get_coordinates(piece) for piece in pieces if piece.length > 0]
    if not points:
        return None
    path = np.concatenate(points)
    keep = np.ones(len(path), dtype=bool)
    keep[1:] = (np.abs(np.diff(path, axis=0)) > 1e-6).any(axis=1)
    return shapely.LineString(path[keep])


def _reverse_edges(street: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The edge that runs the same piece of street the other way, -1 where there is none."""
    known = {(s, a, b): row for row, (s, a, b) in enumerate(zip(street.tolist(), u.tolist(), v.tolist(), strict=True))}
    pairs = zip(street.tolist(), u.tolist(), v.tolist(), strict=True)
    return np.array([known.get((s, b, a), -1) for s, a, b in pairs], dtype=np.int64)
