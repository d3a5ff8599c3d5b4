"""Every connected graph of few units as a partition problem, and the worth of its best plan by looking at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import networkx as nx
import numpy as np
from hypothesis import strategies as st
from networkx.generators.atlas import graph_atlas_g
from numpy.typing import NDArray

from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, PartitionProblem

OBJECTIVES = ("compactness", "boundary", "cuts")


def graphs_of(n: int) -> Iterator[list[tuple[int, int]]]:
    """The edges of every connected graph of `n` vertices, none twice by another numbering (up to 7: Read and Wilson 1998)."""
    for graph in graph_atlas_g():
        if len(graph) == n and n and nx.is_connected(graph):
            yield sorted(graph.edges)


@cache
def divisions(n: int, k: int) -> NDArray[np.int64]:
    """Every way to divide `n` units into `k` grids, a row each, grids named by their lowest unit."""
    rows = [[0]]
    for _ in range(n - 1):
        rows = [[*row, g] for row in rows for g in range(min(max(row) + 2, k))]
    return np.array([row for row in rows if max(row) == k - 1], dtype=np.int64).reshape(-1, n)


def least(problem: PartitionProblem) -> float | None:
    """What the best of all plans is worth by the word of the judge; None where no plan keeps every rule."""
    plans = divisions(problem.n, problem.k)
    for measure in problem.measures:
        low, high = measure.bounds(problem.k)
        totals = np.stack([(plans == g) @ measure.weights for g in range(problem.k)], axis=1)
        plans = plans[((totals >= low * (1 - 1e-6)) & (totals <= high * (1 + 1e-6))).all(axis=1)]
    valid = [plan for plan in plans if not judge(problem, plan)]
    return min((float(evaluate(problem, plan)["objective"]) for plan in valid), default=None)


def weighed(n: int, edges: list[tuple[int, int]], random: np.random.Generator) -> PartitionProblem:
    """A problem on a graph: lumpy households, points of a plane, two grids or three, and a band drawn by `random`."""
    k = min(int(random.integers(2, 4)), n)
    households = random.integers(1, 21, n).astype(float)
    return PartitionProblem(
        graph=Graph.from_edges(n, edges, random.integers(1, 200, len(edges)).astype(float)),
        measures=(Measure.within("households", households, k, float(random.choice([0.2, 0.5, 1.0]))),),
        k=k,
        mass=households,
        x=random.integers(0, 40, n) * 100.0,
        y=random.integers(0, 40, n) * 100.0,
        objective=str(random.choice(OBJECTIVES)),
    )


@st.composite
def small_problems(draw: st.DrawFn, units: int = 9, measures: int = 1) -> PartitionProblem:
    """Any connected graph of 2 to `units` units with up to `measures` lumpy measures, two to four grids."""
    n = draw(st.integers(2, units))
    tree = [(draw(st.integers(0, i - 1)), i) for i in range(1, n)]
    everywhere = [(i, j) for i in range(n) for j in range(i + 1, n)]
    edges = sorted({*tree, *draw(st.lists(st.sampled_from(everywhere), unique=True))})
    k = draw(st.integers(1, min(n, 4)))
    lumps = st.one_of(st.integers(1, 9), st.integers(10, 60))
    bands = []
    for number in range(draw(st.integers(1, measures))):
        weights = np.array(draw(st.lists(lumps, min_size=n, max_size=n)), dtype=float)
        bands.append(Measure.within(f"measure {number}", weights, k, draw(st.sampled_from([0.1, 0.3, 0.8]))))
    spot = st.lists(st.integers(0, 40), min_size=n, max_size=n)
    return PartitionProblem(
        graph=Graph.from_edges(n, edges, [10.0 + e for e in range(len(edges))]),
        measures=tuple(bands),
        k=k,
        mass=bands[0].weights,
        x=np.array(draw(spot)) * 100.0,
        y=np.array(draw(spot)) * 100.0,
        objective=draw(st.sampled_from(OBJECTIVES)),
    )
