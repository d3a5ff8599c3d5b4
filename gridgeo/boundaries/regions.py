"""Administrative areas of a map, also those that the map holds only in part, and its sea and lakes.

Everything is decided on the faces of one arrangement (boundary ways, coastline, shores, the edge of the map), so that areas
of all levels and the water fit together exactly.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from gridgeo.arrangements import Arrangement, arrange
from gridgeo.boundaries.gaps import Joints
from gridgeo.boundaries.waters import find_lakes, lake_faces
from gridgeo.crs import to_metric
from gridgeo.errors import BadInput
from gridgeo.names import chinese_name
from gridgeo.sources.osm import OsmExtract

Mask = NDArray[np.bool_]

REACH = 0.2
"""Longest guessed joint of two loose ends, as a share of the map's diagonal."""
EDGE = 0.02
"""Longest guessed joint of a loose end to the edge of the map, as a share of the map's diagonal."""


@dataclass(frozen=True)
class Region:
    """One administrative area: the faces it holds inside the map.

    `source` is "relation" when the map holds its whole outline, else "recovered"; `joint_m` are the metres of
    its outline that were guessed by joining loose ends.
    """

    id: int
    admin_level: int
    name: str
    name_zh: str | None
    name_en: str | None
    code: str | None
    source: str
    faces: Mask
    joint_m: float = 0.0


@dataclass(frozen=True)
class Survey:
    """The faces of a map and what is known of each.

    `frame` is the edge of the map (polygon, metres), `on_frame` the pieces that lie on it, `sea` and `lake` the wet
    faces, `kind` the kind of water of each lake face.
    """

    crs: pyproj.CRS
    arrangement: Arrangement
    frame: Any
    on_frame: Mask
    regions: tuple[Region, ...]
    sea: Mask
    lake: Mask
    kind: tuple[str | None, ...]
    given: Mask | None
    notes: Mapping[str, Any]

    @property
    def dry(self) -> Mask:
        """Faces that are land."""
        return ~(self.sea | self.lake)

    def shape(self, faces: Mask) -> Any:
        """The polygon of some faces."""
        return shapely.coverage_union_all(self.arrangement.faces[faces]) if faces.any() else shapely.MultiPolygon()


def survey(extract: OsmExtract, crs: pyproj.CRS, *, given: Any = None, min_water_m2: float = 2000.0) -> Survey:
    """Divide the map into faces and say what each is.

    Parameters
    ----------
    extract
        Raw tables, EPSG:4326.
    crs
        Metric CRS of the answer.
    given
        Outline of the jurisdiction, polygon in `crs`, that shall be cut in too.
    min_water_m2
        Lakes and rivers smaller than this stay land.
    """
    frame = map_frame(extract, crs)
    outlines = extract.relations[extract.relations["kind"] == "boundary"].reset_index(drop=True)
    coast = extract.lines["natural"] == "coastline"
    members = set(np.concatenate([*outlines["ways"], np.empty(0, np.int64)]).tolist())
    ways = to_metric(extract.lines[coast | extract.lines["id"].isin(members)], crs)
    shapes = shapely.intersection(ways.geometry.to_numpy(), frame)
    lines: list[Any] = [frame.exterior, *shapes]
    by_way: dict[int, list[int]] = {}
    for position, way in enumerate(ways["id"].tolist(), start=1):
        by_way.setdefault(way, []).append(position)
    cut = dict(zip(ways["id"].tolist(), ways["clipped"].tolist(), strict=True))
    diagonal = float(np.hypot(*(np.array(frame.bounds[2:]) - frame.bounds[:2])))
    joints = Joints(frame, REACH * diagonal, EDGE * diagonal)
    joint_m = _close_outlines(joints, outlines, lines, by_way, cut)
    coast_lines = [p for p, natural in enumerate(ways["natural"], start=1) if natural == "coastline"]
    coast_gap, _ = joints.close(
        -1, [lines[p] for p in coast_lines], cut=bool(ways.loc[ways["natural"] == "coastline", "clipped"].any())
    )
    joint_lines: dict[int, list[int]] = {}
    for line, users in joints.lines():
        lines.append(line)
        for user in users:
            joint_lines.setdefault(user, []).append(len(lines) - 1)
    lakes = find_lakes(extract, crs, frame, min_water_m2)
    lines += [polygon.boundary for polygon in lakes.geometry]
    if given is not None:
        lines.append(shapely.intersection(given, frame).boundary)
    arrangement = arrange(lines)
    on_frame = arrangement.carrying([0])
    regions = _regions(extract, outlines, arrangement, by_way, joint_lines, joint_m, crs)
    sea = (
        _sea(arrangement, coast_lines, lines, joint_lines.get(-1, []))
        if coast_lines
        else np.zeros(len(arrangement.faces), bool)
    )
    lake, kind = lake_faces(arrangement, lakes, sea)
    return Survey(
        crs=crs,
        arrangement=arrangement,
        frame=frame,
        on_frame=on_frame,
        regions=regions,
        sea=sea,
        lake=lake,
        kind=kind,
        given=None if given is None else arrangement.within(given),
        notes={"coast_joint_m": round(coast_gap), "relations_seen": len(outlines)},
    )


def map_frame(extract: OsmExtract, crs: pyproj.CRS) -> Any:
    """The edge of the map (`map_box`) as a polygon in `crs`, its long sides bent as meridians and parallels are."""
    box = shapely.segmentize(shapely.box(*map_box(extract)), 0.01)
    return to_metric(gpd.GeoDataFrame(geometry=[box], crs=4326), crs).geometry.iloc[0]


def map_box(extract: OsmExtract) -> tuple[float, float, float, float]:
    """West, south, east, north of the map, degrees.

    It is the box that the file declares; where streets and buildings fill less than a quarter of that, the box around them,
    a tenth wider: some tools leave the box of the larger map in the header.

    Raises
    ------
    BadInput
        The map shows neither a street nor a building.
    """
    declared = np.array(extract.bounds)
    things = [
        frame.total_bounds
        for frame in (extract.lines[extract.lines["highway"].notna()], extract.buildings)
        if len(frame)
    ]
    if not things:
        raise BadInput(
            f"{extract.path}: shows neither a street nor a building; choose an extract that covers the place"
        )
    found = np.array(things)
    whole = np.concatenate([found[:, :2].min(axis=0), found[:, 2:].max(axis=0)])
    seen = np.concatenate([np.maximum(declared[:2], whole[:2]), np.minimum(declared[2:], whole[2:])])
    size = seen[2:] - seen[:2]
    if not (size > 0).all():
        declared = whole
    elif size.prod() < 0.25 * (declared[2:] - declared[:2]).prod():
        wider = np.concatenate([seen[:2] - 0.05 * size, seen[2:] + 0.05 * size])
        declared = np.concatenate([np.maximum(declared[:2], wider[:2]), np.minimum(declared[2:], wider[2:])])
    west, south, east, north = declared.tolist()
    return west, south, east, north


def _close_outlines(
    joints: Joints,
    outlines: gpd.GeoDataFrame,
    lines: Sequence[Any],
    by_way: Mapping[int, list[int]],
    cut: Mapping[int, bool],
) -> dict[int, float]:
    """Join the loose ends of every outline that doesn't assemble, deepest level first; metres guessed for each."""
    guessed = {}
    level = outlines["admin_level"].map(_level)
    for row in level.sort_values(ascending=False, kind="stable").index:
        if not outlines.geometry.iloc[row].is_empty:
            continue
        ways = outlines["ways"].iloc[row].tolist()
        own = [lines[p] for way in ways for p in by_way.get(way, [])]
        guessed[row], _ = joints.close(row, own, cut=any(cut.get(way, False) for way in ways))
    return guessed


def _regions(
    extract: OsmExtract,
    outlines: gpd.GeoDataFrame,
    arrangement: Arrangement,
    by_way: Mapping[int, list[int]],
    joint_lines: Mapping[int, list[int]],
    joint_m: Mapping[int, float],
    crs: pyproj.CRS,
) -> tuple[Region, ...]:
    polygons = to_metric(outlines, crs).geometry
    sure: dict[int, Mask] = {}
    open_: dict[int, Mask] = {}
    for row in range(len(outlines)):
        if not polygons.iloc[row].is_empty:
            sure[row] = arrangement.within(polygons.iloc[row])
            continue
        own = [p for way in outlines["ways"].iloc[row].tolist() for p in by_way.get(way, [])] + joint_lines.get(row, [])
        pieces = arrangement.carrying(own)
        if not (pieces & (arrangement.left >= 0) & (arrangement.right >= 0)).any():
            continue
        colour, wrong_m = arrangement.two_colours(pieces)
        if wrong_m <= 0.1 * arrangement.length[pieces].sum() and colour.any() and not colour.all():
            open_[row] = colour
    found = _choose_sides(extract, outlines, arrangement, sure, open_, crs)
    return tuple(
        Region(
            id=int(outlines["id"].iloc[row]),
            admin_level=_level(outlines["admin_level"].iloc[row]),
            name=outlines["name"].iloc[row] or outlines["name:en"].iloc[row] or f"relation {outlines['id'].iloc[row]}",
            name_zh=chinese_name(outlines["name"].iloc[row], outlines["name:zh"].iloc[row], crs),
            name_en=outlines["name:en"].iloc[row],
            code=outlines["ref"].iloc[row],
            source="relation" if row in sure else "recovered",
            faces=found[row],
            joint_m=joint_m.get(row, 0.0),
        )
        for row in sorted(
            found, key=lambda row: (_level(outlines["admin_level"].iloc[row]), int(outlines["id"].iloc[row]))
        )
    )


def _choose_sides(
    extract: OsmExtract,
    outlines: gpd.GeoDataFrame,
    arrangement: Arrangement,
    sure: Mapping[int, Mask],
    open_: Mapping[int, Mask],
    crs: pyproj.CRS,
) -> dict[int, Mask]:
    """Which of the two colours is the inside: the one with the label or the namesake, else the one that overlaps siblings least."""
    decided = dict(sure)
    waiting = dict(open_)
    places = extract.points[extract.points["place"].notna()]
    face = arrangement.face_of(to_metric(places, crs).geometry.to_numpy())
    node = {name: number for name, number in zip(places["id"], face.tolist(), strict=True) if number >= 0}
    named = [
        (_plain(name), number)
        for name, number in zip(places["name"], face.tolist(), strict=True)
        if name and number >= 0
    ]
    for row, colour in list(waiting.items()):
        marks = [node[f"n{ref}"] for ref in outlines.loc[row, ["label", "admin_centre"]] if f"n{ref}" in node]
        marks = marks or [number for name, number in named if _namesake(name, _plain(outlines["name"].iloc[row] or ""))]
        inside = [bool(colour[mark]) for mark in marks]
        if inside and (all(inside) or not any(inside)):
            decided[row] = colour if inside[0] else ~colour
            del waiting[row]
    while waiting:
        scores = {row: _overlap(row, colour, decided, outlines, arrangement.area) for row, colour in waiting.items()}
        row = max(scores, key=lambda row: (abs(scores[row][0] - scores[row][1]), -row))
        with_colour, without = scores[row]
        if abs(with_colour - without) < 1e-3 * arrangement.area.sum():
            # Nothing tells the sides apart: the smaller one, since a map shows more of what lies around an area than of the area it cuts off.
            with_colour, without = arrangement.area[waiting[row]].sum(), arrangement.area[~waiting[row]].sum()
        decided[row] = waiting[row] if with_colour < without else ~waiting[row]
        del waiting[row]
    return decided


def _overlap(
    row: int, colour: Mask, decided: Mapping[int, Mask], outlines: gpd.GeoDataFrame, area: NDArray[np.float64]
) -> tuple[float, float]:
    level = outlines["admin_level"].iloc[row]
    siblings = [mask for other, mask in decided.items() if outlines["admin_level"].iloc[other] == level]
    taken = np.logical_or.reduce(siblings) if siblings else np.zeros(len(colour), bool)
    return float(area[colour & taken].sum()), float(area[~colour & taken].sum())


def _sea(arrangement: Arrangement, coast: Sequence[int], lines: Sequence[Any], joints: Sequence[int]) -> Mask:
    """Faces right of the coastline, by OpenStreetMap's rule that land lies on the left of it.

    Faces that no coastline parts are all land or all sea. Where a map lacks so much coast that one such group lies on both sides
    of it, each face is judged by its own shore, and one without a shore is as its neighbours are.
    """
    pieces = arrangement.carrying(coast)
    mine = frozenset(coast)
    vote = np.zeros(len(arrangement.faces))
    for piece in np.flatnonzero(pieces):
        line = lines[min(arrangement.labels[piece] & mine)]
        sides = arrangement.left[piece], arrangement.right[piece]
        land, sea = sides if _same_direction(arrangement.pieces[piece], line) else sides[::-1]
        for face, sign in ((sea, 1.0), (land, -1.0)):
            if face >= 0:
                vote[face] += sign * arrangement.length[piece]
    group = arrangement.groups(pieces | arrangement.carrying(joints))
    leaks = np.unique(group[vote > 0])
    mixed = np.isin(group, leaks[np.isin(leaks, group[vote < 0])])
    wet = np.bincount(group, weights=vote)[group] > 0
    wet[mixed] = _spread(arrangement, vote, ~pieces)[mixed]
    return np.asarray(wet)


def _spread(arrangement: Arrangement, vote: NDArray[np.float64], free: Mask) -> Mask:
    """Sign of each face's vote; a face without one takes its neighbours', weighed by the border they share."""
    sign = np.sign(vote)
    open_ = free & (arrangement.left >= 0) & (arrangement.right >= 0)
    a, b, metres = arrangement.left[open_], arrangement.right[open_], arrangement.length[open_]
    while (sign == 0).any():
        heard = np.bincount(a, metres * sign[b], len(sign)) + np.bincount(b, metres * sign[a], len(sign))
        changed = (sign == 0) & (heard != 0)
        if not changed.any():
            break
        sign[changed] = np.sign(heard[changed])
    return np.asarray(sign > 0)


def _same_direction(piece: Any, line: Any) -> bool:
    ends: Any = shapely.points(shapely.get_coordinates(piece)[[0, 1]])
    parts = shapely.get_parts(line)
    part = parts[int(np.argmin(shapely.distance(parts, ends[0]) + shapely.distance(parts, ends[1])))]
    first, second = shapely.line_locate_point(part, ends)
    return bool(second >= first)


def _level(text: Any) -> int:
    try:
        return int(str(text).split(";")[0])
    except ValueError:
        return 99


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold() or name.casefold()


def _namesake(place: str, outline: str) -> bool:
    return len(place) >= 4 and (place == outline or f" {place} " in f" {outline} ")
