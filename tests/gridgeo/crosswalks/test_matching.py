"""Units under polygons: the shares are those of plain overlay, whichever way they are found."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridgeo.crosswalks.matching import match_units
from gridgeo.crosswalks.overlay import make_faces
from towns import lattice_town

BUILT = lattice_town()
BARE = dataclasses.replace(BUILT, buildings=BUILT.buildings.iloc[:0])
EAST, NORTH = BUILT.units.total_bounds[0], BUILT.units.total_bounds[1]
SPOT = st.integers(-50, 650)
BOXES = st.lists(st.tuples(SPOT, SPOT, st.integers(20, 500), st.integers(20, 500)), min_size=1, max_size=5)


def drawn(boxes):
    """Rectangles (from the south-western corner east and north, width, height) called g0, g1, …."""
    # Half metres keep borders off the middles of buildings, which would lie on both sides of them.
    shapes = [box(EAST + x + 0.5, NORTH + y + 0.5, EAST + x + w + 0.5, NORTH + y + h + 0.5) for x, y, w, h in boxes]
    return gpd.GeoSeries(shapes, index=[f"g{i}" for i in range(len(boxes))], crs=BUILT.crs)


def matched(town, shapes):
    return match_units(town, make_faces(shapes.index.to_series(), shapes))


def land(shapes):
    """Share of each unit's land in each polygon, by intersection of every pair."""
    cells = BUILT.units.geometry.to_numpy()
    return np.array([shapely.area(shapely.intersection(cells, shape)) / shapely.area(cells) for shape in shapes]).T


def people(shapes):
    """Share of each unit's households in each polygon, building by building."""
    homes = BUILT.buildings
    inside = np.array([shapely.intersects(shape, shapely.centroid(homes.geometry.to_numpy())) for shape in shapes]).T
    counted = (
        (homes[["unit"]].assign(**{str(i): inside[:, i] * homes["households"] for i in range(len(shapes))}))
        .groupby("unit")
        .sum()
    )
    return counted.loc[BUILT.units["unit"]].to_numpy() / BUILT.units["households"].to_numpy()[:, None]


@settings(deadline=None, max_examples=25)
@given(BOXES)
def test_where_no_building_stands_every_unit_goes_where_most_of_its_land_lies(boxes):
    shapes = drawn(boxes)
    found, shares = matched(BARE, shapes), land(shapes)
    met = found["how"] != "nearest"
    assert met.tolist() == (shares.max(axis=1) > 1e-9).tolist()
    assert found["claimed"].to_numpy() == pytest.approx(shares.sum(axis=1), abs=2e-3)
    assert found["share"][met].to_numpy() == pytest.approx(shares.max(axis=1)[met], abs=1e-6)
    mine = [shares[row, int(grid[1:])] for row, grid in found["grid"][met].items()]
    assert mine == pytest.approx(shares.max(axis=1)[met], abs=1e-6)
    if len(boxes) > 1:
        assert found["next_share"].to_numpy() == pytest.approx(np.sort(shares, axis=1)[:, -2], abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(BOXES)
def test_where_buildings_stand_every_unit_goes_where_most_of_its_households_live(boxes):
    shapes = drawn(boxes)
    found, shares = matched(BUILT, shapes), people(shapes)
    met = (found["how"] != "nearest").to_numpy()
    mine = [shares[row, int(grid[1:])] for row, grid in found["grid"][met].items()]
    assert mine == pytest.approx(shares.max(axis=1)[met])
    assert found["share"][met].to_numpy() == pytest.approx(shares.max(axis=1)[met])
    assert found["share_area_outside"][met].to_numpy() == pytest.approx(
        [1 - land(shapes)[row, int(grid[1:])] for row, grid in found["grid"][met].items()], abs=1e-6
    )


def test_centimetres_lost_by_rounding_leave_units_whole():
    units = BUILT.units
    sides = {side[0]: units.geometry[units["area"] == side].union_all() for side in ("east", "west")}
    shapes = gpd.GeoSeries(sides, crs=units.crs).translate(0.02, -0.02)
    found = matched(BUILT, shapes)
    assert set(found["how"]) == {"whole"}
    assert (found["grid"] == units["area"].str[0]).all()
    assert found["next_share"].max() < 0.001


def test_of_two_equal_parts_the_first_polygon_is_taken():
    town = dataclasses.replace(BARE, units=BARE.units.iloc[:1])
    west, south, east, north = town.units.total_bounds
    middle = (west + east) / 2
    shapes = gpd.GeoSeries(
        [box(west - 9, south, middle, north), box(middle, south, east + 9, north)], index=["a", "b"], crs=BARE.crs
    )
    found = matched(town, shapes)
    assert found[["grid", "next"]].to_numpy().tolist() == [["a", "b"]]
    assert found[["share", "next_share"]].to_numpy()[0] == pytest.approx([0.5, 0.5])
