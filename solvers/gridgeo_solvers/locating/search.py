"""How points are looked up in the cells."""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import inner_kernel, kernel
from gridgeo_solvers.locating.orientation import side

_FEW, _A_PART = 1_000, 8
"""So few points are looked up as they come; so many share a part of the ground when there are more."""


@inner_kernel
def column_of(x, frame):
    """The column of cells in which x lies, the nearest one where it lies in none."""
    return int(min(max((x - frame[0]) * frame[2], 0.0), frame[3] - 1.0))


@inner_kernel
def row_of(y, frame):
    """The row of cells in which y lies, the nearest one where it lies in none."""
    return int(min(max((y - frame[1]) * frame[2], 0.0), frame[4] - 1.0))


@inner_kernel
def covers(x, y, polygon, xy, polygons, runs):
    """Whether a point lies in a polygon or on its border."""
    inside = False
    for run in range(polygons[polygon, 1], polygons[polygon + 1, 1]):
        if y < runs[run, 1] or y > runs[run, 3] or x > runs[run, 2]:
            continue
        first, last = int(runs[run, 4]), int(runs[run, 5])
        x2, y2 = xy[first, 0], xy[first, 1]
        for corner in range(first + 1, last + 1):
            x1, y1 = x2, y2
            x2, y2 = xy[corner, 0], xy[corner, 1]
            if (y1 > y) == (y2 > y):
                # No crossing; but an end or a level way may lie on the ray.
                if y2 == y and (x2 == x or (y1 == y and min(x1, x2) <= x <= max(x1, x2))):
                    return True
                continue
            if x1 < x and x2 < x:
                continue
            where = side(x1, y1, x2, y2, x, y)
            if where == 0:
                return True
            if (where > 0) == (y2 > y1):
                inside = not inside
    return inside


@inner_kernel
def _cover(x, y, out, xy, polygons, runs, frame, start, held):
    """First owner, and number of owners; all of them are put in `out` where it has room."""
    fx, fy = (x - frame[0]) * frame[2], (y - frame[1]) * frame[2]
    # Also false where a coordinate is no number. A corner at the very end lies in the last cell.
    if not (fx >= 0.0 and fy >= 0.0 and fx < frame[3] + 1.0 and fy < frame[4] + 1.0):
        return -1, 0
    cell = row_of(y, frame) * int(frame[3]) + column_of(x, frame)
    found, count, latest = -1, 0, -1
    for place in range(start[cell], start[cell + 1]):
        polygon = held[place] >> 1
        whose = polygons[polygon, 0]
        if whose == latest:
            continue
        if held[place] & 1 or covers(x, y, polygon, xy, polygons, runs):
            if count < len(out):
                out[count] = whose
            if count == 0:
                found = whose
            latest = whose
            count += 1
    return found, count


@kernel
def one(x, y, xy, polygons, runs, frame, start, held):
    """First owner of a point and number of owners."""
    return _cover(x, y, held[:0], xy, polygons, runs, frame, start, held)


@inner_kernel
def _neighbours_together(points, frame):
    """Order of many points in which those of the same part of the ground follow each other: its cells are then still at hand.

    Looking a point up takes a fraction of the time that fetching cells and corners from memory does.
    """
    order = np.arange(len(points))
    if len(points) < _FEW:
        return order
    cells = int(frame[3]) * int(frame[4])
    part = max(1, cells // min(cells, len(points) // _A_PART))
    where = np.zeros(len(points), dtype=np.int32)
    begin = np.zeros(cells // part + 2, dtype=np.int64)
    for i in range(len(points)):
        x, y = points[i, 0], points[i, 1]
        # What is no number lies in no part: it may stand in any.
        if x == x and y == y:
            where[i] = (row_of(y, frame) * int(frame[3]) + column_of(x, frame)) // part
        begin[where[i] + 1] += 1
    begin = np.cumsum(begin)
    for i in range(len(points)):
        order[begin[where[i]]] = i
        begin[where[i]] += 1
    return order


@kernel
def many(points, xy, polygons, runs, frame, start, held):
    """First owner of each point and number of owners."""
    found = np.empty(len(points), dtype=np.int32)
    count = np.empty(len(points), dtype=np.int32)
    for i in _neighbours_together(points, frame):
        found[i], count[i] = _cover(points[i, 0], points[i, 1], held[:0], xy, polygons, runs, frame, start, held)
    return found, count


@kernel
def every(points, begin, xy, polygons, runs, frame, start, held):
    """All owners of each point, those of point i from ``begin[i]`` on."""
    owners = np.empty(begin[-1], dtype=np.int32)
    for i in range(len(points)):
        out = owners[begin[i] : begin[i + 1]]
        _cover(points[i, 0], points[i, 1], out, xy, polygons, runs, frame, start, held)
    return owners


@kernel
def within(x, y, reach, xy, polygons, runs, frame, start, held):
    """Polygons within reach of a point, and how far they are."""
    west, east = column_of(x - reach, frame), column_of(x + reach, frame)
    south, north = row_of(y - reach, frame), row_of(y + reach, frame)
    seen = [-1]
    found, far = [-1], [0.0]
    for row in range(south, north + 1):
        for place in range(start[row * int(frame[3]) + west], start[row * int(frame[3]) + east + 1]):
            polygon = held[place] >> 1
            if polygon in seen:
                continue
            seen.append(polygon)
            square = _square(x, y, polygon, reach * reach, xy, polygons, runs)
            if square <= reach * reach:
                found.append(polygon)
                far.append(np.sqrt(square))
    return np.array(found)[1:], np.array(far)[1:]


@kernel
def nearest(x, y, reach, xy, polygons, runs, frame, start, held):
    """The polygon nearest to a point, the first among equals, and how far it is."""
    columns, rows = int(frame[3]), int(frame[4])
    size = 1.0 / frame[2]
    # From the nearest place of the cells on: what is far from it is at least as far from the point.
    bx = min(max(x, frame[0]), frame[0] + columns * size)
    by = min(max(y, frame[1]), frame[1] + rows * size)
    outside = (x - bx) ** 2 + (y - by) ** 2
    middle, level = column_of(bx, frame), row_of(by, frame)
    chosen, best, latest = -1, reach * reach, -1
    for ring in range(max(columns, rows) + 1):
        if ring > 1 and outside + ((ring - 1) * size) ** 2 > best:
            break
        for row in range(max(level - ring, 0), min(level + ring, rows - 1) + 1):
            step = 1 if abs(row - level) == ring else 2 * ring
            for column in range(middle - ring, middle + ring + 1, max(step, 1)):
                if column < 0 or column >= columns:
                    continue
                cell = row * columns + column
                for place in range(start[cell], start[cell + 1]):
                    polygon = held[place] >> 1
                    if polygon == latest:
                        continue
                    latest = polygon
                    square = _square(x, y, polygon, best, xy, polygons, runs)
                    if square < best or (square == best and (chosen < 0 or polygon < chosen)):
                        chosen, best = polygon, square
    return chosen, np.sqrt(best)


@inner_kernel
def _square(x, y, polygon, enough, xy, polygons, runs):
    """Square of the distance from a point to a polygon, infinite where it is clearly more than `enough`."""
    if covers(x, y, polygon, xy, polygons, runs):
        return 0.0
    best = np.inf
    for run in range(polygons[polygon, 1], polygons[polygon + 1, 1]):
        aside = max(runs[run, 0] - x, 0.0, x - runs[run, 2])
        above = max(runs[run, 1] - y, 0.0, y - runs[run, 3])
        if aside * aside + above * above > min(best, enough):
            continue
        for corner in range(int(runs[run, 4]), int(runs[run, 5])):
            x1, y1 = xy[corner, 0], xy[corner, 1]
            dx, dy = xy[corner + 1, 0] - x1, xy[corner + 1, 1] - y1
            square = dx * dx + dy * dy
            share = 0.0
            if square > 0.0:
                share = min(1.0, max(0.0, ((x - x1) * dx + (y - y1) * dy) / square))
            ox, oy = x - x1 - share * dx, y - y1 - share * dy
            best = min(best, ox * ox + oy * oy)
    return best
