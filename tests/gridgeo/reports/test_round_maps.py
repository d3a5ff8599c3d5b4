import re

import pytest
from shapely import LineString, Point

from gridgeo.plans.plan import Plan
from gridgeo.reports.maps import Look, look_of
from gridgeo.reports.round_maps import round_map
from gridgeo.reports.wording import Words
from towns import EAST, NORTH

WAY = LineString([(EAST, NORTH), (EAST + 200, NORTH), (EAST + 200, NORTH + 100)])


@pytest.fixture(scope="module")
def look(now: Plan) -> Look:
    """What the maps of the plan lie on."""
    return look_of(now, Words("en"))


def numbers(drawing: str) -> list[str]:
    """Labels of stops on a map."""
    return re.findall(r'fill="#FFFFFF"[^>]*>([\d, ]+)</text>', drawing)


def test_stops_are_numbered_in_their_order_and_those_at_one_place_together(now: Plan, look: Look):
    stops = [Point(EAST + 200, NORTH), Point(EAST + 20, NORTH), Point(EAST + 200, NORTH)]
    assert sorted(numbers(round_map(WAY, stops, "01", now, look, 174, 96))) == ["1, 3", "2"]


def test_a_round_to_one_door_beside_the_start_has_a_map(now: Plan, look: Look):
    here = Point(EAST, NORTH)
    drawing = round_map(LineString([here, here]), [here], "01", now, look, 174, 96)
    assert numbers(drawing) == ["1"]


def test_a_round_of_a_grid_that_the_plan_does_not_have_is_drawn_without_its_tint(now: Plan, look: Look):
    assert numbers(round_map(WAY, [Point(EAST, NORTH)], "99", now, look, 174, 96)) == ["1"]
