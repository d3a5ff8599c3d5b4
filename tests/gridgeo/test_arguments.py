"""Arguments of the front doors: what is of another kind is refused by name, with what it should be."""

from __future__ import annotations

import dataclasses
import inspect

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Polygon

import gridgeo
from gridgeo import arguments
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.plans.rules import Band
from gridgeo.plans.wishes import make_rules


@pytest.mark.parametrize(
    ("door", "arguments", "message"),
    [
        (
            "partition",
            ("town.gpkg", 3),
            r"partition: jurisdiction is 'town.gpkg'; give a Jurisdiction, e.g. gridgeo.read",
        ),
        ("partition", ("TOWN", "3"), r"partition: k is '3'; give a whole number or 2 values in brackets"),
        ("check", ("TOWN", None), r"check: plan is None; give a Plan, e.g. gridgeo.read_plan"),
        ("visit_routes", ("PLAN", [{"door": 1}]), r"visit_routes: doors is a list; give a table"),
        ("patrol_routes", ("PLAN", {"shift_min": "a"}), r"patrol_routes: shift_min is 'a'; give a number"),
        ("patrol_routes", ("PLAN", {"skip": "footway"}), r"patrol_routes: skip is 'footway'; give a list"),
        ("patrol_routes", ("PLAN", {"seed": -1}), r"patrol_routes: the seed is -1; give a whole number of 0 or more"),
        ("service_points", ("TOWN", {"new": True}), r"service_points: new is True; give a whole number"),
        ("service_points", ("TOWN", {"time_limit": -1}), r"the time limit is -1 s; give a number above 0"),
        ("collection_rounds", ("TOWN", "TABLE", {"depot": (1,), "capacity": 2}), r"depot is \(1,\); give 2 values"),
        ("partition", ("TOWN", 3, {"reach": "a"}), r"partition: reach is 'a'; give a number"),
        ("partition", ("TOWN", 3, {"fix": ["U000"]}), r"partition: fix is a list; give a dict"),
    ],
)
def test_an_argument_of_another_kind_is_refused_by_name(lattice, lattice_plan, door, arguments, message):
    known = {"TOWN": lattice, "PLAN": lattice_plan, "TABLE": pd.DataFrame()}
    options = arguments[-1] if isinstance(arguments[-1], dict) else {}
    given = [known.get(one, one) if isinstance(one, str) else one for one in arguments if one is not options]
    with pytest.raises(BadInput, match=message):
        getattr(gridgeo, door)(*given, **options)


@pytest.fixture(scope="module")
def lattice_plan(lattice):
    """Three grids of the lattice town."""
    return gridgeo.partition(lattice, 3, balance={"households": 0.5})


def test_single_numpy_numbers_are_numbers(lattice, lattice_plan):
    again = gridgeo.partition(lattice, np.int64(3), balance={"households": np.float32(0.5)}, seed=np.int32(0))
    assert again.assignment.equals(lattice_plan.assignment)
    assert type(again.rules.k) is int


def test_every_front_door_knows_the_kinds_it_takes():
    doors = [getattr(gridgeo, name) for name in gridgeo.__all__]
    proven = [door.__wrapped__ for door in doors if inspect.isfunction(door) and hasattr(door, "__wrapped__")]
    assert len(proven) > 25
    for door in proven:
        assert arguments._kinds(door).keys() >= {"return"}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda units: units.to_crs(4326), BadInput, "layer 'units' is in WGS 84, the boundary in"),
        (lambda units: units.set_crs(None, allow_override=True), UnknownCRS, "layer 'units' declares no coordinate"),
        (lambda units: pd.DataFrame(units.drop(columns="geometry")), BadInput, "layer 'units' is a DataFrame without"),
    ],
)
def test_layers_that_are_not_of_one_map_make_no_jurisdiction(lattice, change, error, message):
    with pytest.raises(error, match=message):
        dataclasses.replace(lattice, units=change(lattice.units))


def test_layers_in_degrees_make_no_jurisdiction(lattice):
    with pytest.raises(BadInput, match="the layers are in degrees"):
        dataclasses.replace(lattice, **{name: layer.to_crs(4326) for name, layer in lattice.layers().items()})


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("households", "many", "column 'households' holds"),
        ("households", None, "column 'households', row 0: empty"),
        ("households", -1, "column 'households', row 0: -1 is below 0"),
        ("geometry", Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), r"unit U000: its polygon is not valid \(Self-inters"),
    ],
)
def test_units_that_can_not_be_used_are_named_before_anything_is_solved(lattice, column, value, message):
    units = lattice.units.copy()
    series = units[column].astype(object)
    series.iloc[0] = value
    kept = series.tolist()
    units[column] = gpd.GeoSeries(kept, crs=units.crs) if column == "geometry" else pd.Series(kept, index=units.index)
    with pytest.raises(BadInput, match=message):
        gridgeo.partition(dataclasses.replace(lattice, units=units), 3)


@pytest.mark.parametrize("band", [None, (1, 2, 3), ("a", "b"), "x"])
def test_a_band_that_is_none_is_refused(band):
    with pytest.raises(BadInput, match="can't read the band"):
        Band.parse(band)


def test_a_series_of_points_are_stations(lattice):
    points = lattice.units.geometry.iloc[[3, 20]].representative_point()
    assert make_rules(lattice, 3, seeds=points).seeds == ("U003", "U020")


def test_targets_that_name_no_measure_are_refused(lattice):
    with pytest.raises(BadInput, match="targets, seed U000: 5 names no measure"):
        gridgeo.partition(lattice, targets={"U000": 5})
