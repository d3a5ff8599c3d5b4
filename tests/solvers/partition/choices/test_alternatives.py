from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Measure, PartitionParams, solve
from gridgeo_solvers.partition.choices.alternatives import alternatives, difference
from gridgeo_solvers.stop import MaxIterations
from layouts import lattice
from ruled import keeps, rank_value, ruled_problems, valid_plans

LIGHT = PartitionParams(starts=3, plans=1, rounds=2, sweeps=1500, bound_steps=60)
slow = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def elsewhere(a: np.ndarray, b: np.ndarray, mass: np.ndarray, k: int) -> float:
    """Share of the mass that no naming of the grids brings together."""
    return min(float(mass[np.array(names)[b] != a].sum()) for names in permutations(range(k))) / float(mass.sum())


@slow
@given(st.lists(st.integers(0, 3), min_size=4, max_size=9), st.data())
def test_difference_is_the_least_over_all_names_of_grids(a, data):
    b = data.draw(st.lists(st.integers(0, 3), min_size=len(a), max_size=len(a)))
    mass = np.array(data.draw(st.lists(st.integers(1, 9), min_size=len(a), max_size=len(a))), dtype=float)
    first, second = np.array(a), np.array(b)
    assert difference(first, second, mass) == pytest.approx(elsewhere(first, second, mass, 4))
    assert difference(first, second, mass) == pytest.approx(difference(second, first, mass))


@pytest.mark.parametrize("objective", ["compactness", "boundary"])
def test_alternatives_are_valid_priced_and_pairwise_different(objective):
    problem = lattice(6, 7, 4, objective=objective)
    plans = alternatives(problem, 4, worse=0.15, apart=0.1, seed=2, params=LIGHT)
    assert len(plans) == 4
    for plan in plans:
        assert keeps(problem, plan.assignment)
        assert plan.objective == pytest.approx(rank_value(problem, plan.assignment, 0))
        assert plan.objective <= plans[0].objective * 1.15 * (1 + 1e-9)
        assert plan.totals["households"].sum() == problem.mass.sum()
        assert plan.bound is None or plan.bound <= plan.objective
    for a, b in combinations(plans, 2):
        assert elsewhere(a.assignment, b.assignment, problem.mass, 4) >= 0.1 - 1e-9
    assert [plan.objective for plan in plans] == sorted(plan.objective for plan in plans)


@slow
@given(ruled_problems(most=6, objectives=("compactness", "boundary"), rules=()), st.integers(0, 99))
def test_of_a_few_units_every_alternative_is_one_of_all_valid_plans(problem, seed):
    try:
        alone = solve(problem, seed=seed, params=LIGHT)
    except Infeasible:
        with pytest.raises(Infeasible):
            alternatives(problem, 3, seed=seed, params=LIGHT)
        return
    plans = alternatives(problem, 3, worse=1.0, apart=0.05, seed=seed, params=LIGHT)
    truth = valid_plans(problem)
    assert plans[0].objective <= alone.objective
    assert all(any(np.array_equal(plan.assignment, one) for one in truth) for plan in plans)


def test_the_same_seed_gives_the_same_alternatives():
    problem = lattice(5, 6, 3)
    first, second = (alternatives(problem, 3, worse=0.3, seed=5, params=LIGHT) for _ in range(2))
    assert [plan.assignment.tolist() for plan in first] == [plan.assignment.tolist() for plan in second]


def test_one_plan_is_what_solve_answers():
    problem = lattice(5, 6, 3)
    (only,) = alternatives(problem, 1, seed=4, params=LIGHT)
    assert only.assignment.tolist() == solve(problem, seed=4, params=LIGHT).assignment.tolist()


def test_parts_without_a_border_vary_together():
    one = lattice(4, 5, 2)
    u, v, length = one.graph.edges()
    pairs = np.concatenate([np.column_stack([u, v]), np.column_stack([u, v]) + 20])
    problem = replace(
        lattice(8, 5, 4),
        graph=Graph.from_edges(40, pairs, np.concatenate([length, length])),
        measures=(Measure.within("households", lattice(8, 5, 4).mass, 4, 0.3),),
    )
    plans = alternatives(problem, 3, worse=0.5, seed=1, params=LIGHT)
    assert len(plans) == 3
    assert all(keeps(problem, plan.assignment) for plan in plans)


def test_a_run_that_is_stopped_returns_the_best_plan():
    plans = alternatives(lattice(5, 6, 3), 3, stop=MaxIterations(4), params=LIGHT)
    assert len(plans) >= 1
    assert keeps(lattice(5, 6, 3), plans[0].assignment)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"worse": -0.1}, {"apart": 0.0}, {"apart": 1.0}])
def test_a_wish_that_means_nothing_is_refused_by_name(wrong):
    with pytest.raises(BadProblem, match=next(iter(wrong))):
        alternatives(lattice(3, 3, 2), **{"count": 2, **wrong})
