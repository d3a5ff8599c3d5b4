"""The outline of a jurisdiction, its level tree, and the water taken out of it.

What the map is about: the highest administrative area that lies in the map as a whole (at most a tenth of its outline on the
map's edge) and holds at least half of its buildings. Where there is none, the map itself is the jurisdiction, by its frame,
or by the built part of the frame where most of it is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gridgeo.boundaries.levels import LEVEL_NAMES, LEVEL_NAMES_CHINA, level_tree
from gridgeo.boundaries.regions import Mask, Region, Survey, map_box, map_frame, survey
from gridgeo.boundaries.waters import beyond_the_edge
from gridgeo.crs import to_metric
from gridgeo.errors import BadInput
from gridgeo.sources.osm import OsmExtract


@dataclass(frozen=True)
class Outline:
    """Where a jurisdiction lies: frames in one metric CRS with the columns of `gridgeo.schemas`, and how they were found."""

    boundary: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    notes: Mapping[str, Any]


def find_outline(
    extract: OsmExtract,
    crs: pyproj.CRS,
    *,
    given: gpd.GeoDataFrame | None = None,
    name: str | None = None,
    levels: Mapping[str, str] | None = None,
    min_water_m2: float = 2000.0,
) -> Outline:
    """Find boundary, level tree and water of the place that an extract is about.

    Parameters
    ----------
    extract
        Raw tables, EPSG:4326.
    crs
        Metric CRS of the answer.
    given
        Outline to use instead of searching one, any CRS; its column `name`, where there is one, names the place.
    name
        Name of the place, instead of the one found.
    levels
        Names of levels by `admin_level`, e.g. ``{"10": "quarter"}``; where it is given, only these levels are kept.
    min_water_m2
        Water smaller than this stays land.

    Raises
    ------
    BadInput
        The given outline lies outside the extract, or the extract shows no land.
    """
    wanted = None if given is None else _given_shape(given, extract, crs)
    seen = survey(extract, crs, given=wanted, min_water_m2=min_water_m2)
    seen, dry_notes = _built_is_dry(seen, extract, crs)
    inside, source, region, choice = _choose(seen, extract, crs)
    if source == "extent" and (hull := _built_hull(seen, inside, extract, crs)) is not None:
        seen, _ = _built_is_dry(survey(extract, crs, given=hull, min_water_m2=min_water_m2), extract, crs)
        assert seen.given is not None
        inside, choice = (
            seen.given,
            {"boundary": "hull of streets and buildings: no administrative area lies in the map as a whole"},
        )
    land = inside & seen.dry
    if not land.any():
        raise BadInput(
            f"{extract.path}: shows no land inside the outline; give another boundary or a smaller --min-water"
        )
    names = levels or (LEVEL_NAMES_CHINA if "CGCS2000" in crs.name else LEVEL_NAMES)
    title = (
        name
        or (_name_of(given) if given is not None else None)
        or (region.name if region else _title(seen, land, extract, crs))
    )
    root = Region(
        0,
        0,
        title,
        region.name_zh if region else None,
        region.name_en if region else None,
        region.code if region else None,
        source,
        land,
    )
    below = [r for r in seen.regions if region is None or r.admin_level > region.admin_level]
    areas, tree_notes = level_tree(
        seen, root, [r for r in below if levels is None or str(r.admin_level) in names], names
    )
    boundary = gpd.GeoDataFrame({"name": [title], "source": [source]}, geometry=[seen.shape(land)], crs=crs)
    joints = {
        f"{area.name} ({area.admin_level})": round(area.joint_m)
        for area in seen.regions
        if area.joint_m >= 1 and (area.faces & land).any()
    }
    notes = {**choice, **seen.notes, **dry_notes, **tree_notes, "guessed_joints_m": joints}
    return Outline(boundary, areas, _water(seen, inside), notes)


def _given_shape(given: gpd.GeoDataFrame, extract: OsmExtract, crs: pyproj.CRS) -> Any:
    frame = to_metric(given, crs)
    polygons = frame.geometry[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
    if polygons.empty:
        raise BadInput("the given boundary holds no polygon; give a layer of polygons")
    shape = shapely.make_valid(shapely.union_all(shapely.make_valid(polygons.to_numpy())))
    box = map_frame(extract, crs)
    share = shape.intersection(box).area / shape.area
    if not share >= 0.01:
        west, south, east, north = to_metric(gpd.GeoDataFrame(geometry=[shape], crs=crs), pyproj.CRS(4326)).total_bounds
        raise BadInput(
            f"the given boundary ({west:.4f}, {south:.4f} to {east:.4f}, {north:.4f}) lies outside {extract.path} "
            f"({', '.join(f'{value:.4f}' for value in map_box(extract))}); give a boundary and an extract of the same place, and check "
            "its CRS and the order of its coordinates (longitude first)"
        )
    return shape


def _built_is_dry(seen: Survey, extract: OsmExtract, crs: pyproj.CRS) -> tuple[Survey, dict[str, Any]]:
    """Sea with a town in it is a coastline that lacks or is turned round: such faces are land again."""
    homes = to_metric(extract.buildings, crs)
    face = seen.arrangement.face_of(shapely.centroid(homes.geometry.to_numpy()))
    known = face >= 0
    count = np.bincount(face[known], minlength=len(seen.sea))
    floor = np.bincount(face[known], weights=homes.area.to_numpy()[known], minlength=len(seen.sea))
    wrong = seen.sea & (count >= 20) & (floor > 0.01 * seen.arrangement.area)
    return replace(seen, sea=seen.sea & ~wrong), {"sea_faces_taken_for_land": int(wrong.sum())} if wrong.any() else {}


def _choose(seen: Survey, extract: OsmExtract, crs: pyproj.CRS) -> tuple[Mask, str, Region | None, dict[str, Any]]:
    """Faces of the jurisdiction, how they were found, and the administrative area that they are."""
    if seen.given is not None:
        return seen.given, "given", None, {"boundary": "given, as far as the map reaches"}
    homes = to_metric(extract.buildings, crs).geometry.to_numpy()
    face = seen.arrangement.face_of(shapely.centroid(homes))
    total = max(1, len(homes))
    best: tuple[float, int, Region] | None = None
    for region in seen.regions:
        share = float(region.faces[face[face >= 0]].sum()) / total
        if share < 0.5 or _share_on_frame(seen, region.faces & seen.dry) > 0.1:
            continue
        rank = (round(share, 2), -region.admin_level)
        if best is None or rank > best[:2]:
            best = (*rank, region)
    if best is not None:
        share, _, region = best
        return (
            region.faces,
            region.source,
            region,
            {"boundary": f"{region.name}, admin_level {region.admin_level}", "buildings_inside": share},
        )
    return _extent(seen, extract, crs)


def _share_on_frame(seen: Survey, faces: Mask) -> float:
    a = seen.arrangement
    left, right = _mask_at(faces, a.left), _mask_at(faces, a.right)
    rim = left ^ right
    total = a.length[rim].sum()
    return float(a.length[rim & seen.on_frame].sum() / total) if total else 1.0


def _mask_at(faces: Mask, position: Any) -> Mask:
    return np.where(position >= 0, faces[position], False)


def _extent(seen: Survey, extract: OsmExtract, crs: pyproj.CRS) -> tuple[Mask, str, Region | None, dict[str, Any]]:
    """The map's frame; only land faces with something in them count."""
    streets = extract.lines[extract.lines["highway"].notna()]
    things = [to_metric(frame, crs).geometry.to_numpy() for frame in (extract.buildings, streets)]
    face = seen.arrangement.face_of(shapely.centroid(np.concatenate(things)))
    used = np.zeros(len(seen.sea), bool)
    used[face[face >= 0]] = True
    inside = seen.dry & (used | (seen.arrangement.area > 1e5))
    if not used.any():
        inside = seen.dry
    return (
        inside | ~seen.dry,
        "extent",
        None,
        {"boundary": "extent of the map: no administrative area lies in it as a whole"},
    )


def _built_hull(
    seen: Survey, inside: Mask, extract: OsmExtract, crs: pyproj.CRS, margin_m: float = 100.0
) -> Any | None:
    """The hull of streets and buildings, where it is much less than the land of the map's frame; None where they fill the frame."""
    streets = extract.lines[extract.lines["highway"].notna()]
    xy = np.vstack([to_metric(frame, crs).get_coordinates().to_numpy() for frame in (streets, extract.buildings)])
    spots = np.unique(np.round(xy / (margin_m / 2)), axis=0) * (margin_m / 2)
    spots = spots[shapely.contains_xy(seen.frame, spots)]
    if len(spots) < 3:
        return None
    hull: Any = shapely.buffer(shapely.concave_hull(shapely.multipoints(spots), ratio=0.3), margin_m)
    hull = shapely.intersection(shapely.Polygon(hull.exterior) if hull.geom_type == "Polygon" else hull, seen.frame)
    land = inside & seen.dry
    return hull if hull.area < 0.6 * seen.arrangement.area[land].sum() else None


def _title(seen: Survey, land: Mask, extract: OsmExtract, crs: pyproj.CRS) -> str:
    """Name of a jurisdiction that is a piece of a map: the largest settlement in it, else the file's name."""
    places = to_metric(extract.points[extract.points["place"].notna() & extract.points["name"].notna()], crs)
    face = seen.arrangement.face_of(places.geometry.to_numpy())
    inside = places[_mask_at(land, face)]
    for kind in ("city", "town", "suburb", "village", "quarter", "neighbourhood", "hamlet"):
        names = inside.loc[inside["place"] == kind, "name"]
        if len(names):
            return str(names.iloc[0])
    stem = extract.path.name
    return stem.split(".")[0] or stem


def _name_of(given: gpd.GeoDataFrame | None) -> str | None:
    if given is None or "name" not in given.columns or given["name"].isna().all():
        return None
    return str(given["name"].dropna().iloc[0])


def _water(seen: Survey, inside: Mask, near_m: float = 500.0, sea_m: float = 5000.0) -> gpd.GeoDataFrame:
    """Sea, rivers and lakes of the jurisdiction and up to `near_m` around it, one row for each connected body of one kind.

    The sea is told up to `sea_m` around, and drawn on where the map ends before.
    """
    kinds = np.array([name or "" for name in seen.kind], dtype=object)
    kinds[seen.sea] = "sea"
    place = seen.shape(inside)
    rows, shapes = [], []
    for kind in sorted(set(kinds[seen.sea | seen.lake])):
        whole = shapely.union_all(seen.arrangement.faces[kinds == kind])
        if kind == "sea":
            whole = shapely.difference(beyond_the_edge(whole, seen.frame, sea_m), seen.shape(inside & seen.dry))
        around = place.buffer(sea_m if kind == "sea" else near_m)
        body = shapely.get_parts(shapely.intersection(whole, around))
        for shape in body[(shapely.area(body) > 1.0) & (shapely.get_type_id(body) == 3)]:
            rows.append(str(kind))
            shapes.append(shape)
    order = sorted(range(len(rows)), key=lambda row: (-shapely.area(shapes[row]), shapes[row].bounds))
    table = pd.DataFrame(
        {
            "water": pd.Series([f"W{number}" for number, _ in enumerate(order, start=1)], dtype="str"),
            "kind": pd.Series([rows[row] for row in order], dtype="str"),
        }
    )
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([shapes[row] for row in order], crs=seen.crs))
