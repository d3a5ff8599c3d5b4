import pandas as pd
import pytest

from gridgeo.crosswalks import fit_polygons
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from strips import strips

COLUMNS = ["grid", "how", "households_outside", "area_outside_m2", "next"]


def told(fitted, columns=COLUMNS):
    return {r["unit"]: tuple(r[c] for c in columns) for r in fitted.units.to_dict("records")}


def test_polygons_that_follow_the_units_fit_whole(row):
    fitted = fit_polygons(row, strips(("a", 0, 200), ("b", 200, 400)))
    assert told(fitted) == {f"U00{i}": ("a" if i < 2 else "b", "whole", 0, 0, "") for i in range(4)}
    assert fitted.plan().rules.k == 2


def test_a_cut_unit_goes_where_most_of_its_households_live_and_the_rest_is_told(row):
    # 60 of U001's 100 m are in west, but 16 of its 20 households live in the eastern building, in east.
    fitted = fit_polygons(row, strips(("west", 0, 160), ("east", 160, 400)))
    found = told(fitted)
    assert found["U001"] == ("east", "most", pytest.approx(4), pytest.approx(6_000), "west")
    assert found["U000"][:2] == ("west", "whole")
    line = fitted.units.set_index("unit").loc["U001"]
    assert line["share_households_outside"] == pytest.approx(0.2)
    assert line["share_area_outside"] == pytest.approx(0.6)
    assert fitted.figures() == {
        "whole": 3,
        "most": 1,
        "nearest": 0,
        "households_outside": pytest.approx(4),
        "area_outside_m2": pytest.approx(6_000),
        "unused": [],
    }


def test_a_unit_in_no_polygon_goes_to_the_nearest_one_and_is_marked(row):
    fitted = fit_polygons(row, strips(("a", 0, 100), ("b", 100, 200)))
    assert told(fitted)["U003"] == ("b", "nearest", 40, 10_000, "")
    assert set(fitted.assignment) == {"a", "b"}


def test_where_polygons_overlap_the_one_with_more_of_the_unit_has_it_then_the_first_by_name(row):
    fitted = fit_polygons(row, strips(("z", 0, 200), ("a", 100, 400), ("unused", 110, 120)))
    assert told(fitted, ["grid", "how", "next"])["U001"] == ("a", "whole", "z")
    assert fitted.unused == ("unused",)


def test_a_unit_without_households_goes_by_its_land(row):
    empty = row.__class__(
        **{**row.layers(), "units": row.units.assign(households=0), "buildings": row.buildings.iloc[:0]}
    )
    assert told(fit_polygons(empty, strips(("west", 0, 160), ("east", 160, 400))))["U001"][0] == "west"


def test_the_grids_of_a_plan_give_the_plan_back(row):
    plan = Plan(row, pd.Series(list("ABBC"), index=row.units["unit"]), Rules(k=3))
    fitted = fit_polygons(row, plan.grids)
    assert fitted.plan(plan.rules).fingerprint() == plan.fingerprint()


def test_polygons_of_another_place_are_refused(row):
    with pytest.raises(BadInput, match="touches Lattice"):
        fit_polygons(row, strips(("far", 9_000, 9_100)))
