import pandas as pd
import pytest

from gridgeo import schemas
from gridgeo.errors import BadInput
from gridgeo.plans.judging import check
from gridgeo.plans.plan import Figures, Plan, fingerprint, numbered
from gridgeo.plans.rules import Rules
from towns import lattice_town


def halves(town):
    """West is grid 01, east is grid 02."""
    units = town.units
    return pd.Series(
        ["01" if area == "west" else "02" for area in units["area"]], index=pd.Index(units["unit"], name="unit")
    )


@pytest.fixture
def plan(lattice):
    """The lattice town in two halves."""
    return Plan(lattice, halves(lattice), Rules(k=2))


def test_no_household_is_lost_or_counted_twice(plan, lattice):
    schemas.check(plan.grids, schemas.PLAN["grids"])
    total = lattice.buildings["households"].sum()
    assert (
        lattice.units["households"].sum()
        == plan.grids["households"].sum()
        == plan.metrics()["households"].sum()
        == total
    )


def test_grids_join_to_the_whole_jurisdiction(plan, lattice):
    whole = plan.grids.union_all()
    assert whole.symmetric_difference(lattice.boundary.union_all()).area == pytest.approx(0, abs=1e-6)


def test_the_order_of_the_given_assignment_does_not_matter(lattice, plan):
    shuffled = halves(lattice).sample(frac=1, random_state=1)
    again = Plan(lattice, shuffled, plan.rules)
    assert again.assignment.equals(plan.assignment)
    assert again.metrics().equals(plan.metrics())


def test_a_move_gives_a_new_plan_and_leaves_the_old_one(plan):
    moved = plan.move(["U002"], "02")
    assert plan.assignment["U002"] == "01"
    assert moved.assignment["U002"] == "02"
    assert moved.figures.objective is None
    assert plan.diff(moved).to_dict("records") == [
        {
            "unit": "U002",
            "from": "01",
            "to": "02",
            "households": int(plan.jurisdiction.units.set_index("unit").at["U002", "households"]),
        }
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.drop("U003"), "1 units have no grid, first U003"),
        (lambda s: pd.concat([s, s.loc[["U004"]]]), "U004 is assigned 2 times"),
        (lambda s: pd.concat([s, pd.Series(["01"], index=["X"])]), "unit X"),
        (lambda s: s.mask(s.index == "U005"), "U005 has no grid"),
    ],
)
def test_an_assignment_that_is_none_is_refused_by_name(lattice, change, message):
    with pytest.raises(BadInput, match=message):
        Plan(lattice, change(halves(lattice)), Rules(k=2))


def test_grids_are_numbered_from_west_to_east(lattice):
    labels = [5 - i % 6 for i in range(24)]
    assert numbered(lattice, labels).tolist()[:6] == ["01", "02", "03", "04", "05", "06"]


def test_the_fingerprint_changes_with_the_input_alone():
    town = lattice_town(seed=3)
    assert fingerprint(town) == fingerprint(lattice_town(seed=3))
    assert fingerprint(town) != fingerprint(lattice_town(seed=4))
    assert fingerprint(town) != fingerprint(lattice_town(seed=3, railway=True))


def test_a_plans_fingerprint_changes_with_assignment_rules_and_input_alone(plan, lattice):
    renamed = pd.DataFrame({"code": ["A"]}, index=["01"])
    same = Plan(lattice, halves(lattice).sample(frac=1, random_state=2), Rules(k=2), Figures(1.0), renamed)
    assert same.fingerprint() == plan.fingerprint()
    others = [
        plan.move(["U002"], "02"),
        Plan(lattice, halves(lattice), Rules(k=2, within="quarter")),
        Plan(lattice_town(seed=4), halves(lattice), Rules(k=2)),
    ]
    assert len({plan.fingerprint(), *(other.fingerprint() for other in others)}) == 4


def test_the_worst_deviation_is_that_of_the_grids(plan):
    households = plan.grids["households"]
    expected = (households / households.mean() - 1).abs().max()
    assert plan.worst_deviation()["households"] == pytest.approx(expected)


def test_a_town_and_what_is_made_of_it_show_themselves_in_a_line(lattice, plan):
    count = len(lattice.buildings)
    assert repr(lattice) == (
        f"<Jurisdiction Lattice: 24 units, {count} buildings, levels jurisdiction, quarter, WGS 84 / UTM zone 32N>"
    )
    assert repr(plan) == "<Plan of Lattice: 24 units in 2 grids, drawn>"
    assert repr(check(lattice, plan)) == f"<Verdict: {'; '.join(check(lattice, plan).reasons())}>"
