"""Whose ground is this: from a coordinate to the grid, the area and the street it belongs to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridgeo import crs
from gridgeo.errors import BadInput, OutsideJurisdiction

SNAP_M = 30.0
"""A report this close to a grid, e.g. from a quay just off the shore, counts as inside it."""

STREET_M = 60.0
"""Farthest named street that still serves as an address, metres."""


@dataclass(frozen=True)
class Located:
    """Where a place lies: its grid and area, and how far it was moved to lie there (0 inside), metres."""

    grid: str
    area: str
    snapped_m: float


class Locator:
    """Finds grids and street names by coordinate.

    Parameters
    ----------
    grids
        Columns `grid`, `area`; polygons in a metric CRS.
    road_edges
        Streets with `name`, in the same CRS.
    """

    def __init__(self, grids: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame) -> None:
        self._crs = grids.crs
        self._grids = grids["grid"].astype(str).to_numpy()
        self._areas = grids["area"].astype(str).to_numpy()
        self._shapes = grids.geometry.to_numpy()
        self._tree = shapely.STRtree(self._shapes)
        named = road_edges[road_edges["name"].notna() & (road_edges["name"] != "")]
        self._names = named["name"].astype(str).to_numpy()
        self._streets = shapely.STRtree(named.geometry.to_numpy())

    def locate(self, lon: float, lat: float) -> Located:
        """The grid of a place in degrees, WGS 84; a place on a border belongs to the first grid by identifier.

        Raises
        ------
        BadInput
            A coordinate is not a number or not on Earth.
        OutsideJurisdiction
            The place lies more than 30 m outside every grid. The message names the nearest one and says so
            when longitude and latitude look swapped.
        """
        spot = self.to_metric(lon, lat)
        rows = self._tree.query(spot, predicate="intersects")
        if len(rows):
            row = min(rows.tolist(), key=lambda r: str(self._grids[r]))
            return Located(str(self._grids[row]), str(self._areas[row]), 0.0)
        row = int(self._tree.nearest(spot))
        gap = float(shapely.distance(spot, self._shapes[row]))
        if gap <= SNAP_M:
            return Located(str(self._grids[row]), str(self._areas[row]), round(gap, 1))
        raise OutsideJurisdiction(
            f"({lon:g}, {lat:g}) lies in no grid; the nearest is grid {self._grids[row]}, {_distance(gap)} away"
            + self._hint(lon, lat)
        )

    def address(self, lon: float, lat: float) -> str | None:
        """Name of the nearest named street within 60 m, if there is one."""
        spot = self.to_metric(lon, lat)
        found = self._streets.query_nearest(spot, max_distance=STREET_M, all_matches=True)
        return min(str(self._names[row]) for row in found.tolist()) if len(found) else None

    def to_metric(self, lon: float, lat: float) -> shapely.Point:
        """The place in the grids' CRS, metres; `BadInput` where it is no place on Earth."""
        for name, value, limit in (("lon", lon, 180), ("lat", lat, 90)):
            if not math.isfinite(value) or abs(value) > limit:
                raise BadInput(f"{name} {value} is no coordinate; give degrees from -{limit} to {limit}")
        x, y = crs.transform(lon, lat, crs.WGS84, self._crs)
        if not (np.isfinite(x) and np.isfinite(y)):
            # A transverse Mercator zone ends about 90° from its meridian: such a place is outside for certain.
            raise OutsideJurisdiction(f"({lon:g}, {lat:g}) lies in no grid, on another side of the Earth")
        return shapely.Point(float(x), float(y))

    def _hint(self, lon: float, lat: float) -> str:
        if abs(lon) > 90:
            return ""
        x, y = crs.transform(lat, lon, crs.WGS84, self._crs)
        if not (np.isfinite(x) and np.isfinite(y)):
            return ""
        inside = self._tree.query(shapely.Point(float(x), float(y)), predicate="intersects")
        return "; the coordinates look swapped: give longitude first, then latitude" if len(inside) else ""


def _distance(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:,.1f} km"
