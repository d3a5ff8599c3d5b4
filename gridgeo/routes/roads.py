"""The road graph of one mode as the solvers want it, and what their answers look like on the map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from gridgeo.crs import to_metric
from gridgeo.errors import BadInput
from gridgeo.graphs import RoadGraph, road_graph
from gridgeo_solvers.routing import Network

_LEAST_S = 1e-3


@dataclass(frozen=True)
class Roads:
    """Streets of one mode: `graph` with labels, `network` for the solvers, `streets` the number of each piece.

    Parameters
    ----------
    graph
        Arcs between node positions, with the rows of `edges` they come from.
    edges
        Layer `road_edges`.
    """

    graph: RoadGraph
    edges: gpd.GeoDataFrame

    @classmethod
    def of(cls, road_nodes: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame, mode: str) -> Roads:
        """The streets that `mode` may use; `BadInput` where there are none."""
        return cls(road_graph(road_nodes, road_edges, mode), road_edges)

    @cached_property
    def streets(self) -> NDArray[np.int64]:
        """Number of each piece of street, ascending; the position is the piece of `network`."""
        return np.unique(self.graph.street)

    @cached_property
    def network(self) -> Network:
        """The same arcs, in the same order, for the solvers."""
        graph = self.graph
        piece = np.searchsorted(self.streets, graph.street)
        seconds = np.maximum(graph.seconds, _LEAST_S)
        return Network(len(graph.nodes), graph.tail, graph.head, seconds, graph.length_m, piece)

    @cached_property
    def piece_metres(self) -> NDArray[np.float64]:
        """Length of each piece of street."""
        return self.network.metres[self.network.forward]

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """Line of each arc, in its direction of travel."""
        return self.edges.geometry.to_numpy()[self.graph.row]

    def pieces(self, streets: pd.Series) -> NDArray[np.int64]:
        """Position of each street number, all of which this mode may use."""
        return np.searchsorted(self.streets, streets.to_numpy(dtype=np.int64)).astype(np.int64)

    def point(self, node: int) -> shapely.Point:
        """Where a node position lies."""
        return shapely.Point(self.graph.x[node], self.graph.y[node])

    def path(self, arcs: NDArray[np.int64], at: int) -> shapely.LineString:
        """One line along `arcs`; a line of no length at node `at` where there are none."""
        if not len(arcs):
            return shapely.LineString([self.point(at)] * 2)
        points = shapely.get_coordinates(self.lines[arcs])
        keep = np.ones(len(points), dtype=bool)
        keep[1:] = (points[1:] != points[:-1]).any(axis=1)
        kept = points[keep]
        return shapely.LineString(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))


def start_of(roads: Roads, shape: shapely.Geometry, station: shapely.Point | None, part: int) -> int:
    """Node position where the routes of a grid begin.

    With a station the node nearest to it, wherever that leads; without one the node of network part `part` that is
    nearest to a point well inside the grid.
    """
    place = shape.representative_point() if station is None else station
    used = np.zeros(len(roads.graph.nodes), dtype=bool)
    used[roads.graph.tail] = used[roads.graph.head] = True
    allowed = np.flatnonzero(used if station is not None else used & (roads.network.parts == part))
    distance = np.hypot(roads.graph.x[allowed] - place.x, roads.graph.y[allowed] - place.y)
    return int(allowed[int(distance.argmin())])


def stations_of(stations: gpd.GeoDataFrame | None, grids: pd.Series, crs: pyproj.CRS) -> dict[str, shapely.Point]:
    """Point of each grid's station in `crs`, from a layer with a column `grid`.

    Raises
    ------
    BadInput
        No column `grid`, a grid that doesn't exist, or two stations of one grid.
    """
    if stations is None:
        return {}
    if "grid" not in stations.columns:
        raise BadInput("the stations have no column 'grid'; name the grid of each station")
    placed = to_metric(gpd.GeoDataFrame(stations), crs)
    names = stations["grid"].astype(str)
    unknown = names[~names.isin(grids)]
    if len(unknown):
        raise BadInput(f"stations, row {unknown.index[0]}: no grid '{unknown.iloc[0]}' in the plan")
    if names.duplicated().any():
        raise BadInput(f"stations: grid '{names[names.duplicated()].iloc[0]}' has two; give one station for each grid")
    return dict(zip(names, placed.geometry.centroid, strict=True))
