import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Measure, PartitionProblem, read_instance
from gridgeo_solvers.partition.ground.parts import Part, parts_of
from gridgeo_solvers.partition.ground.values import Found, Value, found
from gridgeo_solvers.partition.instances import MOI_KM2
from gridgeo_solvers.partition.proof.branching import Tree
from gridgeo_solvers.partition.proof.exact import no_plan_exists
from gridgeo_solvers.partition.proof.space import whole
from gridgeo_solvers.stop import MaxIterations
from small_partitions import all_plans, bound_of, connected_edges

NEVER = MaxIterations(10**9)
slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def lumpy_problems(draw) -> PartitionProblem:
    """Connected graphs of 3 to 9 units with few households, or nearly as many as a grid; some rivals, some with an area."""
    n = draw(st.integers(3, 9))
    edges = draw(connected_edges(n))
    k = draw(st.integers(2, min(n, 4)))
    lumps = st.one_of(st.integers(0, 9), st.integers(10, 60))
    households = np.array(draw(st.lists(lumps, min_size=n, max_size=n)), dtype=float)
    spot = st.lists(st.integers(0, 40), min_size=n, max_size=n)
    measures = [Measure.within("households", households, k, draw(st.sampled_from([0.05, 0.3, 0.8])))]
    if draw(st.booleans()):
        area = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)), dtype=float)
        measures.append(Measure.within("area", area, k, 0.6))
    rivals = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=1))
    return PartitionProblem(
        graph=Graph.from_edges(n, edges),
        measures=tuple(measures),
        k=k,
        mass=households + 1,
        x=np.array(draw(spot)) * 1000.0,
        y=np.array(draw(spot)) * 1000.0,
        apart=tuple(pair for pair in rivals if pair[0] != pair[1]),
        whole_km=draw(st.booleans()),
    )


@slow
@given(lumpy_problems(), st.randoms(use_true_random=False))
def test_the_proven_plan_is_the_best_of_all_plans(problem, random):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    best, bound = bound_of(part, random.choice(plans), problem.k, NEVER)
    least = min(plan.value.cost for plan in plans)
    assert best.feasible
    assert best.value.cost == pytest.approx(least, rel=1e-8)
    assert bound == best.value.cost


@slow
@given(lumpy_problems(), st.randoms(use_true_random=False))
def test_a_proof_begun_without_a_plan_finds_the_best_one_or_a_bound_below_it(problem, random):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    least = min(plan.value.cost for plan in plans)
    broken = Found(random.choice(plans).plan, Value(0.5, least * random.choice([0.5, 0.95, 1.0])))
    best, bound = bound_of(part, broken, problem.k, NEVER)
    assert bound <= least * (1 + 1e-9)
    if best.feasible:
        assert bound == best.value.cost == pytest.approx(least, rel=1e-8)


@slow
@given(lumpy_problems(), st.integers(1, 4))
def test_a_proof_that_is_stopped_gives_a_bound_below_every_plan(problem, asked):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    worst = max(plans, key=lambda plan: plan.value.cost)
    _, bound = bound_of(part, worst, problem.k, MaxIterations(asked))
    assert bound <= min(plan.value.cost for plan in plans) * (1 + 1e-9)


@slow
@given(lumpy_problems())
def test_no_plan_exists_only_where_none_does(problem):
    (part,) = parts_of(problem)
    assert not (no_plan_exists(part, problem.k, NEVER) and all_plans(part, problem.k))


@slow
@given(lumpy_problems(), st.randoms(use_true_random=False))
def test_branching_on_edges_alone_finds_the_best_of_all_plans(problem, random):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    everything = whole(part, np.ones(part.cost.shape, dtype=bool))
    tree = Tree(part, random.choice(plans), problem.k, everything, np.zeros(part.n), 0.0, sets=0)
    best, bound = tree.run(NEVER)
    assert bound == best.value.cost == pytest.approx(min(plan.value.cost for plan in plans), rel=1e-8)


def test_seeds_keep_their_grids_in_a_proven_plan():
    rng = np.random.default_rng(3)
    points = rng.uniform(0, 9000, (8, 2))
    edges = {
        tuple(sorted((int(a), int(b))))
        for s in Delaunay(points).simplices
        for a, b in zip(s, np.roll(s, 1), strict=True)
    }
    households = rng.integers(1, 9, 8).astype(float)
    problem = PartitionProblem(
        Graph.from_edges(8, sorted(edges)), (Measure.within("households", households, 3, 0.5),), 3, households,
        points[:, 0], points[:, 1], seeds=(6, 1, 4),
    )  # fmt: skip
    (part,) = parts_of(problem)
    plans = [
        one for plan in product(range(3), repeat=8) if len(set(plan)) == 3
        for one in [found(part, np.array(plan), 3)]
        if one.feasible and int(part.graph.within(one.plan).components().max()) == 2
    ]  # fmt: skip
    worst, least = max(plans, key=lambda p: p.value.cost), min(p.value.cost for p in plans)
    best, bound = bound_of(part, worst, 3, NEVER)
    assert best.plan[list(part.seeds)].tolist() == [0, 1, 2]
    assert best.value.cost == bound == pytest.approx(least)


@pytest.mark.parametrize("state", ["OK", "IA"])
def test_the_published_optimum_of_a_county_map_is_proven_from_a_poor_plan(shared, state):
    document = json.loads((shared / f"benchmarks/partition/us2010_{state}_county.json").read_text())
    problem = read_instance(document)
    optimum = document["best_known"]["moi_km2"]["value"]
    (part,) = parts_of(problem)
    start = found(part, poor_plan(part, problem.k), problem.k)
    given_cost = Found(start.plan, replace(start.value, violation=0.0, cost=optimum * MOI_KM2 * 1.002))
    best, bound = bound_of(part, given_cost, problem.k, NEVER)
    assert best.feasible
    assert bound == best.value.cost
    assert best.value.cost / MOI_KM2 == pytest.approx(optimum, abs=1e-4)


def poor_plan(part: Part, k: int) -> np.ndarray:
    """Rows to the nearest of `k` sites far from each other, whatever their totals."""
    sites = [0]
    while len(sites) < k:
        sites.append(int(part.guide[:, sites].min(axis=1).argmax()))
    return part.guide[:, sites].argmin(axis=1).astype(np.int64)
