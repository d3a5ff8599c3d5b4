import dataclasses
import itertools
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from gridgeo.errors import BadInput
from gridgeo.graphs import MODES
from gridgeo.plans.plan import Plan
from gridgeo.routes import patrol_routes, patrolled_streets


def steps(routes: gpd.GeoDataFrame) -> set[tuple[tuple[float, float], tuple[float, float]]]:
    """Pairs of points between which a route runs straight."""
    found = set()
    for line in routes.geometry:
        points = [tuple(point) for point in shapely.get_coordinates(line).round(3).tolist()]
        found |= {pair for pair in itertools.pairwise(points) if pair[0] != pair[1]}
    return found


@pytest.mark.parametrize(("mode", "shift_min"), [("foot", 240), ("foot", 30), ("car", 240), ("ebike", 12)])
def test_every_street_is_patrolled_once_within_the_shift(plan: Plan, mode: str, shift_min: float):
    routes = patrol_routes(plan, mode=mode, shift_min=shift_min)
    routes.check()
    streets = patrolled_streets(plan, mode=mode)
    assert sorted(routes.stops["what"]) == sorted("street " + streets["street"].astype(str))
    assert routes.unserved.empty
    assert routes.routes["service_m"].sum() == pytest.approx(streets["length_m"].sum())
    assert (routes.routes["minutes"] <= shift_min + 1e-9).all()
    grid = dict(zip("street " + streets["street"].astype(str), streets["grid"], strict=True))
    own = routes.stops["route"].map(routes.routes.set_index("route")["grid"])
    assert (routes.stops["what"].map(grid) == own).all()


@pytest.mark.parametrize("mode", ["foot", "car"])
def test_routes_run_along_streets_in_directions_that_are_allowed(plan: Plan, mode: str):
    edges = plan.jurisdiction.road_edges
    allowed = steps(edges[edges[MODES[mode]].notna()])
    assert steps(patrol_routes(plan, mode=mode).routes) <= allowed


def test_routes_begin_and_end_at_the_same_place(plan: Plan):
    for line in patrol_routes(plan, shift_min=30).routes.geometry:
        assert line.coords[0] == line.coords[-1]


def test_minutes_are_travel_and_service_and_nothing_else(plan: Plan):
    routes = patrol_routes(plan, mode="foot", shift_min=60, patrol_kmh=3.0)
    for row in routes.routes.itertuples():
        seconds = row.service_m / (3.0 / 3.6) + (row.length_m - row.service_m) / 1.25
        assert row.minutes == pytest.approx(seconds / 60)
        assert row.length_m == pytest.approx(row.geometry.length)
        stops = routes.stops[routes.stops["route"] == row.route]
        assert stops["order"].tolist() == list(range(row.stops))
        before = np.concatenate([[0.0], stops["leave_min"].to_numpy()[:-1]])
        assert stops["arrive_min"].to_numpy() - before == pytest.approx(stops["travel_min"].to_numpy(), abs=1e-9)
        assert stops["leave_min"].iloc[-1] <= row.minutes + 1e-9


def test_a_street_in_another_part_of_the_network_is_told(islanded: Plan):
    routes = patrol_routes(islanded)
    assert routes.unserved["what"].tolist() == ["street 900"]
    assert routes.unserved["grid"].tolist() == ["01"]
    assert "another part of the street network" in routes.unserved["reason"].iloc[0]
    whole = patrolled_streets(islanded)["length_m"].sum()
    assert routes.routes["service_m"].sum() + 40 == pytest.approx(whole)


def test_a_station_is_where_the_routes_begin(plan: Plan):
    corner = shapely.box(*plan.jurisdiction.boundary.total_bounds).exterior.coords[0]
    stations = gpd.GeoDataFrame({"grid": ["01"]}, geometry=[shapely.Point(corner)], crs=plan.jurisdiction.crs)
    routes = patrol_routes(plan, stations=stations.to_crs(4326)).routes.set_index("grid")
    assert shapely.Point(routes.geometry["01"].coords[0]).distance(shapely.Point(corner)) < 0.01


def test_the_same_seed_gives_the_same_routes_on_any_index_and_executor(plan: Plan):
    town = plan.jurisdiction
    shuffled = dataclasses.replace(town, road_edges=town.road_edges.set_index(pd.Index(town.road_edges.index * 7 + 3)))
    with ThreadPoolExecutor(2) as pool:
        other = patrol_routes(dataclasses.replace(plan, jurisdiction=shuffled), seed=4, shift_min=30, executor=pool)
    one = patrol_routes(plan, seed=4, shift_min=30)
    assert_geodataframe_equal(one.routes, other.routes)
    assert_geodataframe_equal(one.stops, other.stops)


def test_two_way_streets_are_covered_in_the_least_time(plan: Plan):
    figures = patrol_routes(plan).figures()
    assert figures["status"] == "optimal"
    assert figures["gap"] == 0.0
    assert figures["objective"] == pytest.approx(patrol_routes(plan).routes["minutes"].sum(), abs=1e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shift_min": 0}, "shift_min is 0"),
        ({"patrol_kmh": float("nan")}, "patrol_kmh is nan"),
        ({"mode": "boat"}, "unknown mode 'boat'"),
        (
            {"stations": gpd.GeoDataFrame({"grid": ["99"]}, geometry=[shapely.Point(7, 43)], crs=4326)},
            "'99' is no grid of the plan",
        ),
        ({"stations": gpd.GeoDataFrame(geometry=[shapely.Point(7, 43)], crs=4326)}, "no column 'grid'"),
    ],
)
def test_a_bad_option_is_named(plan: Plan, options, message):
    with pytest.raises(BadInput, match=message):
        patrol_routes(plan, **options)
