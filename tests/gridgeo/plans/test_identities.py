import dataclasses

import pandas as pd
import pytest

from gridgeo import schemas
from gridgeo.errors import BadInput
from gridgeo.plans.identities import tidy_identities
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules

CALLED = pd.DataFrame(
    {"code": ["110101001001001", "110101001001002"], "name": ["钟楼网格", ""], "owner": ["李明", "Ada"]},
    index=pd.Index(["west", "east"], name="grid"),
)


@pytest.fixture
def plan(lattice):
    """The lattice town in two halves that are called west and east."""
    return Plan(lattice, lattice.units.set_index("unit")["area"], Rules(k=2), identities=CALLED)


def test_grids_carry_code_name_and_owner(plan):
    schemas.check(plan.grids, schemas.PLAN["grids"])
    assert list(plan.grids.columns) == [*schemas.PLAN["grids"].columns, "geometry"]
    told = plan.grids.set_index("grid").loc["west"]
    assert (told["code"], told["name"], told["owner"]) == ("110101001001001", "钟楼网格", "李明")


def test_a_grid_without_an_identity_has_its_identifier_as_code(lattice):
    bare = Plan(lattice, lattice.units.set_index("unit")["area"], Rules(k=2))
    assert bare.identities.to_dict("index") == {
        "east": {"code": "east", "name": "", "owner": ""},
        "west": {"code": "west", "name": "", "owner": ""},
    }


def test_a_move_keeps_identities_and_a_new_grid_starts_with_its_identifier(plan):
    moved = plan.move(["U000"], "north")
    assert moved.identities.loc[["east", "west"]].equals(plan.identities)
    assert moved.identities.loc["north"].to_dict() == {"code": "north", "name": "", "owner": ""}


def test_the_identity_of_a_grid_that_is_gone_goes_with_it(plan):
    whole = dataclasses.replace(plan, assignment=plan.assignment.mask(plan.assignment == "west", "east"))
    assert whole.identities["code"].to_dict() == {"east": "110101001001002"}


def test_empty_cells_and_a_column_grid_are_read():
    given = pd.DataFrame({"grid": [2, 1], "code": [None, "C1"], "owner": ["Ada", float("nan")]})
    tidy = tidy_identities(given, pd.Series(["1", "2", "2"]))
    assert tidy.reset_index().to_dict("records") == [
        {"grid": "1", "code": "C1", "name": "", "owner": ""},
        {"grid": "2", "code": "2", "name": "", "owner": "Ada"},
    ]


def test_two_identities_of_one_grid_are_refused():
    with pytest.raises(BadInput, match="grid 1 has two identities"):
        tidy_identities(pd.DataFrame({"grid": ["1", "1"], "code": ["a", "b"]}), pd.Series(["1"]))
