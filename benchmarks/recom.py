"""GerryChain's ReCom, walked in short bursts towards a small objective inside the bands.

Cannon, Goldbloom-Helzner, Gupta, Matthews and Suwal 2022, *Voting rights, Markov chains, and optimization by short
bursts*: walk ten steps, go back to the best plan seen, walk again.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.check import evaluate
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem

BURST = 10


def short_bursts(problem: PartitionProblem, main: Measure, seed: int, steps: int, state: dict[str, Any]) -> None:
    """Walk; `state` takes ``best`` (assignment of shape (n,)), ``score`` and ``steps`` as they come, so that the walk may
    be ended from outside.

    `main` is the measure whose band every proposal holds.
    """
    from gerrychain import Partition
    from gerrychain.constraints import contiguous
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.partition.initial_partition_generators import recursive_seed_part, recursive_tree_part
    from gerrychain.proposals import recom
    from gerrychain.tree import PopulationBalanceError
    from peers import leeway

    rng = random.Random(seed)
    graph = _graph(problem, main)
    target = float(main.weights.sum()) / problem.k
    epsilon = min(leeway(problem, main), 0.99)
    start = None
    while start is None:  # a tree start may paint itself into a corner: draw another
        for generator in (recursive_tree_part, recursive_seed_part):
            try:
                start = generator(graph, range(problem.k), target, "weight", epsilon, rng=rng)
                break
            except (PopulationBalanceError, RuntimeError):
                continue
    score = partial(_score, problem, main)
    first = Partition(graph, start, {"score": score})
    state["best"], state["score"] = _labels(problem, first), first["score"]["total"]
    walker = SingleMetricOptimizer(
        partial(recom, pop_col="weight", pop_target=target, epsilon=epsilon),
        [contiguous],
        first,
        lambda plan: plan["score"]["total"],
        maximize=False,
        rng=rng,
    )
    for plan in walker.short_bursts(BURST, max(steps // BURST, 1)):
        state["steps"] += 1
        if plan["score"]["total"] < state["score"]:
            state["best"], state["score"] = _labels(problem, plan), plan["score"]["total"]


def _graph(problem: PartitionProblem, main: Measure) -> Any:
    import networkx as nx
    from gerrychain import Graph

    plain: Any = nx.Graph()
    for i in range(problem.n):
        plain.add_node(i, weight=float(main.weights[i]))
    u, v, _ = problem.graph.edges()
    plain.add_edges_from(zip(u.tolist(), v.tolist(), strict=True))
    return Graph.from_networkx(plain)


def _labels(problem: PartitionProblem, plan: Any) -> NDArray[np.int64]:
    labels = np.empty(problem.n, dtype=np.int64)
    for grid, units in plan.parts.items():
        for unit in units:
            labels[plan.graph.original_nx_node_id_for_internal_node_id(unit)] = grid
    return labels


def _score(problem: PartitionProblem, main: Measure, plan: Any) -> dict[str, Any]:
    """Excess over the bands of the other measures, then the objective; only grids that changed are counted anew."""
    others = [m for m in problem.measures if m.banded and m is not main]
    before = {} if plan.parent is None else plan.parent["score"]["grids"]
    grids = {}
    for grid, units in plan.parts.items():
        known = before.get(grid)
        if known is not None and known[0] == units:
            grids[grid] = known
            continue
        members = np.array([plan.graph.original_nx_node_id_for_internal_node_id(unit) for unit in units])
        outside = sum(_outside(problem, m, members) for m in others)
        worth = _spread(problem, members) if problem.objective is Objective.COMPACTNESS else 0.0
        grids[grid] = (units, outside, worth)
    worth = sum(each[2] for each in grids.values())
    if problem.objective is not Objective.COMPACTNESS:
        worth = float(evaluate(problem, _labels(problem, plan))["objective"])
    return {"grids": grids, "total": (sum(each[1] for each in grids.values()), worth)}


def _outside(problem: PartitionProblem, measure: Measure, members: NDArray[np.int64]) -> float:
    total = float(measure.weights[members].sum())
    over = max(total - float(np.min(measure.upper)), float(np.max(measure.lower)) - total, 0.0)
    return over / (float(measure.weights.sum()) / problem.k)


def _spread(problem: PartitionProblem, members: NDArray[np.int64]) -> float:
    """Moment of inertia of one grid to its best unit."""
    x, y, mass = problem.x[members], problem.y[members], problem.mass[members]
    best = np.inf
    for first in range(0, len(members), 512):
        to = slice(first, first + 512)
        km = np.hypot(x[to, None] - x, y[to, None] - y) / 1000
        if problem.whole_km:
            km = np.rint(km)
        best = min(best, float(((km * km) @ mass).min()))
    return best
