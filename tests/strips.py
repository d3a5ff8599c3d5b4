"""Strips of land across the row of blocks, for tests of crosswalks."""

from __future__ import annotations

import geopandas as gpd
from shapely import box

from towns import CRS, EAST, NORTH


def strips(*ends: tuple[str, float, float]) -> gpd.GeoDataFrame:
    """Polygons of the row's height from one x to another, metres from its western end."""
    shapes = [box(EAST + west, NORTH, EAST + east, NORTH + 100) for _, west, east in ends]
    return gpd.GeoDataFrame({"name": [name for name, _, _ in ends]}, geometry=shapes, crs=CRS)
