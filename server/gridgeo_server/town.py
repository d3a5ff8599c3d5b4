"""What is served: the jurisdiction, the plan in force, its routes; a value, replaced whole when another plan comes into force."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo import crs
from gridgeo.colours import colour_grids
from gridgeo.errors import UnreadableSource
from gridgeo.graphs import MODES
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.location import Locator
from gridgeo.plans.plan import Plan, fingerprint
from gridgeo.register.areas import lineages
from gridgeo.roads import Roads
from gridgeo_server.approaches import Approaches
from gridgeo_server.gazetteer.addresses import Addresses
from gridgeo_server.reach import Reach

ATTRIBUTION = "© OpenStreetMap contributors"
_OF_JURISDICTION = ("units_hash", "lineages", "bounds", "roads", "addresses", "approaches", "reach")
"""What a town knows whatever its plan."""


@dataclass(frozen=True)
class RouteTables:
    """Planned routes of all kinds: lines and their stops, columns as in `gridgeo.schemas.ROUTES`."""

    routes: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame


@dataclass(frozen=True)
class Town:
    """A jurisdiction with the plan in force, and the routes planned in it."""

    plan: Plan
    planned: RouteTables | None = None
    covered: gpd.GeoDataFrame | None = None
    """Streets with their passes, as `gridgeo coverage` left them; None where it left nothing."""

    @property
    def jurisdiction(self) -> Jurisdiction:
        """The jurisdiction that the plan partitions."""
        return self.plan.jurisdiction

    def with_plan(self, plan: Plan) -> Town:
        """The town under another plan of the same jurisdiction; what only that decides isn't worked out again."""
        town = replace(self, plan=plan)
        if plan.jurisdiction is self.jurisdiction:
            town.__dict__.update({name: self.__dict__[name] for name in _OF_JURISDICTION if name in self.__dict__})
        return town

    @cached_property
    def grids(self) -> gpd.GeoDataFrame:
        """The plan's grids with what a map shows of them: deviations, colour, label point (degrees), area name."""
        grids = self.plan.grids.copy()
        metrics = self.plan.metrics().loc[grids["grid"]]
        for name in ("households", "workload"):
            grids[f"{name}_deviation"] = metrics[f"{name}_deviation"].to_numpy()
        grids["colour"] = colour_grids(grids).to_numpy()
        names = self.jurisdiction.areas.set_index("area")["name"]
        grids["area_name"] = grids["area"].map(names).to_numpy()
        circles = shapely.maximum_inscribed_circle(grids.geometry.to_numpy(), tolerance=5.0)
        labels = shapely.get_point(circles, 0)
        lon, lat = crs.transform(shapely.get_x(labels), shapely.get_y(labels), grids.crs, crs.WGS84)
        grids["label_lon"], grids["label_lat"] = lon.round(7), lat.round(7)
        return grids

    @cached_property
    def locator(self) -> Locator:
        """Finds the grid of a coordinate."""
        return Locator(self.plan.grids, self.jurisdiction.road_edges)

    @cached_property
    def addresses(self) -> Addresses:
        """Finds places by their names and addresses."""
        return Addresses(self.jurisdiction)

    @cached_property
    def grid_names(self) -> Mapping[str, str]:
        """Grid → the code it is shown by."""
        return dict(zip(self.grids["grid"].astype(str), self.grids["code"].astype(str), strict=True))

    @cached_property
    def grid_areas(self) -> Mapping[str, str]:
        """Grid → the area it lies in."""
        return dict(zip(self.grids["grid"].astype(str), self.grids["area"].astype(str), strict=True))

    @cached_property
    def units_hash(self) -> str:
        """Names the state of the jurisdiction's units; plans of another state assign other units."""
        return fingerprint(self.jurisdiction)

    @cached_property
    def lineages(self) -> Mapping[str, tuple[str, ...]]:
        """Area → the areas it lies in, the root first, itself last."""
        return lineages(self.jurisdiction)

    @cached_property
    def bounds(self) -> list[float]:
        """West, south, east, north in degrees."""
        return [round(float(value), 7) for value in crs.to_wgs84(self.jurisdiction.boundary).total_bounds]

    @cached_property
    def reach(self) -> Reach:
        """Which units officers reach in time."""
        return Reach(self.jurisdiction.units, self.roads)

    @cached_property
    def roads(self) -> Mapping[str, Roads]:
        """The streets of each mode that the map has streets for."""
        nodes, edges = self.jurisdiction.road_nodes, self.jurisdiction.road_edges
        return {mode: Roads.of(nodes, edges, mode) for mode, column in MODES.items() if edges[column].notna().any()}

    @cached_property
    def approaches(self) -> Approaches:
        """Finds the ways of officers to cases."""
        return Approaches(self.roads)

    def to_degrees(self, shape: Any) -> Any:
        """A shape of the jurisdiction's metric CRS in degrees."""
        return crs.to_wgs84(gpd.GeoSeries([shape], crs=self.jurisdiction.crs).to_frame("geometry")).geometry.iloc[0]

    def summary(self) -> dict[str, Any]:
        """Name, bounds and the plan's figures."""
        root = self.jurisdiction.areas.iloc[0]
        return {
            "jurisdiction": {
                "name": self.jurisdiction.name,
                "name_zh": _text(root["name_zh"]) or self.jurisdiction.name,
                "name_en": _text(root["name_en"]) or self.jurisdiction.name,
                "bounds": self.bounds,
            },
            "plan": self._plan_summary(),
            "attribution": ATTRIBUTION,
        }

    def _plan_summary(self) -> dict[str, Any]:
        rules, figures = self.plan.rules, self.plan.figures
        metrics = self.plan.metrics()
        measures = {}
        for name in ("households", "area", "difficulty", "workload"):
            band = rules.balance.get(name)
            measures[name] = {
                "mean": round(float(metrics[name].mean()), 3),
                "max_deviation": round(float(metrics[f"{name}_deviation"].abs().max()), 6),
                "band": None if band is None else band.tolerance,
                "range": None if band is None or band.low is None else [band.low, band.high],
            }
        return {
            "k": len(self.grids),
            "objective_name": rules.objective,
            "objective": plain(figures.objective),
            "bound": plain(figures.bound),
            "gap": plain(figures.gap),
            "status": figures.status,
            "seed": figures.seed,
            "measures": measures,
        }


def read_town(folder: Path) -> Town:
    """The town that `gridgeo` left in `folder`: ``town.gpkg``, ``plan.gpkg``, and where there are any
    ``patrols.gpkg``, ``visits.gpkg`` and ``coverage.gpkg``.

    Raises
    ------
    UnreadableSource
        The folder or one of the two needed files is missing; the message says which command makes it.
    """
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction

    made_by = {"town.gpkg": "gridgeo import", "plan.gpkg": "gridgeo partition"}
    if not folder.is_dir():
        raise UnreadableSource(f"{folder} is no folder; give the folder that holds {' and '.join(made_by)}")
    for name, verb in made_by.items():
        if not (folder / name).is_file():
            raise UnreadableSource(f"{folder / name} is missing; make it with '{verb} … -o {folder / name}'")
    jurisdiction = read_jurisdiction(folder / "town.gpkg")
    plan = read_plan(folder / "plan.gpkg", jurisdiction)
    return Town(plan, _read_routes(folder), _read_streets(folder))


def _read_streets(folder: Path) -> gpd.GeoDataFrame | None:
    path = folder / "coverage.gpkg"
    if not path.is_file():
        return None
    from gridgeo.coverage import read_coverage

    return read_coverage(path).streets


def _read_routes(folder: Path) -> RouteTables | None:
    paths = [folder / name for name in ("patrols.gpkg", "visits.gpkg") if (folder / name).is_file()]
    if not paths:
        return None
    from gridgeo.routes import read_routes

    found = [read_routes(path) for path in paths]
    clash = bool(pd.concat([one.routes["route"] for one in found]).duplicated().any())
    routes = pd.concat([_named(one.routes, one.routes, clash) for one in found], ignore_index=True)
    stops = pd.concat([_named(one.stops, one.routes, clash) for one in found], ignore_index=True)
    return RouteTables(gpd.GeoDataFrame(routes), gpd.GeoDataFrame(stops))


def _named(table: pd.DataFrame, routes: pd.DataFrame, clash: bool) -> pd.DataFrame:
    """`table` with its routes' names; patrols and visits that are numbered alike get their kind in front."""
    if not clash:
        return table
    kinds = routes.set_index("route")["kind"]
    return table.assign(route=table["route"].map(kinds) + "-" + table["route"])


def plain(value: Any) -> Any:
    """A value of a table as JSON knows it: numpy scalars unwrapped, empty cells and infinities as None."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str | int | float | bool):
        return value
    return json.loads(json.dumps(value, default=str))


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str) and value else None
