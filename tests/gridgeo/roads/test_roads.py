from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point

from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.roads import NO_ROAD, OTHER_PART, Hours, Profile, Roads
from towns import BLOCK, CRS, EAST, NORTH, lattice_town

TOWN = lattice_town()
FOOT = Roads.of(TOWN.road_nodes, TOWN.road_edges, "foot")
CAR = Roads.of(TOWN.road_nodes, TOWN.road_edges, "car")


def spots(*places: tuple[float, float], index: list[object] | None = None) -> gpd.GeoSeries:
    return gpd.GeoSeries([Point(EAST + x, NORTH + y) for x, y in places], index=index, crs=CRS)


def with_scrap(*, oneway: bool = False) -> Roads:
    """The lattice with three metres of path in the middle of its first block; or with a one-way that leads out of it to nowhere."""
    nodes, edges = TOWN.road_nodes, TOWN.road_edges
    first = int(nodes["node"].max()) + 1
    x, y = EAST + 50, NORTH + 50
    ends = [(x, y), (x + 3, y)]
    more = gpd.GeoDataFrame({"node": [first, first + 1]}, geometry=[Point(end) for end in ends], crs=CRS)
    start = int(nodes.iloc[nodes.distance(Point(EAST, NORTH)).argmin()]["node"]) if oneway else first
    path = edges.iloc[:1].assign(
        u=start,
        v=first + 1,
        street=int(edges["street"].max()) + 1,
        seconds=2.4,
        length_m=3.0,
        geometry=[LineString(ends)],
    )
    return Roads.of(pd.concat([nodes, more], ignore_index=True), pd.concat([edges, path], ignore_index=True))


def test_arcs_carry_the_line_of_their_direction():
    starts = np.array([line.coords[0] for line in FOOT.lines])
    ends = np.array([line.coords[-1] for line in FOOT.lines])
    assert starts == pytest.approx(np.column_stack([FOOT.x, FOOT.y])[FOOT.network.tail])
    assert ends == pytest.approx(np.column_stack([FOOT.x, FOOT.y])[FOOT.network.head])


def test_a_path_without_arcs_is_a_line_of_no_length():
    line = FOOT.path(np.empty(0, dtype=np.int64), 3)
    assert line.length == 0
    assert not line.is_empty


def test_places_meet_the_street_where_it_is_nearest():
    snapped = FOOT.snap(spots((130, 210), (130, 190)))
    points = FOOT.points(snapped)
    assert [(point.x - EAST, point.y - NORTH) for point in points] == [pytest.approx((130, 200))] * 2
    assert snapped.off_m == pytest.approx([10, 10])


def test_places_may_come_in_degrees_over_any_index_as_areas_too():
    here = spots((130, 210), (20, 350), index=["b", "a"])
    degrees = here.buffer(1).to_crs(4326).to_frame("place").set_geometry("place")
    one, two = FOOT.snap(here), FOOT.snap(degrees)
    assert two.label.tolist() == ["b", "a"]
    assert two.piece.tolist() == one.piece.tolist()
    assert two.share == pytest.approx(one.share, abs=1e-4)


def test_places_far_from_every_street_are_listed_and_the_rest_is_planned():
    snapped = FOOT.snap(spots((130, 200), (-400, 200), (550, 200), index=["near", "far", "east"]), within_m=100)
    assert snapped.left_out.to_dict() == {"far": NO_ROAD}
    times = FOOT.times(snapped, snapped)
    assert times.loc["near", "east"] == pytest.approx(420 / 1.25)
    assert np.isinf(times["far"]).all()
    assert np.isinf(times.loc["far"]).all()
    assert times.to_numpy().dtype == np.float32
    routes = FOOT.routes(snapped, snapped.rows(np.array([1, 1, 2])))
    assert routes["seconds"].tolist() == [np.inf, np.inf, 0.0]
    assert routes.geometry.is_empty.tolist() == [True, True, False]


@pytest.mark.parametrize("oneway", [False, True])
def test_a_street_that_can_not_be_left_again_is_passed_over(oneway):
    roads = with_scrap(oneway=oneway)
    here = spots((51, 51))
    assert roads.snap(here).off_m == pytest.approx([49])
    assert roads.snap(here, within_m=20).left_out.tolist() == [OTHER_PART]
    parts = roads.parts()
    assert len(parts) == 2
    assert parts["scrap"].tolist() == [False, True]
    assert parts["share"].sum() == pytest.approx(1)
    assert parts["part"].iloc[1] == -1


def test_a_part_that_is_asked_for_is_taken_also_where_it_is_small():
    nodes, edges = TOWN.road_nodes, TOWN.road_edges
    middle = edges.geometry.interpolate(0.5, normalized=True)
    alone = (middle.x < EAST + 1) & (middle.y < NORTH + BLOCK)
    touching = (middle.distance(Point(EAST, NORTH)) < 1.2 * BLOCK) | (middle.distance(Point(EAST, NORTH + BLOCK)) < 60)
    roads = Roads.of(nodes, edges[alone | ~touching])
    small = int(roads.parts()["part"].iloc[-1])
    assert roads.snap(spots((2, 50)), part=small).off_m == pytest.approx([2])


def test_rows_may_come_in_any_order_over_any_index():
    shuffled = TOWN.road_edges.sample(frac=1, random_state=3)
    shuffled.index = [f"row {i}" for i in range(len(shuffled))]
    roads = Roads.of(TOWN.road_nodes.sample(frac=1, random_state=4), shuffled, "car")
    here = spots((30, 100), (470, 390), (250, 0), (280, 200))
    expected = CAR.times(CAR.snap(here), CAR.snap(here))
    assert roads.times(roads.snap(here), roads.snap(here)).to_numpy() == pytest.approx(expected.to_numpy())


def test_an_hour_with_a_factor_takes_longer_and_leaves_the_quiet_one_as_it_was():
    rush = Profile("car", "car", hours=(Hours("07:00", "09:00", 1.5),))
    quiet = Roads.of(TOWN.road_nodes, TOWN.road_edges, rush)
    snapped = quiet.snap(spots((50, 0), (550, 0)))
    before = quiet.times(snapped, snapped).to_numpy()
    assert quiet.at("08:00").times(snapped, snapped).to_numpy() == pytest.approx(1.5 * before, rel=1e-3)
    assert quiet.at("08:00").at("12:00").times(snapped, snapped).to_numpy() == pytest.approx(before)
    assert quiet.times(snapped, snapped).to_numpy() == pytest.approx(before)


def test_routes_tell_time_length_and_line_by_label():
    snapped = FOOT.snap(spots((130, 200), (250, 300), index=["a", "b"]))
    (row,) = FOOT.routes(snapped.rows(np.array([0])), snapped.rows(np.array([1]))).itertuples()
    assert (row.start, row.goal) == ("a", "b")
    assert row.length_m == pytest.approx(220)
    assert row.seconds == pytest.approx(220 / 1.25, abs=0.01)
    assert row.geometry.length == pytest.approx(220)


def test_the_nearest_are_told_by_label_in_order():
    officers = FOOT.snap(spots((10, 0), (590, 400), index=["o1", "o2"]))
    doors = FOOT.snap(spots((50, 0), (0, 40), (-900, 0), (500, 400), index=["d1", "d2", "off", "d3"]))
    found = FOOT.nearest(officers, doors, 2)
    assert found[["start", "order", "goal"]].to_numpy().tolist() == [
        ["o1", 0, "d1"], ["o1", 1, "d2"], ["o2", 0, "d3"], ["o2", 1, "d1"],
    ]  # fmt: skip
    assert found["seconds"].iloc[0] == pytest.approx(32, abs=0.01)


def test_streets_within_reach_end_where_the_time_is_up():
    start = FOOT.snap(spots((50, 200), index=["home"]))
    found = FOOT.reach(start, [1.0, 2.0], shape="streets")
    assert set(found["start"]) == {"home"}
    one = found[found["minutes"] == 1.0]
    # 75 m in a minute: 50 m to either corner, and 25 m into each of the streets beyond.
    assert one["length_m"].sum() == pytest.approx(100 + 25 * 5, abs=0.1)
    assert one.geometry.length.sum() == pytest.approx(one["length_m"].sum())
    # 150 m in two: these six streets to their ends.
    assert found[found["minutes"] == 2.0]["length_m"].sum() == pytest.approx(600)


def test_the_area_within_reach_lies_beside_the_streets_within_reach():
    start = FOOT.snap(spots((50, 200), (-900, 0)))
    streets, area = FOOT.reach(start, 3, shape="streets"), FOOT.reach(start, 3, around_m=30)
    assert area["start"].tolist() == [0]
    assert area["length_m"].iloc[0] == pytest.approx(streets["length_m"].sum())
    assert area.geometry.iloc[0].covers(streets.geometry.union_all())
    assert area.geometry.iloc[0].difference(streets.geometry.union_all().buffer(30.01)).area == pytest.approx(
        0, abs=1e-6
    )
    assert FOOT.reach(start.rows(np.array([1])), 3).empty


def test_junctions_are_places_too():
    nodes = np.arange(FOOT.network.n)
    for roads in (FOOT, CAR):
        found = roads.junctions(nodes)
        at = shapely.get_coordinates(roads.points(found).to_numpy())
        assert at == pytest.approx(np.column_stack([roads.x, roads.y]))
        assert roads.times(found, found).to_numpy() == pytest.approx(roads.network.times(nodes))


def test_a_table_in_blocks_is_the_table(monkeypatch):
    monkeypatch.setattr("gridgeo_solvers.roads.travel.ROWS", 2)
    snapped = FOOT.snap(spots((10, 0), (-900, 0), (590, 400), (300, 200), (55, 55)))
    whole = FOOT.times(snapped, snapped).to_numpy()
    rows = [position for positions, _ in FOOT.blocks(snapped, snapped) for position in positions]
    assert rows == [0, 2, 3, 4]
    for positions, block in FOOT.blocks(snapped, snapped):
        assert (block == whole[positions]).all()


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: FOOT.snap(spots((1, 1)).set_crs(None, allow_override=True)), UnknownCRS, "declare no coordinate"),
        (lambda: FOOT.snap(spots((1, 1), (2, 2), index=["d", "d"])), BadInput, "place 'd' stands twice"),
        (lambda: FOOT.snap(spots((np.nan, 1), index=["d7"])), BadInput, "place 'd7' has no coordinates"),
        (lambda: FOOT.snap(gpd.GeoSeries([None], index=["d8"], crs=CRS)), BadInput, "place 'd8' has no coordinates"),
        (lambda: FOOT.snap(pd.DataFrame({"x": [1]})), BadInput, "give a GeoDataFrame"),
        (lambda: FOOT.snap(spots((1, 1)), within_m=0), BadInput, "within_m is 0"),
        (lambda: FOOT.reach(FOOT.snap(spots((1, 1))), -1), BadInput, "minutes are -1"),
        (lambda: FOOT.reach(FOOT.snap(spots((1, 1))), 1, shape="hull"), BadInput, "shape is 'hull'"),
        (lambda: FOOT.nearest(FOOT.snap(spots((1, 1))), FOOT.snap(spots((1, 1))), 0), BadInput, "k is 0"),
        (lambda: FOOT.routes(FOOT.snap(spots((1, 1))), FOOT.snap(spots((1, 1), (2, 2)))), BadInput, "1 starts but 2"),
        (lambda: Roads.of(TOWN.road_nodes, TOWN.road_edges, "boat"), BadInput, "foot, ebike, car"),
        (lambda: Roads.of(TOWN.road_nodes, TOWN.road_edges.iloc[:0]), BadInput, "no street may be used by foot"),
        (
            lambda: Roads.of(TOWN.road_nodes, TOWN.road_edges.assign(street=0)),
            BadInput,
            "street 0 has more than two edges",
        ),
        (lambda: FOOT.at("noon"), BadInput, "'noon' is no time of day"),
    ],
)
def test_what_can_not_be_asked_is_refused_by_name(ask, error, message):
    with pytest.raises(error, match=message):
        ask()
