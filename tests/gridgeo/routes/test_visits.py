import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes import visit_routes
from towns import CRS, EAST, NORTH


def at(*places: tuple[float, float], **columns: object) -> gpd.GeoDataFrame:
    """Doors d0, d1, … of ten minutes, metres east and north of the town's south-western corner."""
    points = [shapely.Point(EAST + x, NORTH + y) for x, y in places]
    table = {"door": [f"d{i}" for i in range(len(points))], "minutes": 10.0} | columns
    return gpd.GeoDataFrame(table, geometry=points, crs=CRS)


def test_every_door_is_called_at_once_in_its_window_and_its_grid(plan: Plan, doors: pd.DataFrame):
    routes = visit_routes(plan, doors, shift_min=180, iterations=60)
    routes.check()
    assert routes.unserved.empty
    assert sorted(routes.stops["what"]) == sorted(doors["door"])
    assert (routes.routes["minutes"] + routes.routes["start_min"] <= 180 + 1e-9).all()
    stops = routes.stops.set_index("what")
    begin = stops["arrive_min"] + stops["wait_min"]
    windowed = doors.loc[doors["from"].notna(), "door"]
    assert begin[windowed].between(60 - 1e-9, 150 + 1e-9).all()
    assert (stops["leave_min"] - begin).to_numpy() == pytest.approx(12.0)
    grid = stops["route"].map(routes.routes.set_index("route")["grid"])
    shapes = plan.grids.set_index("grid").geometry
    assert all(shapes[grid[door]].distance(point) < 1e-6 for door, point in stops.geometry.items())


def test_minutes_and_metres_add_up_along_the_streets(plan: Plan, doors: pd.DataFrame):
    routes = visit_routes(plan, doors, shift_min=180, iterations=30)
    streets = shapely.union_all(plan.jurisdiction.road_edges.geometry.to_numpy()).buffer(0.01)
    for row in routes.routes.itertuples():
        stops = routes.stops[routes.stops["route"] == row.route]
        home = row.length_m - stops["travel_m"].sum()
        assert home >= -1e-9
        spent = stops["travel_min"].sum() + stops["wait_min"].sum() + 12 * len(stops) + home / 1.25 / 60
        assert row.minutes == pytest.approx(spent)
        assert stops["travel_min"].to_numpy() == pytest.approx(stops["travel_m"].to_numpy() / 1.25 / 60)
        assert row.length_m == pytest.approx(row.geometry.length)
        assert streets.covers(row.geometry)
        assert row.geometry.coords[0] == row.geometry.coords[-1]


def test_a_door_in_the_middle_of_a_street_is_reached_there_not_at_a_junction(plan: Plan):
    routes = visit_routes(plan, at((150, 110)))
    line = routes.routes.geometry.iloc[0]
    assert line.distance(shapely.Point(EAST + 150, NORTH + 100)) < 0.01
    assert routes.stops["off_m"].tolist() == pytest.approx([10.0])


def test_one_ways_hold_for_wheels_also_between_two_doors_of_one_street(plan: Plan):
    """The second row of streets from the south runs east only: from the eastern door back to the western one is a detour."""
    pair = at((220, 101), (280, 101), **{"from": [30.0, 0.0], "to": [60.0, 25.0]})
    on_foot = visit_routes(plan, pair, mode="foot").stops.set_index("what")
    by_car = visit_routes(plan, pair, mode="car").stops.set_index("what")
    assert on_foot.loc["d0", "travel_m"] == pytest.approx(60.0, abs=0.1)
    assert by_car.loc["d0", "travel_m"] > 300


def test_doors_that_cannot_be_called_at_are_told_with_the_reason(islanded: Plan):
    doors = at(
        (150, 140),
        (5000, 5000),
        (50, 352),
        (160, 140),
        (170, 140),
        minutes=[10, 10, 10, 10, 300],
        **{"from": [None] * 5, "to": [None, None, None, 0.5, None]},
    )
    routes = visit_routes(islanded, doors, within_m=45)
    assert routes.stops["what"].tolist() == ["d0"]
    reasons = dict(zip(routes.unserved["what"], routes.unserved["reason"], strict=True))
    assert reasons["d1"] == "outside every grid"
    assert "another part of the street network" in reasons["d2"]
    assert "the window of minute 0 to 0.5 can't be met" in reasons["d3"]
    assert "after the shift of 240 min" in reasons["d4"]


def test_a_door_far_from_any_road_is_told(plan: Plan):
    routes = visit_routes(plan, at((150, 150)), within_m=20)
    assert routes.unserved["reason"].tolist() == ["no road for foot within 20 m"]
    assert routes.routes.empty
    routes.check()


def test_doors_that_the_allowed_rounds_have_no_room_for_are_told(plan: Plan):
    doors = at(*[(20 + 30 * i, 110) for i in range(6)], minutes=50.0)
    routes = visit_routes(plan, doors, rounds=1, shift_min=120)
    assert (routes.routes.groupby("grid").size() == 1).all()
    assert set(routes.unserved["reason"]) == {"no room in 1 round"}
    assert len(routes.stops) + len(routes.unserved) == 6


def test_a_given_grid_outweighs_the_place(plan: Plan):
    routes = visit_routes(plan, at((150, 110), grid=["03"]))
    assert routes.routes["grid"].tolist() == ["03"]


def test_the_same_seed_gives_the_same_rounds_on_any_index(plan: Plan, doors: pd.DataFrame):
    one = visit_routes(plan, doors, seed=2, iterations=30)
    other = visit_routes(plan, doors.set_index(np.arange(len(doors)) * 3 + 5), seed=2, iterations=30)
    assert_geodataframe_equal(one.routes, other.routes)
    assert_geodataframe_equal(one.stops, other.stops)


def test_names_differ_from_those_of_patrols(plan: Plan, doors: pd.DataFrame):
    from gridgeo.routes import patrol_routes

    rounds = visit_routes(plan, doors, iterations=10)
    assert not set(rounds.routes["route"]) & set(patrol_routes(plan).routes["route"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shift_min": -1}, "shift_min is -1"),
        ({"shift_from": "morning"}, "shift_from is 'morning'"),
        ({"shift_from": "24:30"}, "shift_from is '24:30'"),
        ({"rounds": 0}, "at least one round"),
        ({"within_m": 0}, "within_m is 0"),
        ({"mode": "boat"}, "unknown mode 'boat'"),
    ],
)
def test_a_bad_option_is_named(plan: Plan, options, message):
    with pytest.raises(BadInput, match=message):
        visit_routes(plan, at((150, 110)), **options)
