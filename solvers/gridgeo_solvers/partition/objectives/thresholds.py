"""Bottleneck objectives as hard rules: a worst value that may not be passed, and how low it can be at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray
from gridgeo_solvers.partition.objectives.worth import aims, longest_way, way_between
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem

BOTTLENECKS = (Objective.BALANCE, Objective.DIAMETER)
"""Objectives that are as bad as their worst grid."""
LISTED = 2000
"""Units up to which all ways between two of them are listed."""


def held(problem: PartitionProblem, caps: dict[Objective, float]) -> PartitionProblem | None:
    """`problem` under the rule that no bottleneck passes its cap; None where that contradicts its bands.

    Balance becomes narrower bands, the diameter a shorter reach.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> path = Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)])
    >>> band = Measure.within("households", [10, 10, 10, 10], k=2, tolerance=0.5)
    >>> problem = PartitionProblem(path, (band,), 2, np.ones(4), np.arange(4) * 100.0, np.zeros(4))
    >>> narrow = held(problem, {Objective.BALANCE: 0.25, Objective.DIAMETER: 0.1})
    >>> narrow.measures[0].lower, narrow.measures[0].upper, narrow.reach
    (15.0, 25.0, 0.1)
    """
    cap = caps.get(Objective.BALANCE, np.inf)
    measures = {m.name: m for m in problem.measures}
    for measure, target in aims(problem) if np.isfinite(cap) else []:
        narrow = _narrowed(measure, target, cap)
        if narrow is None:
            return None
        measures[measure.name] = narrow
    reach = min(problem.reach, max(caps.get(Objective.DIAMETER, np.inf), 1e-9))
    return replace(problem, measures=tuple(measures.values()), reach=reach)


def _narrowed(measure: Measure, target: FloatArray, cap: float) -> Measure | None:
    low = np.maximum(measure.lower, target * (1 - cap))
    high = np.minimum(measure.upper, target * (1 + cap))
    if (low > high * (1 + SLACK)).any():
        return None
    low = np.minimum(low, high)
    if np.ptp(low) == 0 and np.ptp(high) == 0:
        return replace(measure, lower=float(low[0]), upper=float(high[0]), target=measure.target)
    return replace(measure, lower=low, upper=high)


@dataclass(frozen=True)
class Floor:
    """How low a bottleneck can be: never below `least`; `steps` are the values that it can have, where they are known."""

    least: float
    steps: FloatArray | None = None

    def below(self, value: float) -> float | None:
        """The largest cap that excludes `value`; None where no lower value is possible."""
        if value <= self.least * (1 + SLACK) + SLACK:
            return None
        if self.steps is not None:
            lower = self.steps[self.steps < value * (1 - 1e-7)]
            return float(lower[-1]) if len(lower) and lower[-1] >= self.least * (1 - SLACK) else None
        return max(value - max(1e-7 * value, 1e-8), 0.0)

    def between(self, low: float, high: float) -> float | None:
        """A cap in the middle: above `low`, where nothing was found, and below the reached `high`; None when settled."""
        top = self.below(high)
        if top is None or top <= low:
            return None
        if self.steps is not None:
            inside = self.steps[(self.steps > low) & (self.steps <= top * (1 + SLACK))]
            return float(inside[(len(inside) - 1) // 2]) if len(inside) else None
        return top if high - low < 0.02 * high else 0.5 * (low + high)

    def risen(self, failed: float) -> float:
        """Least value possible once it is proven that no plan has `failed` or less."""
        if self.steps is not None:
            higher = self.steps[self.steps > failed * (1 + 1e-7)]
            return float(higher[0]) if len(higher) else failed
        return failed


def floor_of(problem: PartitionProblem, objective: Objective) -> Floor:
    """What arithmetic says about the least balance or diameter of any plan."""
    if objective is Objective.BALANCE:
        return Floor(max([_least_miss(m, target) for m, target in aims(problem)], default=0.0))
    least = max((longest_way(problem, np.array(units)) for units in problem.together), default=0.0)
    least = max(least, _crowded(problem))
    if problem.n > LISTED:
        return Floor(least)
    every = np.arange(problem.n)
    ways = way_between(problem, every, every)
    np.fill_diagonal(ways, 0.0)
    return Floor(least, np.unique(np.append(np.maximum(ways, ways.T), 0.0)))


def _least_miss(measure: Measure, target: FloatArray) -> float:
    """A unit heavier than every target, totals that don't add up to the targets, whole numbers beside a fraction."""
    total, k = float(measure.weights.sum()), len(target)
    most, least = float(target.max()), float(target.min())
    miss = max(float(measure.weights.max()) / most - 1, 0.0) if k > 1 or most > 0 else 0.0
    miss = max(miss, abs(total - float(target.sum())) / float(target.sum()))
    if total <= 2**53 and (measure.weights == np.rint(measure.weights)).all() and most == least:
        step = float(np.gcd.reduce(measure.weights.astype(np.int64))) if total > 0 else 1.0
        over = most - np.floor(most / step * (1 + SLACK)) * step
        miss = max(miss, min(over, step - over) / most if over > SLACK * most else 0.0)
    return miss


def _crowded(problem: PartitionProblem) -> float:
    """Two of any k + 1 units share a grid: the least way between k + 1 units far from each other (Gonzalez 1985)."""
    if problem.n <= problem.k:
        return 0.0
    every = np.arange(problem.n)
    chosen = [0]
    near = np.full(problem.n, np.inf)
    least = np.inf
    for _ in range(problem.k + 1):
        i = np.array([chosen[-1]])
        near = np.minimum(near, np.maximum(way_between(problem, i, every)[0], way_between(problem, every, i)[:, 0]))
        near[chosen] = -1.0
        if len(chosen) == problem.k + 1:
            break
        chosen.append(int(near.argmax()))
        least = min(least, float(near.max()))
    return least
