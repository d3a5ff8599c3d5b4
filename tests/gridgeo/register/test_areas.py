import dataclasses

import pytest

from gridgeo.errors import BadInput
from gridgeo.register.areas import area_code, grid_areas, lineages
from register_towns import by_columns

WEST = "110101001001"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["110101001", WEST], WEST),
        (["110101001", "001"], WEST),
        (["110101001000", WEST], WEST),
        ([None, WEST], WEST),
        (["110000", "110101001001"], WEST),
    ],
)
def test_codes_are_put_together_from_the_root_down(town, codes, expected):
    areas = town.areas.assign(code=[*codes, None])
    assert area_code(dataclasses.replace(town, areas=areas), "west", 12) == expected


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([None, None], r"area 'west' \(West\) has an official code of 0 digits"),
        (["110101001", None], "9 digits"),
        (["110101001", "110102001001"], "doesn't go on from '110101001'"),
        (["110101001", "1A"], "must be digits"),
    ],
)
def test_codes_that_are_short_or_contradict_each_other_are_refused(town, codes, message):
    areas = town.areas.assign(code=[*codes, None])
    with pytest.raises(BadInput, match=message):
        area_code(dataclasses.replace(town, areas=areas), "west", 12)


def test_levels_below_the_complete_one_add_nothing(town):
    areas = town.areas.assign(parent=[None, "town", "west"], code=["110101001", WEST, "07"])
    assert area_code(dataclasses.replace(town, areas=areas), "east", 12) == WEST


def test_codes_that_are_given_stand_for_those_of_the_tree(town):
    assert area_code(town, "west", 12, {"west": "110101001009"}) == "110101001009"


def test_a_grid_is_at_home_in_the_smallest_area_that_holds_it(town):
    assert grid_areas(by_columns(town, "AABBCC")).to_dict() == {"A": "west", "B": "town", "C": "east"}


def test_a_level_tree_that_bites_its_tail_is_refused(town):
    areas = town.areas.assign(parent=[None, "east", "west"])
    with pytest.raises(BadInput, match="lies in itself"):
        lineages(dataclasses.replace(town, areas=areas))
