"""What may be trusted of the partition engine, whatever the problem."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from brute_force import LIGHT, answered, differences
from connected_graphs import graphs_of, least, small_problems, weighed
from gridgeo_solvers.check import judge
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import solve
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.results import Status
from gridgeo_solvers.stop import MaxIterations

some = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("n", "count"), [(2, 1), (3, 2), (4, 6), (5, 21), (6, 112)])
def test_on_every_connected_graph_the_answer_is_the_best_of_all_plans(n, count):
    graphs = list(graphs_of(n))
    assert len(graphs) == count
    for number, edges in enumerate(graphs):
        assert differences(weighed(n, edges, np.random.default_rng([n, number]))) == []


@settings(some, max_examples=40)
@given(small_problems())
def test_on_graphs_up_to_nine_units_the_answer_is_the_best_of_all_plans(problem):
    assert differences(problem) == []


@settings(some, max_examples=30)
@given(small_problems(units=8, measures=3))
def test_three_measures_are_answered_as_by_looking_at_all_plans(problem):
    assert differences(problem) == []


@st.composite
def planted(draw: st.DrawFn, measures: int = 3) -> PartitionProblem:
    """40 to 90 units by Delaunay's triangulation with lognormal measures, and bands as wide as a hidden plan needs them."""
    n, k = draw(st.integers(40, 90)), draw(st.integers(2, 6))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    points = random.uniform(0, 10_000, (n, 2))
    triangles = Delaunay(points).simplices
    edges = np.unique(np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])), axis=0)
    weights = random.lognormal(4.0, 0.5, (measures, n)).round() + 1
    whole = Graph.from_edges(n, edges)
    problem = PartitionProblem(whole, (), k, weights[0], points[:, 0], points[:, 1])
    hidden = solve(problem, params=LIGHT, seed=1).assignment
    bands = []
    for number, one in enumerate(weights):
        totals = np.bincount(hidden, weights=one, minlength=k)
        bands.append(Measure(f"measure {number}", one, 0.97 * totals.min(), 1.03 * totals.max()))
    return replace(problem, measures=tuple(bands))


@settings(some, max_examples=10)
@given(planted(), st.integers(0, 99))
def test_where_three_measures_have_a_plan_one_is_found_and_keeps_every_band(problem, seed):
    answer = solve(problem, params=LIGHT, seed=seed)
    assert judge(problem, answer.assignment) == []
    for measure in problem.measures:
        assert answer.totals[measure.name].sum() == pytest.approx(measure.weights.sum())
    assert answer.bound is None or answer.bound <= answer.objective


def scaled(problem: PartitionProblem, factor: float) -> PartitionProblem:
    """The same problem counted in a smaller unit: every weight, band and mass `factor` times as large."""
    bands = [
        replace(m, weights=m.weights * factor, lower=m.lower * factor, upper=m.upper * factor) for m in problem.measures
    ]
    return replace(problem, measures=tuple(bands), mass=problem.mass * factor)


@some
@given(small_problems(measures=3), st.sampled_from([2.0**-10, 2.0**20]))
def test_the_unit_in_which_weights_are_counted_changes_no_plan(problem, factor):
    one, other = answered(problem), answered(scaled(problem, factor))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.assignment.tolist() == other.assignment.tolist()


@some
@given(small_problems(measures=3))
def test_square_metres_and_hundreds_of_millions_of_people_lose_no_digit(problem):
    many = scaled(problem, 1e8)
    truth, answer = least(many), answered(many)
    assert (truth is None) == (answer is None)
    if truth is not None and answer is not None:
        assert judge(many, answer.assignment) == []
        assert answer.objective >= truth * (1 - 1e-12)
        assert answer.status is not Status.OPTIMAL or answer.objective == pytest.approx(truth, rel=1e-12)
        totals = {name: sum(map(int, values)) for name, values in answer.totals.items()}
        assert totals == {m.name: sum(map(int, m.weights)) for m in many.measures}


@some
@given(small_problems(measures=2), st.randoms(use_true_random=False))
def test_renumbering_the_units_changes_no_worth(problem, random):
    order = list(range(problem.n))
    random.shuffle(order)
    back = np.argsort(order)
    u, v, length = problem.graph.edges()
    twin = replace(
        problem,
        graph=Graph.from_edges(problem.n, np.column_stack([back[u], back[v]]), length),
        measures=tuple(replace(m, weights=m.weights[order]) for m in problem.measures),
        mass=problem.mass[order],
        x=problem.x[order],
        y=problem.y[order],
    )
    one, other = answered(problem), answered(twin)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.bound is None or one.bound <= other.objective * (1 + 1e-9)
        if one.status is other.status is Status.OPTIMAL:
            assert one.objective == pytest.approx(other.objective, rel=1e-9, abs=1e-9)


@settings(some, max_examples=10)
@given(planted(measures=1), st.integers(1, 30), st.integers(1, 300))
def test_a_search_that_goes_on_is_never_worse(problem, asked, more):
    short, long = (answered(problem, stop=MaxIterations(times)) for times in (asked, asked + more))
    assume(short is not None)
    assert short is not None
    assert long is not None
    assert long.objective <= short.objective * (1 + 1e-12)


@pytest.fixture(scope="module")
def processes():
    """Two processes of this machine."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


@settings(some, max_examples=5)
@given(st.integers(0, 1000), st.integers(4, 6))
def test_splitting_the_parts_among_processes_changes_no_plan(processes, seed, k):
    """Two towns of nine units that no walk joins."""
    random = np.random.default_rng(seed)
    block = [(i, i + 1) for i in range(9) if i % 3 < 2] + [(i, i + 3) for i in range(6)]
    households = random.integers(5, 15, 18).astype(float)
    problem = PartitionProblem(
        Graph.from_edges(18, [*block, *((i + 9, j + 9) for i, j in block)]),
        (Measure("households", households, 10, 90),), k, households,
        np.tile(np.arange(9) % 3, 2) * 100.0, np.repeat(np.arange(6), 3) * 100.0,
    )  # fmt: skip
    alone, apart = (solve(problem, params=LIGHT, seed=seed, executor=one) for one in (None, processes))
    assert alone.assignment.tolist() == apart.assignment.tolist()
    assert alone.objective == apart.objective
    assert alone.status is apart.status is Status.OPTIMAL
