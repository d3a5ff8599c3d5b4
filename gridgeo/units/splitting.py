"""Splitting blocks that hold too many households or too much land, along lines that run between buildings.

A block is bisected again and again. Each time a straight line is sought that misses all buildings and balances the two sides; where
buildings stand wall to wall, the line between two groups of them is taken from the Voronoi diagram of their outlines instead.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo.units.blocks import SizeOptions

_SHRINK_M = 0.3
"""Outlines are drawn in by this (metres) before a line is led between them: neighbours mapped wall to wall leave a gap."""
_SAMPLE_M = 1.5
"""Spacing of the points that stand for an outline in the Voronoi diagram, metres."""
_OVERHANG_M = 0.5
"""A line between buildings is led on by this at both ends, metres."""
_DIRECTIONS = 8
"""Straight lines are tried in this many directions."""
_LOPSIDED = 0.3
"""A straight line may miss the wanted share of households by this much before the Voronoi diagram is tried."""


def split_lines(block: Any, buildings: NDArray[Any], households: NDArray[np.int64], options: SizeOptions) -> list[Any]:
    """Lines that split one block into pieces that are small enough.

    Parameters
    ----------
    block
        Polygon, metres.
    buildings, households
        Outlines of the buildings in it, and households of each.
    options
        How small is small enough.

    Returns
    -------
    Lines inside the block, none where it is small enough or can't be split.
    """
    lines: list[Any] = []
    open_ = [(block, np.arange(len(buildings)))]
    while open_:
        piece, inside = open_.pop()
        pieces = max(
            math.ceil(households[inside].sum() / options.most_households) if (households[inside] > 0).sum() > 1 else 1,
            math.ceil(piece.area / options.most_area_m2),
        )
        if pieces < 2:
            continue
        crowded = households[inside].sum() > options.most_households and (households[inside] > 0).sum() > 1
        found = _bisect(
            piece, buildings[inside], households[inside].astype(float), (pieces // 2) / pieces, by_land=not crowded
        )
        if found is None:
            continue
        line, sides, first = found
        lines += [_longer(part) for part in shapely.get_parts(line) if part.length > 0]
        open_ += [(sides[0], inside[first]), (sides[1], inside[~first])]
    return lines


def _longer(line: Any) -> Any:
    """`line` led on a little at both ends, so that it surely meets what it ends on; the overhang cuts nothing."""
    points = shapely.get_coordinates(line)
    before, after = points[0] - points[1], points[-1] - points[-2]
    head = points[0] + before / max(np.hypot(*before), 1e-9) * _OVERHANG_M
    tail = points[-1] + after / max(np.hypot(*after), 1e-9) * _OVERHANG_M
    return shapely.LineString(np.vstack([head, points, tail]))


def _bisect(
    piece: Any, buildings: NDArray[Any], weight: NDArray[np.float64], share: float, *, by_land: bool
) -> tuple[Any, tuple[Any, Any], NDArray[np.bool_]] | None:
    """A line, the two sides of it, and which buildings lie on the first."""
    straight = _straight(piece, buildings, weight, share, by_land=by_land)
    if straight is not None and (by_land or straight[0] <= _LOPSIDED):
        return straight[1:]
    winding = None if by_land else _winding(piece, buildings, weight, share)
    if winding is not None:
        return winding
    return straight[1:] if straight is not None else None


def _directions(piece: Any) -> list[float]:
    """Angles along which to project, the long axis first."""
    ring = shapely.get_coordinates(shapely.minimum_rotated_rectangle(piece))
    if len(ring) < 4:
        return [0.0]
    sides = np.diff(ring[:3], axis=0)
    long = sides[int(np.argmax(np.hypot(*sides.T)))]
    main = math.atan2(long[1], long[0])
    return [main + step * math.pi / _DIRECTIONS for step in range(_DIRECTIONS)]


def _straight(
    piece: Any, buildings: NDArray[Any], weight: NDArray[np.float64], share: float, *, by_land: bool
) -> tuple[float, Any, tuple[Any, Any], NDArray[np.bool_]] | None:
    """The straight line between buildings that comes nearest to the wanted share and is short; first its miss."""
    size = math.sqrt(piece.area)
    best: tuple[float, float, float, float] | None = None
    for angle in _directions(piece):
        for at, miss in _gaps(piece, buildings, weight, share, angle, by_land=by_land)[:3]:
            line = shapely.intersection(_ray(piece, angle, at), piece)
            cost = miss + 0.15 * line.length / size
            if line.length > 0 and (best is None or cost < best[0] - 1e-9):
                best = (cost, miss, angle, at)
    if best is None:
        return None
    _, miss, angle, at = best
    line = shapely.intersection(_ray(piece, angle, at), piece)
    near, far = (shapely.intersection(piece, side) for side in _half_planes(piece, angle, at))
    if near.area <= 0 or far.area <= 0:
        return None
    middle = shapely.get_coordinates(shapely.centroid(buildings))
    first = middle @ (math.cos(angle), math.sin(angle)) < at if len(buildings) else np.zeros(0, dtype=bool)
    return miss, line, (near, far), first


def _gaps(
    piece: Any, buildings: NDArray[Any], weight: NDArray[np.float64], share: float, angle: float, *, by_land: bool
) -> list[tuple[float, float]]:
    """Places on the axis at `angle` where no building is, each with its miss of the wanted share, best first."""
    axis = np.array([math.cos(angle), math.sin(angle)])
    span = shapely.get_coordinates(piece) @ axis
    low, high = span.min(), span.max()
    start, end = _extents(buildings, axis)
    order = np.argsort(start, kind="stable")
    reach = np.maximum.accumulate(end[order]) if len(order) else end
    left = np.concatenate([[low], reach])
    right = np.concatenate([start[order], [high]])
    if by_land:
        target = _land_share_at(piece, angle, low, high, share)
        wide = right - left > 0
        at = np.clip(target, left[wide], right[wide])
        miss = np.abs(at - target) / max(high - low, 1e-9)
        keep = (at > low + 1e-3) & (at < high - 1e-3)
        at, miss = at[keep], miss[keep]
    else:
        at = (left + right) / 2
        done = np.concatenate([[0.0], np.cumsum(weight[order])]) / max(weight.sum(), 1e-9)
        keep = (right - left > 0) & (done > 0) & (done < 1)
        at, miss = at[keep], np.abs(done[keep] - share)
    best = np.lexsort((at, miss))
    return list(zip(at[best].tolist(), miss[best].tolist(), strict=True))


def _extents(buildings: NDArray[Any], axis: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each building starts and ends along an axis, drawn in a little."""
    points, owner = shapely.get_coordinates(buildings, return_index=True)
    along = points @ axis
    start, end = np.full(len(buildings), np.inf), np.full(len(buildings), -np.inf)
    np.minimum.at(start, owner, along)
    np.maximum.at(end, owner, along)
    middle = (start + end) / 2
    return np.minimum(start + _SHRINK_M, middle), np.maximum(end - _SHRINK_M, middle)


def _land_share_at(piece: Any, angle: float, low: float, high: float, share: float) -> float:
    """Where along the axis the wanted share of the land lies behind, by bisection."""
    for _ in range(20):
        at = (low + high) / 2
        if shapely.intersection(piece, _half_planes(piece, angle, at)[0]).area < share * piece.area:
            low = at
        else:
            high = at
    return (low + high) / 2


def _ray(piece: Any, angle: float, at: float) -> Any:
    """The straight line across `piece`, at right angles to the axis at `angle`, through `at` on it."""
    west, south, east, north = piece.bounds
    reach = math.hypot(east - west, north - south) + 1.0
    middle = np.array([(west + east) / 2, (south + north) / 2])
    axis, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
    foot = middle + (at - middle @ axis) * axis
    return shapely.LineString([foot - reach * across, foot + reach * across])


def _half_planes(piece: Any, angle: float, at: float) -> tuple[Any, Any]:
    """Large rectangles before and behind the line of `_ray`."""
    start, end = shapely.get_coordinates(_ray(piece, angle, at))
    depth = np.linalg.norm(end - start) * np.array([math.cos(angle), math.sin(angle)])
    return (
        shapely.Polygon([start, end, end - depth, start - depth]),
        shapely.Polygon([start, end, end + depth, start + depth]),
    )


def _winding(
    piece: Any, buildings: NDArray[Any], weight: NDArray[np.float64], share: float
) -> tuple[Any, tuple[Any, Any], NDArray[np.bool_]] | None:
    """The line between the first buildings along the long axis, that hold the wanted share, and the others."""
    angle = _directions(piece)[0]
    middle = shapely.get_coordinates(shapely.centroid(buildings))
    order = np.argsort(middle @ (math.cos(angle), math.sin(angle)), kind="stable")
    done = np.cumsum(weight[order]) / max(weight.sum(), 1e-9)
    inner = np.flatnonzero((done > 0) & (done < 1 - 1e-9))
    if not len(inner):
        return None
    last = inner[int(np.argmin(np.abs(done[inner] - share)))]
    first = np.zeros(len(buildings), dtype=bool)
    first[order[: last + 1]] = True
    nearer = _nearer_to(piece, buildings, first)
    near, far = shapely.intersection(piece, nearer), shapely.difference(piece, nearer)
    line = shapely.intersection(shapely.boundary(nearer), piece)
    if near.area <= 0 or far.area <= 0 or line.length <= 0:
        return None
    return shapely.simplify(shapely.line_merge(line), 0.2), (near, far), first


def _nearer_to(piece: Any, buildings: NDArray[Any], first: NDArray[np.bool_]) -> Any:
    """The part of the plane that is nearer to the `first` buildings than to the others, by samples of their outlines."""
    shrunk = shapely.buffer(buildings, -_SHRINK_M)
    shrunk = np.where(shapely.is_empty(shrunk), shapely.point_on_surface(buildings), shrunk)
    outline = np.where(shapely.get_dimensions(shrunk) == 2, shapely.boundary(shrunk), shrunk)
    points, owner = shapely.get_coordinates(shapely.segmentize(outline, _SAMPLE_M), return_index=True)
    points, keep = np.unique(np.round(points, 3), axis=0, return_index=True)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=piece, ordered=True)
    mine = shapely.get_parts(cells)[first[owner[keep]]]
    return shapely.union_all(mine)
