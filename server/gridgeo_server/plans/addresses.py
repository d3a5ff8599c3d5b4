"""From words to places: known places, streets, buildings and units of the town, by their names."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import shapely

from gridgeo import crs
from gridgeo_server.town import Town

_STEP_M = 20.0
"""Metres between two points of a street that are looked at."""
_MOST = 500
"""Most points of one street that are looked at."""


@dataclass(frozen=True)
class Spot:
    """A place in degrees, and what was found there: place, building, unit or street."""

    what: str
    name: str | None
    lon: float
    lat: float


def find_address(town: Town, words: str) -> list[Spot]:
    """The places that are called `words`, in any of their names, whatever the case; a street gives points all along it.

    The first kind that has the name gives the answer: a known place, a building, a unit, a street.
    """
    wanted = words.strip().casefold()
    place = town.jurisdiction
    for what, frame, columns in (
        ("place", place.places, ("name", "name_zh", "name_en", "place")),
        ("building", place.buildings, ("building",)),
        ("unit", place.units, ("unit",)),
    ):
        for column in columns:
            rows = frame[frame[column].astype(str).str.casefold() == wanted]
            if len(rows):
                return _spots(what, rows, column)
    edges = place.road_edges
    streets = edges[edges["name"].astype(str).str.casefold() == wanted].drop_duplicates("street")
    return _along(streets) if len(streets) else []


def _spots(what: str, rows: gpd.GeoDataFrame, column: str) -> list[Spot]:
    points = rows.set_geometry(shapely.point_on_surface(rows.geometry.to_numpy()), crs=rows.crs)
    degrees = crs.to_wgs84(points).geometry.to_numpy()
    names = rows[column].astype(str)
    return [Spot(what, name, round(p.x, 7), round(p.y, 7)) for name, p in zip(names, degrees, strict=True)]


def _along(streets: gpd.GeoDataFrame) -> list[Spot]:
    name = str(streets["name"].iloc[0])
    lines = streets.geometry.to_numpy()
    corners = shapely.get_coordinates([shapely.segmentize(line, _STEP_M) for line in lines])
    corners = corners[:: max(1, len(corners) // _MOST)]
    points = gpd.points_from_xy(corners[:, 0], corners[:, 1], crs=streets.crs)
    degrees = crs.to_wgs84(gpd.GeoDataFrame(geometry=points)).geometry.to_numpy()
    return [Spot("street", name, round(p.x, 7), round(p.y, 7)) for p in degrees]
