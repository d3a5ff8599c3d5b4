import dataclasses
from functools import partial
from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridgeo.errors import BadInput
from gridgeo.plans.changes import CHANGES, share_out
from gridgeo.plans.continuity import keep_identities, match_grids
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.register import number_grids
from towns import lattice_town

PEOPLE = [30, 20, 10, 40, 50, 5]
"""Households of the six units of a row of blocks, from the west."""


@pytest.fixture(scope="module")
def row():
    """Six blocks in one row with the households `PEOPLE`, in two quarters of three."""
    town = lattice_town(1, 6)
    areas = town.areas.assign(code=["110101001", "001", "002"])
    return dataclasses.replace(town, areas=areas, units=town.units.assign(households=PEOPLE))


def drawn(town, letters, called=None):
    """A plan with one letter for each unit."""
    plan = Plan(town, pd.Series(list(letters), index=town.units["unit"]), Rules(k=(1, 6)))
    return plan if called is None else dataclasses.replace(plan, identities=pd.DataFrame(called).T)


@pytest.fixture
def old(row):
    """Three grids of two units: A 50 households, B 50, C 55."""
    return drawn(
        row,
        "AABBCC",
        {
            "A": {"code": "c1", "name": "钟楼", "owner": "Ada"},
            "B": {"code": "c2", "name": "", "owner": "Bo"},
            "C": {"code": "c3", "name": "", "owner": "Cy"},
        },
    )


def told(found, *columns):
    return found.changes.set_index("code")[list(columns)].to_dict("index")


def test_an_unchanged_plan_keeps_everything_whatever_its_grids_are_called(row, old):
    found = keep_identities(old, drawn(row, "ZZYYXX"))
    assert found.plan.identities.loc["Z"].to_dict() == {"code": "c1", "name": "钟楼", "owner": "Ada"}
    assert found.plan.identities["owner"].to_dict() == {"X": "Cy", "Y": "Bo", "Z": "Ada"}
    assert found.changes["change"].unique().tolist() == ["kept"]


def test_a_moved_block_grows_one_grid_and_shrinks_the_other(row, old):
    # Unit 1 (20 households) goes from A to B: A 50 → 30, B 50 → 70.
    found = keep_identities(old, drawn(row, "122233"))
    assert found.plan.identities["code"].to_dict() == {"1": "c1", "2": "c2", "3": "c3"}
    assert told(found, "change", "parents", "heirs", "households_before", "households_after", "households_kept") == {
        "c1": {"change": "shrunk", "parents": "", "heirs": "c2", "households_before": 50, "households_after": 30, "households_kept": 30},
        "c2": {"change": "grown", "parents": "c1", "heirs": "", "households_before": 50, "households_after": 70, "households_kept": 50},
        "c3": {"change": "kept", "parents": "", "heirs": "", "households_before": 55, "households_after": 55, "households_kept": 55},
    }  # fmt: skip


def test_the_larger_half_of_a_split_grid_goes_on_and_the_other_is_new(row, old):
    # C falls into 50 and 5: the 50 go on as c3.
    found = keep_identities(old, drawn(row, "112234"))
    assert found.plan.identities.loc["3"].to_dict() == {"code": "c3", "name": "", "owner": "Cy"}
    assert found.plan.identities.loc["4"].to_dict() == {"code": "4", "name": "", "owner": ""}
    assert told(found, "change", "parents", "heirs")["c3"] == {"change": "split", "parents": "", "heirs": "4"}
    assert told(found, "change", "parents", "heirs")["4"] == {"change": "new", "parents": "c3", "heirs": ""}


def test_of_two_merged_grids_the_one_with_more_households_goes_on(row, old):
    # B 50 and C 55 become one: c3 goes on, c2 is retired.
    found = keep_identities(old, drawn(row, "112222"))
    assert found.plan.identities["code"].to_dict() == {"1": "c1", "2": "c3"}
    assert told(found, "change", "before", "parents", "heirs") == {
        "c1": {"change": "kept", "before": "A", "parents": "", "heirs": ""},
        "c3": {"change": "merged", "before": "C", "parents": "c2", "heirs": ""},
        "c2": {"change": "retired", "before": "B", "parents": "", "heirs": "c3"},
    }


def test_the_most_households_in_all_stay_not_those_of_the_largest_pair(row):
    # Old A = 30 + 20, old B = 10 + 40. New 1 = 20 + 10 + 40 shares 20 with A and 50 with B; new 2 = 30 shares with A alone.
    found = keep_identities(drawn(row, "AABBCC"), drawn(row, "211133"))
    assert found.changes.set_index("grid")["before"].to_dict() == {"1": "B", "2": "A", "3": "C"}
    # 1 takes A's 30 + 20 (50) and leaves B's 10 as well; 2 has B's 40: all of the most stay where 1 is A.
    assert match_grids(share_out(list("AABBCC"), list("111233"), row.units)) == {"1": "A", "2": "B", "3": "C"}


def test_equal_households_are_told_apart_by_land(row):
    units = row.units.assign(households=10, area_m2=[1e4, 3e4, 1e4, 1e4, 1e4, 1e4])
    assert match_grids(share_out(list("AABBBB"), list("121111"), units))["1"] == "B"
    assert match_grids(share_out(["A", "B"], ["1", "1"], units.iloc[:2]))["1"] == "B"


def test_grids_where_nobody_lives_keep_their_code_by_land_and_never_take_peoples(row):
    units = row.units.assign(households=[0, 0, 10, 10, 10, 10])
    assert match_grids(share_out(list("PPBBCC"), list("556677"), units))["5"] == "P"
    # New 5 holds no household of B but a park of it: B's code doesn't go there.
    assert match_grids(share_out(list("BBBBCC"), list("556677"), units)) == {"6": "B", "7": "C"}


def test_a_code_goes_only_where_enough_of_its_households_go(row, old):
    # 3 has all 50 households of B and 50 of C's 55; 4 has C's other 5. As many as possible stay when 4 goes on as C.
    after = drawn(row, "113334")
    assert keep_identities(old, after).plan.identities["code"].to_dict() == {"1": "c1", "3": "c2", "4": "c3"}
    found = keep_identities(old, after, least=0.5)
    assert found.plan.identities["code"].to_dict() == {"1": "c1", "3": "c2", "4": "4"}
    assert told(found, "change", "heirs")["c3"] == {"change": "retired", "heirs": "c2 4"}


def test_new_grids_are_numbered_behind_every_code_of_the_old_plan(row):
    old = number_grids(drawn(row, "ABBCCC"))
    assert old.identities["code"].to_dict() == {
        "A": "110101001001001",
        "B": "110101001001002",
        "C": "110101001002001",
    }
    # A and B become one (B has 30 to A's 30 households, but more land): 002 goes on, 001 is never used again.
    found = keep_identities(old, drawn(row, "111233"), partial(number_grids, scheme="15"))
    assert found.plan.identities["code"].to_dict() == {
        "1": "110101001001002",
        "2": "110101001002002",
        "3": "110101001002001",
    }
    again = keep_identities(found.plan, drawn(row, "122333"), partial(number_grids, scheme="15", area_codes=None))
    assert sorted(again.plan.identities["code"])[0] == "110101001001002"


def test_an_identifier_that_is_anothers_code_is_not_given_again(row):
    called = {"A": {"code": "3"}, "B": {"code": "1"}, "C": {"code": "2"}}
    found = keep_identities(drawn(row, "AABBCC", called), drawn(row, "112234"))
    assert found.plan.identities["code"].to_dict() == {"1": "3", "2": "1", "3": "2", "4": "4"}
    found = keep_identities(drawn(row, "AABBCC", called), drawn(row, "443312"))
    assert found.plan.identities["code"].to_dict() == {"1": "2", "2": "2-2", "3": "1", "4": "3"}


def test_plans_of_other_units_and_codes_that_stand_twice_are_refused(row, old, lattice):
    with pytest.raises(BadInput, match="carry the old plan over"):
        keep_identities(old, Plan(lattice, lattice.units.set_index("unit")["area"], Rules(k=2)))
    with pytest.raises(BadInput, match="have the code 'c'"):
        keep_identities(drawn(row, "AABBCC", {"A": {"code": "c"}, "B": {"code": "c"}}), old)


def most_that_can_stay(before, after, people):
    """The most households of any way to let new grids go on as old ones, by trying all of them."""
    old, new = sorted(set(before)), sorted(set(after))
    table = np.zeros((len(old), len(new)), dtype=int)
    for b, a, count in zip(before, after, people, strict=True):
        table[old.index(b), new.index(a)] += count
    if len(old) > len(new):
        table = table.T
    rows = range(table.shape[0])
    return max(
        sum(table[r, c] for r, c in zip(rows, some, strict=True))
        for some in permutations(range(table.shape[1]), len(rows))
    )


@given(
    units=st.lists(
        st.tuples(st.sampled_from("ABCD"), st.sampled_from("1234"), st.integers(0, 30), st.integers(1, 9)),
        min_size=1,
        max_size=14,
    ),
)
@settings(deadline=None, max_examples=60)
def test_no_other_matching_keeps_more_households_and_the_figures_add_up(units):
    before, after, people, land = (list(column) for column in zip(*units, strict=True))
    town = lattice_town(1, 1)
    frame = gpd.GeoDataFrame(
        {
            "unit": [f"u{i}" for i in range(len(units))], "area": "town", "households": people, "kind": "mixed",
            "buildings": 0, "area_m2": [1e4 * one for one in land], "street_m": 0.0, "difficulty": 1.0,
            "workload_min": 1.0, "part": 0,
        },
        geometry=[box(i, 0, i + 1, 1) for i in range(len(units))], crs=town.crs,
    )  # fmt: skip
    place = dataclasses.replace(town, units=frame)
    found = keep_identities(drawn(place, before), drawn(place, after))
    changes = found.changes
    assert changes["households_kept"].sum() == most_that_can_stay(before, after, people)
    assert changes["households_before"].sum() == changes["households_after"].sum() == sum(people)
    assert set(changes["change"]) <= set(CHANGES)
    assert found.plan.identities["code"].is_unique
    retired = changes[changes["change"] == "retired"]["code"]
    assert not set(retired) & set(found.plan.identities["code"])
    assert sorted({*changes["before"]} - {""}) == sorted(set(before))
