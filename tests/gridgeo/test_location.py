from __future__ import annotations

import math

import geopandas as gpd
import pytest
import shapely

from gridgeo import crs
from gridgeo.errors import BadInput, OutsideJurisdiction
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.location import Beside, Located, Locator, Outside
from towns import BLOCK, CRS, EAST, NORTH


@pytest.fixture
def locator(lattice: Jurisdiction) -> Locator:
    """Two grids, west and east, of the town of 4 × 6 blocks."""
    west = shapely.box(EAST, NORTH, EAST + 3 * BLOCK, NORTH + 4 * BLOCK)
    east = shapely.box(EAST + 3 * BLOCK, NORTH, EAST + 6 * BLOCK, NORTH + 4 * BLOCK)
    grids = gpd.GeoDataFrame({"grid": ["01", "02"], "area": ["west", "east"]}, geometry=[west, east], crs=CRS)
    return Locator(grids, lattice.road_edges)


def _degrees(x: float, y: float) -> tuple[float, float]:
    lon, lat = crs.transform(EAST + x, NORTH + y, CRS, crs.WGS84)
    return float(lon), float(lat)


def test_a_place_lies_in_the_grid_that_covers_it(locator: Locator) -> None:
    found = locator.locate(*_degrees(450, 120))
    assert (found.grid, found.area, found.snapped_m) == ("02", "east", 0.0)


def test_a_place_on_a_border_belongs_to_the_first_grid_every_time(locator: Locator) -> None:
    assert {locator.locate(*_degrees(300, 50 + step)).grid for step in range(20)} <= {"01", "02"}
    assert locator.locate(*_degrees(300, 120)) == locator.locate(*_degrees(300, 120))


def test_a_place_up_to_30_m_outside_is_taken_to_the_nearest_grid_and_says_how_far(locator: Locator) -> None:
    found = locator.locate(*_degrees(620, 120))
    assert found.grid == "02"
    assert found.snapped_m == pytest.approx(20, abs=0.2)


def test_a_place_farther_outside_is_refused_with_the_nearest_grid_and_the_distance(locator: Locator) -> None:
    with pytest.raises(OutsideJurisdiction, match=r"nearest is grid 01, 45 m away$"):
        locator.locate(*_degrees(-45, 120))


def test_grids_as_near_as_asked_are_named_beside_with_their_distance(locator: Locator) -> None:
    assert locator.locate(*_degrees(290, 120)).beside == ()
    assert locator.locate(*_degrees(290, 120), near_m=5).beside == ()
    assert locator.locate(*_degrees(290, 120), near_m=15).beside == (Beside("02", "east", 10.0),)
    assert locator.locate(*_degrees(310, -20), near_m=30) == Located("02", "east", 20.0, (Beside("01", "west", 22.4),))


def test_grids_that_share_a_place_are_all_named_and_the_first_by_identifier_has_it(lattice: Jurisdiction) -> None:
    ground = [shapely.box(EAST, NORTH, EAST + 10, NORTH + 10)] * 3
    grids = gpd.GeoDataFrame({"grid": ["c", "a", "b"], "area": ["3", "1", "2"]}, geometry=ground, crs=CRS)
    found = Locator(grids, lattice.road_edges).locate(*_degrees(5, 5))
    assert found == Located("a", "1", 0.0, (Beside("b", "2", 0.0), Beside("c", "3", 0.0)))


def test_outside_the_nearest_grid_and_the_distance_are_told(locator: Locator) -> None:
    lon, lat = _degrees(680, 120)
    assert locator.find(lon, lat) == Outside(Beside("02", "east", 80.0), swapped=False)
    swapped = locator.find(lat, lon)
    assert isinstance(swapped, Outside)
    assert not swapped.swapped
    inside = locator.find(*reversed(_degrees(100, 100)))
    assert isinstance(inside, Outside)
    assert inside.swapped


def test_many_places_are_located_as_one_by_one(locator: Locator) -> None:
    places = [_degrees(x, 120) for x in (100, 300, 450, 620, 640)]
    lon, lat = zip(*places, (math.nan, 43.7), (7.4, 91.0), (-172.6, 0.0), strict=True)
    assert locator.locate_many(lon, lat).tolist() == [
        "01",
        locator.locate(*places[1]).grid,
        "02",
        "02",
        None,
        None,
        None,
        None,
    ]


def test_swapped_coordinates_are_told_as_such(locator: Locator) -> None:
    lon, lat = _degrees(100, 100)
    with pytest.raises(OutsideJurisdiction, match="look swapped"):
        locator.locate(lat, lon)


@pytest.mark.parametrize(("lon", "lat"), [(math.nan, 43.7), (7.4, math.inf), (181.0, 0.0), (7.4, -91.0)])
def test_no_place_on_earth_is_bad_input(locator: Locator, lon: float, lat: float) -> None:
    with pytest.raises(BadInput, match="is no coordinate"):
        locator.locate(lon, lat)


@pytest.mark.parametrize(("lon", "lat"), [(-172.6, 0.0), (98.9, 0.0), (180.0, 90.0), (-180.0, -90.0)])
def test_the_other_side_of_the_earth_is_outside_too(locator: Locator, lon: float, lat: float) -> None:
    with pytest.raises(OutsideJurisdiction):
        locator.locate(lon, lat)


def test_the_address_is_the_nearest_named_street(locator: Locator) -> None:
    assert locator.address(*_degrees(210, 150)) == "Column 2"
    assert locator.address(*_degrees(900, 150)) is None
