"""Where the routes of each grid begin and end."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gridgeo.crs import to_metric
from gridgeo.errors import BadInput
from gridgeo.placed import FAR_M
from gridgeo.plans.plan import Plan
from gridgeo.roads import Roads


def starts_of(plan: Plan, roads: Roads, streets: gpd.GeoDataFrame, stations: gpd.GeoDataFrame | None) -> dict[str, int]:
    """Junction where the routes of each grid begin and end.

    With a station the junction nearest to it, wherever that leads. Without one the junction nearest to a point well
    inside the grid, in the part of the network that holds most metres of its streets; a grid without streets has the
    part that holds most of the whole town's.
    """
    grids, network = plan.grids, roads.network
    given = stations_of(stations, grids["grid"], grids.crs)
    _refuse_far(given, roads)
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


def _refuse_far(stations: dict[str, shapely.Point], roads: Roads) -> None:
    for grid, point in stations.items():
        away = float(np.hypot(roads.x - point.x, roads.y - point.y).min())
        if not away <= FAR_M:
            gap = f"{away / 1000:,.1f} km from" if np.isfinite(away) else "on another side of the Earth than"
            raise BadInput(
                f"the station of grid '{grid}' lies {gap} every street; mend its place (are lon and lat swapped?)"
            )


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
    unknown = ~names.isin(grids).to_numpy()
    if unknown.any():
        row = int(unknown.argmax())
        raise BadInput(f"stations, row {row + 1}, column 'grid': '{names.iloc[row]}' is no grid of the plan")
    if names.duplicated().any():
        raise BadInput(f"stations: grid '{names[names.duplicated()].iloc[0]}' has two; give one station for each grid")
    return dict(zip(names, placed.geometry.centroid, strict=True))
