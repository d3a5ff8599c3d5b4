"""Towns whose buildings stand where the tests need them."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import pytest
from shapely import box

from gridgeo.jurisdictions import Jurisdiction
from towns import CRS, EAST, NORTH, lattice_town


@pytest.fixture(scope="session")
def row() -> Jurisdiction:
    """Four blocks of 100 m in a row with 10, 20, 30 and 40 households.

    ::

        U000     U001     U002     U003        each block has one building in its western half with 1/5 of its
        b . B .  b . B .  b . B .   . .         households and one in its eastern half with 4/5; U003 has none
    """
    town = lattice_town(1, 4)
    people = [10, 20, 30, 40]
    homes = [
        {
            "building": f"{unit}-{side}",
            "unit": unit,
            "use": "residential",
            "households": count * part // 5,
            "levels": 1.0,
            "imputed": "none",
            "geometry": box(EAST + 100 * i + at, NORTH + 40, EAST + 100 * i + at + 20, NORTH + 60),
        }
        for i, (unit, count) in enumerate(zip(town.units["unit"], people, strict=True))
        if i < 3
        for side, part, at in (("w", 1, 15), ("e", 4, 65))
    ]
    buildings = gpd.GeoDataFrame(homes, geometry="geometry", crs=CRS)
    return dataclasses.replace(town, units=town.units.assign(households=people), buildings=buildings)
