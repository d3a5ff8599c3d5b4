import numpy as np
import pytest

from gridgeo_solvers.routing.tours import Tours, solve
from gridgeo_solvers.routing.tours.bound import bound_of
from gridgeo_solvers.routing.tours.tables import tables_of
from tiny_tours import best_worth, tiny

KINDS = [{}, {"two_modes": True}, {"days": 2, "n": 4}, {"vehicles": 2, "objective": "longest"}]


@pytest.mark.parametrize("fields", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_no_plan_is_below_the_bound(fields, seed):
    problem = tiny(seed, **fields)
    cost, longest = best_worth(problem)
    bound = bound_of(problem, tables_of(problem, problem.patterns))
    assert 0 < bound <= (longest if problem.objective == "longest" else cost)


def test_each_route_that_the_load_needs_pays_for_its_way_to_the_depot():
    """Four doors at one place, ten from the depot, two to a route: two routes, and the bound proves them."""
    at = np.array([0.0, 10, 10, 10, 10])
    problem = Tours.of_doors(np.abs(at[:, None] - at), demand=[1] * 4, capacity=2)
    plan = solve(problem, steps=200)
    assert (plan.cost, plan.bound, plan.status) == (40.0, 40.0, "optimal")
    assert plan.gap == 0


def test_a_single_task_is_proven():
    assert solve(Tours.of_doors([[0, 3], [4, 0]]), steps=5).gap == 0
