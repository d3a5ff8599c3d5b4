"""Plans of many units: connected whatever the graph, in band on every measure at once, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from gridgeo_solvers.check import judge
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.bounds.local_bound import local_bound
from gridgeo_solvers.partition.ground.parts import parts_of
from gridgeo_solvers.partition.large.drifting import Level, drift
from gridgeo_solvers.partition.large.joining import joined, start_near
from gridgeo_solvers.partition.large.plan import LEVELS, large_plan
from gridgeo_solvers.partition.large.power import Points, power_start
from gridgeo_solvers.partition.large.state import Rows, border_of, grids_of
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import MaxIterations


def never() -> bool:
    return False


def city(n: int, k: int, seed: int, *, measures: int = 3, tolerance: float = 0.10) -> PartitionProblem:
    """Random points, joined by their Delaunay triangulation, with measures lognormal around one density."""
    random = np.random.default_rng(seed)
    xy = random.random((n, 2)) * 1000 * np.sqrt(n)
    triangles = Delaunay(xy).simplices
    edges = np.unique(
        np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])), axis=0
    )
    density = np.exp(np.sin(xy[:, 0] / xy[:, 0].max() * 5))
    bands = [
        Measure.within(f"measure {m}", density * random.lognormal(0, 0.5, n), k, tolerance) for m in range(measures)
    ]
    mass = bands[0].weights if bands else np.ones(n)
    return PartitionProblem(Graph.from_edges(n, edges), tuple(bands), k, mass, xy[:, 0], xy[:, 1])


cities = st.builds(
    city,
    n=st.integers(30, 200),
    k=st.integers(2, 12),
    seed=st.integers(0, 10_000),
    measures=st.integers(0, 3),
    tolerance=st.sampled_from([0.02, 0.1, 0.5]),
)


def pieces(graph: Graph, plan: np.ndarray) -> int:
    return int(graph.within(plan).components().max()) + 1


def test_three_measures_of_2000_units_are_in_band_at_once() -> None:
    problem = city(2000, 20, seed=5)
    part = parts_of(problem)[0]
    assert judge(problem, large_plan(part, 20, seed=1, stop=never)) == []


@settings(deadline=None, max_examples=25)
@given(problem=cities, seed=st.integers(0, 99))
def test_every_row_is_in_one_of_k_connected_grids_and_the_same_seed_repeats_the_plan(
    problem: PartitionProblem, seed: int
) -> None:
    part = parts_of(problem)[0]
    plan = large_plan(part, problem.k, seed=seed, stop=never, sweeps=60)
    assert np.bincount(plan, minlength=problem.k).min() > 0
    assert plan.min() == 0
    assert plan.max() == problem.k - 1
    assert pieces(part.graph, plan) == problem.k
    assert (large_plan(part, problem.k, seed=seed, stop=never, sweeps=60) == plan).all()


@pytest.mark.parametrize("k", [1, 40])
def test_one_grid_and_one_grid_for_each_row_are_plans(k: int) -> None:
    part = parts_of(city(40, k, seed=1))[0]
    assert len(np.unique(large_plan(part, k, seed=1, stop=never))) == k


def test_a_stopped_search_returns_a_connected_plan() -> None:
    part = parts_of(city(300, 12, seed=2))[0]
    for calls in (0, 3):
        assert pieces(part.graph, large_plan(part, 12, seed=1, stop=MaxIterations(calls))) == 12


def test_progress_hears_every_level() -> None:
    class Heard(Progress):
        levels = 0

        def advance(self, steps: int = 1) -> None:
            self.levels += steps

    heard = Heard()
    large_plan(parts_of(city(100, 4, seed=2))[0], 4, seed=1, stop=never, progress=heard, sweeps=40)
    assert heard.levels == LEVELS


def test_units_that_stay_together_move_as_one() -> None:
    problem = city(200, 6, seed=3)
    tied = tuple(problem.graph.neighbours(17)[:3].tolist())
    problem = PartitionProblem(
        problem.graph, problem.measures, 6, problem.mass, problem.x, problem.y, together=((17, *tied),)
    )
    part = parts_of(problem)[0]
    plan = large_plan(part, 6, seed=1, stop=never)[part.row_of]
    assert len(set(plan[[17, *tied]].tolist())) == 1
    assert judge(problem, plan) == []


def test_prices_share_an_uneven_load_almost_evenly() -> None:
    problem = city(3000, 30, seed=4, measures=1)
    points = Points.of(parts_of(problem)[0], 30)
    plan, _ = power_start(points, 30, np.random.default_rng(1))
    assert np.abs(np.bincount(plan, weights=points.load, minlength=30) - 1).max() < 0.15


@settings(deadline=None, max_examples=25)
@given(problem=cities, seed=st.integers(0, 99))
def test_any_labels_are_joined_into_k_connected_grids(problem: PartitionProblem, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, problem.k, problem.n)
    plan = joined(problem.graph, labels, np.ones(problem.n), problem.k)
    assert pieces(problem.graph, plan) == problem.k
    assert len(np.unique(plan)) == problem.k


def test_joining_leaves_a_connected_plan_alone() -> None:
    problem = city(200, 6, seed=3)
    plan = large_plan(parts_of(problem)[0], 6, seed=1, stop=never)
    assert (joined(problem.graph, plan, np.ones(200), 6) == plan).all()


@settings(deadline=None, max_examples=25)
@given(problem=cities, labels=st.integers(1, 12), seed=st.integers(0, 99))
def test_any_assignment_is_a_start_unless_it_has_too_many_grids(
    problem: PartitionProblem, labels: int, seed: int
) -> None:
    part = parts_of(problem)[0]
    given_labels = np.random.default_rng(seed).integers(0, labels, part.n) * 7
    start = start_near(part, given_labels, problem.k)
    if len(np.unique(given_labels)) > problem.k:
        assert start is None
    else:
        assert start is not None
        assert pieces(part.graph, start) == problem.k
        assert (start_near(part, start, problem.k) == start).all()


def test_a_scattered_unit_leaves_the_rest_of_a_start_as_it_was() -> None:
    problem = city(200, 6, seed=3)
    part = parts_of(problem)[0]
    plan = large_plan(part, 6, seed=1, stop=never)
    far = int(np.flatnonzero(plan == 0)[0])
    apart = next(g for g in range(1, 6) if g not in plan[part.graph.neighbours(far)])
    scattered = plan.copy()
    scattered[far] = apart
    start = start_near(part, scattered, 6)
    assert start is not None
    assert np.flatnonzero(start != plan).tolist() in ([], [far])


def test_a_cold_drift_without_pressure_never_raises_the_moment_of_inertia() -> None:
    problem = city(400, 8, seed=6)
    part = parts_of(problem)[0]
    points = Points.of(part, 8)
    plan = joined(part.graph, power_start(points, 8, np.random.default_rng(2))[0], points.load, 8)
    rows, cold = Rows.of(part.graph, points), Level(0.0, 1.0, np.zeros(3), np.full(3, np.inf), np.zeros((8, 3)))
    moments = []
    for turn in range(6):
        moments.append(grids_of(plan, 8, rows).moment.sum())
        drift(plan, 8, rows, cold, 5.0, turn + 1)
    assert (np.diff(moments) <= 1e-9).all()
    assert moments[-1] < moments[0]


def test_the_border_list_holds_exactly_the_rows_beside_another_grid() -> None:
    problem = city(100, 5, seed=7)
    part = parts_of(problem)[0]
    plan = large_plan(part, 5, seed=1, stop=never)
    border, place, outer, (count,) = border_of(plan, Rows.of(part.graph, Points.of(part, 5)))
    u, v, _ = problem.graph.edges()
    cut = plan[u] != plan[v]
    assert set(border[:count].tolist()) == set(u[cut].tolist()) | set(v[cut].tolist())
    assert (place[border[:count]] == np.arange(count)).all()
    assert outer.sum() == 2 * cut.sum()


@settings(deadline=None, max_examples=25)
@given(problem=cities, seed=st.integers(0, 99))
def test_no_plan_in_band_costs_less_than_the_bound(problem: PartitionProblem, seed: int) -> None:
    part = parts_of(problem)[0]
    plans = [large_plan(part, problem.k, seed=seed + more, stop=never, sweeps=60) for more in range(3)]
    bound = local_bound(part, problem.k, plans[0], steps=20, stop=never)
    for plan in plans:
        if part.violation(plan, problem.k) == 0:
            assert bound <= part.objective(plan) * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_the_bound_is_never_above_the_best_of_all_pairs_of_centres(seed: int) -> None:
    problem = city(14, 2, seed, measures=1, tolerance=0.3)
    part = parts_of(problem)[0]
    weights, (low, high) = part.weights[0], (part.lower[0], part.upper[0])
    costs = []
    for members in range(1, 1 << 13):
        plan = np.array([members >> i & 1 for i in range(14)])
        total = weights[plan == 1].sum()
        if low <= total <= high and low <= weights.sum() - total <= high:
            costs.append(part.objective(plan))
    start = large_plan(part, 2, seed=1, stop=never, sweeps=60)
    bound = local_bound(part, 2, start, steps=60, stop=never)
    assert 0.5 * min(costs) < bound <= min(costs) * (1 + 1e-9)


def test_the_bound_comes_within_a_tenth_of_a_good_plan() -> None:
    problem = city(3000, 40, seed=9, measures=1)
    part = parts_of(problem)[0]
    plan = large_plan(part, 40, seed=1, stop=never)
    assert local_bound(part, 40, plan, steps=60, stop=never) > 0.9 * part.objective(plan)


def test_rounded_distances_have_no_local_bound() -> None:
    problem = city(60, 3, seed=1)
    whole = PartitionProblem(problem.graph, problem.measures, 3, problem.mass, problem.x, problem.y, whole_km=True)
    assert local_bound(parts_of(whole)[0], 3, np.arange(60) % 3, steps=5, stop=never) == -np.inf


def test_a_step_of_the_bound_that_is_stopped_amid_its_sites_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridgeo_solvers.partition.bounds.local_bound.SITES", 50)
    problem = city(400, 8, seed=4, measures=1)
    part = parts_of(problem)[0]
    plan = large_plan(part, 8, seed=1, stop=never, sweeps=60)
    one, two = (local_bound(part, 8, plan, steps=count, stop=never) for count in (1, 2))
    asked = iter([False] * 12 + [True] * 99)
    assert local_bound(part, 8, plan, steps=2, stop=lambda: next(asked)) == one < two
