from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.roads import Roads, Way, ways_between
from towns import BLOCK, EAST, NORTH, lattice_town

TOWN = lattice_town()
FOOT = Roads.of(TOWN.road_nodes, TOWN.road_edges, "foot")
CAR = Roads.of(TOWN.road_nodes, TOWN.road_edges, "car")
places = st.tuples(st.integers(0, 600), st.integers(0, 400))


def way(roads: Roads, start: tuple[float, float], goal: tuple[float, float]) -> Way | None:
    a, b = (shapely.Point(EAST + x, NORTH + y) for x, y in (start, goal))
    return ways_between(roads, [a], b)[0]


def test_a_place_is_reached_along_the_street_not_only_at_junctions() -> None:
    found = way(FOOT, (130, 200), (250, 200))
    assert found.metres == pytest.approx(120)
    assert found.seconds == pytest.approx(120 / 1.25)


def test_a_one_way_street_is_driven_round_and_walked_back() -> None:
    # The street along y = 100 leads east only: from x = 280 back to x = 250 a car must go round a block.
    assert way(FOOT, (280, 100), (250, 100)).metres == pytest.approx(30)
    assert way(CAR, (280, 100), (250, 100)).metres == pytest.approx(370)
    assert way(CAR, (250, 100), (280, 100)).metres == pytest.approx(30)


@given(places, places)
@settings(deadline=None, max_examples=60)
def test_the_line_of_a_way_runs_from_start_to_goal_along_streets_and_takes_its_time(
    start: tuple[int, int], goal: tuple[int, int]
) -> None:
    streets = TOWN.road_edges.geometry.union_all().buffer(0.01)
    for roads, pace in ((FOOT, 1.25), (CAR, 8.3)):
        found = way(roads, start, goal)
        ends = shapely.get_coordinates(found.line)[[0, -1]]
        spots = roads.points(roads.snap_at(np.array([start, goal]) + np.array([EAST, NORTH])))
        assert np.allclose(ends, shapely.get_coordinates(spots.to_numpy()), atol=1e-3)
        assert streets.covers(found.line)
        assert found.line.length == pytest.approx(found.metres, abs=1e-3)
        # Every street is rounded to whole milliseconds.
        assert found.metres / pace == pytest.approx(found.seconds, abs=0.02)


@given(places, places)
@settings(deadline=None, max_examples=40)
def test_walking_takes_as_long_there_as_back(start: tuple[int, int], goal: tuple[int, int]) -> None:
    assert way(FOOT, start, goal).seconds == pytest.approx(way(FOOT, goal, start).seconds, abs=0.01)


def test_a_street_of_another_part_of_the_network_can_not_be_reached(lattice: Jurisdiction) -> None:
    edges = lattice.road_edges
    middle = edges.geometry.interpolate(0.5, normalized=True).x
    apart = edges[
        (middle < EAST + 2.9 * BLOCK) & ~middle.between(EAST + 200.1, EAST + 299.9) | (middle > EAST + 3.1 * BLOCK)
    ]
    roads = Roads.of(lattice.road_nodes, apart, "foot")
    assert way(roads, (550, 200), (50, 200)) is None
    assert way(roads, (150, 200), (50, 200)).metres == pytest.approx(100)


def test_several_starts_are_answered_in_their_order() -> None:
    starts = [shapely.Point(EAST + x, NORTH + 200) for x in (30, 10, 250)]
    found = ways_between(FOOT, starts, shapely.Point(EAST + 50, NORTH + 200))
    assert [one.metres for one in found] == pytest.approx([20, 40, 200])
    assert ways_between(FOOT, [], starts[0]) == []


@pytest.mark.parametrize("apart", [0.0, 1e-9, 1e-8, 1e-7, 5e-7])
@pytest.mark.parametrize("at", [(250, 200), (200, 200), (200.0000001, 200)])
def test_a_way_between_places_that_all_but_coincide_is_a_line_of_no_length(
    at: tuple[float, float], apart: float
) -> None:
    for roads in (FOOT, CAR):
        found = way(roads, at, (at[0] + apart, at[1]))
        assert found.metres == pytest.approx(0, abs=1e-5)
        assert shapely.get_num_coordinates(found.line) >= 2
