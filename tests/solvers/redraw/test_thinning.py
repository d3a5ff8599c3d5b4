"""As few grids as are enough: found where trying every plan finds them, and never claimed wrongly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from gridgeo_solvers.check_redraw import judge_redraw
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw import Redrawing, RedrawParams, fewest, solve
from redrawings import best_by_trying, limited_redrawings

SMALL = RedrawParams(sweeps=60, choices=1, rounds=0)
MOST = 4
"""Grids up to which every plan is tried."""


def with_count(asked: Redrawing, k: int) -> Redrawing:
    """The same question for `k` grids."""
    return replace(asked, problem=replace(asked.problem, k=k))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(limited_redrawings())
def test_no_plan_has_fewer_grids_than_the_bound_and_what_is_found_keeps_every_rule(asked: Redrawing) -> None:
    if asked.problem.seeds:
        return
    upper = tuple(replace(measure, lower=-np.inf) for measure in asked.problem.measures)
    asked = replace(asked, problem=replace(asked.problem, measures=upper))
    enough = next((k for k in range(1, MOST + 1) if best_by_trying(with_count(asked, k)) is not None), MOST + 1)
    try:
        found = fewest(asked)
    except Infeasible:
        # What locks, ways and areas leave may be one number of grids that the search doesn't meet.
        assert enough > MOST or asked.fixed.any() or asked.problem.zone is not None or asked.problem.reach < np.inf
        return
    assert found.least <= enough
    assert found.k >= min(enough, MOST)
    answer = solve(with_count(asked, found.k), known=found.plans, params=SMALL)
    assert judge_redraw(with_count(asked, found.k), answer) == []


def row(weights: list[float], old: list[int], most: float) -> Redrawing:
    """Units in a row, with an upper end for what a grid holds."""
    n = len(weights)
    load = np.array(weights)
    graph = Graph.from_edges(n, [(i, i + 1) for i in range(n - 1)])
    problem = PartitionProblem(
        graph, (Measure("load", load, 0.0, most),), 1, np.ones(n), np.arange(n) * 100.0, np.zeros(n)
    )
    return Redrawing(problem, old, load)


def test_where_the_search_meets_no_plan_the_proof_does() -> None:
    """A star whose hub may not share with one arm: two grids, and one way to draw them."""
    load = np.array([0.0, 0, 0, 0, 1, 0, 0, 1])
    graph = Graph.from_edges(8, [(0, 1), (0, 2), (0, 3), (0, 4), (0, 7), (1, 5), (4, 6)])
    problem = PartitionProblem(
        graph, (Measure("load", load, 0.0, 2.0),), 1, load, np.arange(8) * 100.0, np.zeros(8),
        together=((1, 5),), apart=((0, 1),),
    )  # fmt: skip
    found = fewest(Redrawing(problem, [0, 1, 0, 0, 0, 0, 0, 0], load))
    assert (found.k, found.least) == (2, 2)


def test_many_small_grids_become_as_few_as_fit_and_that_is_proven() -> None:
    found = fewest(row([5.0] * 24, list(range(24)), 20.0))
    assert (found.k, found.least) == (6, 6)


def test_connection_that_costs_a_grid_more_than_the_sums_is_proven() -> None:
    # 6 and 4 would fill two grids, but lie side by side as 4 6 6 4 and as 6 4 4 6.
    found = fewest(row([4.0, 4.0, 6.0, 6.0], [0, 1, 2, 3], 10.0))
    assert (found.k, found.least) == (3, 3)


def test_a_unit_too_heavy_for_any_grid_is_named() -> None:
    with pytest.raises(Infeasible, match=r"unit 1 alone has 30 load, a grid has at most 20"):
        fewest(row([5.0, 30.0, 5.0], [0, 1, 2], 20.0))
