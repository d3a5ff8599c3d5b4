"""Whose ground is this: from a coordinate to the grid, the area and the street it belongs to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridgeo import crs
from gridgeo.errors import BadInput, OutsideJurisdiction
from gridgeo_solvers.locating import RingIndex
from gridgeo_solvers.roads import StreetIndex

SNAP_M = 30.0
"""A report this close to a grid, e.g. from a quay just off the shore, counts as inside it."""

STREET_M = 60.0
"""Farthest named street that still serves as an address, metres."""

SWAPPED = "; the coordinates look swapped: give longitude first, then latitude"


@dataclass(frozen=True)
class Beside:
    """Another grid at a place or near it, and how far its ground is, metres (0 where it covers the place too)."""

    grid: str
    area: str
    metres: float


@dataclass(frozen=True)
class Located:
    """Where a place lies: its grid and area, and how far it was moved to lie there (0 inside), metres."""

    grid: str
    area: str
    snapped_m: float
    beside: tuple[Beside, ...] = ()
    """Others that cover the place as well, and those as near as was asked for; the nearest first."""


@dataclass(frozen=True)
class Outside:
    """A place in no grid: the nearest grid, and whether latitude and longitude, exchanged, would lie in one."""

    nearest: Beside
    swapped: bool


class Locator:
    """Finds grids and street names by coordinate.

    The grids' ground is exact: what the polygons cover, border included, without a rounding error; `gridgeo_solvers.locating`.

    Parameters
    ----------
    grids
        Columns `grid`, `area`; valid polygons in a metric CRS.
    road_edges
        Streets with `name`, in the same CRS.
    """

    def __init__(self, grids: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame) -> None:
        self._crs = grids.crs
        self._metric = crs.transformer(crs.WGS84, self._crs)
        self._metric_one = crs.pointwise(crs.WGS84, self._crs)
        names = grids["grid"].astype(str).to_numpy()
        # The first owner of the index is the first by identifier.
        order = np.argsort(names, kind="stable")
        areas = grids["area"].astype(str).to_numpy()[order].tolist()
        self._grids: list[tuple[str, str]] = list(zip(names[order].tolist(), areas, strict=True))
        self._inside = [Located(grid, area, 0.0) for grid, area in self._grids]
        self._index = rings_of(grids.geometry.to_numpy()[order])
        named = road_edges[road_edges["name"].notna() & (road_edges["name"] != "")]
        names = named["name"].astype(str).to_numpy()
        # Of streets that are equally near the index gives the first: here by name.
        order = np.argsort(names, kind="stable")
        self._names: list[str] = names[order].tolist()
        xy, owner = shapely.get_coordinates(named.geometry.to_numpy()[order], return_index=True)
        self._streets = StreetIndex.of(xy, owner.astype(np.int64), len(names)) if len(names) else None

    def warm(self) -> None:
        """Look a place up in every way once: what is compiled at its first use then keeps nobody waiting."""
        x, y = self._index.xy[0].tolist()
        self._index.one(x, y)
        self._index.within(x, y, 0.0)
        self._index.nearest(x, y)
        if self._streets is not None:
            self._streets.one(x, y, within=STREET_M)

    def locate(self, lon: float, lat: float, near_m: float = 0.0) -> Located:
        """The grid of a place in degrees, WGS 84; a place on a border belongs to the first grid by identifier.

        Grids no farther from the place than `near_m` metres are named beside it.

        Raises
        ------
        BadInput
            A coordinate is not a number or not on Earth.
        OutsideJurisdiction
            The place lies more than 30 m outside every grid. The message names the nearest one and says so
            when longitude and latitude look swapped.
        """
        found = self.find(lon, lat, near_m)
        if isinstance(found, Located):
            return found
        near = found.nearest
        raise OutsideJurisdiction(
            f"({lon:g}, {lat:g}) lies in no grid; the nearest is grid {near.grid}, {_distance(near.metres)} away"
            + (SWAPPED if found.swapped else "")
        )

    def find(self, lon: float, lat: float, near_m: float = 0.0) -> Located | Outside:
        """As `locate`, but a place outside every grid is an answer too; errors remain for what is no place near here."""
        x, y = self._xy(lon, lat)
        first, count = self._index.one(x, y)
        if count == 1 and not near_m:
            return self._inside[first]
        gap = 0.0
        if not count:
            first, gap = self._index.nearest(x, y)
            if gap > SNAP_M:
                return Outside(self._beside(first, gap), self._swapped(lon, lat))
        rows, far = self._index.within(x, y, near_m)
        others = [
            self._beside(row, metres) for row, metres in zip(rows.tolist(), far.tolist(), strict=True) if row != first
        ]
        return Located(*self._grids[first], round(gap, 1), tuple(others))

    def locate_many(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.object_]:
        """The grids of many places as `locate` finds them, None where it would raise."""
        # What is no number or not on Earth comes out as infinity, which lies in no grid.
        xy = np.column_stack(
            [np.atleast_1d(one) for one in self._metric(np.asarray(lon, float), np.asarray(lat, float))]
        )
        first, _ = self._index.many(xy)
        for row in np.flatnonzero((first < 0) & np.isfinite(xy).all(axis=1)).tolist():
            first[row], _ = self._index.nearest(xy[row, 0], xy[row, 1], SNAP_M)
        names = np.array([*(grid for grid, _ in self._grids), None], dtype=object)
        return names[first]

    def address(self, lon: float, lat: float) -> str | None:
        """Name of the nearest named street within 60 m, if there is one."""
        x, y = self._xy(lon, lat)
        if self._streets is None:
            return None
        street, _ = self._streets.one(x, y, within=STREET_M)
        return None if street < 0 else self._names[street]

    def to_metric(self, lon: float, lat: float) -> shapely.Point:
        """The place in the grids' CRS, metres; `BadInput` where it is no place on Earth."""
        return shapely.Point(*self._xy(lon, lat))

    def _xy(self, lon: float, lat: float) -> tuple[float, float]:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            name, value, limit = ("lat", lat, 90) if -180 <= lon <= 180 else ("lon", lon, 180)
            raise BadInput(f"{name} {value} is no coordinate; give degrees from -{limit} to {limit}")
        x, y = self._metric_one(lon, lat)
        if not (math.isfinite(x) and math.isfinite(y)):
            # A transverse Mercator zone ends about 90° from its meridian: such a place is outside for certain.
            raise OutsideJurisdiction(f"({lon:g}, {lat:g}) lies in no grid, on another side of the Earth")
        return x, y

    def _beside(self, row: int, metres: float) -> Beside:
        grid, area = self._grids[row]
        return Beside(grid, area, round(metres, 1))

    def _swapped(self, lon: float, lat: float) -> bool:
        return abs(lon) <= 90 and self._index.one(*self._metric_one(lat, lon))[1] > 0


def _distance(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:,.1f} km"


def rings_of(shapes: NDArray[np.object_]) -> RingIndex:
    """The index of polygons and multipolygons; the owner of each is its position."""
    _, xy, offsets = shapely.to_ragged_array(shapes)
    rings, polygons = offsets[:2]
    owners = offsets[2] if len(offsets) > 2 else np.arange(len(shapes) + 1)
    return RingIndex.of(xy, rings, polygons, owners)
