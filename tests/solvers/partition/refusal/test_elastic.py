import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.refusal.elastic import causes, missed, nearest_plan
from gridgeo_solvers.partition.refusal.rulebook import broken, rules_of
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.stop import MaxIterations
from rulings import every_plan, labelled, ruled_problems, verdicts


def lattice(rows, columns, k, tolerance, seed=0) -> tuple[PartitionProblem, np.ndarray]:
    """Blocks of 100 m with 5 to 14 households each, and grids of whole columns as a plan."""
    edges = [(r * columns + c, r * columns + c + 1) for r in range(rows) for c in range(columns - 1)]
    edges += [(r * columns + c, (r + 1) * columns + c) for r in range(rows - 1) for c in range(columns)]
    n = rows * columns
    households = np.random.default_rng(seed).integers(5, 15, n).astype(float)
    problem = PartitionProblem(
        Graph.from_edges(n, edges), (Measure.within("households", households, k, tolerance),), k, households,
        np.tile(np.arange(columns) * 100.0, rows), np.repeat(np.arange(rows) * 100.0, columns),
    )  # fmt: skip
    return problem, np.tile(np.minimum(np.arange(columns), k - 1), rows)


def worth(problem, plan) -> float:
    """Sum over grids and measures of what the totals miss the bands by, as shares of the means."""
    value = 0.0
    for m in problem.measures:
        total = np.bincount(plan, weights=m.weights, minlength=problem.k)
        over = np.maximum(np.maximum(total - m.upper, m.lower - total), 0)
        value += float(over.sum()) / max(m.weights.sum() / problem.k, 1e-12)
    return value


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruled_problems(most_units=6, most_grids=3), st.integers(0, 10_000))
def test_on_small_problems_no_plan_of_all_is_nearer(problem, number):
    kept, fair = verdicts(problem)
    hard = np.logical_and.reduce([held for (kind, _), held in kept.items() if kind not in ("most", "least")]) & fair
    plans = every_plan(problem, problem.k if labelled(problem) else problem.n)[hard]
    plans = plans[plans.max(axis=1) < problem.k]
    assume(len(plans))
    nearest = nearest_plan(problem, plans[number % len(plans)])
    rules = [rule for rule in rules_of(problem) if rule.kind not in ("most", "least")]
    assert not broken(problem, rules, nearest)
    assert worth(problem, nearest) == pytest.approx(min(worth(problem, plan) for plan in plans), abs=1e-4)


def test_grids_around_the_worst_are_drawn_anew_until_the_bands_hold():
    problem, columns = lattice(10, 12, 8, 0.1)
    nearest = nearest_plan(problem, columns)
    assert missed(problem, columns).sum() > 2
    assert missed(problem, nearest).sum() == 0
    assert not broken(problem, rules_of(problem), nearest)


def test_a_stop_leaves_the_start():
    problem, columns = lattice(6, 6, 4, 0.1)
    assert nearest_plan(problem, columns, stop=MaxIterations(0)).tolist() == columns.tolist()


def test_the_worst_grids_are_named_with_the_unit_that_makes_them_so():
    path = Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)])
    households = np.array([950.0, 1310, 40, 960])
    problem = PartitionProblem(
        path, (Measure("households", households, 950, 1050),), 3, households, np.arange(4.0), np.zeros(4),
        names=("0411", "0412", "0413", "0414"),
    )  # fmt: skip
    assert causes(problem, np.array([0, 1, 1, 2])) == [
        "the grid of unit 0412 has 1,350 households, 300 above the band 950 to 1,050; unit 0412 alone has 1,310"
    ]
    assert causes(problem, np.array([0, 1, 2, 2])) == [
        "the grid of unit 0412 has 1,310 households, 260 above the band 950 to 1,050"
    ]
