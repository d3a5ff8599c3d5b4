import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Measure, PartitionParams, PartitionProblem, read_instance, solve
from gridgeo_solvers.partition.bounds.lagrangian import Bound, lagrangian
from gridgeo_solvers.partition.ground.parts import Part, parts_of, start_rows
from gridgeo_solvers.partition.ground.values import found
from gridgeo_solvers.partition.proof.centre_proof import CentreProof, CentreWork, prove_by_centres
from gridgeo_solvers.partition.proof.centre_sets import Division
from gridgeo_solvers.partition.proof.fixed_centres import dual, ends
from gridgeo_solvers.stop import MaxIterations
from small_partitions import all_plans, bound_of, connected_edges

NEVER = MaxIterations(10**9)
slow = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def plain_problems(draw) -> PartitionProblem:
    """Connected graphs of 3 to 9 units with bands of one or two measures, some units tied to each other."""
    n = draw(st.integers(3, 9))
    edges = draw(connected_edges(n))
    k = draw(st.integers(2, min(n, 3)))
    households = np.array(draw(st.lists(st.integers(0, 60), min_size=n, max_size=n)), dtype=float)
    measures = [Measure.within("households", households, k, draw(st.sampled_from([0.05, 0.3, 0.8])))]
    if draw(st.booleans()):
        area = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)), dtype=float) / 7
        measures.append(Measure.within("area", area, k, 0.6))
    spot = st.lists(st.integers(0, 40), min_size=n, max_size=n)
    tied = (edges[draw(st.integers(0, len(edges) - 1))],) if draw(st.booleans()) else ()
    return PartitionProblem(
        graph=Graph.from_edges(n, edges),
        measures=tuple(measures),
        k=k,
        mass=households + 1,
        x=np.array(draw(spot)) * 1000.0,
        y=np.array(draw(spot)) * 1000.0,
        together=tied,
        whole_km=draw(st.booleans()),
    )


def poor_bound(part: Part) -> Bound:
    """Multipliers of nothing: no site is ruled out, and the proof starts from 0."""
    sites = len(part.row_of)
    return Bound(0.0, np.zeros(part.n), np.zeros(sites), np.zeros((max(len(part.weights), 1), sites)), 0)


@slow
@given(plain_problems(), st.randoms(use_true_random=False), st.booleans())
def test_the_proven_plan_is_the_best_of_all_plans(problem, random, rough):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    start, least = random.choice(plans), min(plan.value.cost for plan in plans)
    assume(start.value.cost > 0)
    bound = poor_bound(part) if rough else lagrangian(part, problem.k, start.value.cost, start.plan, 100, NEVER)
    best, value = prove_by_centres(part, start, problem.k, bound, NEVER)
    assert best.feasible
    assert best.value.cost == pytest.approx(least, rel=1e-8)
    assert value == best.value.cost


@slow
@given(plain_problems(), st.integers(0, 6), st.integers(0, 2), st.integers(0, 4))
def test_a_proof_out_of_work_gives_a_bound_below_every_plan(problem, divisions, programmes, asked):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    worst = max(plans, key=lambda plan: plan.value.cost)
    assume(worst.value.cost > 0)
    work = CentreWork(divisions=divisions, programmes=programmes, steps=3)
    _, value = prove_by_centres(part, worst, problem.k, poor_bound(part), MaxIterations(asked), work)
    assert value <= min(plan.value.cost for plan in plans) * (1 + 1e-9)


@slow
@given(plain_problems(), st.randoms(use_true_random=False))
def test_any_prices_bound_the_plans_of_their_centres(problem, random):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    plan = random.choice(plans)
    centres = part.centres(plan.plan, problem.k)
    cost = part.cost[:, centres]
    low, high = ends(part, problem.k)
    prices = np.array([[random.uniform(-9, 9) for _ in centres] for _ in part.weights])
    one = dual(part, cost, part.row_of[centres], prices, low, high)
    used = one.value + max(one.reduced[np.arange(part.n), plan.plan])
    assert used <= plan.value.cost * (1 + 1e-9) + 1e-9


@slow
@given(plain_problems(), st.integers(1, 30))
def test_raised_bounds_of_divisions_hold_for_every_plan_with_such_centres(problem, steps):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    first = max(plans, key=lambda plan: plan.value.cost)
    assume(first.value.cost > 0)
    proof = CentreProof(part, first, problem.k, poor_bound(part), CentreWork())
    every = np.arange(len(proof.sites.sites))
    root = Division(0.0, (every,), (problem.k,), np.zeros(part.n), np.zeros(len(every)))
    for child in proof.sites.split(root) if len(every) > problem.k else [root]:
        value = proof.sites.raised(child, 2 * first.value.cost, steps).value
        for plan in plans:
            sites = part.centres(plan.plan, problem.k)
            inside = [int(np.isin(sites, proof.sites.sites[group]).sum()) for group in child.groups]
            if tuple(inside) == child.counts:
                assert value <= plan.value.cost * (1 + 1e-9)


@slow
@given(plain_problems())
def test_parting_a_division_keeps_every_set_of_centres(problem):
    (part,) = parts_of(problem)
    plans = all_plans(part, problem.k)
    assume(plans)
    proof = CentreProof(part, plans[0], problem.k, poor_bound(part), CentreWork())
    every = np.arange(len(proof.sites.sites))
    todo = [Division(0.0, (every,), (problem.k,), np.zeros(part.n), np.zeros(len(every)))]
    sets: list[tuple[int, ...]] = []
    while todo:
        division = todo.pop()
        if division.sets <= 2:
            sets += [tuple(sorted(one)) for one in division.listed().tolist()]
        else:
            todo += proof.sites.split(division)
    assert sorted(sets) == sorted(combinations(every.tolist(), problem.k))


@pytest.mark.parametrize("state", ["ID", "OK"])
def test_the_published_optimum_of_a_tract_map_is_proven(shared, state):
    document = json.loads((shared / f"benchmarks/partition/us2010_{state}_tract.json").read_text())
    problem = read_instance(document)
    (part,) = parts_of(problem)
    answer = solve(problem, params=PartitionParams(bound_steps=0))
    plan = start_rows(part, answer.assignment, problem.k)
    assert plan is not None
    best, value = bound_of(part, found(part, plan, problem.k), problem.k, NEVER)
    assert value == best.value.cost
    assert best.value.cost / 1e6 == pytest.approx(document["best_known"]["moi_km2"]["value"], abs=1e-4)
