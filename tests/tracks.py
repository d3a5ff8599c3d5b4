"""Synthetic tracks along real walks, and what the walks really covered."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo import crs

START = 1_795_593_600.0
"""2026-11-25 08:00 UTC, a Wednesday of week 48."""


def track_along(
    line: shapely.LineString,
    frame_crs: object,
    *,
    seed: int,
    officer: str = "Zhou",
    noise_m: float = 10.0,
    every_s: float = 5.0,
    kmh: float = 4.0,
    gaps: int = 3,
    outliers: float = 0.01,
    start: float = START,
) -> pd.DataFrame:
    """Positions of somebody who walks `line`: noise, single outliers of some hundred metres, gaps of up to three minutes."""
    random = np.random.default_rng(seed)
    count = int(line.length / (kmh / 3.6) / every_s) + 1
    seconds = np.arange(count) * every_s
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, seconds * kmh / 3.6))
    points = points + random.normal(0, noise_m, points.shape)
    far = random.random(count) < outliers
    points[far] += random.normal(0, 150, (int(far.sum()), 2))
    keep = np.ones(count, dtype=bool)
    for _ in range(gaps if count > 100 else 0):
        first = int(random.integers(0, count - 40))
        keep[first : first + int(random.integers(6, 37))] = False
    lon, lat = crs.transform(points[keep, 0], points[keep, 1], frame_crs, crs.WGS84)
    return positions(officer, start + seconds[keep], lon, lat)


def positions(officer: str, seconds: Iterable[float], lon: Iterable[float], lat: Iterable[float]) -> pd.DataFrame:
    """A table of positions as a reader gives it."""
    told = pd.to_datetime(np.asarray(list(seconds)), unit="s", utc=True).strftime("%Y-%m-%dT%H:%M:%SZ")
    return pd.DataFrame(
        {"track": f"{officer}.gpx", "officer": officer, "time": told, "lon": list(lon), "lat": list(lat)}
    )


def steps(lines: Iterable[shapely.LineString]) -> set[tuple[tuple[float, float], tuple[float, float]]]:
    """Pairs of points between which the lines run straight."""
    found = set()
    for line in lines:
        points = [tuple(point) for point in shapely.get_coordinates(line).round(3).tolist()]
        found |= {pair for pair in itertools.pairwise(points) if pair[0] != pair[1]}
    return found


def really_walked(streets: gpd.GeoDataFrame, lines: Iterable[shapely.LineString]) -> np.ndarray:
    """Share of each street that lies on the lines, by their points."""
    known = steps(lines)
    shares = np.zeros(len(streets))
    for row, line in enumerate(streets.geometry):
        own = sorted(steps([line]))
        length = np.array([np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in own])
        there = np.array([(a, b) in known or (b, a) in known for a, b in own], dtype=bool)
        shares[row] = length[there].sum() / length.sum()
    return shares
