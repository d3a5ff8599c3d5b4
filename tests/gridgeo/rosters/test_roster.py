from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards import lattice_plan
from gridgeo.errors import BadInput
from gridgeo.rosters import PRESETS, Role, Roster

HEADS = ["grid", "role", "person", "phone", "from", "to"]


def roster(*rows, roles="seven", index=None):
    return Roster(pd.DataFrame([(*row, *[None] * (6 - len(row))) for row in rows], columns=HEADS, index=index), roles)


@pytest.fixture(scope="module")
def plan():
    """Six grids, 01 to 06, of which 02 has the code G-2."""
    import dataclasses

    return dataclasses.replace(lattice_plan(), identities=pd.DataFrame({"grid": ["02"], "code": ["G-2"]}))


def test_one_person_may_fill_several_roles_and_grids():
    held = roster(("01", "police", "Zhou"), ("01", "fire", "Zhou"), ("02", "fire", "Zhou"), ("02", "fire", "Li"))
    assert held.holders("01", "2026-05-01")["role"].tolist() == ["police", "fire"]
    assert held.holders("02", "2026-05-01")["person"].tolist() == ["Li", "Zhou"]
    assert held.load("2026-05-01").to_dict("records")[0] | {"phone": ""} == {
        "person": "Zhou", "person_id": "", "phone": "", "places": 3, "grids": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "who"),
    [
        ("2025-12-31", ["Zhou"]),
        ("2026-01-01", ["Li"]),
        ("2026-06-30", ["Li"]),
        ("2026-07-01", ["Wang"]),
        ("2099-01-01", ["Wang"]),
    ],
)
def test_terms_hold_from_their_first_day_to_their_last(day, who):
    terms = roster(
        ("01", "police", "Zhou", None, None, "2025-12-31"),
        ("01", "police", "Li", None, "2026-01-01", "2026-06-30"),
        ("01", "police", "Wang", None, "2026-07-01", None),
    )
    assert terms.holders("01", day)["person"].tolist() == who


def test_every_grid_and_role_that_nobody_holds_is_a_gap(plan):
    held = [(grid, role.role) for grid in plan.grids["grid"] for role in PRESETS["seven"]][::2]
    gaps = roster(*((grid, role, "Zhou") for grid, role in held)).gaps(plan, date(2026, 1, 1))
    assert len(gaps) + len(held) == 6 * 7
    assert not set(zip(gaps["grid"], gaps["role"], strict=True)) & set(held)


def test_a_place_is_empty_once_the_term_has_ended(plan):
    terms = roster(("01", "fire", "Zhou", None, None, "2026-03-31"))
    assert len(terms.gaps(["01"], "2026-03-31")) == 6
    assert len(terms.gaps(["01"], "2026-04-01")) == 7


def test_grids_are_named_by_identifier_or_by_code(plan):
    held = roster(("01", "fire", "Zhou"), ("G-2", "fire", "Zhou")).for_plan(plan)
    assert held.entries["grid"].tolist() == ["01", "02"]


def test_a_grid_that_the_plan_doesnt_have_is_refused_with_its_row(plan):
    with pytest.raises(BadInput, match="roster, row 14: the plan has no grid '99'; its grids are 01, 02"):
        roster(("01", "fire", "Zhou"), ("99", "fire", "Zhou"), index=[12, 14]).for_plan(plan)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("01", "janitor", "Zhou")], "row 5: no role 'janitor'; the roles are administrator"),
        ([("01", "fire", None)], "row 5: person is empty"),
        ([(" ", "fire", "Zhou")], "row 5: grid is empty"),
        ([("01", "fire", "Zhou", None, "2026-02-30")], "row 5: from: '2026-02-30' is no day"),
        ([("01", "fire", "Zhou", None, "2026-05-01", "2026-04-30")], "row 5: the term ends on 2026-04-30, before it begins"),
        (
            [("01", "fire", "Zhou", None, None, "2026-05-01"), ("01", "fire", "Zhou", None, "2026-05-01")],
            "row 6: Zhou already holds fire in grid 01 by row 5 at that time",
        ),
        (
            [("01", "fire", "Zhou", None, "2026-05-01"), ("01", "fire", "Zhou", None, "2026-01-01")],
            "row 5: Zhou already holds fire in grid 01 by row 6",
        ),
        ([("01", "fire", "Zhou", "1"), ("02", "fire", "Zhou", "2")], "row 6: Zhou has the phone 2, but 1 in row 5"),
    ],
)  # fmt: skip
def test_a_row_that_cant_be_used_is_named_with_the_mend(rows, said):
    with pytest.raises(BadInput, match=said):
        roster(*rows, index=range(5, 5 + len(rows)))


def test_a_missing_column_is_named():
    with pytest.raises(BadInput, match="'role' is missing"):
        Roster(pd.DataFrame({"grid": ["01"], "person": ["Zhou"]}))


def test_two_people_of_one_name_are_told_apart_by_their_id():
    table = pd.DataFrame(
        {"grid": ["01", "02"], "role": "fire", "person": "Zhou", "phone": ["1", "2"], "person_id": ["a", "b"]}
    )
    assert len(Roster(table).load("2026-01-01")) == 2


def test_a_role_with_one_seat_takes_one_person_at_a_time():
    head = (Role("head", "Head", "长", seats=1),)
    terms = (("01", "head", "Zhou", None, None, "2026-05-01"), ("01", "head", "Li", None, "2026-05-02", None))
    assert len(roster(*terms, roles=head).entries) == 2
    with pytest.raises(BadInput, match="row 2: 2 people hold head in grid 01 at once, which has 1 place;"):
        roster(*terms, ("01", "head", "Wang", None, "2026-04-01", "2026-04-02"), roles=head)


def test_a_phone_that_a_sheet_kept_as_a_number_is_read_as_it_is_dialled():
    assert roster(("01", "fire", "Zhou", 13800000001.0)).entries["phone"].tolist() == ["13800000001"]


DAYS = st.integers(0, 40).map(lambda n: date(2026, 1, 1) + timedelta(days=n))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["fire", "police"]), DAYS, DAYS), max_size=8), DAYS)
def test_gaps_and_holders_share_every_place_between_them(terms, day):
    rows = [
        (grid, role, f"person {number}", None, min(first, last), max(first, last))
        for number, (grid, role, first, last) in enumerate(terms)
    ]
    held = roster(*rows)
    empty = set(held.gaps(["a", "b"], day).itertuples(index=False, name=None))
    for grid in "ab":
        there = set(held.holders(grid, day)["role"])
        for role in PRESETS["seven"]:
            filled = any(g == grid and r == role.role and first <= day <= last for g, r, _, _, first, last in rows)
            assert (role.role in there) == filled
            assert ((grid, role.role) in empty) == (not filled)
