"""Borders between units: how long they are, whether a barrier runs along them, and whether a person can walk across.

Parts that no walkable border joins (islands, both sides of a river or motorway) are joined by links where a walkable road leads from one to the
other, or where the caller declares one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from gridgeo.arrangements import GRID_M, arrange
from gridgeo.graphs import RoadGraph, positions, road_graph


@dataclass(frozen=True)
class BorderOptions:
    """When two units are neighbours, and when one can walk from one to the other.

    Parameters
    ----------
    least_m
        A shared line up to this is a corner, not a border; metres.
    barrier_near_m
        A border runs along a barrier where it lies this near to it, metres.
    barrier_share
        A border whose share along barriers is above this can be walked over only at a crossing.
    crossing_near_m
        A crossing serves the borders this near to it, metres.
    longest_link_m
        Parts farther apart than this along the roads are not linked.
    least_part_households
        A part with fewer households, that no road joins, can't be a grid of its own: a link to its nearest neighbour is assumed. 0
        assumes none.
    """

    least_m: float = 0.5
    barrier_near_m: float = 3.0
    barrier_share: float = 0.5
    crossing_near_m: float = 15.0
    longest_link_m: float = 3000.0
    least_part_households: int = 100


def find_borders(
    units: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    crossings: gpd.GeoDataFrame,
    options: BorderOptions | None = None,
) -> gpd.GeoDataFrame:
    """The borders between units.

    Parameters
    ----------
    units
        `unit` and polygons that tile the land, metres.
    barriers
        Lines that nobody can walk across; `crossings` the points where one can.
    options
        Tolerances; the defaults where left out.

    Returns
    -------
    The table `borders` of `gridgeo.schemas`, one row for each pair that shares more than a corner, ordered by `unit_a`, `unit_b`.
    """
    options = options or BorderOptions()
    a, b, lines = shared_lines(units.geometry.to_numpy())
    length = np.asarray(shapely.length(lines))
    wide = length > options.least_m
    a, b, lines, length = a[wide], b[wide], lines[wide], length[wide]
    barrier_m = metres_along(lines, barriers, options.barrier_near_m)
    found = np.zeros(len(lines), dtype=np.int64)
    if len(crossings) and len(lines):
        spots = crossings.geometry.to_numpy()
        line, _ = shapely.STRtree(spots).query(lines, predicate="dwithin", distance=options.crossing_near_m)
        found = np.bincount(line, minlength=len(lines))
    found = np.where(barrier_m > 0, found, 0)
    name = units["unit"].to_numpy(dtype=object)
    swap = name[a] > name[b]
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    frame = gpd.GeoDataFrame(
        {
            "unit_a": pd.Series(name[a], dtype="str"),
            "unit_b": pd.Series(name[b], dtype="str"),
            "kind": pd.Series(["border"] * len(lines), dtype="str"),
            "length_m": length,
            "barrier_m": np.minimum(barrier_m, length),
            "crossings": found.astype(np.int64),
            "walkable": (barrier_m <= options.barrier_share * length) | (found > 0),
        },
        geometry=gpd.GeoSeries(lines, crs=units.crs),
    )
    return frame.sort_values(["unit_a", "unit_b"], kind="stable").reset_index(drop=True)


def shared_lines(shapes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
    """Pairs of polygons that share a line, and the line.

    Parameters
    ----------
    shapes
        Polygons that don't overlap. Where neighbours share their vertices the lines are exact, else they are rounded to a centimetre.

    Returns
    -------
    Positions `a` < `b` and the shared (Multi)LineStrings, ordered by `a`, `b`.
    """
    # Without a gap width, neighbours whose vertices differ by a rounding error would pass as matched.
    if shapely.coverage_is_valid(shapes, gap_width=GRID_M):
        segments, a, b = _matched_segments(shapes)
        lines = np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)), dtype=object)
    else:
        a, b, lines = _noded_segments(shapes)
    if not len(a):
        return a, b, np.empty(0, dtype=object)
    keys = a * len(shapes) + b
    order = np.argsort(keys, kind="stable")
    pairs, group = np.unique(keys[order], return_inverse=True)
    merged = shapely.line_merge(shapely.multilinestrings(lines[order], indices=group))
    return pairs // len(shapes), pairs % len(shapes), np.asarray(merged, dtype=object)


def _matched_segments(shapes: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Segments (x, y, x, y) that two polygons have in common, with their positions."""
    polygons, shape = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    ends = np.hstack([points[:-1][same], points[1:][same]])
    owner = shape[polygon[ring[:-1][same]]]
    backward = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[backward] = ends[backward][:, [2, 3, 0, 1]]
    order = np.lexsort((owner, *ends.T[::-1]))
    ends, owner = ends[order], owner[order]
    twin = (ends[1:] == ends[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    return ends[:-1][twin], owner[:-1][twin].astype(np.int64), owner[1:][twin].astype(np.int64)


def _noded_segments(shapes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
    """The same for polygons that don't share their vertices: their outlines are noded first."""
    arrangement = arrange(shapely.get_parts(shapely.boundary(shapes)).tolist())
    owner = np.append(np.full(len(arrangement.faces), -1), -1)
    face, shape = shapely.STRtree(shapes).query(shapely.point_on_surface(arrangement.faces), predicate="intersects")
    owner[face[::-1]] = shape[::-1]
    left, right = owner[arrangement.left], owner[arrangement.right]
    pair = (left >= 0) & (right >= 0) & (left != right)
    return np.minimum(left, right)[pair], np.maximum(left, right)[pair], arrangement.pieces[pair]


def metres_along(lines: NDArray[Any], barriers: gpd.GeoDataFrame, near_m: float) -> NDArray[np.float64]:
    """Metres of each line that run along a barrier, a street or any other line, judged for pieces of at most five metres.

    Parameters
    ----------
    lines
        (Multi)LineStrings, metres.
    barriers
        Lines that they may run along.
    near_m
        What lies this near runs along, metres.
    """
    if not len(barriers) or not len(lines):
        return np.zeros(len(lines))
    points, owner = shapely.get_coordinates(shapely.segmentize(lines, 5.0), return_index=True)
    parts = shapely.get_parts(shapely.segmentize(barriers.geometry.to_numpy(), 50.0))
    ends, part = shapely.get_coordinates(parts, return_index=True)
    short = np.asarray(shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1)[part[1:] == part[:-1]]))
    # A multi-part line has jumps between its parts, which are no pieces of it.
    steps = np.hypot(*(points[1:] - points[:-1]).T)
    real = (owner[1:] == owner[:-1]) & (steps <= 5.0 + 1e-6)
    close = np.zeros(len(points), dtype=bool)
    close[shapely.STRtree(short).query(shapely.points(points), predicate="dwithin", distance=near_m)[0]] = True
    # Both ends must be near: a border that only meets the barrier leaves it again.
    along = real & close[1:] & close[:-1]
    metres = np.bincount(owner[1:][along], weights=steps[along], minlength=len(lines))
    return np.asarray(metres, dtype=np.float64)


def parts(units: gpd.GeoDataFrame, borders: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """The connected part of each unit over walkable borders and links; 0 is the part with the most land."""
    walk = borders[borders["walkable"].to_numpy(dtype=bool)]
    a = positions(units["unit"], walk["unit_a"], "borders")
    b = positions(units["unit"], walk["unit_b"], "borders")
    matrix = sparse.coo_array((np.ones(len(a)), (a, b)), shape=(len(units), len(units)))
    count, label = connected_components(matrix, directed=False)
    land = np.bincount(label, weights=units.geometry.area.to_numpy(), minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(-np.round(land, 3), kind="stable")] = np.arange(count)
    return rank[label]


def find_links(
    units: gpd.GeoDataFrame,
    borders: gpd.GeoDataFrame,
    road_nodes: gpd.GeoDataFrame,
    road_edges: gpd.GeoDataFrame,
    options: BorderOptions | None = None,
) -> gpd.GeoDataFrame:
    """Links between parts that no walkable border joins: the shortest walk along the roads for each pair of parts.

    Parameters
    ----------
    units, borders
        Units and the borders between them.
    road_nodes, road_edges
        Streets; those that can be walked count.
    options
        The longest link.

    Returns
    -------
    Rows of the table `borders` with kind "link" and the straight line between the two ends of the walk. A pair of parts whose shortest
    walk leads through a third part gets none of its own.
    """
    options = options or BorderOptions()
    part = parts(units, borders)
    if part.max(initial=0) == 0 or not road_edges["seconds"].notna().any():
        return _links([], [], units)
    roads = road_graph(road_nodes, road_edges, "foot")
    unit = np.full(len(roads.nodes), -1, dtype=np.int64)
    places = np.asarray(shapely.points(roads.x, roads.y), dtype=object)
    inside, node = shapely.STRtree(places).query(units.geometry.to_numpy(), predicate="intersects")
    unit[node[::-1]] = inside[::-1]
    sources = np.flatnonzero(unit >= 0)
    if not len(sources):
        return _links([], [], units)
    reach, _, source = dijkstra(
        _metres(roads), indices=sources, min_only=True, return_predecessors=True, limit=options.longest_link_m
    )
    met = np.isfinite(reach)
    arcs = met[roads.tail] & met[roads.head]
    start, end = source[roads.tail[arcs]], source[roads.head[arcs]]
    walk = reach[roads.tail[arcs]] + reach[roads.head[arcs]] + roads.length_m[arcs]
    other = (part[unit[start]] != part[unit[end]]) & (walk <= options.longest_link_m)
    start, end, walk = start[other], end[other], walk[other]
    best: dict[tuple[int, int], tuple[float, int, int]] = {}
    for s, e, metres_ in zip(start.tolist(), end.tolist(), walk.tolist(), strict=True):
        low, high = sorted((int(part[unit[s]]), int(part[unit[e]])))
        pair, candidate = (low, high), (round(metres_, 3), min(s, e), max(s, e))
        best[pair] = min(best.get(pair, (np.inf, 0, 0)), candidate)
    ends = [best[pair][1:] for pair in sorted(best)]
    lines = [shapely.LineString([places[s], places[e]]) for s, e in ends]
    return _links([(int(unit[s]), int(unit[e])) for s, e in ends], lines, units)


def _metres(roads: RoadGraph) -> sparse.csr_array:
    """Metres from node to node, the shortest of parallel arcs."""
    order = np.lexsort((roads.length_m, roads.head, roads.tail))
    order = order[roads.tail[order] != roads.head[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(roads.tail[order]) != 0) | (np.diff(roads.head[order]) != 0)
    arcs = order[first]
    n = len(roads.nodes)
    return sparse.csr_array(
        (np.maximum(roads.length_m[arcs], 1e-3), (roads.tail[arcs], roads.head[arcs])), shape=(n, n)
    )


def assumed_links(
    units: gpd.GeoDataFrame, borders: gpd.GeoDataFrame, options: BorderOptions | None = None
) -> gpd.GeoDataFrame:
    """Links for parts that no road joins and that are too small for a grid of their own.

    Parameters
    ----------
    units, borders
        Units with their households; borders and the links found so far.
    options
        How few households are too few.

    Returns
    -------
    One link a part, from it to the nearest unit outside it; where it has neighbours beyond a barrier, to the one with the longest border.
    """
    options = options or BorderOptions()
    found = _links([], [], units)
    shapes, households = units.geometry.to_numpy(), units["households"].to_numpy()
    known = borders
    while True:
        part = parts(units, known)
        people = np.bincount(part, weights=households)
        small = np.flatnonzero(people < options.least_part_households)
        small = small[small > 0]
        if not len(small):
            return found
        lines = []
        for number in small[::-1]:
            inside, outside = np.flatnonzero(part == number), np.flatnonzero(part != number)
            a, b = _nearest_pair(units, borders, inside, outside)
            lines.append(((a, b), shapely.shortest_line(shapes[a], shapes[b])))
        fresh = _links([pair for pair, _ in lines], [line for _, line in lines], units)
        fresh = fresh.drop_duplicates(["unit_a", "unit_b"])
        found = pd.concat([found, fresh], ignore_index=True) if len(found) else fresh
        known = pd.concat([borders, found], ignore_index=True)


def _nearest_pair(
    units: gpd.GeoDataFrame, borders: gpd.GeoDataFrame, inside: NDArray[np.int64], outside: NDArray[np.int64]
) -> tuple[int, int]:
    """A unit inside and one outside: those with the longest common border, else the nearest two."""
    name = units["unit"].to_numpy(dtype=object)
    a, b = borders["unit_a"].isin(name[inside]), borders["unit_b"].isin(name[inside])
    rim = borders[(a != b).to_numpy()]
    if len(rim):
        best = rim.loc[rim["length_m"].idxmax()]
        pair = pd.Index(name).get_indexer(pd.Index([best["unit_a"], best["unit_b"]]))
        return int(pair[0]), int(pair[1])
    shapes = units.geometry.to_numpy()
    own, near = shapely.STRtree(shapes[outside]).query_nearest(shapes[inside], all_matches=False)
    gap = shapely.distance(shapes[inside[own]], shapes[outside[near]])
    best_own = int(np.argmin(np.round(gap, 3)))
    return int(inside[own[best_own]]), int(outside[near[best_own]])


def declared_links(units: gpd.GeoDataFrame, lines: Iterable[Any]) -> gpd.GeoDataFrame:
    """Links declared as lines (a ferry, a footbridge the map doesn't show): each joins the units nearest to its two ends."""
    drawn = list(lines)
    ends = [shapely.get_point(line, end) for line in drawn for end in (0, -1)]
    if not drawn:
        return _links([], [], units)
    _, unit = shapely.STRtree(units.geometry.to_numpy()).query_nearest(np.array(ends, dtype=object), all_matches=False)
    return _links([(int(a), int(b)) for a, b in unit.reshape(-1, 2)], drawn, units)


def _links(pairs: list[tuple[int, int]], lines: list[Any], units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    name = units["unit"].to_numpy(dtype=object)
    kept = [(sorted((name[a], name[b])), line) for (a, b), line in zip(pairs, lines, strict=True) if a != b]
    count = len(kept)
    return gpd.GeoDataFrame(
        {
            "unit_a": pd.Series([pair[0] for pair, _ in kept], dtype="str"),
            "unit_b": pd.Series([pair[1] for pair, _ in kept], dtype="str"),
            "kind": pd.Series(["link"] * count, dtype="str"),
            "length_m": np.zeros(count),
            "barrier_m": np.zeros(count),
            "crossings": np.ones(count, dtype=np.int64),
            "walkable": np.ones(count, dtype=bool),
        },
        geometry=gpd.GeoSeries([line for _, line in kept], crs=units.crs),
    )
