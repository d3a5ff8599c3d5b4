"""The Monaco sample some years later: one unit was split, one is gone, one is new; all the others are as they were."""

from __future__ import annotations

import dataclasses
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import box

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.units.borders import find_borders, parts


@dataclasses.dataclass(frozen=True)
class Changed:
    """A town after its changes, and what the changes were."""

    town: Jurisdiction
    split: str
    halves: tuple[str, str]
    vanished: str
    new: str


def changed_monaco(town: Jurisdiction) -> Changed:
    """`town` with its most peopled unit cut in two, a unit at its edge gone, and land won from the sea in the east."""
    units = town.units.set_index("unit")
    split = str(units["households"].idxmax())
    east = str(units.geometry.bounds["maxx"].idxmax())
    vanished = _at_the_edge(town, split, east)
    halves, new = (f"{split}-w", f"{split}-e"), f"{east}-sea"
    cells = _halved(units.geometry[split])
    homes = town.buildings[town.buildings["unit"] != vanished]
    points = shapely.point_on_surface(homes.geometry.to_numpy())
    side = pd.Series(np.where(shapely.intersects(cells[0], points), *halves), index=homes.index)
    homes = homes.assign(unit=homes["unit"].where(homes["unit"] != split, side))
    shapes = dict(zip((*halves, new), (*cells, _won(units, east)), strict=True))
    rows = [
        units.loc[east if name == new else split].to_dict() | _counted(homes, name, shapes[name]) for name in shapes
    ]
    kept = town.units[~town.units["unit"].isin([split, vanished])]
    added = gpd.GeoDataFrame(rows, crs=town.crs)[list(kept.columns)]
    changed = gpd.GeoDataFrame(pd.concat([kept, added], ignore_index=True), crs=town.crs)
    links = town.borders[town.borders["kind"] == "link"]
    links = links[links["unit_a"].isin(changed["unit"]) & links["unit_b"].isin(changed["unit"])]
    found = find_borders(changed, town.barriers, town.crossings)
    borders = gpd.GeoDataFrame(pd.concat([found, links], ignore_index=True), crs=town.crs)
    later = dataclasses.replace(
        town,
        units=changed.assign(part=parts(changed, borders)),
        buildings=homes,
        borders=borders,
        boundary=town.boundary.assign(geometry=[changed.geometry.union_all()]),
    )
    return Changed(later, split, halves, vanished, new)


def _counted(homes: gpd.GeoDataFrame, name: str, shape: Any) -> dict[str, Any]:
    mine = homes[homes["unit"] == name]
    people = {"households": int(mine["households"].sum()), "buildings": len(mine)}
    return {"unit": name, "geometry": shape, "area_m2": shape.area} | people


def _at_the_edge(town: Jurisdiction, *spared: str) -> str:
    """The smallest peopled unit with one neighbour, so that the rest of the town holds together without it."""
    sides = pd.concat([town.borders["unit_a"], town.borders["unit_b"]]).value_counts()
    units = town.units[~town.units["unit"].isin(spared) & (town.units["households"] > 0)]
    return str(units[units["unit"].map(sides) == 1].sort_values("area_m2")["unit"].iloc[0])


def _halved(shape: Any) -> tuple[Any, Any]:
    west, south, east, north = shape.bounds
    middle = shape.centroid.x
    return tuple(shapely.intersection(shape, box(a, south, b, north)) for a, b in ((west, middle), (middle, east)))


def _won(units: gpd.GeoDataFrame, east: str) -> Any:
    """Land of 60 m along the sea side of a unit."""
    strip = units.geometry[east].buffer(60).difference(units.geometry.union_all())
    return max(shapely.get_parts(strip), key=lambda part: part.bounds[2])
