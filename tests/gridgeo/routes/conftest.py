"""Plans over the lattice town, for the tests of routes."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from towns import CRS, EAST, NORTH, lattice_town


def quartered(town: Jurisdiction) -> Plan:
    """Four grids: north-west 01, south-west 02, north-east 03, south-east 04."""
    centre = town.units.geometry.centroid
    east, south = centre.x > centre.x.median(), centre.y < centre.y.median()
    names = [f"{1 + 2 * e + s:02d}" for e, s in zip(east.astype(int), south.astype(int), strict=True)]
    return Plan(town, pd.Series(names, index=town.units["unit"]), Rules(k=4))


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The lattice town of 4 × 6 blocks in four grids; one row of streets is one-way for wheels."""
    return quartered(lattice_town())


@pytest.fixture(scope="session")
def islanded() -> Plan:
    """The same with a street in grid 01 that is joined to nothing."""
    town = lattice_town()
    ends = [Point(EAST + 30, NORTH + 350), Point(EAST + 70, NORTH + 350)]
    nodes = gpd.GeoDataFrame({"node": [900, 901]}, geometry=ends, crs=CRS)
    rows = town.road_edges.iloc[:2].copy()
    rows[["u", "v"]] = [[900, 901], [901, 900]]
    rows["street"], rows["name"], rows["length_m"], rows["oneway"] = 900, "Alone", 40.0, False
    rows["geometry"] = [LineString(ends), LineString(ends[::-1])]
    return quartered(
        dataclasses.replace(
            town,
            road_nodes=gpd.GeoDataFrame(pd.concat([town.road_nodes, nodes], ignore_index=True), crs=CRS),
            road_edges=gpd.GeoDataFrame(pd.concat([town.road_edges, rows], ignore_index=True), crs=CRS),
        )
    )


@pytest.fixture
def doors(plan: Plan) -> pd.DataFrame:
    """One door for each building, 12 minutes each, every fifth with a window."""
    buildings = plan.jurisdiction.buildings["building"]
    count = range(len(buildings))
    return pd.DataFrame(
        {
            "door": [f"d{i}" for i in count],
            "building": buildings.to_numpy(),
            "minutes": 12.0,
            "from": ["09:00" if i % 5 == 0 else None for i in count],
            "to": ["10:30" if i % 5 == 0 else None for i in count],
        }
    )
