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
from gridgeo.graphs import road_graph
from gridgeo.plans.plan import Plan
from gridgeo_solvers.routing import Network

_LEAST_S = 1e-3


@dataclass(frozen=True)
class Roads:
    """Streets of one mode: arrays for the solvers, and what they look like on the map.

    Parameters
    ----------
    network
        Arcs between junctions.
    lines
        Shape (m,): line of each arc, in its direction of travel.
    x, y
        Shape (n,): metres, for each junction.
    streets
        Shape (p,): the layer's number of each piece of street.
    """

    network: Network
    lines: NDArray[np.object_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    streets: NDArray[np.int64]

    @classmethod
    def of(cls, road_nodes: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame, mode: str) -> Roads:
        """The streets that `mode` may use, ordered by their number; `BadInput` where there are none."""
        graph = road_graph(road_nodes, road_edges, mode)
        streets, piece = np.unique(graph.street, return_inverse=True)
        seconds = np.maximum(graph.seconds, _LEAST_S)
        network = Network(len(graph.nodes), graph.tail, graph.head, seconds, graph.length_m, piece.astype(np.int64))
        return cls(network, road_edges.geometry.to_numpy()[graph.row], graph.x, graph.y, streets)

    @cached_property
    def piece_metres(self) -> NDArray[np.float64]:
        """Length of each piece of street."""
        return self.network.metres[self.network.forward]

    def pieces(self, streets: pd.Series) -> NDArray[np.int64]:
        """Position of each street number, all of which this mode may use."""
        return np.searchsorted(self.streets, streets.to_numpy(dtype=np.int64)).astype(np.int64)

    def point(self, node: int) -> shapely.Point:
        """Where a node position lies."""
        return shapely.Point(self.x[node], self.y[node])

    def path(self, arcs: NDArray[np.int64], at: int) -> shapely.LineString:
        """One line along `arcs`; a line of no length at node `at` where there are none."""
        if not len(arcs):
            return shapely.LineString([self.point(at)] * 2)
        points = shapely.get_coordinates(self.lines[arcs])
        keep = np.ones(len(points), dtype=bool)
        keep[1:] = (points[1:] != points[:-1]).any(axis=1)
        kept = points[keep]
        return shapely.LineString(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))


def starts_of(plan: Plan, roads: Roads, streets: gpd.GeoDataFrame, stations: gpd.GeoDataFrame | None) -> dict[str, int]:
    """Junction where the routes of each grid begin and end.

    With a station the junction nearest to it, wherever that leads. Without one the junction nearest to a point well
    inside the grid, in the part of the network that holds most metres of its streets; a grid without streets has the
    part that holds most of the whole town's.
    """
    grids, network = plan.grids, roads.network
    given = stations_of(stations, grids["grid"], grids.crs)
    part = network.parts[network.tail[network.forward[roads.pieces(streets["street"])]]]
    length = streets["length_m"].groupby([streets["grid"], part]).sum()
    whole = np.bincount(network.parts[network.tail], weights=network.metres)
    used = np.zeros(network.n, dtype=bool)
    used[network.tail] = used[network.head] = True
    starts = {}
    for grid, shape in zip(grids["grid"].astype(str), grids.geometry, strict=True):
        wanted = int(length[grid].idxmax()) if grid in length.index else int(whole.argmax())
        place = given.get(grid) or shapely.point_on_surface(shape)
        allowed = np.flatnonzero(used if grid in given else used & (network.parts == wanted))
        distance = np.hypot(roads.x[allowed] - place.x, roads.y[allowed] - place.y)
        starts[grid] = int(allowed[int(distance.argmin())])
    return starts


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
