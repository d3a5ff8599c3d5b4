"""A jurisdiction: everything known of a place before anybody draws a grid in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from gridgeo import schemas
from gridgeo.errors import BadInput, UnknownCRS


@dataclass(frozen=True, repr=False)
class Jurisdiction:
    """The layers of one place, all in one metric CRS (metres); columns as in `gridgeo.schemas.JURISDICTION`.

    Parameters
    ----------
    boundary
        One row: the land that is organised, water taken out.
    areas
        The level tree, root first; the areas of one level tile the boundary.
    units
        Basic units that tile the boundary; a partition never cuts one.
    buildings, places
        What stands in the units.
    road_nodes, road_edges
        The street network, one row for each direction of travel.
    barriers, crossings
        Lines that people can't cross on foot, and the points where they can.
    borders
        Pairs of neighbouring units, and the links that join parts which share no border.
    water
        Sea, rivers and lakes taken out of the boundary, for the map.
    notes
        How the layers were made: counts, shares imputed, what was recovered or assumed. JSON values.

    Raises
    ------
    BadInput
        A layer is no GeoDataFrame, in another CRS than the boundary, or in degrees.
    UnknownCRS
        A layer declares no CRS.
    """

    boundary: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    road_nodes: gpd.GeoDataFrame
    road_edges: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    crossings: gpd.GeoDataFrame
    borders: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    notes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, frame in self.layers().items():
            if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
                raise BadInput(f"layer '{name}' is a {type(frame).__name__} without geometry; give a GeoDataFrame")
            if frame.crs is None:
                raise UnknownCRS(
                    f"layer '{name}' declares no coordinate reference system; say which one it is in, e.g. frame.set_crs(4326)"
                )
            if frame.crs is not self.crs and frame.crs != self.crs:
                raise BadInput(
                    f"layer '{name}' is in {frame.crs.name}, the boundary in {self.crs.name}; bring all into one"
                )
        if not self.crs.is_projected:
            raise BadInput(
                f"the layers are in degrees ({self.crs.name}); bring them into metres, e.g. by gridgeo.crs.to_metric"
            )

    def __repr__(self) -> str:
        return (
            f"<Jurisdiction {self.name}: {len(self.units):,} units, {len(self.buildings):,} buildings, "
            f"levels {', '.join(self.levels())}, {self.crs.name}>"
        )

    @property
    def name(self) -> str:
        """Name of the place."""
        return str(self.boundary["name"].iloc[0])

    @property
    def crs(self) -> pyproj.CRS:
        """The metric CRS that all layers share."""
        return self.boundary.crs

    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """The layers by name, in the order they are written."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name in schemas.JURISDICTION}

    def check(self) -> None:
        """Prove every layer against its schema; `BadInput` names the first column or row that breaks it."""
        for name, frame in self.layers().items():
            schemas.check(frame, schemas.JURISDICTION[name])

    def check_units(self) -> None:
        """Prove `units` and their polygons; `BadInput` names the first column or row that breaks its schema."""
        schemas.check(self.units, schemas.JURISDICTION["units"])
        shapes = self.units.geometry.to_numpy()
        bad = ~shapely.is_valid(shapes)
        if bad.any():
            row = int(bad.argmax())
            raise BadInput(
                f"unit {self.units['unit'].iloc[row]}: its polygon is not valid ({shapely.is_valid_reason(shapes[row])}); "
                f"mend it, e.g. by shapely.make_valid"
            )

    def levels(self) -> list[str]:
        """Names of the levels, root first."""
        return list(dict.fromkeys(self.areas["level"]))

    def area_at(self, level: str | None) -> pd.Series:
        """The area of `level` in which each unit lies, indexed by unit; None asks for the root.

        Raises
        ------
        BadInput
            The level doesn't exist, or a unit lies in no area of it.
        """
        levels = self.levels()
        level = levels[0] if level is None else level
        if level not in levels:
            raise BadInput(f"no level '{level}' in {self.name}; its levels are {', '.join(levels)}")
        tree = self.areas.set_index("area")
        wanted = set(tree.index[tree["level"] == level])
        ancestor: dict[str, str | None] = {}
        for area in tree.index:
            here: Any = area
            while here not in wanted and isinstance(here, str):
                here = tree["parent"].get(here)
            ancestor[area] = here if here in wanted else None
        found = self.units.set_index("unit")["area"].map(ancestor)
        if found.isna().any():
            unit = found.index[found.isna()][0]
            raise BadInput(
                f"unit {unit} lies in no area of level '{level}'; choose a level that covers the jurisdiction"
            )
        return found.rename("area")
