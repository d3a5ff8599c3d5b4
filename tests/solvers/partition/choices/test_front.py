from itertools import combinations

import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Measure, PartitionParams, PartitionProblem, solve
from gridgeo_solvers.partition.choices.front import front
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import MaxIterations
from ruled import imbalance, keeps, rank_value

LIGHT = PartitionParams(starts=4, plans=1, rounds=3, sweeps=300, bound_steps=0)


def town(k: int, tolerance: float) -> PartitionProblem:
    """A lattice of 5 × 6 blocks with 5 to 14 households each."""
    edges = [(r * 6 + c, r * 6 + c + 1) for r in range(5) for c in range(5)]
    edges += [(r * 6 + c, (r + 1) * 6 + c) for r in range(4) for c in range(6)]
    households = np.random.default_rng(2).integers(5, 15, 30).astype(float)
    return PartitionProblem(
        graph=Graph.from_edges(30, edges, [100.0] * len(edges)),
        measures=(Measure.within("households", households, k, tolerance),),
        k=k,
        mass=households,
        x=np.tile(np.arange(6) * 100.0, 5),
        y=np.repeat(np.arange(5) * 100.0, 6),
    )


@pytest.fixture(scope="module")
def points():
    """Two to four grids at four tolerances; 283 households are never shared evenly, so the narrowest has no plan."""
    return front(town, [4, 2, 3], [0.0001, 0.3, 0.02, 0.1], params=LIGHT)


def test_every_point_is_valid_for_its_own_problem_and_tells_its_worth(points):
    for point in points:
        problem = town(point.k, point.tolerance)
        assert keeps(problem, point.answer.assignment)
        assert point.imbalance == pytest.approx(imbalance(problem, point.answer.assignment))
        assert point.objective == pytest.approx(rank_value(problem, point.answer.assignment, 0))
        assert point.imbalance <= point.tolerance * (1 + 1e-9)


def test_no_point_beats_another(points):
    assert len(points) > 3
    assert {point.k for point in points} == {2, 3, 4}
    for one, other in combinations(points, 2):
        a, b = ((p.k, p.imbalance, p.objective) for p in (one, other))
        assert any(x < y for x, y in zip(a, b, strict=True))
        assert any(y < x for x, y in zip(a, b, strict=True))


def test_a_pair_without_a_plan_has_no_point(points):
    with pytest.raises(Infeasible):
        solve(town(4, 0.0001), params=LIGHT)
    assert all(point.tolerance != 0.0001 for point in points)


def test_what_single_runs_find_is_reached(points):
    for k in (2, 3, 4):
        for tolerance in (0.02, 0.3):
            alone = solve(town(k, tolerance), params=LIGHT).objective
            found = min(p.objective for p in points if p.imbalance <= tolerance and p.k <= k)
            assert found <= alone * 1.02


def test_a_run_that_is_stopped_keeps_the_points_so_far():
    heard = []

    class Counts(Progress):
        def advance(self, steps: int = 1) -> None:
            heard.append(steps)

    assert front(town, [2, 3], [0.1, 0.3], params=LIGHT, stop=MaxIterations(0), progress=Counts()) == []
    assert heard == []


def test_an_empty_ladder_is_refused_by_name():
    with pytest.raises(BadProblem, match="tolerances"):
        front(town, [2], [])
