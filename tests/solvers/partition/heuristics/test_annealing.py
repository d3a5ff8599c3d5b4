from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Measure, PartitionProblem
from gridgeo_solvers.partition.ground.parts import Part, parts_of, start_rows
from gridgeo_solvers.partition.ground.values import found
from gridgeo_solvers.partition.heuristics.annealing import anneal
from gridgeo_solvers.partition.heuristics.seeded import seeded_start
from gridgeo_solvers.partition.heuristics.starts import fresh_start
from gridgeo_solvers.problems import Objective, Term
from layouts import lattice
from ruled import connected, keeps, rank_value, ruled_problems, valid_plans

tight_lattice = partial(lattice, tolerance=0.1)
slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def begin(part: Part, k: int, seed: int) -> np.ndarray:
    """A connected plan to anneal from."""
    return seeded_start(part, k) if len(part.seeds) else fresh_start(part, k, np.random.default_rng(seed))


@slow
@given(ruled_problems(), st.integers(0, 1000))
def test_a_plan_without_violation_keeps_every_rule_and_tells_its_worth(problem, seed):
    part = parts_of(problem)[0]
    best = anneal(part, begin(part, problem.k, seed), problem.k, sweeps=200, hot=3.0, seed=seed)
    assert best.feasible == keeps(problem, best.plan)
    assert best.value.cost == pytest.approx(rank_value(problem, best.plan, 0))
    assert found(part, best.plan, problem.k).value == best.value


def test_annealing_finds_nearly_every_plan_that_brute_force_finds():
    tried = reached = 0

    @settings(slow, derandomize=True, database=None)
    @given(ruled_problems(most=7))
    def sample(problem):
        nonlocal tried, reached
        truth = valid_plans(problem)
        if not truth:
            return
        part = parts_of(problem)[0]
        runs = [anneal(part, begin(part, problem.k, s), problem.k, sweeps=300, hot=3.0, seed=s) for s in range(4)]
        best = min(runs, key=lambda one: one.value)
        optimum = min(rank_value(problem, plan, 0) for plan in truth)
        tried += 1
        reached += best.feasible and best.value.cost <= optimum * (1 + 1e-9) + 1e-9

    sample()
    assert tried > 10
    assert reached >= 0.8 * tried


@slow
@given(st.integers(0, 1000), st.integers(2, 6))
def test_grids_stay_connected_and_seeds_stay_put(seed, k):
    random = np.random.default_rng(seed)
    problem = tight_lattice(7, 8, k, seeds=tuple(random.permutation(56)[:k].tolist()))
    part = parts_of(problem)[0]
    best = anneal(part, seeded_start(part, k), k, sweeps=100, hot=5.0, seed=seed)
    assert best.plan[list(problem.seeds)].tolist() == list(range(k))
    for g in range(k):
        assert connected(problem.graph, set(np.flatnonzero(best.plan == g).tolist()))


def test_each_grid_is_held_to_its_own_band():
    base = tight_lattice(8, 8, 3)
    total = base.mass.sum()
    goal = np.array([0.2, 0.3, 0.5]) * total
    band = Measure("households", base.mass, goal * 0.97, goal * 1.03)
    problem = tight_lattice(8, 8, 3, measures=(band,), seeds=(0, 7, 60))
    part = parts_of(problem)[0]
    best = anneal(part, seeded_start(part, 3), 3, sweeps=400, hot=3.0, seed=1)
    assert best.feasible
    assert np.abs(np.bincount(best.plan, weights=base.mass) / goal - 1).max() <= 0.03


def test_parts_take_the_bands_of_their_own_seeds():
    edges = [(0, 1), (1, 2), (3, 4), (4, 5)]
    band = Measure(
        "households", np.full(6, 10.0), np.array([5.0, 15.0, 10.0, 20.0]), np.array([12.0, 22.0, 13.0, 23.0])
    )
    x, y = np.arange(6) * 100.0, np.zeros(6)
    problem = PartitionProblem(Graph.from_edges(6, edges), (band,), 4, np.ones(6), x, y, seeds=(5, 0, 2, 3))
    west, east = parts_of(problem)
    assert (west.seeds.tolist(), east.seeds.tolist()) == ([0, 2], [2, 0])
    assert west.bands(2)[0].tolist() == [[15.0, 10.0]]
    assert east.bands(2)[1].tolist() == [[12.0, 23.0]]
    assert anneal(east, seeded_start(east, 2), 2, sweeps=50, hot=3.0, seed=0).feasible
    assert start_rows(east, np.array([1, 1, 2, 3, 3, 0]), 2).tolist() == [1, 1, 0]


def test_a_split_area_is_gathered_again():
    zone = np.repeat([0, 1, 2, 3], 16)
    problem = tight_lattice(
        8, 8, 4, zone=zone, measures=(Measure.within("households", tight_lattice(8, 8, 4).mass, 4, 0.25),)
    )
    part = parts_of(problem)[0]
    columns = np.tile(np.repeat([0, 1, 2, 3], 2), 8)
    assert part.violation(columns, 4) == 12.0
    best = min((anneal(part, columns, 4, sweeps=600, hot=5.0, seed=s) for s in range(3)), key=lambda one: one.value)
    assert best.feasible
    assert all(len(set(best.plan[zone == area])) == 1 for area in range(4))


def test_rivals_across_a_reach_part():
    problem = tight_lattice(6, 6, 6, reach=0.36)
    part = parts_of(problem)[0]
    runs = [anneal(part, begin(part, 6, s), 6, sweeps=400, hot=5.0, seed=s) for s in range(4)]
    assert any(one.feasible and keeps(problem, one.plan) for one in runs)


def test_distances_and_borders_count_together():
    terms = (Term(Objective.COMPACTNESS), Term(Objective.BOUNDARY, weight=0.05))
    both = tight_lattice(8, 8, 4, objective=terms)
    alone = tight_lattice(8, 8, 4)
    worth = {}
    for name, problem in (("both", both), ("alone", alone)):
        part = parts_of(problem)[0]
        runs = [anneal(part, begin(part, 4, s), 4, sweeps=600, hot=5.0, seed=s) for s in range(3)]
        best = min(runs, key=lambda one: one.value)
        assert best.value.cost == pytest.approx(rank_value(problem, best.plan, 0))
        worth[name] = rank_value(both, best.plan, 0)
    assert worth["both"] <= worth["alone"] * (1 + 1e-9)


def test_the_same_seed_gives_the_same_plan():
    part = parts_of(tight_lattice(8, 8, 4))[0]
    first, second = (anneal(part, begin(part, 4, 0), 4, sweeps=100, hot=5.0, seed=7) for _ in range(2))
    assert first.plan.tolist() == second.plan.tolist()


@slow
@given(ruled_problems())
def test_seeded_grids_grow_connected_from_their_seeds(problem):
    part = parts_of(problem)[0]
    if not len(part.seeds):
        return
    plan = seeded_start(part, problem.k)
    assert plan[part.seeds].tolist() == list(range(problem.k))
    assert all(connected(problem.graph, set(np.flatnonzero(plan == g).tolist())) for g in range(problem.k))
