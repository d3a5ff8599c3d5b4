"""Units under polygons: the shares are those of plain overlay, whichever way they are found."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridgeo.plans.exchange.polygons import match_polygons
from towns import lattice_town

UNITS = lattice_town().units
EAST, NORTH = UNITS.total_bounds[0], UNITS.total_bounds[1]
SPOT = st.integers(-50, 650)
BOXES = st.lists(st.tuples(SPOT, SPOT, st.integers(20, 500), st.integers(20, 500)), min_size=1, max_size=5)


def overlay(units, shapes):
    """Share of each unit in each polygon, by intersection of every pair."""
    cells = units.geometry.to_numpy()
    return np.array([shapely.area(shapely.intersection(cells, shape)) / shapely.area(cells) for shape in shapes]).T


@settings(deadline=None, max_examples=60)
@given(BOXES)
def test_every_unit_goes_where_most_of_it_lies(boxes):
    shapes = gpd.GeoSeries(
        [box(EAST + x, NORTH + y, EAST + x + w, NORTH + y + h) for x, y, w, h in boxes],
        index=[f"g{i}" for i in range(len(boxes))],
        crs=UNITS.crs,
    )
    found = match_polygons(UNITS, shapes)
    shares = overlay(UNITS, shapes)
    assert found["share"].to_numpy() == pytest.approx(shares.max(axis=1), abs=1e-6)
    assert found["total"].to_numpy() == pytest.approx(shares.sum(axis=1), abs=2e-3)
    assert found["grid"].isna().tolist() == (shares.max(axis=1) <= 1e-9).tolist()
    chosen = found["grid"].dropna()
    mine = [shares[row, int(grid[1:])] for row, grid in chosen.items()]
    assert mine == pytest.approx(shares.max(axis=1)[chosen.index], abs=1e-6)
    if len(boxes) > 1:
        assert found["rival_share"].to_numpy() == pytest.approx(np.sort(shares, axis=1)[:, -2], abs=1e-6)


def test_centimetres_lost_by_rounding_are_no_mismatch():
    west = shapely.union_all(UNITS.geometry[UNITS["area"] == "west"].to_numpy())
    east = shapely.union_all(UNITS.geometry[UNITS["area"] == "east"].to_numpy())
    shapes = gpd.GeoSeries([west, east], index=["w", "e"], crs=UNITS.crs).translate(0.02, -0.02)
    found = match_polygons(UNITS, shapes)
    assert set(found["how"]) == {"covered"}
    assert (found["grid"] == UNITS["area"].str[0].to_numpy()).all()


def test_of_two_equal_parts_the_one_with_the_units_own_point_is_taken():
    unit = gpd.GeoDataFrame({"unit": ["a"]}, geometry=[box(0, 0, 4, 2)], crs=32632)
    sides = shapely.union_all([box(-9, -9, 1, 9), box(3, -9, 9, 9)])
    found = match_polygons(unit, gpd.GeoSeries([sides, box(1, -9, 3, 9)], index=["sides", "middle"], crs=32632))
    assert found[["grid", "share", "rival"]].values.tolist() == [["middle", 0.5, "sides"]]
