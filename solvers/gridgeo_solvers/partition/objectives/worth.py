"""What a plan of all units is worth in every objective, as the search compares plans of ranked and weighed goals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridgeo_solvers.partition.ground.distances import Distances, FloatArray, IntArray
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem

AT_ONCE = 1 << 20
"""Ways held in memory at once."""


def worth(problem: PartitionProblem, plan: IntArray, objective: Objective) -> float:
    """Value of one objective of an assignment of all units, without any weight."""
    if objective is Objective.BALANCE:
        return imbalance(problem, plan)
    if objective is Objective.DIAMETER:
        return max(longest_way(problem, np.flatnonzero(plan == g)) for g in range(int(plan.max()) + 1))
    if objective in (Objective.COMPACTNESS, Objective.TRAVEL):
        return _spread(problem, plan, travel=objective is Objective.TRAVEL)
    u, v, length = problem.graph.edges()
    parted = plan[u] != plan[v]
    if objective is Objective.CUTS:
        return float(parted.sum())
    if objective is Objective.BOUNDARY:
        return float(length[parted].sum())
    return 0.0 if problem.ties is None else float(np.asarray(problem.ties)[parted].sum())


def aims(problem: PartitionProblem, chosen: Sequence[Measure] | None = None) -> list[tuple[Measure, FloatArray]]:
    """Measures that balance counts (or those `chosen`), each with its target for every grid, shape (k,).

    A measure with a target of 0 counts nothing.
    """
    if chosen is None:
        chosen = [m for m in problem.measures if m.aim] or [m for m in problem.measures if m.banded]
    pairs = []
    for measure in chosen:
        mean = float(measure.weights.sum()) / problem.k
        target = np.broadcast_to(np.asarray(mean if measure.target is None else measure.target, float), problem.k)
        if (target > 0).all():
            pairs.append((measure, target))
    return pairs


def imbalance(problem: PartitionProblem, plan: IntArray, chosen: Sequence[Measure] | None = None) -> float:
    """Largest share of its target by which a grid's total misses it, over the measures of `aims`."""
    worst = 0.0
    for measure, target in aims(problem, chosen):
        totals = np.bincount(plan, weights=measure.weights, minlength=problem.k)
        worst = max(worst, float((np.abs(totals - target) / target).max()))
    return worst


def longest_way(problem: PartitionProblem, units: IntArray) -> float:
    """Longest way between two of `units`: seconds where they are given, else km in a straight line."""
    longest = 0.0
    step = max(AT_ONCE // max(len(units), 1), 1)
    for start in range(0, len(units), step):
        some = units[start : start + step]
        way = way_between(problem, some, units)
        way[np.arange(len(some)), start + np.arange(len(some))] = 0.0
        longest = max(longest, float(way.max()))
    return longest


def way_between(problem: PartitionProblem, a: IntArray, b: IntArray) -> FloatArray:
    """Way from every unit of `a` to every one of `b`, shape (a, b)."""
    if problem.seconds is not None:
        return np.array(problem.seconds[np.ix_(a, b)], dtype=np.float64)
    return np.asarray(np.hypot(problem.x[a, None] - problem.x[None, b], problem.y[a, None] - problem.y[None, b]) / 1000)


def _spread(problem: PartitionProblem, plan: IntArray, *, travel: bool) -> float:
    one_each = np.arange(problem.n + 1, dtype=np.int64)
    seconds = np.zeros((0, 0)) if problem.seconds is None or not travel else np.ascontiguousarray(problem.seconds)
    x, y = problem.x.copy(), problem.y.copy()  # theirs may be read-only, for which the kernels would be compiled anew
    every = Distances(x, y, problem.mass, problem.whole_km, seconds, one_each, one_each[:-1])
    return float(every.medoids(np.asarray(plan, dtype=np.int64), int(plan.max()) + 1)[1].sum())
