"""Cells of about 100 m, by which cases near a place are found: an integer that an index can hold."""

from __future__ import annotations

import math

M_A_DEGREE = 111_195.0
"""Metres of a degree of latitude on a sphere of 6,371 km."""
CELL_M = 100.0
_COLUMNS = 1 << 20


def cell_of(lon: float, lat: float) -> int:
    """The cell of a place: its row by latitude, its column by metres along the row."""
    row = math.floor(lat * M_A_DEGREE / CELL_M)
    return row * _COLUMNS + _column(lon, row)


def cells_within(lon: float, lat: float, metres: float) -> list[int]:
    """The cells that hold every place within `metres` of a place, and some farther off.

    Over the date line and at the poles places of the other side aren't found.
    """
    up = metres / M_A_DEGREE
    low, high = (math.floor((lat + sign * up) * M_A_DEGREE / CELL_M) for sign in (-1, 1))
    across = metres / (M_A_DEGREE * max(0.001, math.cos(math.radians(min(89.9, abs(lat) + up)))))
    return [
        row * _COLUMNS + column
        for row in range(low, high + 1)
        for column in range(_column(lon - across, row), _column(lon + across, row) + 1)
    ]


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres between two places near each other, degrees.

    Examples
    --------
    >>> round(metres_between(7.0, 60.0, 7.001, 60.0), 1)
    55.6
    """
    east = (other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return M_A_DEGREE * math.hypot(east, other_lat - lat)


def _column(lon: float, row: int) -> int:
    wide = max(0.001, math.cos(math.radians(row * CELL_M / M_A_DEGREE)))
    return math.floor(lon * M_A_DEGREE * wide / CELL_M)
