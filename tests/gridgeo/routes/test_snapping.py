import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.plans.plan import Plan
from gridgeo.routes.roads import Roads
from gridgeo.routes.snapping import NO_ROAD, OTHER_PART, insert, snap
from towns import EAST, NORTH


def roads_of(plan: Plan, mode: str = "foot") -> Roads:
    return Roads.of(plan.jurisdiction.road_nodes, plan.jurisdiction.road_edges, mode)


def points(*places: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.Point(EAST + x, NORTH + y) for x, y in places], dtype=object)


@settings(max_examples=30, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 400)), min_size=1, max_size=12),
    mode=st.sampled_from(["foot", "car"]),
)
def test_junctions_for_doors_change_no_length_and_no_travel_time(plan: Plan, places, mode):
    roads = roads_of(plan, mode)
    spots = points(*places)
    snapped = snap(roads, spots, np.zeros(len(spots), dtype=np.int64) + roads.network.parts[0], 150)
    streets, joint = insert(roads, snapped)
    assert streets.network.metres.sum() == pytest.approx(roads.network.metres.sum())
    assert shapely.length(streets.lines) == pytest.approx(streets.network.metres, abs=0.02)
    old = np.arange(roads.network.n)
    assert streets.network.times(old) == pytest.approx(roads.network.times(old))
    reached = shapely.points(streets.x[joint], streets.y[joint])
    assert shapely.distance(reached, spots) == pytest.approx(snapped.off_m, abs=0.02)
    assert (streets.network.parts == streets.network.parts[0]).all()


def test_doors_at_one_place_share_a_junction(plan: Plan):
    spots = points((150, 101), (150, 99), (200, 100))
    roads = roads_of(plan)
    streets, joint = insert(roads, snap(roads, spots, np.full(3, roads.network.parts[0]), 150))
    assert joint[0] == joint[1]
    assert joint[2] < roads.network.n
    assert streets.network.n == roads.network.n + 1


def test_a_near_street_of_another_part_is_passed_over_or_told(islanded: Plan):
    roads = roads_of(islanded)
    main = np.full(2, roads.network.parts[0])
    near, far = snap(roads, points((50, 352), (50, 352)), main, 60), snap(roads, points((50, 352)), main[:1], 40)
    assert near.off_m[0] == pytest.approx(48)
    assert far.reason.tolist() == [OTHER_PART]
    assert snap(roads, points((50, 330)), main[:1], 10).reason.tolist() == [NO_ROAD]


def test_a_loop_with_one_door_becomes_two_pieces_walkable_both_ways(plan: Plan):
    town = plan.jurisdiction
    corner = int(town.road_edges["u"].iloc[0])
    start = town.road_nodes.set_index("node").geometry[corner]
    ring = [(start.x, start.y), (start.x - 40, start.y), (start.x - 40, start.y + 40), (start.x, start.y + 40)]
    rows = town.road_edges.iloc[:2].copy()
    rows[["u", "v"]], rows["street"], rows["length_m"] = corner, 901, 160.0
    rows["geometry"] = [shapely.LineString([*ring, ring[0]]), shapely.LineString([*ring, ring[0]][::-1])]
    rows["key"] = [1, 2]
    edges = gpd.GeoDataFrame(pd.concat([town.road_edges, rows], ignore_index=True), crs=town.crs)
    roads = Roads.of(town.road_nodes, edges, "foot")
    door = np.array([shapely.Point(start.x - 45, start.y + 20)], dtype=object)
    streets, joint = insert(roads, snap(roads, door, np.array([roads.network.parts[0]]), 150))
    loop = streets.streets == 901
    assert loop.sum() == 2
    assert (streets.network.back[loop] >= 0).all()
    pair = np.array([0, joint[0]])
    assert np.isfinite(streets.network.times(pair)).all()
