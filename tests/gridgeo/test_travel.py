from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import BadInput, NoPath
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.travel import Streets
from towns import BLOCK, EAST, NORTH, lattice_town

TOWN = lattice_town()
FOOT = Streets(TOWN.road_nodes, TOWN.road_edges, "foot")
CAR = Streets(TOWN.road_nodes, TOWN.road_edges, "car")
places = st.tuples(st.integers(0, 600), st.integers(0, 400))


def _spot(streets: Streets, x: float, y: float):
    return streets.spot(EAST + x, NORTH + y)


def test_a_place_is_reached_along_the_street_not_only_at_junctions() -> None:
    way = FOOT.towards(_spot(FOOT, 250, 200)).way(_spot(FOOT, 130, 200))
    assert way.metres == pytest.approx(120)
    assert way.seconds == pytest.approx(120 / 1.25)


def test_a_one_way_street_is_driven_round_and_walked_back() -> None:
    # The street along y = 100 leads east only: from x = 280 back to x = 250 a car must go round a block.
    assert FOOT.towards(_spot(FOOT, 250, 100)).way(_spot(FOOT, 280, 100)).metres == pytest.approx(30)
    assert CAR.towards(_spot(CAR, 250, 100)).way(_spot(CAR, 280, 100)).metres == pytest.approx(370)
    assert CAR.towards(_spot(CAR, 280, 100)).way(_spot(CAR, 250, 100)).metres == pytest.approx(30)


@given(places, places)
@settings(deadline=None, max_examples=60)
def test_the_line_of_a_way_runs_from_start_to_goal_along_streets_and_takes_its_time(
    start: tuple[int, int], goal: tuple[int, int]
) -> None:
    streets = TOWN.road_edges.geometry.union_all().buffer(0.01)
    for roads, pace in ((FOOT, 1.25), (CAR, 8.3)):
        a, b = _spot(roads, *start), _spot(roads, *goal)
        journeys = roads.towards(b)
        way = journeys.way(a)
        ends = shapely.get_coordinates(way.line)
        assert np.allclose(ends[0], shapely.get_coordinates(roads.point(a))[0], atol=1e-3)
        assert np.allclose(ends[-1], shapely.get_coordinates(roads.point(b))[0], atol=1e-3)
        assert streets.covers(way.line)
        assert way.seconds == pytest.approx(journeys.seconds(a))
        assert way.metres / pace == pytest.approx(way.seconds, abs=1e-3)


@given(places, places)
@settings(deadline=None, max_examples=40)
def test_walking_takes_as_long_there_as_back(start: tuple[int, int], goal: tuple[int, int]) -> None:
    a, b = _spot(FOOT, *start), _spot(FOOT, *goal)
    assert FOOT.towards(b).seconds(a) == pytest.approx(FOOT.towards(a).seconds(b), abs=1e-6)


def test_a_street_of_another_part_of_the_network_can_not_be_reached(lattice: Jurisdiction) -> None:
    edges = lattice.road_edges
    middle = edges.geometry.interpolate(0.5, normalized=True).x
    apart = edges[
        (middle < EAST + 2.9 * BLOCK) & ~middle.between(EAST + 200.1, EAST + 299.9) | (middle > EAST + 3.1 * BLOCK)
    ]
    streets = Streets(lattice.road_nodes, apart, "foot")
    journeys = streets.towards(_spot(streets, 50, 200))
    assert np.isinf(journeys.seconds(_spot(streets, 550, 200)))
    with pytest.raises(NoPath, match="no road that may be used by foot"):
        journeys.way(_spot(streets, 550, 200))


def test_an_unknown_mode_is_refused_with_the_known_ones(lattice: Jurisdiction) -> None:
    with pytest.raises(BadInput, match="foot, ebike, car"):
        Streets(lattice.road_nodes, lattice.road_edges, "boat")


def test_rows_may_come_in_any_order_over_any_index() -> None:
    shuffled = TOWN.road_edges.sample(frac=1, random_state=3)
    shuffled.index = [f"row {i}" for i in range(len(shuffled))]
    nodes = TOWN.road_nodes.sample(frac=1, random_state=4)
    streets = Streets(nodes, shuffled, "car")
    for x, y in ((30, 100), (470, 390), (250, 0)):
        expected = CAR.towards(_spot(CAR, 280, 200)).seconds(_spot(CAR, x, y))
        assert streets.towards(_spot(streets, 280, 200)).seconds(_spot(streets, x, y)) == pytest.approx(expected)


@pytest.mark.parametrize("apart", [0.0, 1e-9, 1e-8, 1e-7, 5e-7])
@pytest.mark.parametrize("at", [(250, 200), (200, 200), (200.0000001, 200)])
def test_a_way_between_places_that_all_but_coincide_is_a_line_of_no_length(
    at: tuple[float, float], apart: float
) -> None:
    for streets in (FOOT, CAR):
        start, goal = _spot(streets, *at), _spot(streets, at[0] + apart, at[1])
        way = streets.towards(goal).way(start)
        assert way.metres == pytest.approx(0, abs=1e-5)
        assert shapely.get_num_coordinates(way.line) >= 2
