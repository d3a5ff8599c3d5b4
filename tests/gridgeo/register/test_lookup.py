import dataclasses
from datetime import date

import pytest
import shapely

from gridgeo import crs
from gridgeo.errors import BadInput, OutsideJurisdiction
from gridgeo.plans.continuity import keep_identities
from gridgeo.register import Register, number_grids
from register_towns import WEST, by_columns

W1, W2 = WEST + "001", WEST + "002"


@pytest.fixture(scope="module")
def register(town):
    """001 holds columns 0 and 1 until July 2021, then column 0; its owner is Ada from March 2020, Bo from 2022."""
    first = number_grids(by_columns(town, "AABCCC"))
    second = keep_identities(first, by_columns(town, "ABBCCC"), number_grids).plan
    begun = Register.empty(town.crs).in_force(first, date(2020, 1, 1), number="P-1")
    owned = begun.hand_over(W1, date(2020, 3, 1), owner="Ada")
    # Continuity comes from the plan; the register's owner goes with it.
    called = second.identities.assign(owner=["Ada", "", ""])
    drawn = owned.in_force(dataclasses.replace(second, identities=called), date(2021, 7, 1), number="P-2")
    return drawn.hand_over(W1, date(2022, 1, 1), owner="Bo")


@pytest.mark.parametrize(
    ("day", "owner"),
    [
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), ""),
        (date(2020, 2, 29), ""),
        (date(2020, 3, 1), "Ada"),
        (date(2021, 12, 31), "Ada"),
        (date(2022, 1, 1), "Bo"),
        (date(2050, 1, 1), "Bo"),
    ],
)
def test_who_owned_a_grid_is_known_for_any_day(register, day, owner):
    assert register.lookup.owner(W1, day) == owner


@pytest.mark.parametrize(
    ("day", "code", "plan"),
    [(date(2020, 5, 1), W1, "P-1"), (date(2021, 6, 30), W1, "P-1"), (date(2021, 7, 1), W2, "P-2")],
)
def test_a_place_in_column_1_changed_its_grid_in_july_2021(register, town, day, code, plan):
    point = town.units.geometry.iloc[1].centroid
    found = register.lookup.at_point(point, day)
    assert (found.code, found.plan) == (code, plan)
    lon, lat = crs.transform(point.x, point.y, town.crs, crs.WGS84)
    assert register.lookup.at(float(lon), float(lat), day) == found


def test_a_version_says_everything_of_the_grid(register):
    one = register.lookup.grid(W2, date(2023, 1, 1))
    assert one is not None
    assert (one.version, one.change, one.parents, one.area) == (2, "grown", (W1,), "west")
    assert (one.valid_from, one.valid_to) == (date(2021, 7, 1), None)
    assert [v.version for v in register.lookup.history(W1)] == [1, 2, 3, 4]
    assert len(list(register.lookup)) == len(register.versions)


def test_a_place_on_a_border_lies_in_the_first_grid_by_code(register, town):
    east_edge_of_column_0 = shapely.Point(372_100, 4_843_050)
    assert register.lookup.at_point(east_edge_of_column_0, date(2023, 1, 1)).code == W1


def test_what_was_never_there_is_told(register, town):
    inside = town.units.geometry.iloc[0].centroid
    with pytest.raises(
        OutsideJurisdiction, match="lay in no grid on 2019-05-01; its first grid came into force on 2020-01-01"
    ):
        register.lookup.at_point(inside, date(2019, 5, 1))
    with pytest.raises(OutsideJurisdiction, match="never lay in any grid"):
        register.lookup.at(0.0, 0.0, date(2021, 1, 1))
    with pytest.raises(OutsideJurisdiction, match="another side of the Earth"):
        register.lookup.at(99.0, 0.0, date(2021, 1, 1))
    with pytest.raises(BadInput, match="no grid ever had the code '7'"):
        register.lookup.grid("7", date(2021, 1, 1))
    with pytest.raises(BadInput, match="lat 91"):
        register.lookup.at(7.0, 91.0, date(2021, 1, 1))
    with pytest.raises(BadInput, match=r"give a datetime\.date"):
        register.lookup.grid(W1, "2021-01-01")
