"""Annealing regions anew keeps every rule and never moves more."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw import Redrawing, RedrawParams, solve
from gridgeo_solvers.redraw.cases import cases_of
from gridgeo_solvers.redraw.regions import reanneal
from gridgeo_solvers.stop import MaxIterations
from redrawings import first_case, redrawings

PLAIN = RedrawParams(sweeps=40, choices=1, rounds=0, tries=0, regions=0, proof_nodes=0)


@settings(max_examples=30, deadline=None)
@given(redrawings())
def test_a_reannealed_plan_keeps_the_rules_and_moves_no_more(asked) -> None:
    case = first_case(asked)
    if case is None or case.n < asked.problem.n:
        return
    try:
        answer = solve(asked, params=PLAIN)
    except Infeasible:
        return
    labels = max(case.m, int(asked.problem.k))
    fresh = iter(range(asked.m, labels))
    label = np.array([old if old >= 0 else next(fresh) for old in answer.continues.tolist()])
    plan = label[answer.assignment]
    again = reanneal(case, plan, labels, tries=3, seed=1, stop=MaxIterations(10_000))
    assert not case.broken(again)
    assert case.moved(again) <= case.moved(plan) + 1e-9


def test_a_needless_move_is_taken_back() -> None:
    weights = np.full(12, 10.0)
    problem = PartitionProblem(
        graph=Graph.from_edges(12, [(i, i + 1) for i in range(11)]),
        measures=(Measure("households", weights, 30, 50),),
        k=3,
        mass=weights,
        x=np.arange(12) * 100.0,
        y=np.zeros(12),
    )
    case = cases_of(Redrawing(problem, np.repeat([0, 1, 2], 4), weights))[0]
    needless = np.array([0] * 5 + [1] * 4 + [2] * 3)
    again = reanneal(case, needless, 3, tries=10, seed=1, stop=MaxIterations(10_000))
    assert again.tolist() == case.home.tolist()
