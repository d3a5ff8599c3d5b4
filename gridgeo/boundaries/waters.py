"""Lakes and rivers of a map as polygons, also those whose outline the map's edge cuts off."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from gridgeo.arrangements import Arrangement, arrange
from gridgeo.boundaries.gaps import Joints
from gridgeo.crs import to_metric
from gridgeo.sources.osm import OsmExtract

Mask = NDArray[np.bool_]


def find_lakes(extract: OsmExtract, crs: pyproj.CRS, frame: Any, min_water_m2: float) -> gpd.GeoDataFrame:
    """Water of at least `min_water_m2` square metres inside the polygon `frame`: column `kind`, polygons in `crs`.

    Water in tunnels, swimming pools and fountains are left out. An outline with members outside the map is closed along
    the map's edge, and the side that holds the river is the water.
    """
    water = extract.water
    under = water["tunnel"].isin(["yes", "culvert"]) | (water["location"] == "underground")
    pool = (water["leisure"] == "swimming_pool") | water["water"].isin(["fountain", "wastewater", "pool"])
    wet = to_metric(water[~(under | pool)], crs)
    tags = (wet[name] for name in ("water", "waterway", "landuse"))
    found = gpd.GeoDataFrame(
        {"kind": [_kind(*row) for row in zip(*tags, strict=True)]}, geometry=wet.geometry.to_numpy(), crs=crs
    )
    cut = _clipped(extract, crs, frame)
    every = (
        gpd.GeoDataFrame(pd.concat([found, cut], ignore_index=True), geometry="geometry", crs=crs)
        if len(cut)
        else found
    )
    every = every[every.area >= min_water_m2]
    shapes = shapely.intersection(shapely.make_valid(every.geometry.to_numpy()), frame)
    inside = shapely.area(shapes) > 1.0
    return gpd.GeoDataFrame({"kind": every["kind"].to_numpy()[inside]}, geometry=shapes[inside], crs=crs)


def lake_faces(arrangement: Arrangement, lakes: gpd.GeoDataFrame, sea: Mask) -> tuple[Mask, tuple[str | None, ...]]:
    """Which faces lie in lakes and not in the sea, and the kind of water of each."""
    kind: list[str | None] = [None] * len(sea)
    if len(lakes):
        inner = shapely.point_on_surface(arrangement.faces)
        lake, face = shapely.STRtree(inner).query(lakes.geometry.to_numpy(), predicate="contains")
        for row, number in zip(lake.tolist(), face.tolist(), strict=True):
            kind[number] = kind[number] or lakes["kind"].iloc[row]
    wet = np.array([name is not None for name in kind], dtype=bool) & ~sea
    return wet, tuple(name if here else None for name, here in zip(kind, wet, strict=True))


def _clipped(extract: OsmExtract, crs: pyproj.CRS, frame: Any) -> gpd.GeoDataFrame:
    outlines = extract.relations[(extract.relations["kind"] == "water") & extract.relations.geometry.is_empty]
    lines = to_metric(extract.lines[extract.lines["id"].isin(set(np.concatenate([*outlines["ways"], [0]])))], crs)
    river = extract.lines["waterway"].isin(["river", "canal"])
    rivers = to_metric(extract.lines[river], crs).geometry.to_numpy()
    shapes = []
    for ways, roles in zip(outlines["ways"], outlines["roles"], strict=True):
        role = dict(zip(ways.tolist(), roles, strict=True))
        own = lines[lines["id"].isin(role)]
        inner = own["id"].map(role).to_numpy() == "inner"
        shape = _whole(own.geometry.to_numpy()[~inner]) or _halved(own.geometry.to_numpy()[~inner], rivers, frame)
        holes = _whole(own.geometry.to_numpy()[inner])
        if shape is not None:
            shapes.append(shape if holes is None else shapely.difference(shape, holes))
    return gpd.GeoDataFrame({"kind": ["river"] * len(shapes)}, geometry=gpd.GeoSeries(shapes, crs=crs))


def _whole(lines: NDArray[Any]) -> Any | None:
    """The polygon that lines enclose, where they do without loose ends."""
    if not len(lines):
        return None
    found: Any = shapely.polygonize_full(shapely.get_parts(shapely.union_all(lines)))
    polygons, cuts, dangles, invalid = found
    loose = shapely.get_num_geometries(cuts) + shapely.get_num_geometries(dangles) + shapely.get_num_geometries(invalid)
    return shapely.union_all(shapely.get_parts(polygons)) if not loose and not polygons.is_empty else None


def _halved(lines: NDArray[Any], rivers: NDArray[Any], frame: Any) -> Any | None:
    """The water between shore lines that run to the edge of the map: of the two sides, the one with more river to its area."""
    shores = shapely.intersection(lines, frame)
    shores = shores[~shapely.is_empty(shores)]
    if not len(shores):
        return None
    west, south, east, north = frame.bounds
    joints = Joints(frame, reach_m=0.0, edge_m=0.02 * float(np.hypot(east - west, north - south)))
    joints.close(0, shores.tolist())
    drawn = [frame.exterior, *shores, *(line for line, _ in joints.lines())]
    faces = arrange(drawn)
    colour, wrong_m = faces.two_colours(faces.carrying(range(1, len(drawn))))
    if wrong_m > 0.1 * shapely.length(shores).sum() or colour.all() or not colour.any():
        return None
    sides = [shapely.union_all(faces.faces[side]) for side in (colour, ~colour)]
    flow = [float(shapely.length(shapely.intersection(rivers, side)).sum()) / side.area for side in sides]
    return None if max(flow) == 0.0 else sides[int(np.argmax(flow))]


def _kind(water: Any, waterway: Any, landuse: Any) -> str:
    if isinstance(water, str) and water != "yes":
        return water
    if waterway in ("riverbank", "river", "canal"):
        return "river"
    return "basin" if landuse in ("basin", "reservoir") else "lake"


def beyond_the_edge(sea: Any, frame: Any, reach_m: float) -> Any:
    """The sea, drawn on for `reach_m` metres where the map's edge cuts it off, so that a picture doesn't end in a straight edge.

    Nothing is known of the coast out there, so only open water goes on: a corner of the map that lies in the sea, and
    the stretches of the edge beside it, at right angles to the edge. An inlet that the edge cuts ends there.

    Examples
    --------
    >>> frame = shapely.box(0, 0, 10, 10)
    >>> beyond_the_edge(shapely.box(5, 0, 10, 10), frame, 2.0).bounds[2:]
    (12.0, 12.0)
    """
    corners = shapely.get_coordinates(shapely.simplify(shapely.orient_polygons(frame).exterior, 1.0))
    more = [sea]
    steps = corners[1:] - corners[:-1]
    # The outline runs counter-clockwise, so outward lies to the right.
    outward = np.column_stack([steps[:, 1], -steps[:, 0]]) / np.hypot(*steps.T)[:, None] * reach_m
    wet = shapely.buffer(sea, 1.0)
    wet_corners = shapely.MultiPoint(corners[:-1][shapely.intersects_xy(wet, *corners[:-1].T)])
    for (start, end), out in zip(pairwise(corners), outward, strict=True):
        for piece in shapely.get_parts(shapely.intersection(shapely.LineString([start, end]), wet)):
            if piece.length > 0 and shapely.distance(piece, wet_corners) < 1.0:
                a, b = shapely.get_coordinates(piece)[[0, -1]]
                more.append(shapely.Polygon([a, b, b + out, a + out]))
    for corner, before, after in zip(corners[:-1], np.roll(outward, 1, axis=0), outward, strict=True):
        if shapely.intersects_xy(wet_corners.buffer(1.0), *corner):
            more.append(shapely.Polygon([corner, corner + before, corner + before + after, corner + after]))
    return shapely.union_all(more, grid_size=0.01)
