"""Estimates become integers without bias; given numbers are joined or refused by row."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from gridgeo.crs import WGS84, transform
from gridgeo.errors import BadInput
from gridgeo.units.households import HouseholdOptions, apportion, estimate, join, whole_households
from rawtowns import CRS, EAST, NORTH, frame


def described(kind="flats", use="residential", footprint=300.0, levels=4.0, flats=np.nan, count=1):
    shapes = [box(EAST + 100 * i, NORTH, EAST + 100 * i + 20, NORTH + 15) for i in range(count)]
    return frame(
        {
            "building": [f"w{i}" for i in range(count)],
            "kind": [kind] * count,
            "use": [use] * count,
            "levels": [levels] * count,
            "flats": [flats] * count,
            "footprint_m2": [footprint] * count,
        },
        shapes,
    )


def test_the_estimate_follows_the_formula():
    options = HouseholdOptions(dwelling_m2=80, circulation=0.25, occupied=0.9)
    assert estimate(described(), options).tolist() == [round(300 * 4 * 0.75 / 80 * 0.9)]


def test_the_ground_floor_of_a_mixed_building_is_business():
    options = HouseholdOptions(dwelling_m2=50, circulation=0.0, occupied=1.0)
    assert estimate(described(use="mixed"), options).tolist() == [18]


@pytest.mark.parametrize("use", ["work", "other"])
def test_nobody_lives_where_people_work_or_in_sheds(use):
    assert estimate(described(use=use)).tolist() == [0]


def test_a_house_is_one_household_and_tagged_dwellings_count_as_tagged():
    assert estimate(described(kind="house", levels=3.0)).tolist() == [1]
    assert estimate(described(flats=17.0)).tolist() == [17]
    assert estimate(described(footprint=40.0, levels=1.0)).tolist() == [1]


@given(st.integers(1, 60), st.floats(50, 900), st.floats(1, 12))
def test_rounding_keeps_the_total_of_many_equal_buildings(count, footprint, levels):
    options = HouseholdOptions()
    each = max(1.0, footprint * levels * (1 - options.circulation) / options.dwelling_m2 * options.occupied)
    assert abs(estimate(described(footprint=footprint, levels=levels, count=count)).sum() - each * count) <= 0.5 + 1e-6


@given(st.lists(st.floats(0, 1000), max_size=40))
def test_apportioned_numbers_are_the_expectations_rounded_and_sum_to_their_total(expected):
    whole = apportion(expected)
    assert abs(whole.sum() - sum(expected)) <= 0.5 + 1e-6
    assert (np.abs(whole - np.array(expected, dtype=float)) < 1 + 1e-6).all()


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.integers(0, 500))
def test_a_given_total_is_met_exactly(expected, total):
    whole = apportion(expected, total)
    assert whole.sum() == total
    assert (whole >= 0).all()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-1, "is negative"),
        (2.5, "is a fraction"),
        (None, "is missing"),
        ("many", "is no number"),
        (np.inf, "is no number"),
    ],
)
def test_a_number_that_can_not_be_used_is_refused_with_its_row(value, words):
    table = pd.DataFrame({"building": ["w0", "w1"], "households": [3, value]}, index=[7, 9], dtype=object)
    with pytest.raises(BadInput, match=f"row 9: .*{words}; give a whole number"):
        whole_households(table)


def test_a_table_without_the_column_or_without_a_place_is_refused():
    with pytest.raises(BadInput, match="no column 'households'; it has building"):
        whole_households(pd.DataFrame({"building": ["w0"]}))
    with pytest.raises(BadInput, match="nothing says where the rows"):
        join(described(), pd.DataFrame({"households": [1]}))
    with pytest.raises(BadInput, match="row 0: a coordinate is missing"):
        join(described(), pd.DataFrame({"households": [1], "lon": [np.nan], "lat": [1.0]}))


def test_points_in_degrees_find_the_building_they_lie_in_or_near():
    lon, lat = transform([EAST + 5, EAST + 130, EAST + 900], [NORTH + 5, NORTH + 5, NORTH], CRS, WGS84)
    found = join(described(count=3), pd.DataFrame({"households": [4, 5, 6], "lon": lon, "lat": lat}))
    assert found.households.tolist() == [4, 5, 0]
    assert found.given.tolist() == [True, True, False]
    assert len(found.unmatched) == 1
    assert found.unmatched[0].startswith("row 2: at (")
    assert found.unmatched[0].endswith("6 households")


def test_points_with_a_declared_system_are_joined_and_undeclared_ones_refused():
    spots = gpd.GeoDataFrame({"households": [8]}, geometry=[Point(EAST + 5, NORTH + 5)], crs=CRS)
    assert join(described(), spots).households.tolist() == [8]
    with pytest.raises(BadInput, match="declare no coordinate reference system"):
        join(described(), gpd.GeoDataFrame({"households": [8]}, geometry=[Point(1, 1)]))


@pytest.mark.parametrize("values", [{"dwelling_m2": 0.0}, {"circulation": 1.0}, {"occupied": 0.0}, {"join_m": -1.0}])
def test_options_that_make_no_sense_are_refused_by_name(values):
    with pytest.raises(BadInput, match=next(iter(values))):
        HouseholdOptions(**values)
