"""Towns with one thing more than the lattice town."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest

from gridgeo.jurisdictions import Jurisdiction


def village_town(town: Jurisdiction, villages: dict[str, tuple[str, list[str]]]) -> Jurisdiction:
    """`town` with a third level, village: name → its quarter and its units."""
    of_unit = {unit: name for name, (_, units) in villages.items() for unit in units}
    shape = town.units.set_index("unit").geometry
    rows = gpd.GeoDataFrame(
        {
            "area": list(villages),
            "parent": [quarter for quarter, _ in villages.values()],
            "level": "village",
            "name": [name.title() for name in villages],
            "name_zh": None,
            "name_en": None,
            "code": None,
            "source": "given",
        },
        geometry=[shape[units].union_all() for _, units in villages.values()],
        crs=town.crs,
    )
    areas = gpd.GeoDataFrame(pd.concat([town.areas, rows], ignore_index=True), crs=town.crs)
    return dataclasses.replace(town, areas=areas, units=town.units.assign(area=town.units["unit"].map(of_unit)))


def block(rows: range, columns: range) -> list[str]:
    """Units of the lattice town in these rows and columns."""
    return [f"U{6 * r + c:03d}" for r in rows for c in columns]


@pytest.fixture(scope="session")
def villages(lattice: Jurisdiction) -> Jurisdiction:
    """The lattice town, each quarter in a north and a south village."""
    return village_town(
        lattice,
        {
            f"{side}{quarter}": (quarter, block(rows, columns))
            for quarter, columns in (("west", range(3)), ("east", range(3, 6)))
            for side, rows in (("n", range(2)), ("s", range(2, 4)))
        },
    )


@pytest.fixture(scope="session")
def crossed(lattice: Jurisdiction) -> Jurisdiction:
    """The lattice town with a north and a south village that run through both quarters, said to lie in the west."""
    return village_town(
        lattice, {"north": ("west", block(range(2), range(6))), "south": ("west", block(range(2, 4), range(6)))}
    )


@pytest.fixture(scope="session")
def islands(lattice: Jurisdiction) -> Jurisdiction:
    """The lattice town whose two quarters no walkable border joins."""
    half = {f"U{6 * r + 2:03d}" for r in range(4)}, {f"U{6 * r + 3:03d}" for r in range(4)}
    borders = lattice.borders
    between = borders["unit_a"].isin(half[0]) & borders["unit_b"].isin(half[1])
    return dataclasses.replace(lattice, borders=borders[~between].reset_index(drop=True))
