"""The collections that `/ogc/collections` serves, each a table of features in degrees."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gridgeo import crs, schemas
from gridgeo_server.responders.model import Responder, shown
from gridgeo_server.town import Town, plain

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the antimeridian."""


@dataclass(frozen=True)
class About:
    """What a collection holds."""

    title: str
    description: str
    key: str
    """The property whose values are the features' identifiers."""


ABOUT: Mapping[str, About] = {
    "grids": About("Grids", "Grids of the plan in force, with their figures and owner", "grid"),
    "units": About("Units", "Basic units that the plan never cuts", "unit"),
    "areas": About("Areas", "The level tree of the jurisdiction", "area"),
    "roads": About("Roads", "Pieces of street, once for both directions", "street"),
    "places": About("Places", "Schools, hospitals and other known places", "place"),
    "buildings": About("Buildings", "Buildings with their households", "building"),
    "water": About("Water", "Sea, rivers and lakes", "water"),
    "barriers": About("Barriers", "Motorways, railways and rivers that can't be crossed everywhere", "barrier"),
    "routes": About("Routes", "Planned patrols and visit rounds", "route"),
    "coverage": About(
        "Coverage", "Streets with their planned and done passes, the share walked and the last pass", "street"
    ),
    "responders": About("Responders", "Officers on duty, where they were last seen", "responder"),
    "cases": About("Cases", "Cases that are not finished", "case"),
}

OF_PLAN = ("grids", "units")
"""Collections that another plan changes."""


@dataclass(frozen=True)
class Collection:
    """Features of one collection, in the order they are served.

    `shapes` is an array of geometries in degrees, `properties` one dictionary of JSON values for each.
    """

    name: str
    shapes: np.ndarray
    properties: list[dict[str, Any]]
    tree: shapely.STRtree
    fields: tuple[str, ...]
    """Names of the properties, also where there is no feature yet."""

    @classmethod
    def of(cls, name: str, shapes: np.ndarray, properties: list[dict[str, Any]], fields: tuple[str, ...]) -> Collection:
        """A collection with its index in space."""
        return cls(name, shapes, properties, shapely.STRtree(shapes), fields)

    def of_grids(self, grids: Container[str]) -> Collection:
        """The features of some grids alone."""
        rows = [row for row, values in enumerate(self.properties) if str(values.get("grid")) in grids]
        return Collection.of(self.name, self.shapes[rows], [self.properties[row] for row in rows], self.fields)

    @property
    def about(self) -> About:
        """What it holds."""
        return ABOUT[self.name]

    def bounds(self) -> list[float] | None:
        """West, south, east, north; None when it is empty."""
        if not len(self.shapes):
            return None
        return [round(float(value), 7) for value in shapely.total_bounds(self.shapes)]

    def find(self, box: Box | None, wanted: Mapping[str, str]) -> list[int]:
        """Rows that touch `box` and have the `wanted` properties, in order."""
        rows: list[int] = list(range(len(self.shapes)))
        if box is not None:
            rows = sorted({int(row) for part in _parts(box) for row in self.tree.query(part, predicate="intersects")})
        for name, value in wanted.items():
            rows = [row for row in rows if _same(self.properties[row].get(name), value)]
        return rows

    def feature(self, row: int) -> dict[str, Any]:
        """One feature as GeoJSON."""
        return {
            "type": "Feature",
            "id": str(self.properties[row][self.about.key]),
            "geometry": json.loads(shapely.to_geojson(self.shapes[row])),
            "properties": self.properties[row],
        }

    def row_of(self, identifier: str) -> int | None:
        """The row of a feature by its identifier."""
        key = self.about.key
        return next((row for row, values in enumerate(self.properties) if str(values[key]) == identifier), None)


def _parts(box: Box) -> list[shapely.Polygon]:
    west, south, east, north = box
    if west <= east:
        return [shapely.box(west, south, east, north)]
    return [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]


def _same(value: Any, text: str) -> bool:
    """Whether a property's value is what the query's text says."""
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    if isinstance(value, int | float):
        try:
            return float(text) == value
        except ValueError:
            return False
    return value is not None and str(value) == text


def still_collections(town: Town, but: tuple[str, ...] = ()) -> dict[str, Collection]:
    """Collections that stand still as long as a plan is in force, but for those named in `but`."""
    place = town.jurisdiction
    tables: dict[str, gpd.GeoDataFrame] = {
        "grids": town.grids,
        "units": place.units.assign(grid=town.plan.assignment.to_numpy()),
        "areas": place.areas,
        "roads": street_pieces(place.road_edges),
        "places": place.places,
        "buildings": place.buildings,
        "water": place.water,
        "barriers": place.barriers,
    }
    tables["routes"] = _none(schemas.ROUTES["routes"], place.crs) if town.planned is None else town.planned.routes
    tables["coverage"] = _none(schemas.COVERAGE["coverage"], place.crs) if town.covered is None else town.covered
    return {name: from_frame(name, frame) for name, frame in tables.items() if name not in but}


def _none(schema: schemas.Schema, crs_of: Any) -> gpd.GeoDataFrame:
    """A table without rows."""
    return gpd.GeoDataFrame({column: [] for column in schema.columns}, geometry=[], crs=crs_of)


def from_frame(name: str, frame: gpd.GeoDataFrame) -> Collection:
    """The collection that a table of a jurisdiction or plan makes, to 1e-7 degrees (about 1 cm)."""
    degrees = crs.to_wgs84(frame)
    shapes = shapely.transform(degrees.geometry.to_numpy(), lambda points: np.round(points, 7))
    table = degrees.drop(columns=degrees.geometry.name)
    properties = [{str(key): plain(value) for key, value in row.items()} for row in table.to_dict("records")]
    return Collection.of(name, shapes, properties, tuple(map(str, table.columns)))


def with_owners(grids: Collection, officers: list[Responder]) -> Collection:
    """Grids with the officer who owns each."""
    owners = {grid: one for one in reversed(officers) for grid in one.grids}
    properties = []
    for values in grids.properties:
        owner = owners.get(str(values["grid"]))
        properties.append(
            {
                **values,
                "owner": None if owner is None else owner.responder,
                "owner_name": None if owner is None else shown(owner.name),
                "owner_name_zh": None if owner is None else shown(owner.name_zh),
            }
        )
    # A plan names owners in words; on the board the officer on duty stands in that place.
    fields = tuple(dict.fromkeys((*grids.fields, "owner", "owner_name", "owner_name_zh")))
    return Collection(grids.name, grids.shapes, properties, grids.tree, fields)


def from_places(name: str, rows: list[dict[str, Any]], fields: tuple[str, ...]) -> Collection:
    """A collection of points from JSON values with the names `fields`, `lon` and `lat` among them."""
    lon = np.array([row["lon"] for row in rows], dtype=float)
    lat = np.array([row["lat"] for row in rows], dtype=float)
    return Collection.of(name, np.asarray(shapely.points(lon, lat), dtype=object).reshape(-1), rows, fields)


def street_pieces(road_edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row for each piece of street, whatever its directions, with its `class` from 1 (main) to 5 (path)."""
    once = road_edges.drop_duplicates("street")
    columns = ["street", "name", "highway", "oneway", "bridge", "tunnel", "length_m"]
    table = once[[*columns, once.geometry.name]].copy()
    table["class"] = table["highway"].map(road_class).to_numpy()
    return table


ROAD_CLASSES: Mapping[int, tuple[str, ...]] = {
    1: ("motorway", "trunk", "primary", "motorway_link", "trunk_link", "primary_link"),
    2: ("secondary", "secondary_link"),
    3: ("tertiary", "tertiary_link"),
    4: ("residential", "unclassified", "living_street", "road", "pedestrian", "busway"),
}
"""Class of a street on the map by its OpenStreetMap `highway`; everything else (service, paths, steps) is 5."""


def road_class(highway: str) -> int:
    """Class from 1 to 5.

    Examples
    --------
    >>> road_class("primary"), road_class("residential"), road_class("steps")
    (1, 4, 5)
    """
    return next((number for number, names in ROAD_CLASSES.items() if highway in names), 5)
