"""Use and storeys come from tags where they are given, and from what stands around where they aren't."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import Point, Polygon, box

from gridgeo.errors import BadInput
from gridgeo.units.buildings import BuildingOptions, describe
from rawtowns import frame

NO_LAND = frame({"landuse": []}, [])
NO_POINTS = frame({"shop": []}, [])


def one(size=12.0, landuse=NO_LAND, points=NO_POINTS, options=None, **tags):
    """The row that `describe` gives for one square building at the origin."""
    raw = frame(
        {"id": ["w1"], **{name.replace("__", ":"): [value] for name, value in tags.items()}}, [box(0, 0, size, size)]
    )
    return describe(raw, landuse, points, options).iloc[0]


@pytest.mark.parametrize(
    ("tags", "use"),
    [
        ({"building": "apartments"}, "residential"),
        ({"building": "house"}, "residential"),
        ({"building": "yes"}, "residential"),
        ({"building": "industrial"}, "work"),
        ({"building": "school"}, "work"),
        ({"building": "garage"}, "other"),
        ({"building": "construction"}, "other"),
        ({"building": "yes", "amenity": "parking"}, "other"),
        ({"building": "yes", "amenity": "school"}, "work"),
        ({"building": "yes", "location": "underground"}, "other"),
        ({"building": "apartments", "shop": "bakery"}, "mixed"),
        ({"building": "yes", "building__use": "office"}, "work"),
        ({"building": "yes", "shop": "supermarket", "building__levels": "6"}, "mixed"),
    ],
)
def test_the_use_follows_from_the_tags(tags, use):
    assert one(**tags)["use"] == use


def test_a_shop_inside_a_house_of_flats_makes_it_mixed_a_bench_does_not():
    shop = frame({"shop": ["bakery"], "amenity": [None]}, [Point(5, 5)])
    bench = frame({"shop": [None], "amenity": ["bench"]}, [Point(5, 5)])
    assert one(building="apartments", points=shop)["use"] == "mixed"
    assert one(building="apartments", points=bench)["use"] == "residential"


def test_a_building_of_untold_kind_takes_the_use_of_the_smallest_land_it_stands_on():
    land = frame({"landuse": ["residential", "industrial"]}, [box(-500, -500, 500, 500), box(-50, -50, 50, 50)])
    assert one(building="yes", landuse=land)["use"] == "work"
    assert one(building="apartments", landuse=land)["use"] == "residential"


def test_small_ones_are_sheds_and_huge_ones_halls():
    assert one(size=5, building="yes")["use"] == "other"
    assert one(size=80, building="yes")["use"] == "work"


def test_what_was_assumed_is_marked():
    told = one(building="apartments", building__levels="5")
    assert not told["use_imputed"]
    assert not told["levels_imputed"]
    untold = one(building="yes")
    assert untold["use_imputed"]
    assert untold["levels_imputed"]


@pytest.mark.parametrize(
    ("tags", "levels"),
    [
        ({"building__levels": "5"}, 5),
        ({"building__levels": "3;4"}, 3),
        ({"building__levels": "2", "roof__levels": "1"}, 2.5),
        ({"height": "15 m"}, 5),
        ({"height": "2"}, 1),
        ({"building__levels": "many"}, 4),
        ({}, 4),
    ],
)
def test_storeys_come_from_levels_then_height_then_the_kind(tags, levels):
    assert one(building="apartments", **tags)["levels"] == levels


def test_storeys_that_are_missing_are_the_median_of_the_neighbours():
    count = 6
    raw = frame(
        {
            "id": [f"w{i}" for i in range(count)],
            "building": ["yes"] * count,
            "building:levels": [None, "7", "5", "6", "9", "1"],
        },
        [box(30 * i, 0, 30 * i + 20, 20) for i in range(count - 1)] + [box(5000, 0, 5020, 20)],
    )
    described = describe(raw, NO_LAND, NO_POINTS)
    assert described["levels"].iloc[0] == 6.5
    few = describe(raw, NO_LAND, NO_POINTS, BuildingOptions(least_neighbours=5))
    assert few["levels"].iloc[0] == BuildingOptions().untold_levels


def test_dwellings_are_read_from_the_building_or_its_entrances():
    doors = frame({"building:flats": ["4", "6", "9"]}, [Point(0, 5), Point(12, 5), Point(80, 5)])
    assert one(building="apartments", building__flats="12", points=doors)["flats"] == 12
    assert one(building="apartments", points=doors)["flats"] == 10
    assert np.isnan(one(building="apartments")["flats"])


def test_broken_and_repeated_outlines_are_mended_or_left_out():
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    raw = frame(
        {"id": ["w2", "w1", "w1", "w3"], "building": ["yes"] * 4}, [bow, box(0, 0, 9, 9), box(0, 0, 9, 9), Polygon()]
    )
    described = describe(raw, NO_LAND, NO_POINTS)
    assert described["building"].tolist() == ["w1", "w2"]
    assert described.geometry.is_valid.all()
    assert described["footprint_m2"].tolist() == [81, 50]


def test_no_building_is_no_error_here():
    raw = frame({"id": [], "building": []}, [])
    assert len(describe(raw, NO_LAND, NO_POINTS)) == 0


@pytest.mark.parametrize("values", [{"storey_m": 0.0}, {"neighbours": 0}, {"landuse": {"industrial": "play"}}])
def test_options_that_make_no_sense_are_refused_by_name(values):
    with pytest.raises(BadInput, match=next(iter(values))):
        BuildingOptions(**values)
