"""OpenStreetMap extracts as raw tables: what is mapped, before anything is decided about it.

Coordinates are degrees (EPSG:4326), x = longitude, y = latitude. Tags keep their OpenStreetMap names as column names; a
missing tag is None. The file is read twice: relations first, so that untagged ways that belong to an outline are
kept, then everything.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.errors import UnreadableSource

NAMES = ("name", "name:zh", "name:en")
LINE_TAGS = (
    "highway", "railway", "waterway", "natural", "boundary", "admin_level", "barrier", "route", "man_made", "bridge", "tunnel",
    "layer", "oneway", "oneway:bicycle", "junction", "foot", "access", "bicycle", "motor_vehicle", "service", "usage", "sidewalk",
    "maxspeed", "surface", "lit", "covered", "indoor", "area", "step_count", *NAMES,
)  # fmt: skip
BUILDING_TAGS = (
    "building", "building:levels", "height", "building:use", "building:flats", "amenity", "shop", "office", "tourism", "leisure",
    "craft", "residential", "location", "layer", "roof:levels", "addr:street", "addr:housenumber", "start_date", *NAMES,
)  # fmt: skip
WATER_TAGS = ("natural", "waterway", "water", "landuse", "leisure", "harbour", "tunnel", "layer", "location", *NAMES)
LANDUSE_TAGS = ("landuse", "leisure", "natural", "residential", "place", "aeroway", "military", *NAMES)
POINT_TAGS = (
    "amenity", "shop", "office", "craft", "tourism", "leisure", "healthcare", "emergency", "government", "historic", "place", "entrance",
    "barrier", "highway", "crossing", "railway", "public_transport", "building:flats", "addr:street", "addr:housenumber", "addr:flats",
    "operator", *NAMES,
)  # fmt: skip

COUNTS = ("nodes", "ways", "relations", "clipped_ways", "missing_nodes", "clipped_relations", "clipped_buildings")

_LINE_KEYS = frozenset({"highway", "railway", "waterway", "boundary", "barrier", "route", "man_made"})
_POINT_KEYS = (
    "amenity",
    "shop",
    "office",
    "craft",
    "tourism",
    "leisure",
    "healthcare",
    "place",
    "entrance",
    "addr:housenumber",
)
_PLACE_KEYS = ("amenity", "shop", "office", "craft", "tourism", "leisure", "healthcare", "government")
_SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
_DAMAGED = "{file}: cut off or damaged, it can't be read as OpenStreetMap data ({why}); fetch it again or choose another extract"
_NOWHERE = 2**31 - 1
"""libosmium's coordinate of a node that isn't in the file."""


@dataclass(frozen=True)
class OsmExtract:
    """What one OpenStreetMap file says; all frames in EPSG:4326, a tag that isn't there is None.

    Parameters
    ----------
    lines
        Ways that are streets, railways, waterways, coastline, barriers, ferry routes, or members of an outline. Columns
        `id`, `LINE_TAGS`, `nodes` (an int64 array of node ids, one for each vertex), `clipped` (a node of it isn't in the file; then
        each run of nodes that are there is a row of its own with the same `id`).
    buildings
        `id` ("w123", "r45"), `BUILDING_TAGS`; polygons of ways and multipolygon relations. A `building:part` alone is no building.
    water, landuse
        `id`, `WATER_TAGS` / `LANDUSE_TAGS`; polygons.
    points
        `id` ("n12"; "w34" or "r5" for the inner point of a mapped area), `POINT_TAGS`.
    relations
        Administrative boundaries and outlines of water. `id`, `kind` ("boundary" or "water"), `admin_level`, names, `ref`,
        `ways` (int64 array of member ways), `roles` (list of str), `label` and `admin_centre` (node id or -1), `parents`,
        `missing` (member ways that aren't in the file); its polygon where it assembles, else an empty one.
    bounds
        West, south, east, north: the header's box, else the box of the nodes.
    counts
        What was read and what is incomplete, by the names in `COUNTS`; a clipped building is left out.
    path
        The file.
    """

    lines: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    landuse: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    relations: gpd.GeoDataFrame
    bounds: tuple[float, float, float, float]
    counts: Mapping[str, int] = field(default_factory=dict)
    path: Path = Path()


def read_osm(path: str | os.PathLike[str]) -> OsmExtract:
    """Read an OpenStreetMap extract, `.osm.pbf`, `.osm` or `.osm.gz`.

    Parameters
    ----------
    path
        The file. It may be cut out of a larger one: nodes that ways name but the file lacks are left out and counted.

    Raises
    ------
    UnreadableSource
        The file is missing, of another kind, cut off, or holds nothing.
    """
    file = _readable(path)
    try:
        extract = _read(file)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as broken:
        if "out of order" not in str(broken):
            raise UnreadableSource(_DAMAGED.format(file=file, why=broken)) from broken
        extract = _read_unsorted(file)
    if not extract.counts["nodes"]:
        raise UnreadableSource(f"{file}: holds no OpenStreetMap nodes; choose an extract that covers the place")
    return extract


def _read(file: Path) -> OsmExtract:
    reader = _Reader()
    reader.outlines(file)
    reader.everything(file)
    return reader.extract(file)


def _read_unsorted(file: Path) -> OsmExtract:
    """Read by way of a sorted copy, as editors and queries leave files whose objects are in any order."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "sorted.osm.pbf"
        try:
            unsorted = osmium.MergeInputReader()
            unsorted.add_file(str(file))
            with osmium.SimpleWriter(str(copy), header=osmium.FileProcessor(str(file)).header) as writer:
                unsorted.apply(writer, simplify=True)
            return replace(_read(copy), path=file)
        except (RuntimeError, ValueError, osmium.InvalidLocationError) as broken:
            raise UnreadableSource(_DAMAGED.format(file=file, why=broken)) from broken


def _readable(path: str | os.PathLike[str]) -> Path:
    file = Path(path)
    if not file.exists():
        raise UnreadableSource(
            f"{file}: there is no such file; give the path of an OpenStreetMap extract (.osm.pbf, .osm or .osm.gz)"
        )
    if not file.is_file():
        raise UnreadableSource(f"{file}: is a folder, not an OpenStreetMap extract (.osm.pbf, .osm or .osm.gz)")
    if not file.name.lower().endswith(_SUFFIXES):
        raise UnreadableSource(
            f"{file}: is not named as an OpenStreetMap extract; give a file that ends in .osm.pbf, .osm or .osm.gz"
        )
    if file.stat().st_size == 0:
        raise UnreadableSource(f"{file}: is empty; fetch the extract again")
    if not os.access(file, os.R_OK):
        raise UnreadableSource(f"{file}: may not be read; change its permissions")
    return file


class _Reader:
    """Rows gathered while the file streams by; frames are made once, at the end."""

    def __init__(self) -> None:
        self.outline: dict[int, dict[str, Any]] = {}
        self.outline_ways: set[int] = set()
        self.outer_of_building: set[int] = set()
        self.shape_of: dict[int, bytes] = {}
        self.lines: list[dict[str, Any]] = []
        self.line_nodes: list[NDArray[np.int64]] = []
        self.areas: dict[str, list[dict[str, Any]]] = {"buildings": [], "water": [], "landuse": [], "points": []}
        self.shapes: dict[str, list[bytes]] = {"buildings": [], "water": [], "landuse": [], "points": []}
        self.points: list[dict[str, Any]] = []
        self.seen_ways: set[int] = set()
        self.counts = dict.fromkeys(COUNTS, 0)
        self.header: tuple[float, float, float, float] | None = None
        self.wkb = osmium.geom.WKBFactory()

    def outlines(self, file: Path) -> None:
        """First pass: administrative boundaries, multipolygons of water, outer ways of buildings."""
        for relation in osmium.FileProcessor(str(file), osmium.osm.RELATION):
            self.counts["relations"] += 1
            tags = dict(relation.tags)
            kind = _outline_kind(tags)
            if kind:
                row = _outline(relation, tags, kind)
                self.outline[relation.id] = row
                self.outline_ways.update(row["ways"].tolist())
            elif tags.get("building", "no") != "no":
                self.outer_of_building.update(m.ref for m in relation.members if m.type == "w" and m.role != "inner")

    def everything(self, file: Path) -> None:
        """Second pass: nodes, ways, and the areas that closed ways and relations make."""
        processor = osmium.FileProcessor(str(file), osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION).with_areas()
        box = processor.header.box()
        if box.valid():
            low, high = box.bottom_left, box.top_right
            self.header = (low.lon, low.lat, high.lon, high.lat)
        counter = _NodeCounter()
        tagged = osmium.filter.KeyFilter(*_POINT_KEYS)
        tagged.enable_for(osmium.osm.NODE)
        for item in processor.with_filter(counter).with_filter(tagged):
            if item.is_area():
                self._area(item)
            elif item.is_way():
                self._way(item)
            elif item.is_node():
                self.points.append(
                    {"id": f"n{item.id}", "x": item.location.lon, "y": item.location.lat, **dict(item.tags)}
                )
        self.counts["nodes"] = counter.count

    def _way(self, way: Any) -> None:
        self.counts["ways"] += 1
        self.seen_ways.add(way.id)
        tags = dict(way.tags)
        if tags.get("building", "no") != "no" and any(node.x == _NOWHERE for node in way.nodes):
            self.counts["clipped_buildings"] += 1
        wanted = way.id in self.outline_ways or not _LINE_KEYS.isdisjoint(tags) or tags.get("natural") == "coastline"
        if not wanted:
            return
        nodes = np.array([(node.ref, node.x, node.y) for node in way.nodes], dtype=np.int64).reshape(-1, 3)
        gone = nodes[:, 1] == _NOWHERE
        self.counts["clipped_ways"] += bool(gone.any())
        self.counts["missing_nodes"] += int(gone.sum())
        # A way that leaves the extract and comes back is two lines, not one with a straight jump between.
        runs = [run[run[:, 1] != _NOWHERE] for run in np.split(nodes, np.flatnonzero(gone))] if gone.any() else [nodes]
        for run in runs:
            if len(run) >= 2:
                self.lines.append({"id": way.id, "clipped": bool(gone.any()), **tags})
                self.line_nodes.append(run)

    def _area(self, area: Any) -> None:
        tags = dict(area.tags)
        own = area.orig_id()
        kinds = _area_kinds(tags, area.from_way() and own in self.outer_of_building)
        outline = not area.from_way() and own in self.outline
        if not kinds and not outline:
            return
        try:
            shape = bytes.fromhex(self.wkb.create_multipolygon(area))
        except (RuntimeError, osmium.InvalidLocationError):
            return
        if outline:
            self.shape_of[own] = shape
        row = {"id": f"{'w' if area.from_way() else 'r'}{own}", **tags}
        for kind in kinds:
            self.areas[kind].append(row)
            self.shapes[kind].append(shape)

    def extract(self, file: Path) -> OsmExtract:
        lines = self._line_frame()
        points = self._point_frame()
        return OsmExtract(
            lines=lines,
            buildings=self._area_frame("buildings", BUILDING_TAGS),
            water=self._area_frame("water", WATER_TAGS),
            landuse=self._area_frame("landuse", LANDUSE_TAGS),
            points=points,
            relations=self._outline_frame(),
            bounds=self.header or _box_of(lines, points),
            counts=dict(self.counts),
            path=file,
        )

    def _line_frame(self) -> gpd.GeoDataFrame:
        table = _table(self.lines, ("clipped", *LINE_TAGS), int_id=True)
        joined = np.concatenate(self.line_nodes) if self.line_nodes else np.empty((0, 3), np.int64)
        owner = np.repeat(np.arange(len(self.line_nodes)), [len(nodes) for nodes in self.line_nodes])
        shapes: Any = shapely.linestrings(joined[:, 1:] / 1e7, indices=owner) if len(joined) else []
        table["clipped"] = table["clipped"].astype(bool)
        table["nodes"] = pd.Series([np.ascontiguousarray(nodes[:, 0]) for nodes in self.line_nodes], dtype=object)
        return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=4326))

    def _area_frame(self, kind: str, tags: Iterable[str]) -> gpd.GeoDataFrame:
        shapes: Any = shapely.from_wkb(np.array(self.shapes[kind], dtype=object)) if self.shapes[kind] else []
        return gpd.GeoDataFrame(_table(self.areas[kind], tags), geometry=gpd.GeoSeries(_single(shapes), crs=4326))

    def _point_frame(self) -> gpd.GeoDataFrame:
        places = self.areas["points"]
        shapes = (
            shapely.from_wkb(np.array(self.shapes["points"], dtype=object)) if places else np.empty(0, dtype=object)
        )
        inner = shapely.point_on_surface(shapes)
        nodes = (
            shapely.points([row["x"] for row in self.points], [row["y"] for row in self.points])
            if self.points
            else np.empty(0, object)
        )
        return gpd.GeoDataFrame(
            _table([*self.points, *places], POINT_TAGS),
            geometry=gpd.GeoSeries(np.concatenate([nodes, inner]), crs=4326),
        )

    def _outline_frame(self) -> gpd.GeoDataFrame:
        rows: list[dict[str, Any]] = []
        shapes: list[Any] = []
        for own, row in self.outline.items():
            missing = [way for way in row["ways"].tolist() if way not in self.seen_ways]
            self.counts["clipped_relations"] += bool(missing)
            rows.append({**row, "missing": np.array(missing, dtype=np.int64)})
            shapes.append(shapely.from_wkb(self.shape_of[own]) if own in self.shape_of else shapely.MultiPolygon())
        columns = (
            "kind",
            "admin_level",
            *NAMES,
            "ref",
            "ways",
            "roles",
            "subareas",
            "label",
            "admin_centre",
            "missing",
        )
        return gpd.GeoDataFrame(_table(rows, columns, int_id=True), geometry=gpd.GeoSeries(shapes, crs=4326))


class _NodeCounter:
    """Counts the nodes that stream by, also those that a later filter keeps back."""

    def __init__(self) -> None:
        self.count = 0

    def node(self, node: Any) -> None:
        """One node more."""
        self.count += 1


def _outline_kind(tags: Mapping[str, str]) -> str | None:
    if tags.get("boundary") == "administrative" and tags.get("type") in ("boundary", "multipolygon", None):
        return "boundary"
    return "water" if tags.get("type") == "multipolygon" and _is_water(tags) else None


def _outline(relation: Any, tags: Mapping[str, str], kind: str) -> dict[str, Any]:
    members = [(m.type, m.ref, m.role) for m in relation.members]
    named = {role: ref for kind_, ref, role in members if kind_ == "n"}
    return {
        "id": relation.id,
        "kind": kind,
        **{key: tags.get(key) for key in ("admin_level", *NAMES)},
        "ref": next(
            (tags[key] for key in ("ref", "ref:INSEE", "de:amtlicher_gemeindeschluessel", "code") if key in tags), None
        ),
        "ways": np.array([ref for kind_, ref, _ in members if kind_ == "w"], dtype=np.int64),
        "roles": [role for kind_, _, role in members if kind_ == "w"],
        "subareas": np.array(
            [ref for kind_, ref, role in members if kind_ == "r" and role == "subarea"], dtype=np.int64
        ),
        "label": named.get("label", -1),
        "admin_centre": named.get("admin_centre", -1),
    }


def _is_water(tags: Mapping[str, str]) -> bool:
    return (
        tags.get("natural") == "water"
        or tags.get("waterway") in ("riverbank", "dock", "canal", "river")
        or tags.get("landuse") in ("reservoir", "basin")
        or ("water" in tags and tags.get("amenity") is None)
    )


def _area_kinds(tags: Mapping[str, str], part_of_larger: bool) -> list[str]:
    kinds = []
    if tags.get("building", "no") != "no" and not part_of_larger:
        kinds.append("buildings")
    if _is_water(tags):
        kinds.append("water")
    if not {"landuse", "leisure", "natural", "aeroway"}.isdisjoint(tags) or tags.get("place") in (
        "square",
        "islet",
        "island",
    ):
        kinds.append("landuse")
    if any(key in tags for key in _PLACE_KEYS):
        kinds.append("points")
    return kinds


def _table(rows: list[dict[str, Any]], columns: Iterable[str], *, int_id: bool = False) -> pd.DataFrame:
    """`rows` as a frame of exactly `id` and `columns`, objects with None for what isn't there."""
    values = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in columns}
    return pd.DataFrame({"id": pd.Series([row["id"] for row in rows], dtype="int64" if int_id else "str"), **values})


def _single(shapes: Any) -> Any:
    """Multipolygons of one part as plain polygons."""
    lone = shapely.get_num_geometries(shapes) == 1
    return np.where(lone, shapely.get_geometry(shapes, 0), shapes) if len(shapes) else shapes


def _box_of(lines: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    boxes = np.vstack([frame.total_bounds for frame in (lines, points) if len(frame)] or [np.full(4, np.nan)])
    west, south = boxes[:, :2].min(axis=0)
    east, north = boxes[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)
