"""Vector tiles of the town: Mapbox Vector Tile 2.1 in the OGC tile matrix set WebMercatorQuad.

Layers are prepared once in Web Mercator with an index in space; a tile is cut, simplified to its own
resolution, snapped to its 4096 × 4096 lattice, encoded, and kept.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import shapely

from gridgeo import crs
from gridgeo_server.errors import NotFound
from gridgeo_server.layers.borders import grid_borders
from gridgeo_server.layers.features import street_pieces
from gridgeo_server.responders.model import Responder, shown
from gridgeo_server.town import Town, plain

EXTENT = 4096
BUFFER = 80
"""How far a tile reaches beyond its edge, in its own units, so that outlines meet without a seam."""
LEAST_ZOOM, MOST_ZOOM = 8, 16
"""Zooms that hold detail of their own; a map stretches the last one beyond."""
FARTHEST_ZOOM = 24
HALF = 20_037_508.342789244
"""Half the width of the Web Mercator square, metres."""

OF_PLAN = ("grids", "units", "borders")
"""Layers that another plan changes."""
_UNIT = ("unit", "grid", "area", "households", "workload_min", "geometry")


@dataclass(frozen=True)
class Layer:
    """One layer of tiles: shapes in Web Mercator, the properties of each, and the zoom each begins at."""

    name: str
    shapes: np.ndarray
    properties: list[dict[str, Any]]
    from_zoom: np.ndarray
    tree: shapely.STRtree
    fields: dict[str, str]


@dataclass(frozen=True)
class Tile:
    """An encoded tile and its entity tag."""

    content: bytes
    etag: str


class Tiles:
    """All tile layers of a town; `keep` tiles stay in memory."""

    def __init__(
        self,
        town: Town,
        owners: Mapping[str, Responder],
        keep: int = 2_000,
        known: Mapping[str, Layer] | None = None,
    ) -> None:
        self._town, self._owners, self._keep, self._known = town, owners, keep, known or {}
        self.tile: Callable[[tuple[str, ...], int, int, int], Tile] = functools.lru_cache(maxsize=keep)(self._made)

    @functools.cached_property
    def _layers(self) -> Mapping[str, Layer]:
        """Made when first asked for, so that a server begins to answer sooner."""
        frames = _frames(self._town, self._owners)
        return {name: self._known.get(name) or _layer(name, *frame()) for name, frame in frames.items()}

    def of(self, town: Town, owners: Mapping[str, Responder]) -> Tiles:
        """The tiles of the town under another plan; layers that no plan changes are the same."""
        known = {name: one for name, one in self._layers.items() if name not in OF_PLAN}
        return Tiles(town, owners, self._keep, known)

    def names(self) -> tuple[str, ...]:
        """Identifiers of the layers, in drawing order."""
        return tuple(self._layers)

    def layer(self, name: str) -> Layer:
        """One layer, or `NotFound`."""
        if name not in self._layers:
            raise NotFound(f"no tile layer '{name}'; there are {', '.join(self._layers)}")
        return self._layers[name]

    def _made(self, names: tuple[str, ...], zoom: int, x: int, y: int) -> Tile:
        encoded = [part for name in names if (part := _cut(self.layer(name), zoom, x, y)) is not None]
        if not encoded:
            return Tile(b"", "")
        content = mapbox_vector_tile.encode(
            encoded, default_options={"y_coord_down": True, "extents": EXTENT, "check_winding_order": False}
        )
        return Tile(content, hashlib.sha256(content).hexdigest()[:20])


def tile_bounds(zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a tile in Web Mercator metres.

    Raises
    ------
    NotFound
        The matrix set has no such tile.

    Examples
    --------
    >>> tile_bounds(1, 1, 0) == (0.0, 0.0, HALF, HALF)
    True
    """
    if not (0 <= zoom <= FARTHEST_ZOOM and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
        raise NotFound(f"WebMercatorQuad has no tile {zoom}/{y}/{x}; rows and columns run from 0 to 2^zoom - 1")
    size = 2 * HALF / 2**zoom
    # Both edges are counted from the same corner, so that a tile's edge is its neighbour's to the last bit.
    return x * size - HALF, HALF - (y + 1) * size, (x + 1) * size - HALF, HALF - y * size


def _cut(layer: Layer, zoom: int, x: int, y: int) -> dict[str, Any] | None:
    """The part of `layer` in a tile, in the tile's own units; None where there is nothing."""
    west, south, east, north = tile_bounds(zoom, x, y)
    unit = (east - west) / EXTENT
    edge = BUFFER * unit
    frame = (west - edge, south - edge, east + edge, north + edge)
    rows = np.sort(layer.tree.query(shapely.box(*frame)))
    rows = rows[layer.from_zoom[rows] <= zoom]
    if not len(rows):
        return None
    shapes = shapely.simplify(layer.shapes[rows], unit)
    shapes = shapely.clip_by_rect(shapes, *frame)
    shapes = shapely.transform(shapes, lambda points: (points - (west, north)) / (unit, -unit))
    shapes = _on_lattice(shapes)
    features = [
        {"geometry": shape, "id": int(row) + 1, "properties": layer.properties[row]}
        for row, shape in zip(rows.tolist(), shapes, strict=True)
        if shape is not None and not shape.is_empty
    ]
    return {"name": layer.name, "features": features} if features else None


def _on_lattice(shapes: np.ndarray) -> np.ndarray:
    """Whole coordinates; polygons stay valid and run the way the format wants, lines may touch themselves."""
    areal = np.isin(shapely.get_type_id(shapes), (3, 6, 7))
    snapped = np.empty(len(shapes), dtype=object)
    snapped[~areal] = shapely.transform(shapes[~areal], np.round)
    polygons = shapely.set_precision(shapes[areal], 1.0, mode="valid_output")
    snapped[areal] = shapely.orient_polygons(_areas_only(polygons), exterior_cw=False)
    return snapped


def _areas_only(shapes: np.ndarray) -> np.ndarray:
    """Collections without the lines and points that cutting leaves behind."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == 7)
    for row in mixed.tolist():
        parts = shapely.get_parts(shapely.get_parts(shapes[row]))
        shapes[row] = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
    return shapes


def _frames(
    town: Town, owners: Mapping[str, Responder]
) -> dict[str, Callable[[], tuple[gpd.GeoDataFrame, int | Sequence[int]]]]:
    """Each layer's table and the zoom at which it, or each of its rows, begins; in drawing order."""
    place = town.jurisdiction
    return {
        "land": lambda: (place.boundary[["name", "geometry"]], 0),
        "water": lambda: (place.water, 0),
        "grids": lambda: (_owned(town.grids, owners), 0),
        "units": lambda: (place.units.assign(grid=town.plan.assignment.to_numpy())[list(_UNIT)], 12),
        "buildings": lambda: (place.buildings[["building", "households", "geometry"]], 13),
        "roads": lambda: _roads(place.road_edges),
        "borders": lambda: (grid_borders(town.grids), 0),
        "places": lambda: (place.places, 14),
    }


def _owned(grids: gpd.GeoDataFrame, owners: Mapping[str, Responder]) -> gpd.GeoDataFrame:
    owner = [owners.get(str(grid)) for grid in grids["grid"]]
    return grids.assign(
        owner=[None if one is None else one.responder for one in owner],
        owner_name=[None if one is None else shown(one.name) for one in owner],
        owner_name_zh=[None if one is None else shown(one.name_zh) for one in owner],
    )


def _roads(edges: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[int]]:
    roads = street_pieces(edges)[["name", "highway", "class", "bridge", "tunnel", "geometry"]]
    begins = {1: 8, 2: 10, 3: 11, 4: 12, 5: 14}
    return roads, [begins[number] for number in roads["class"]]


def _layer(name: str, frame: gpd.GeoDataFrame, from_zoom: int | Sequence[int]) -> Layer:
    shapes = crs.to_metric(frame, crs.WEB_MERCATOR).geometry.to_numpy() if len(frame) else np.empty(0, dtype=object)
    # Once, so that cutting and simplifying (which keep what is valid so) need not look again.
    shapes = shapely.make_valid(shapes)
    table = frame.drop(columns=frame.geometry.name)
    properties = [{str(key): plain(value) for key, value in row.items()} for row in table.to_dict("records")]
    begins = np.broadcast_to(np.asarray(from_zoom, dtype=np.int64), (len(frame),))
    fields = {str(column): _kind(table[column].dtype.kind) for column in table.columns}
    return Layer(name, shapes, properties, begins, shapely.STRtree(shapes), fields)


def _kind(kind: str) -> str:
    """TileJSON's name of a column's type."""
    return {"i": "Number", "u": "Number", "f": "Number", "b": "Boolean"}.get(kind, "String")
