from dataclasses import replace

import numpy as np
import pytest

from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, PartitionProblem


@pytest.fixture
def street() -> PartitionProblem:
    """Six houses 1 km apart in a row, 10 households each, two groups of three, 20 to 40 households a grid."""
    return PartitionProblem(
        graph=Graph.from_edges(6, [(i, i + 1) for i in range(5)], [7.0] * 5),
        measures=(Measure("households", np.full(6, 10.0), 20, 40),),
        k=2,
        mass=np.full(6, 10.0),
        x=np.arange(6) * 1000.0,
        y=np.zeros(6),
        group=np.array([0, 0, 0, 1, 1, 1]),
    )


def rules(problem, assignment):
    return {fault.rule for fault in judge(problem, np.array(assignment))}


def test_a_valid_plan_has_no_fault_and_its_figures_are_right(street):
    plan = np.array([0, 0, 0, 1, 1, 1])
    assert judge(street, plan) == []
    value = evaluate(street, plan)
    assert value["objective"] == 40.0
    assert value["boundary"] == 7.0
    assert value["totals"]["households"].tolist() == [30.0, 30.0]
    assert value["max_deviation"]["households"] == 0.0


@pytest.mark.parametrize(
    ("assignment", "broken"),
    [
        ([0, 0, 1, 0, 1, 1], {"contiguity", "nesting"}),
        ([0, 1, 1, 1, 1, 1], {"households", "nesting"}),
        ([0, 0, 0, 0, 0, 0], {"count", "households", "nesting"}),
        ([0, 0, 0, 2, 2, 2], {"assigned"}),
        ([0, 0, 0, -1, 1, 1], {"assigned"}),
        ([0, 0, 0], {"assigned"}),
    ],
)
def test_every_broken_rule_is_named(street, assignment, broken):
    assert rules(street, assignment) == broken


def test_units_that_must_stay_together_and_counts_per_group_are_judged(street):
    tied = replace(street, together=((1, 2),), grids_per_group={0: 1})
    assert rules(tied, [0, 0, 1, 1, 1, 1]) == {"together", "nesting"}
