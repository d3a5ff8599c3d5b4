"""Where on Earth a box lies, as a few whole numbers that an ordinary index can find.

The Earth is tiled by squares of 360° ÷ 2^level. A box is kept under the finest level whose squares are no smaller than it, so
that it lies in four squares at the most, however large it is; a place is looked up in one square of every level.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

POINT = 1e-9
"""Degrees below which a box is a point."""
LEVELS = range(6, 21)
"""From about 600 km to about 40 m: grids are neither larger nor is it worth telling smaller ones apart."""


def cells_of(west: float, south: float, east: float, north: float) -> list[int]:
    """The squares under which a box in degrees is kept.

    Examples
    --------
    >>> set(cells_of(7.41, 43.73, 7.42, 43.74)) & set(cells_near(7.415, 43.735, 0.0, 0.0)) != set()
    True
    """
    longest = max(east - west, north - south, POINT)
    level = min(LEVELS[-1], max(LEVELS[0], math.floor(math.log2(360 / longest))))
    return list(_squares(level, west, south, east, north))


def cells_near(lon: float, lat: float, east: float, north: float) -> list[int]:
    """The squares under which any box is kept that reaches within `east` and `north` degrees of a place."""
    box = (lon - east, lat - north, lon + east, lat + north)
    return [cell for level in LEVELS for cell in _squares(level, *box)]


def _squares(level: int, west: float, south: float, east: float, north: float) -> Iterator[int]:
    side = 360 / 2**level
    columns = range(math.floor((west + 180) / side), math.floor((east + 180) / side) + 1)
    rows = range(math.floor((south + 90) / side), math.floor((north + 90) / side) + 1)
    for column in columns:
        for row in rows:
            yield (level << 52) | ((column + 1) << 26) | (row + 1)
