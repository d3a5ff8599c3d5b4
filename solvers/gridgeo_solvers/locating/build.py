"""How the cells are filled: first every cell that a border may touch, then those between, by one exact look-up for each gap.

A cell without a border lies altogether inside a polygon or altogether outside; so whatever is rounded here may only add a
border to a cell, never leave one out.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import inner_kernel, kernel
from gridgeo_solvers.locating.search import column_of, covers, row_of

_RUN = 16
"""Corners of a run that are looked at together, or passed over together."""
_SLACK = 1e-6
"""Share of a cell that a border may lie beside where it was reckoned to lie."""


def runs_of(
    xy: NDArray[np.float64], rings: NDArray[np.int64], polygons: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The first run of each polygon and the end of all; and of each run west, south, east, north, its first and its last corner."""
    count = np.maximum(np.diff(rings) - 2, 0) // _RUN + 1
    begin = np.concatenate([[0], np.cumsum(count)])
    ring = np.repeat(np.arange(len(count)), count)
    first = rings[ring] + _RUN * (np.arange(len(ring)) - begin[ring])
    last = np.minimum(first + _RUN, rings[ring + 1] - 1)
    ends = np.column_stack([first, last + 1]).ravel()
    padded = np.vstack([xy, xy[-1:]])
    low, high = (pick.reduceat(padded, ends, axis=0)[::2] for pick in (np.minimum, np.maximum))
    return begin[polygons], np.column_stack([low, high, first, last])


def filled(
    xy: NDArray[np.float64], polygons: NDArray[np.int32], runs: NDArray[np.float64], frame: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Start and content of every cell."""
    cells = int(frame[3]) * int(frame[4])
    count, touched = np.zeros(cells, dtype=np.int32), np.full(cells, -1, dtype=np.int32)
    _visit(xy, polygons, runs, frame, touched, count, np.empty(0, dtype=np.int32))
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    held = np.empty(start[-1], dtype=np.int32)
    touched[:] = -1
    _visit(xy, polygons, runs, frame, touched, start[:-1].copy(), held)
    return start, held


@kernel
def _visit(xy, polygons, runs, frame, touched, place, held):
    """Count what each cell holds in `place`, or where there is room for it put it there."""
    columns, rows = int(frame[3]), int(frame[4])
    for polygon in range(len(polygons) - 1):
        west, south, east, north = columns, rows, -1, -1
        for run in range(polygons[polygon, 1], polygons[polygon + 1, 1]):
            west = min(west, column_of(runs[run, 0], frame))
            south = min(south, row_of(runs[run, 1], frame))
            east = max(east, column_of(runs[run, 2], frame))
            north = max(north, row_of(runs[run, 3], frame))
            for corner in range(int(runs[run, 4]), int(runs[run, 5])):
                x1, y1, x2, y2 = xy[corner, 0], xy[corner, 1], xy[corner + 1, 0], xy[corner + 1, 1]
                for row in range(row_of(min(y1, y2), frame), row_of(max(y1, y2), frame) + 1):
                    left, right = _span(x1, y1, x2, y2, row, frame)
                    for cell in range(row * columns + left, row * columns + right + 1):
                        if touched[cell] != polygon:
                            touched[cell] = polygon
                            _put(cell, 2 * polygon, place, held)
        size = 1.0 / frame[2]
        for row in range(south, north + 1):
            known, inside = True, False
            for column in range(west, east + 1):
                cell = row * columns + column
                if touched[cell] == polygon:
                    known = False
                    continue
                if not known:
                    x, y = frame[0] + (column + 0.5) * size, frame[1] + (row + 0.5) * size
                    known, inside = True, covers(x, y, polygon, xy, polygons, runs)
                if inside:
                    _put(cell, 2 * polygon + 1, place, held)


@inner_kernel
def _put(cell, what, place, held):
    if len(held):
        held[place[cell]] = what
    place[cell] += 1


@inner_kernel
def _span(x1, y1, x2, y2, row, frame):
    """First and last column that the way from one corner to the next may touch in a row."""
    low, high = min(x1, x2), max(x1, x2)
    if y1 != y2:
        size = 1.0 / frame[2]
        bottom = frame[1] + (row - _SLACK) * size
        top = frame[1] + (row + 1 + _SLACK) * size
        a = x1 + (x2 - x1) * ((bottom - y1) / (y2 - y1))
        b = x1 + (x2 - x1) * ((top - y1) / (y2 - y1))
        slack = _SLACK * size
        low, high = max(low, min(a, b) - slack), min(high, max(a, b) + slack)
    return column_of(low, frame), column_of(high, frame)
