"""Centres searched on bundles are centres of the whole part, and wide parts get good plans from them."""

from __future__ import annotations

import numpy as np
from scipy.spatial import Delaunay

from gridgeo_solvers.check import judge
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import PartitionParams, solve
from gridgeo_solvers.partition.ground.parts import parts_of
from gridgeo_solvers.partition.heuristics.coarse import BUNDLES, LEG, CoarseSearch
from gridgeo_solvers.partition.large.plan import large_plan
from gridgeo_solvers.problems import Measure, PartitionProblem

K = 12


def wide(n: int = 17_000) -> PartitionProblem:
    """Points in three towns and between them, more than a table of all moves of centres is made for."""
    random = np.random.default_rng(n)
    towns = random.normal(random.random((3, 1, 2)) * 40_000, 4_000, (3, n // 6, 2)).reshape(-1, 2)
    xy = np.concatenate([towns, random.random((n - len(towns), 2)) * 40_000])
    triangles = Delaunay(xy).simplices
    edges = np.unique(np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])), axis=0)
    households = random.integers(1, 30, n).astype(float)
    band = Measure.within("households", households, K, 0.05)
    return PartitionProblem(Graph.from_edges(n, edges), (band,), K, households, xy[:, 0], xy[:, 1])


def test_what_bundles_cost_is_what_their_rows_cost_less_a_constant():
    (part,) = parts_of(wide())
    search = CoarseSearch(part, K, np.random.default_rng(1))
    small = search.small
    assert small.n <= BUNDLES * K
    assert np.isclose(small.distances.mass.sum(), part.distances.mass.sum(), rtol=1e-8)
    chosen = np.random.default_rng(2).choice(small.n, 8, replace=False)
    near = small.distances.table(chosen).sum(axis=0)
    # Every centre stands where its bundle's mean is, so compare at those points exactly.
    d = part.distances
    x, y = small.distances.x[chosen], small.distances.y[chosen]
    whole = ((d.x[:, None] - x) ** 2 + (d.y[:, None] - y) ** 2).T @ d.mass / 1e6
    left = whole - near
    assert np.ptp(left) <= 1e-6 * whole.mean()
    assert left.min() > 0


def test_a_leg_ends_with_as_many_centres_in_different_rows_and_prices_that_balance_them():
    (part,) = parts_of(wide())
    draft = CoarseSearch(part, K, np.random.default_rng(3)).leg(lambda moves: moves / LEG)
    assert draft is not None
    assert len(np.unique(part.row_of[draft.centres])) == K
    total = part.totals(draft.choice, K)[0]
    # Whole rows: a grid may lack or exceed what shares of its dearest row would settle.
    assert (np.abs(total - part.mean) <= 0.05 * part.mean + 2 * part.weights.max()).all()


def test_a_leg_without_time_gives_nothing():
    (part,) = parts_of(wide())
    assert CoarseSearch(part, K, np.random.default_rng(3)).leg(lambda _: 1.0) is None


def test_a_wide_plan_keeps_its_bands_and_is_cheaper_than_one_of_drifting_borders():
    problem = wide()
    (part,) = parts_of(problem)
    params = PartitionParams(starts=1, rounds=4, plans=1, pairs=1500, bound_steps=0)
    answer = solve(problem, params=params, seed=5)
    assert not judge(problem, answer.assignment)
    drifted = large_plan(part, K, seed=5, stop=bool)
    assert answer.objective < part.objective(drifted)
    assert solve(problem, params=params, seed=5).assignment.tolist() == answer.assignment.tolist()
