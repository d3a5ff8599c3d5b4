import numpy as np
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.building import build_problem
from gridgeo.plans.objectives import OBJECTIVES, disc_value, objective_values, read_objective, with_aim
from gridgeo.plans.rules import Rules
from gridgeo_solvers.problems import Objective


def told(text):
    return [(str(term.objective), term.weight, term.rank, term.slack) for term in read_objective(text)]


def test_every_objective_of_the_solver_is_offered():
    assert set(OBJECTIVES) == {str(objective) for objective in Objective}


def test_commas_rank_and_plus_signs_weigh():
    assert told("balance~0.02, compactness + 0.5*boundary") == [
        ("balance", 1.0, 0, 0.02),
        ("compactness", 1.0, 1, 0.0),
        ("boundary", 0.5, 1, 0.0),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("beauty", "'beauty'.*compactness, boundary"),
        ("", "unknown objective"),
        ("compactness+", "unknown objective ''"),
        ("x*boundary", "weight of boundary is 'x'"),
        ("-1*boundary", "weight of boundary is '-1'"),
        ("0*boundary", "boundary weighs nothing"),
        ("balance~much,cuts", "given up of balance is 'much'"),
        ("cuts,cuts", "names cuts twice"),
    ],
)
def test_an_objective_that_can_not_be_read_is_refused_with_the_part_that_is_wrong(text, message):
    with pytest.raises(BadInput, match=message):
        read_objective(text)


def test_an_aim_comes_before_the_objective_unless_balance_stands_in_it():
    terms = with_aim(read_objective("compactness"), ("area",))
    assert [(str(t.objective), t.rank) for t in terms] == [("balance", 0), ("compactness", 1)]
    terms = read_objective("compactness,balance")
    assert with_aim(terms, ("area",)) == terms
    assert with_aim(terms, ()) == terms


@pytest.mark.parametrize("objective", list(Objective))
def test_four_grids_are_worth_less_of_what_grows_with_a_grid_than_one(objective):
    one, four = (disc_value(objective, 1000.0, 1e6, k, 100.0) for k in (1, 4))
    assert one > 0
    if objective in (Objective.COMPACTNESS, Objective.TRAVEL, Objective.DIAMETER):
        assert four < one
    if objective in (Objective.BOUNDARY, Objective.CUTS, Objective.TIES):
        assert four > one


def test_a_plan_is_worth_what_can_be_counted_on_the_lattice(lattice):
    rules = Rules(k=2, objective="boundary", aim=("area",), customs=dict.fromkeys(lattice.units["unit"], "one"))
    problem = build_problem(lattice, rules)
    halves = np.array([0, 0, 0, 1, 1, 1] * 4)
    values = objective_values(problem, halves)
    assert values["cuts"] == 4
    assert values["boundary"] == 400.0
    assert values["ties"] == 400.0
    assert values["balance"] == pytest.approx(0.0)
    assert values["diameter"] == pytest.approx(np.hypot(200, 300) / 1000)
    assert values["compactness"] > 0
