import dataclasses
from datetime import date, datetime

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.plans.continuity import keep_identities
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.register import Register, number_grids, read_register
from gridgeo.sources import read_layers, write_layers
from register_towns import EAST, WEST, by_columns, coded
from towns import lattice_town

FIRST, SECOND, THIRD = date(2020, 1, 1), date(2021, 7, 1), date(2023, 1, 1)
W1, W2, W3, E1, E2 = WEST + "001", WEST + "002", WEST + "003", EAST + "001", EAST + "002"


def owned(plan, **owners):
    """`plan` with owners by code."""
    who = plan.identities["code"].map(
        lambda code: owners.get(code[-1] if code.startswith(WEST) else f"E{code[-1]}", "")
    )
    return dataclasses.replace(plan, identities=plan.identities.assign(owner=who))


@pytest.fixture(scope="module")
def first(town):
    """West: columns 0 and 1 are 001, column 2 is 002. East: 001 and 002."""
    return number_grids(by_columns(town, "AABCCD"))


@pytest.fixture(scope="module")
def second(first, town):
    """Column 1 goes from 001 to 002; the east is one grid."""
    return keep_identities(first, by_columns(town, "XYYZZZ"), number_grids).plan


@pytest.fixture(scope="module")
def register(first, second, town):
    """Both plans, one after the other."""
    empty = Register.empty(town.crs)
    return empty.in_force(first, FIRST, number="P-2020-001").in_force(second, SECOND, number="P-2021-001")


def rows(register, *columns):
    return register.versions[["code", "version", *columns]].to_dict("records")


def test_the_history_is_the_one_written_down_here(register, first):
    people = first.jurisdiction.units["households"].groupby(first.assignment.to_numpy()).sum()
    kept, lost = (E1, E2) if people["C"] > people["D"] else (E2, E1)
    found = {
        (r["code"], r["version"]): (r["valid_from"], None if pd.isna(r["valid_to"]) else r["valid_to"], r["change"], r["parents"], r["heirs"])
        for r in rows(register, "valid_from", "valid_to", "change", "parents", "heirs")
    }  # fmt: skip
    assert found == {
        (W1, 1): ("2020-01-01", "2021-07-01", "new", "", ""),
        (W2, 1): ("2020-01-01", "2021-07-01", "new", "", ""),
        (kept, 1): ("2020-01-01", "2021-07-01", "new", "", ""),
        (lost, 1): ("2020-01-01", "2021-07-01", "new", "", kept),
        (W1, 2): ("2021-07-01", None, "shrunk", "", ""),
        (W2, 2): ("2021-07-01", None, "grown", W1, ""),
        (kept, 2): ("2021-07-01", None, "merged", lost, ""),
    }
    assert register.retired == {lost}


def test_a_grid_that_stays_as_it_was_keeps_its_version(register, second):
    again = register.in_force(second, THIRD, number="P-2023-001")
    assert again.versions.equals(register.versions)
    assert again.steps["plan"].tolist()[-2:] == ["P-2023-001"] * 2


def test_areas_come_into_force_one_after_the_other(first, second, town):
    begun = Register.empty(town.crs).in_force(first, FIRST, number="P-1")
    staged = begun.in_force(second, SECOND, number="P-2", areas=["west"])
    assert set(staged.on(SECOND)["code"]) == {W1, W2, E1, E2}
    assert staged.versions[staged.versions["code"] == E1]["version"].tolist() == [1]
    later = staged.in_force(second, THIRD, number="P-2", areas=["east"])
    assert set(later.on(THIRD)["code"]) == set(second.identities["code"])
    assert later.steps.to_dict("records")[-2:] == [
        {"valid_from": "2021-07-01", "area": "west", "plan": "P-2"},
        {"valid_from": "2023-01-01", "area": "east", "plan": "P-2"},
    ]
    # In the end the ground is the same as if all had come at once.
    at_once = begun.in_force(second, THIRD, number="P-2")
    shapes = [one.on(THIRD).set_index("code").geometry.sort_index() for one in (later, at_once)]
    assert shapes[0].geom_equals(shapes[1]).all()


def test_a_new_owner_or_name_begins_a_version_on_the_same_ground(register, second):
    changed = dataclasses.replace(second, identities=second.identities.assign(owner="Ada"))
    after = register.in_force(changed, THIRD, number="P-3")
    fresh = after.versions[after.versions["valid_from"] == "2023-01-01"]
    assert set(fresh["change"]) == {"handed over"}
    assert len(fresh) == 3
    named = register.hand_over(W1, THIRD, name="钟楼")
    assert rows(named, "name", "change")[-1] == {"code": W1, "version": 3, "name": "钟楼", "change": "renamed"}
    assert named.hand_over(W1, date(2024, 1, 1), name="钟楼") is named


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r, p: r.in_force(p, SECOND, number="P-3"), "area west changed on 2021-07-01 .plan P-2021-001."),
        (lambda r, p: r.in_force(p, date(2020, 5, 1), number="P-3"), "can only follow later, not on 2020-05-01"),
        (lambda r, p: r.in_force(p, THIRD, number="P-3", today=date(2023, 1, 2)), "in the past; today is 2023-01-02"),
        (lambda r, p: r.in_force(p, THIRD, number="P-3", areas=["north"]), "no area 'north' in Lattice"),
        (lambda r, p: r.in_force(p, THIRD, number="P-3", areas=[]), "no area is given"),
        (lambda r, p: r.in_force(p, datetime(2023, 1, 1), number="P-3"), "give a datetime.date"),
        (lambda r, p: r.in_force(p, "2023-01-01", number="P-3"), "give a datetime.date"),
        (lambda r, p: r.hand_over(W1, SECOND, owner="Ada"), f"grid '{W1}' changed on 2021-07-01"),
        (lambda r, p: r.hand_over("7", THIRD, owner="Ada"), "grid '7' was never in force"),
    ],
)
def test_a_change_at_the_wrong_time_or_place_is_refused_and_nothing_changes(register, second, change, message):
    before = register.versions.copy()
    with pytest.raises(BadInput, match=message):
        change(register, second)
    assert register.versions.equals(before)


def test_a_plan_cannot_come_into_force_before_the_last_hand_over(register, second, town):
    changed = register.hand_over(W1, THIRD, owner="Ada")
    redrawn = keep_identities(second, by_columns(town, "XXYZZZ"), number_grids).plan
    with pytest.raises(BadInput, match=f"grid '{W1}' changed on 2023-01-01; plan P-3 can only follow later"):
        changed.in_force(redrawn, date(2022, 6, 1), number="P-3")


def test_a_retired_code_never_comes_back(register, first, town):
    (lost,) = register.retired
    with pytest.raises(BadInput, match=f"code '{lost}' is retired and never used again"):
        register.in_force(first, THIRD, number="P-3")
    with pytest.raises(BadInput, match="is retired"):
        register.hand_over(lost, THIRD, owner="Ada")
    anew = number_grids(by_columns(town, "AABCCD"), register.codes)
    assert not set(anew.identities["code"]) & register.codes


def test_a_code_in_force_in_another_area_is_refused(register, second):
    codes = second.identities["code"].tolist()
    swapped = dataclasses.replace(second, identities=second.identities.assign(code=[codes[2], codes[1], codes[0]]))
    with pytest.raises(BadInput, match="in force in another area"):
        register.in_force(swapped, THIRD, number="P-3", areas=["west"])


def test_grids_across_the_edge_of_the_given_areas_are_refused(register, town):
    wide = by_columns(town, "AABBCC")
    called = dataclasses.replace(wide, identities=pd.DataFrame({"code": ["a", "b", "c"]}, index=list("ABC")))
    with pytest.raises(BadInput, match="grid B of the plan lies partly outside west"):
        register.in_force(called, THIRD, number="P-3", areas=["west"])
    crossing = register.in_force(called, THIRD, number="P-3")
    with pytest.raises(BadInput, match="grid 'b' in force lies partly outside"):
        crossing.in_force(number_grids(by_columns(town, "AAACCC"), ()), date(2024, 1, 1), number="P-4", areas=["west"])


def test_two_grids_of_one_code_and_another_crs_are_refused(register, second):
    same = dataclasses.replace(second, identities=second.identities.assign(code="x"))
    with pytest.raises(BadInput, match="have the same code 'x'"):
        register.in_force(same, THIRD, number="P-3")
    with pytest.raises(BadInput, match="the register is in"):
        Register.empty("EPSG:4548").in_force(second, THIRD, number="P-3")


@pytest.mark.parametrize("name", ["register.gpkg", "register"])
def test_a_register_comes_back_from_its_file_as_it_was(register, tmp_path, name):
    register.to_file(tmp_path / name)
    again = read_register(tmp_path / name)
    assert again.versions.drop(columns="geometry").equals(register.versions.drop(columns="geometry"))
    assert again.versions.geom_equals(register.versions).all()
    assert again.steps.equals(register.steps)


def test_a_register_begins_and_is_written_empty(town, tmp_path):
    empty = Register.empty(town.crs)
    assert empty.codes == frozenset()
    empty.to_file(tmp_path / "empty.gpkg")
    assert len(read_register(tmp_path / "empty.gpkg").versions) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(valid_from="1 May"), "'1 May' is no day; write YYYY-MM-DD"),
        (lambda t: t.assign(valid_from=t["valid_from"].replace("2021-07-01", "2021-02-30")), "'2021-02-30' is no day"),
        (lambda t: t.assign(valid_to="2019-01-01"), "the end must be later"),
        (lambda t: t.assign(version=2), "version 2 stands where 1 must"),
        (lambda t: t.assign(valid_from=t["valid_from"].replace("2021-07-01", "2021-06-01")), "before the one ahead of it ends"),
        (lambda t: t.drop(columns="owner"), "no column 'owner'"),
    ],
)  # fmt: skip
def test_a_file_whose_versions_contradict_each_other_is_refused_by_name(register, tmp_path, change, message):
    register.to_file(tmp_path / "r.gpkg")
    layers = read_layers(tmp_path / "r.gpkg")
    layers["register"] = change(layers["register"])
    write_layers(layers, tmp_path / "bad.gpkg")
    with pytest.raises(BadInput, match=rf"bad\.gpkg.*{message}"):
        read_register(tmp_path / "bad.gpkg")


def test_a_file_that_is_no_register_is_refused(tmp_path, first):
    first.to_file(tmp_path / "plan.gpkg")
    with pytest.raises(BadInput, match="is no register: it has no table register, steps"):
        read_register(tmp_path / "plan.gpkg")
    with pytest.raises(UnreadableSource, match="absent"):
        read_register(tmp_path / "absent.gpkg")


TOWN = coded(lattice_town(2, 4))


@given(
    plans=st.lists(st.lists(st.sampled_from("AB"), min_size=8, max_size=8), min_size=1, max_size=4),
    staged=st.lists(st.booleans(), min_size=4, max_size=4),
)
@settings(deadline=None, max_examples=15)
def test_on_every_day_the_grids_in_force_tile_the_town_and_every_code_lives_once(plans, staged):
    register, before = Register.empty(TOWN.crs), None
    leaf = TOWN.units["area"].to_numpy()
    for year, letters in enumerate(plans):
        grid = [f"{area}-{letter}" for area, letter in zip(leaf, letters, strict=True)]
        plan = Plan(TOWN, pd.Series(grid, index=TOWN.units["unit"]), Rules(k=(1, 8)))
        used = register.codes
        plan = (
            number_grids(plan, used)
            if before is None
            else keep_identities(before, plan, lambda p, u, used=used: number_grids(p, {*u, *used})).plan
        )
        before = plan
        if staged[year]:
            register = register.in_force(plan, date(2000 + year, 1, 1), number=f"P-{year}", areas=["east"])
            register = register.in_force(plan, date(2000 + year, 6, 1), number=f"P-{year}", areas=["west"])
        else:
            register = register.in_force(plan, date(2000 + year, 1, 1), number=f"P-{year}")
        for when in (date(2000 + year, 6, 1), date(2000 + year, 12, 31)):
            held = register.on(when)
            assert held["code"].is_unique
            assert held.geometry.area.sum() == pytest.approx(TOWN.boundary.area.sum())
            assert isinstance(held, gpd.GeoDataFrame)
            assert held.union_all().area == pytest.approx(TOWN.boundary.area.sum())
    first_seen = register.versions.groupby("code")["valid_from"].min()
    assert (register.versions["valid_from"] >= register.versions["code"].map(first_seen)).all()
