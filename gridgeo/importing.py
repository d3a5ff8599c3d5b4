"""From an OpenStreetMap extract to a jurisdiction: the verb behind `gridgeo import`."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from gridgeo.addresses import with_addresses
from gridgeo.arguments import proven
from gridgeo.boundaries.outline import find_outline
from gridgeo.boundaries.regions import map_box
from gridgeo.crs import local_metric, to_metric, to_wgs84
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.places import find_places
from gridgeo.roads.barriers import find_barriers
from gridgeo.roads.network import build_roads
from gridgeo.roads.permissions import Speeds
from gridgeo.sources import OsmExtract, read_osm
from gridgeo.units.dividing import UnitOptions, build_units
from gridgeo_solvers.progress import Progress

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


@proven
def import_osm(
    path: str | os.PathLike[str],
    *,
    boundary: gpd.GeoDataFrame | None = None,
    name: str | None = None,
    households: pd.DataFrame | None = None,
    levels: Mapping[str, str] | None = None,
    links: Iterable[Any] = (),
    speeds: Speeds | None = None,
    options: UnitOptions | None = None,
    min_water_m2: float = 2000.0,
    progress: Progress | None = None,
) -> Jurisdiction:
    """Import an OpenStreetMap extract.

    Parameters
    ----------
    path
        A file `.osm.pbf`, `.osm` or `.osm.gz`; it may be cut out of a larger map.
    boundary
        Polygons of the jurisdiction in any CRS; found in the map where left out (see `gridgeo.boundaries.outline`).
    name
        Name of the place, instead of the one found.
    households
        A table of true counts (`gridgeo.sources.read_households`); estimated from the buildings where left out.
    levels
        Names of levels by `admin_level`, e.g. ``{"10": "quarter"}``; where given, only these levels are kept.
    links
        Lines in the local metric CRS that join units the map doesn't join: a ferry, a footbridge.
    speeds
        Speeds and permissions on streets.
    options
        Assumptions about buildings, households, units and workload.
    min_water_m2
        Water smaller than this stays land, square metres.
    progress
        Hears of stages and of choices made.

    Returns
    -------
    A jurisdiction in the local metric CRS that keeps every promise of `gridgeo.schemas`. Its `notes` say what was counted, recovered
    and assumed.

    Raises
    ------
    UnreadableSource
        The file is missing, cut off or of another kind.
    UnknownCRS
        The given boundary declares no CRS.
    BadInput
        The map shows no building or no street inside the boundary, the boundary lies outside the map, or a row of
        the table can't be used.

    Examples
    --------
    >>> from gridgeo.sources import sample_map
    >>> town = import_osm(sample_map())
    >>> town.name, town.levels()
    ('Monaco', ['jurisdiction', 'quarter'])
    """
    progress = progress or Progress()
    _check(boundary, min_water_m2)
    progress.stage("read the map")
    extract = read_osm(path)
    crs = local_metric(*_centre(extract, boundary))
    progress.stage("boundary and areas")
    outline = find_outline(extract, crs, given=boundary, name=name, levels=levels, min_water_m2=min_water_m2)
    progress.note(f"boundary of {outline.boundary['name'].iloc[0]}: {outline.notes['boundary']}")
    land = outline.boundary.geometry.iloc[0]
    progress.stage("streets")
    ground, road_notes = _ground(extract, crs, land, speeds)
    ground["water"] = outline.water
    raw = {part: to_metric(getattr(extract, part), crs) for part in ("lines", "buildings", "landuse", "points")}
    wishes: dict[str, Any] = {"households": households, "links": links, "options": options, "progress": progress}
    made = build_units(outline.boundary, outline.areas, **raw, **ground, **wishes)
    notes = {"outline": dict(outline.notes), "roads": road_notes, "units": dict(made.notes)}
    town = Jurisdiction(
        boundary=made.boundary,
        areas=made.areas,
        units=made.units,
        buildings=with_addresses(made.buildings, raw["buildings"], raw["points"]),
        borders=made.borders,
        places=find_places(extract, crs, within=land),
        **ground,
        notes=_described(extract, speeds or Speeds()) | notes,
    )
    town.check()
    return town


def _check(boundary: gpd.GeoDataFrame | None, min_water_m2: float) -> None:
    if boundary is not None and boundary.crs is None:
        raise UnknownCRS(
            "the given boundary declares no coordinate reference system; declare one, e.g. boundary.set_crs(4326)"
        )
    if not min_water_m2 >= 0:
        raise BadInput(f"min_water_m2 is {min_water_m2}; give square metres, 0 or more")


def _ground(
    extract: OsmExtract, crs: CRS, land: shapely.Geometry, speeds: Speeds | None
) -> tuple[dict[str, gpd.GeoDataFrame], dict[str, Any]]:
    """Streets, barriers and crossings within the land, by the name of their layer, and notes about the streets."""
    nodes, edges, notes = build_roads(extract, crs, within=land, speeds=speeds)
    barriers, crossings = find_barriers(extract, crs, edges, within=land)
    return {"road_nodes": nodes, "road_edges": edges, "barriers": barriers, "crossings": crossings}, notes


def _described(extract: OsmExtract, speeds: Speeds) -> dict[str, Any]:
    """What was read, for the notes."""
    return {
        "source": extract.path.name,
        "attribution": ATTRIBUTION,
        "bounds": [round(value, 7) for value in extract.bounds],
        "read": dict(extract.counts),
        "speeds": dataclasses.asdict(speeds),
    }


def _centre(extract: OsmExtract, boundary: gpd.GeoDataFrame | None) -> tuple[float, float]:
    west, south, east, north = map_box(extract) if boundary is None else to_wgs84(boundary).total_bounds
    if not all(map(math.isfinite, (west, south, east, north))):
        raise BadInput("the given boundary holds no polygon; give a layer of polygons")
    return float(west + east) / 2, float(south + north) / 2
