import dataclasses

import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.register.numbering import check_codes, number_grids
from register_towns import EAST, WEST, by_columns


def codes(plan):
    return plan.identities["code"].to_dict()


def test_grids_are_counted_in_their_community_from_west_to_east_then_north_to_south(town):
    # Column 0 is one grid, columns 1 and 2 are a north and a south grid; the east is two grids, named the other way round.
    letters = ["C", "B", "B", "Z", "Z", "Y"] * 2 + ["C", "A", "A", "Z", "Z", "Y"] * 2
    plan = Plan(town, pd.Series(letters, index=town.units["unit"]), Rules(k=5))
    assert codes(number_grids(plan)) == {
        "C": WEST + "001",
        "B": WEST + "002",
        "A": WEST + "003",
        "Z": EAST + "001",
        "Y": EAST + "002",
    }


@pytest.mark.parametrize(
    ("scheme", "first"), [("14", WEST + "01"), ("16", WEST + "1001"), ("20", "000000" + WEST + "01")]
)
def test_other_schemes_number_the_same_grids(town, scheme, first):
    numbered = number_grids(by_columns(town, "AABCDD"), scheme=scheme)
    assert codes(numbered)["A"] == first
    check_codes(numbered, scheme=scheme)


def test_numbering_again_changes_nothing(town):
    once = number_grids(by_columns(town, "AABCDD"))
    assert number_grids(once).identities.equals(once.identities)


def test_a_code_that_was_ever_used_never_comes_back(town):
    # 002 is retired and 005 is in force elsewhere in history: the new grids go on at 006.
    plan = number_grids(by_columns(town, "ABCDDD"), used=[WEST + "002", WEST + "005"])
    assert codes(plan) == {"A": WEST + "006", "B": WEST + "007", "C": WEST + "008", "D": EAST + "001"}


def test_kept_codes_stay_and_new_grids_go_on_behind_the_highest(town):
    plan = by_columns(town, "ABCDDD")
    called = pd.DataFrame({"code": [WEST + "004", "C9"], "owner": ["Ada", "Bo"]}, index=["B", "C"])
    numbered = number_grids(dataclasses.replace(plan, identities=called))
    assert codes(numbered) == {"A": WEST + "005", "B": WEST + "004", "C": WEST + "006", "D": EAST + "001"}
    assert numbered.identities["owner"].to_dict() == {"A": "", "B": "Ada", "C": "Bo", "D": ""}


def test_a_code_of_another_community_is_not_kept(town):
    plan = dataclasses.replace(by_columns(town, "AAADDD"), identities=pd.DataFrame({"code": [EAST + "007"]}, ["A"]))
    assert codes(number_grids(plan)) == {"A": WEST + "001", "D": EAST + "001"}


TINY = {
    "name": "tiny",
    "parts": [{"name": "community", "digits": 12}, {"name": "grid", "digits": 1, "source": "serial"}],
}


def test_numbers_never_used_are_taken_from_below_when_the_highest_are_gone(town):
    plan = number_grids(by_columns(town, "ABCDDD"), used=[WEST + "1", WEST + "8"], scheme=TINY)
    assert [codes(plan)[grid][-1] for grid in "ABC"] == ["9", "2", "3"]


def test_a_community_whose_numbers_are_used_up_is_told(town):
    used = [f"{WEST}{serial}" for serial in range(1, 8)]
    with pytest.raises(BadInput, match=f"area {WEST}: 3 new codes are wanted but only 2 of its 9"):
        number_grids(by_columns(town, "ABCDDD"), used=used, scheme=TINY)


def test_two_grids_of_one_code_are_refused(town):
    called = pd.DataFrame({"code": [WEST + "001"] * 2}, index=["A", "B"])
    with pytest.raises(BadInput, match="grids A, B have the same code"):
        number_grids(dataclasses.replace(by_columns(town, "ABBDDD"), identities=called))


def test_a_grid_across_communities_has_no_official_code(town):
    with pytest.raises(BadInput, match=r"area 'town' \(Lattice\) has an official code of 9 digits"):
        number_grids(by_columns(town, "AABBCC"))


def test_codes_of_a_plan_are_judged_by_length_digits_and_area(town):
    plan = number_grids(by_columns(town, "AAADDD"))
    check_codes(plan)
    for code, message in (("7", "grid A: code '7' has 1 digits"), (EAST + "009", "grid A: code .* belongs to area")):
        wrong = dataclasses.replace(plan, identities=pd.DataFrame({"code": [code, EAST + "001"]}, index=["A", "D"]))
        with pytest.raises(BadInput, match=message):
            check_codes(wrong)
