"""Where coordinates change their reference system, and nowhere else.

Axis order is x, y (longitude, latitude) everywhere. Metric work uses the local transverse Mercator zone:
Gauss-Krüger 3° on CGCS2000 in China, UTM on WGS 84 elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

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
    new_x, new_y = transformer(source, target)(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(new_x), np.asarray(new_y)


def transformer(source: object, target: object) -> Callable[..., tuple[Any, Any]]:
    """What brings x, y from `source` to `target`; for who asks so often that looking it up would take the longest."""
    # A fresh name for the transformer per call would cost milliseconds; pyproj caches none, so this module does.
    key = (str(source), str(target))
    if key not in _TRANSFORMERS:
        _TRANSFORMERS[key] = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return _TRANSFORMERS[key].transform


def pointwise(source: object, target: object) -> Callable[[float, float], tuple[float, float]]:
    """What brings one point after another from `source` to `target`, and remembers the last: who asks again pays nothing."""
    key = (str(source), str(target))
    if key not in _POINTWISE:
        _POINTWISE[key] = _remembering(transformer(source, target))
    return _POINTWISE[key]


def _remembering(move: Callable[..., tuple[Any, Any]]) -> Callable[[float, float], tuple[float, float]]:
    last: tuple[float, float, tuple[float, float]] = (math.nan, math.nan, (math.nan, math.nan))

    def moved(x: float, y: float) -> tuple[float, float]:
        nonlocal last
        old_x, old_y, known = last
        if x != old_x or y != old_y:
            new_x, new_y = move(x, y)
            known = float(new_x), float(new_y)
            last = x, y, known
        return known

    return moved


_TRANSFORMERS: dict[tuple[str, str], pyproj.Transformer] = {}
_POINTWISE: dict[tuple[str, str], Callable[[float, float], tuple[float, float]]] = {}


def declared(lon: float, lat: float, system: str) -> tuple[float, float]:
    """Degrees, WGS 84, of a place given in one of `DECLARED`.

    GCJ-02 and BD-09 are shifted by some hundred metres, and nothing about a coordinate tells which of them it is: a place is
    converted where its system is said, never by a guess. The shift is the one that open-source converters agree on; it is undone
    by iteration to less than a millimetre. Outside China both are WGS 84, as Gaode and Baidu give it there.

    Examples
    --------
    >>> lon, lat = declared(116.42703, 39.90245, "gcj02")
    >>> round(lon, 4), round(lat, 4)
    (116.4208, 39.9011)
    """
    if system not in DECLARED:
        raise BadInput(f"unknown coordinate system '{system}'; give one of {', '.join(DECLARED)}")
    if system == "wgs84" or not _shifted(lon, lat):
        return lon, lat
    if system == "bd09":
        lon, lat = _undone(_gcj02_to_bd09, lon, lat)
    return _undone(_wgs84_to_gcj02, lon, lat)


DECLARED = ("wgs84", "gcj02", "bd09")
"""Systems of degrees that a place may be declared to be in: WGS 84, Gaode's and Tencent's, Baidu's."""

_KRASOVSKY_A, _KRASOVSKY_E2 = 6_378_245.0, 0.006693421622965943
_SHIFTED = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of what GCJ-02 and BD-09 shift, degrees."""


def _shifted(lon: float, lat: float) -> bool:
    west, south, east, north = _SHIFTED
    return west <= lon <= east and south <= lat <= north


def _wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    if not _shifted(lon, lat):
        return lon, lat
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    root = math.sqrt(abs(x))
    ripple = 20 * math.sin(6 * x * pi) + 20 * math.sin(2 * x * pi)
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + 2 / 3 * (
        ripple + 20 * math.sin(x * pi) + 40 * math.sin(x / 3 * pi) + 150 * math.sin(x / 12 * pi) + 300 * math.sin(x / 30 * pi)
    )  # fmt: skip
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + 2 / 3 * (
        ripple + 20 * math.sin(y * pi) + 40 * math.sin(y / 3 * pi) + 160 * math.sin(y / 12 * pi) + 320 * math.sin(y * pi / 30)
    )  # fmt: skip
    phi = math.radians(lat)
    bend = 1 - _KRASOVSKY_E2 * math.sin(phi) ** 2
    east_radius = _KRASOVSKY_A / math.sqrt(bend) * math.cos(phi)
    north_radius = _KRASOVSKY_A * (1 - _KRASOVSKY_E2) / bend**1.5
    return lon + math.degrees(east_m / east_radius), lat + math.degrees(north_m / north_radius)


def _gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    turn = math.pi * 3000 / 180
    far = math.hypot(lon, lat) + 2e-5 * math.sin(lat * turn)
    angle = math.atan2(lat, lon) + 3e-6 * math.cos(lon * turn)
    return far * math.cos(angle) + 0.0065, far * math.sin(angle) + 0.006


def _undone(shift: Callable[[float, float], tuple[float, float]], lon: float, lat: float) -> tuple[float, float]:
    """The place that `shift` brings to (lon, lat): the shift hardly changes from one place to the next."""
    at = lon, lat
    for _ in range(30):
        moved = shift(*at)
        step = lon - moved[0], lat - moved[1]
        at = at[0] + step[0], at[1] + step[1]
        if max(abs(step[0]), abs(step[1])) < 1e-10:
            break
    return at
