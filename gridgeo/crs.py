"""Where coordinates change their reference system, and nowhere else.

Axis order is x, y (longitude, latitude) everywhere. Metric work uses the local transverse Mercator zone:
Gauss-Krüger 3° on CGCS2000 in China, UTM on WGS 84 elsewhere.
"""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

from gridgeo.errors import BadInput, UnknownCRS

WGS84 = pyproj.CRS.from_epsg(4326)
WEB_MERCATOR = pyproj.CRS.from_epsg(3857)

_CHINA = (73.5, 18.0, 135.1, 53.6)
"""Bounding box of mainland China and Hainan, degrees; Gauss-Krüger zones with central meridians 75° to 135°."""


def local_metric(lon: float, lat: float) -> pyproj.CRS:
    """The metric reference system for work around a place.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84 (or CGCS2000, which agrees to centimetres).

    Returns
    -------
    The CGCS2000 3° Gauss-Krüger zone whose central meridian is nearest, in the box of China (EPSG 4534 + (meridian − 75) / 3);
    the UTM zone on WGS 84 elsewhere. Units are metres, axes x, y.

    Examples
    --------
    >>> local_metric(116.4, 39.9).to_epsg(), local_metric(7.42, 43.74).to_epsg()
    (4548, 32632)
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadInput(
            f"({lon}, {lat}) is no place on Earth in degrees; give longitude −180…180 first, then latitude −90…90"
        )
    west, south, east, north = _CHINA
    if west <= lon <= east and south <= lat <= north:
        meridian = min(135, max(75, 3 * round(lon / 3)))
        return pyproj.CRS.from_epsg(4534 + (meridian - 75) // 3)
    zone = min(60, math.floor((lon + 180) / 6) + 1)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def to_metric(frame: gpd.GeoDataFrame, crs: pyproj.CRS | None = None) -> gpd.GeoDataFrame:
    """`frame` in `crs`, by default the local metric system of its own centre (metres)."""
    if frame.crs is None:
        raise UnknownCRS("the layer declares no coordinate reference system; declare one before measuring in metres")
    if crs is None:
        if frame.crs.is_projected and frame.crs.axis_info[0].unit_name == "metre" and frame.crs != WEB_MERCATOR:
            return frame
        west, south, east, north = frame.to_crs(WGS84).total_bounds
        crs = local_metric((west + east) / 2, (south + north) / 2)
    return frame if frame.crs == crs else frame.to_crs(crs)


def to_wgs84(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """`frame` in degrees, longitude before latitude."""
    if frame.crs is None:
        raise UnknownCRS("the layer declares no coordinate reference system; declare one before asking for degrees")
    return frame if frame.crs == WGS84 else frame.to_crs(WGS84)


def transform(
    x: ArrayLike, y: ArrayLike, source: object, target: object
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Arrays of coordinates from `source` to `target` (anything pyproj reads), axes x, y on both sides."""
    # A fresh name for the transformer per call would cost milliseconds; pyproj caches none, so this module does.
    key = (str(source), str(target))
    if key not in _TRANSFORMERS:
        _TRANSFORMERS[key] = pyproj.Transformer.from_crs(source, target, always_xy=True)
    new_x, new_y = _TRANSFORMERS[key].transform(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(new_x), np.asarray(new_y)


_TRANSFORMERS: dict[tuple[str, str], pyproj.Transformer] = {}
