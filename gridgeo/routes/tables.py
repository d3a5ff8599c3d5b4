"""Routes as a value: lines, their stops, what they leave unserved, and how they were made."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo import schemas
from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.sources import read_answer, write_answer

MADE_BY = "make it with 'gridgeo patrol' or 'gridgeo visits'"


@dataclass(frozen=True, repr=False)
class Routes:
    """Patrols or visit rounds; columns as in `gridgeo.schemas.ROUTES`.

    Parameters
    ----------
    routes
        One row a route: a line that begins and ends at the grid's start. Besides the contract: `start_min`, minutes
        after the beginning of the shift at which it sets out.
    stops
        What is served, in order: street pieces or doors, each at the point where serving begins. Besides the contract:
        `travel_m` and `travel_min` from the stop before, and `wait_min` before it can begin.
    unserved
        What no route serves, with the reason in words.
    meta
        Kind, mode, shift, seed, speeds, and for each grid the objective with its bound. JSON values.
    """

    routes: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    unserved: gpd.GeoDataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"<Routes, {self.meta.get('kind')}: {len(self.routes):,} routes, {len(self.stops):,} stops, "
            f"{len(self.unserved):,} unserved>"
        )

    def check(self) -> None:
        """Prove the three tables against their schemas; `BadInput` names the first column or row that breaks one."""
        for name, schema in schemas.ROUTES.items():
            schemas.check(getattr(self, name), schema)

    def figures(self) -> dict[str, Any]:
        """The answer in a few numbers: routes, minutes, kilometres, stops, unserved, objective, bound, gap, status, seed.

        `objective` and `bound` are minutes over all routes; a bound is told for patrols only.
        """
        minutes = self.routes["minutes"].to_numpy(dtype=float)
        return {
            "kind": self.meta.get("kind"),
            "mode": self.meta.get("mode"),
            "routes": len(self.routes),
            "stops": len(self.stops),
            "unserved": len(self.unserved),
            "km": round(float(self.routes["length_m"].sum()) / 1000, 3),
            "served_km": round(float(self.routes["service_m"].sum()) / 1000, 3),
            "longest_min": round(float(minutes.max()), 1) if len(minutes) else 0.0,
            **{name: self.meta.get(name) for name in ("objective", "bound", "gap", "status", "seed")},
        }

    def summary(self) -> pd.DataFrame:
        """One row a route, without its line: route, grid, minutes, length_m, service_m, stops."""
        columns = ["route", "grid", "minutes", "length_m", "service_m", "stops"]
        return pd.DataFrame(self.routes[columns]).round({"minutes": 1, "length_m": 0, "service_m": 0})

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the routes; `.gpkg` holds everything, `.geojson`, `.fgb`, `.parquet` and `.shp` the lines alone.

        Raises
        ------
        BadInput
            The ending names no format that is written.
        """
        write_answer({name: getattr(self, name) for name in schemas.ROUTES}, self.meta, path)


@proven
def read_routes(path: str | os.PathLike[str]) -> Routes:
    """The routes that `Routes.to_file` wrote into a GeoPackage.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or no GeoPackage.
    BadInput
        A layer or a column is missing.
    """
    layers, meta = read_answer(path, tuple(schemas.ROUTES), "routes", MADE_BY)
    lines, stops, unserved = (gpd.GeoDataFrame(layers[name]) for name in schemas.ROUTES)
    routes = Routes(lines, stops, unserved, meta)
    try:
        routes.check()
    except BadInput as wrong:
        raise type(wrong)(f"{path}: {wrong}") from wrong
    return routes


def layer(name: str, rows: Sequence[Mapping[str, Any]], crs: Any) -> gpd.GeoDataFrame:
    """The table `name` of routes from its rows, with the column types of its schema also where there is no row."""
    columns = schemas.ROUTES[name].columns
    kinds = {"str": "str", "int": "int64", "float": "float64"}
    table = pd.DataFrame(list(rows), columns=None if rows else [*columns, "geometry"])
    typed = table.astype({column: kinds[about.kind] for column, about in columns.items()})
    return gpd.GeoDataFrame(typed, geometry="geometry", crs=crs)
