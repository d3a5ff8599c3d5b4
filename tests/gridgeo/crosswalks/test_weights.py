import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from gridgeo.crosswalks import OUTSIDE, crosswalk
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import read_csv
from strips import strips
from towns import CRS, EAST, NORTH, lattice_town


def drawn(town, letters):
    return Plan(town, pd.Series(list(letters), index=town.units["unit"]), Rules(k=(1, 9)))


def told(found, *columns):
    return {
        (r["source"], r["target"]): tuple(round(r[c], 9) for c in columns) for r in found.weights.to_dict("records")
    }


def test_two_plans_of_one_town_are_compared_unit_by_unit(row):
    # A = 10 + 20 households, B = 30 + 40; the second unit goes over to 2.
    found = crosswalk(drawn(row, "AABB"), drawn(row, "1222"))
    assert told(found, "households", "share_households", "share_area") == {
        ("A", "1"): (10, round(1 / 3, 9), 0.5),
        ("A", "2"): (20, round(2 / 3, 9), 0.5),
        ("B", "2"): (70, 1, 1),
    }
    assert len(found.overlaps) == len(found.gaps) == 0


def test_polygons_that_cut_units_take_the_households_of_the_buildings_in_them(row):
    # The border at 150 m leaves U001's western building (4 of 20) in west and the eastern (16) in east.
    found = crosswalk(drawn(row, "AABB"), strips(("west", 0, 150), ("east", 150, 400)))
    assert told(found, "households", "area_m2", "share_households", "share_area") == {
        ("A", "west"): (14, 15_000, round(14 / 30, 9), 0.75),
        ("A", "east"): (16, 5_000, round(16 / 30, 9), 0.25),
        ("B", "east"): (70, 20_000, 1, 1),
    }


def test_a_unit_without_buildings_is_shared_out_by_its_land(row):
    # U003 has 40 households and no building: a quarter of its land is a quarter of them.
    found = crosswalk(drawn(row, "AAAB"), strips(("west", 0, 325), ("east", 325, 400)))
    assert told(found, "households") == {("A", "west"): (60,), ("B", "west"): (10,), ("B", "east"): (30,)}


def test_what_lies_in_no_polygon_is_told_as_outside_and_listed_by_unit(row):
    found = crosswalk(drawn(row, "AABB"), strips(("middle", 50, 300)))
    assert told(found, "households", "area_m2", "share_area") == {
        ("A", "middle"): (28, 15_000, 0.75),
        ("A", OUTSIDE): (2, 5_000, 0.25),
        ("B", "middle"): (30, 10_000, 0.5),
        ("B", OUTSIDE): (40, 10_000, 0.5),
    }
    assert found.gaps.to_dict("records") == [
        {"unit": "U000", "grid": "A", "area_m2": pytest.approx(5_000), "households": pytest.approx(2)},
        {"unit": "U003", "grid": "B", "area_m2": pytest.approx(10_000), "households": pytest.approx(40)},
    ]
    assert found.figures()["outside_households"] == pytest.approx(42)


def test_overlapping_polygons_share_common_ground_equally_and_are_listed(row):
    # Both claim U001 (20 households); police has U000 and U001, health has U001 to U003.
    police_health = strips(("police", 0, 200), ("health", 100, 400))
    found = crosswalk(drawn(row, "AABB"), police_health)
    assert told(found, "households", "share_households") == {
        ("A", "police"): (20, round(2 / 3, 9)),
        ("A", "health"): (10, round(1 / 3, 9)),
        ("B", "health"): (70, 1),
    }
    expected = [{"a": "health", "b": "police", "area_m2": pytest.approx(10_000), "households": pytest.approx(20)}]
    assert found.overlaps.to_dict("records") == expected
    # Seen from the departments each has all of its own ground.
    back = crosswalk(police_health, drawn(row, "AABB"))
    assert told(back, "households", "share_area") == {
        ("police", "A"): (30, 1),
        ("health", "A"): (20, round(1 / 3, 9)),
        ("health", "B"): (70, round(2 / 3, 9)),
    }
    assert back.overlaps.to_dict("records") == expected


def test_ground_beyond_the_town_is_outside_too(row):
    found = crosswalk(strips(("wide", 300, 500)), drawn(row, "AABB"))
    assert told(found, "households", "area_m2", "share_households", "share_area") == {
        ("wide", "B"): (40, 10_000, 1, 0.5),
        ("wide", OUTSIDE): (0, 10_000, 0, 0.5),
    }


def test_a_plan_of_other_units_is_laid_over_this_one(row):
    coarse = drawn(lattice_town(1, 4), "PPPQ")
    fine = lattice_town(1, 4, seed=5)
    other = Plan(
        row.__class__(**{**row.layers(), "units": row.units.assign(unit=["a", "b", "c", "d"])}),
        pd.Series(list("1122"), index=list("abcd")),
        Rules(k=2),
    )
    assert fine.crs == coarse.jurisdiction.crs
    found = crosswalk(coarse, other)
    assert told(found, "households") == {("P", "1"): (30,), ("P", "2"): (30,), ("Q", "2"): (40,)}


def test_a_source_where_nobody_lives_is_shared_out_by_land(row):
    empty = row.__class__(
        **{**row.layers(), "units": row.units.assign(households=0), "buildings": row.buildings.iloc[:0]}
    )
    found = crosswalk(drawn(empty, "AABB"), strips(("west", 0, 150), ("east", 150, 400)))
    assert told(found, "share_households")["A", "west"] == (0.75,)


def test_figures_are_converted_and_their_sum_stays(row):
    found = crosswalk(drawn(row, "AABB"), strips(("west", 0, 150), ("east", 150, 300)))
    moved = found.convert({"A": 300, "B": 70})
    assert moved.to_dict() == pytest.approx({"west": 140, "east": 160 + 30, OUTSIDE: 40})
    assert found.convert(pd.Series({"A": 100.0}), by="area").to_dict() == pytest.approx({"west": 75, "east": 25})
    with pytest.raises(BadInput, match="'X' is no source"):
        found.convert({"X": 1})
    with pytest.raises(BadInput, match="households or area"):
        found.convert({"A": 1}, by="voters")


def test_the_table_is_written_as_csv(row, tmp_path):
    crosswalk(drawn(row, "AABB"), drawn(row, "1222")).to_file(tmp_path / "t.csv")
    assert list(read_csv(tmp_path / "t.csv")["target"]) == ["1", "2", "2"]


BOW = Polygon([(EAST, NORTH), (EAST + 400, NORTH + 100), (EAST + 400, NORTH), (EAST, NORTH + 100)])


def test_a_polygon_that_crosses_itself_and_one_in_degrees_are_read(row):
    bow = gpd.GeoDataFrame({"id": [7]}, geometry=[BOW], crs=CRS)
    found = crosswalk(drawn(row, "AAAA"), bow)
    assert told(found, "share_area")["A", "7"] == (pytest.approx(0.5),)
    degrees = strips(("west", 0, 150), ("east", 150, 400)).to_crs(4326)
    assert crosswalk(drawn(row, "AABB"), degrees).weights["share_area"].round(4).tolist() == [0.25, 0.75, 1.0]


@pytest.mark.parametrize(
    ("polygons", "key", "message"),
    [
        (lambda: strips(("far", 9_000, 9_100)), None, "none of the 1 polygons touches Lattice"),
        (lambda: strips(("a", 0, 1)), "beat", "no column 'beat'; they have name"),
        (
            lambda: strips(("a", 0, 1)).rename(columns={"name": "beat"}),
            None,
            "none of the columns grid, code, id, name",
        ),
        (lambda: strips((" ", 0, 1)), None, "row 0: has no name in column 'name'"),
        (lambda: strips(("a", 0, 1)).set_geometry(strips(("a", 0, 1)).centroid), None, "row 0: is no polygon"),
        (lambda: strips(("a", 0, 1)).set_geometry([Polygon()], crs=CRS), None, "row 0: has no shape"),
        (lambda: strips(("a", 0, 1)).iloc[:0], None, "there are no polygons"),
    ],
)
def test_polygons_that_are_none_are_refused_by_row_with_the_mend(row, polygons, key, message):
    with pytest.raises(BadInput, match=message):
        crosswalk(drawn(row, "AABB"), polygons(), key=key)


def test_polygons_without_a_crs_and_two_sets_of_polygons_are_refused(row):
    with pytest.raises(UnknownCRS):
        crosswalk(drawn(row, "AABB"), strips(("a", 0, 1)).set_crs(None, allow_override=True))
    with pytest.raises(BadInput, match="give a plan on one side"):
        crosswalk(strips(("a", 0, 1)), strips(("a", 0, 1)))


TOWN = lattice_town(3, 4)
PLAN = Plan(TOWN, pd.Series(list("AABB" * 3), index=TOWN.units["unit"]), Rules(k=2))
spot = st.floats(-60, 460), st.floats(-60, 360)


@given(boxes=st.lists(st.tuples(*spot, st.floats(20, 300), st.floats(20, 300)), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_shares_sum_to_one_and_nothing_is_lost_whatever_the_polygons(boxes):
    shapes = [box(EAST + x, NORTH + y, EAST + x + w, NORTH + y + h) for x, y, w, h in boxes]
    polygons = gpd.GeoDataFrame({"id": range(len(shapes))}, geometry=shapes, crs=CRS)
    assume(polygons.intersects(TOWN.boundary.union_all()).any())
    found, back = crosswalk(PLAN, polygons), crosswalk(polygons, PLAN)
    for one in (found, back):
        shares = one.weights.groupby("source")[["share_households", "share_area"]].sum()
        assert np.allclose(shares, 1.0)
        assert (one.weights[["households", "area_m2"]] >= 0).all(axis=None)
    assert found.weights["households"].sum() == pytest.approx(TOWN.units["households"].sum())
    assert found.weights["area_m2"].sum() == pytest.approx(TOWN.units["area_m2"].sum())
    # The figures of an independent overlay agree.
    inside = TOWN.boundary.union_all().intersection(polygons.union_all()).area
    assert found.figures()["outside_m2"] == pytest.approx(TOWN.units["area_m2"].sum() - inside, abs=1.0)
    for row_of in back.weights.groupby("source")["area_m2"].sum().items():
        assert row_of[1] == pytest.approx(shapes[int(row_of[0])].area, abs=0.5)
