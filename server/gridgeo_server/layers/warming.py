"""The tiles of the first view, made before anybody asks for them."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Sequence

from gridgeo_server.layers.tiles import MOST_ZOOM, Tiles

logger = logging.getLogger(__name__)

FIRST_VIEW = ("land", "water", "grids", "buildings", "roads", "borders")
"""Layers that the board's page asks for together."""
SPAN = 2.0
"""A screen shows a town that is this many tiles (of 512 px) wide or high at the most."""


def first_view(bounds: Sequence[float]) -> list[tuple[int, int, int]]:
    """Zoom, column and row of the tiles that a screen shows of `bounds` (west, south, east, north in degrees).

    Those of the zoom at which the whole just fits, and of the one before it for smaller screens.

    Examples
    --------
    >>> first_view((-170.0, -80.0, 170.0, 80.0))
    [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1)]
    """
    west, south, east, north = bounds
    left, top = _share(west, north)
    right, bottom = _share(east, south)
    wide = max(right - left, bottom - top, 2.0**-MOST_ZOOM)
    most = min(MOST_ZOOM, max(0, math.floor(math.log2(SPAN / wide))))
    found = []
    for zoom in range(max(0, most - 1), most + 1):
        last = 2**zoom - 1
        columns = range(int(left * 2**zoom), min(last, int(right * 2**zoom)) + 1)
        rows = range(int(top * 2**zoom), min(last, int(bottom * 2**zoom)) + 1)
        found += [(zoom, column, row) for column in columns for row in rows]
    return found


def warm(tiles: Tiles, bounds: Sequence[float], stop: threading.Event) -> None:
    """Make the tiles of the first view; ends early when `stop` is set. What fails here fails when it is asked for."""
    try:
        for place in first_view(bounds):
            if stop.is_set():
                return
            tiles.tile(tuple(name for name in tiles.names() if name in FIRST_VIEW), *place)
    except Exception:
        logger.exception("the tiles of the first view could not be made ahead")


def _share(lon: float, lat: float) -> tuple[float, float]:
    """Place in the Web Mercator square, 0 to 1 from its north-west corner."""
    lat = max(-85.0, min(85.0, lat))
    return (lon + 180) / 360, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
