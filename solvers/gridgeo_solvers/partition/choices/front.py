"""What fewer grids, evenness and compact shapes cost each other: the plans that no other plan beats in all three."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridgeo_solvers import clock
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.partition.engine import solve
from gridgeo_solvers.partition.ground.answer import Partition
from gridgeo_solvers.partition.objectives.worth import imbalance
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import StopRule

SAME = 1e-9


@dataclass(frozen=True)
class FrontPoint:
    """A plan that is best for its number of grids and evenness.

    `imbalance` is the largest share of its target by which a total of a banded measure misses it, `objective` that of the
    problem. `answer` keeps every rule of the problem for `k` grids and `tolerance`.
    """

    k: int
    imbalance: float
    objective: float
    answer: Partition
    tolerance: float

    def beats(self, other: FrontPoint) -> bool:
        """Whether this is no worse in number of grids, imbalance and objective, and better in one of them."""
        mine = (self.k, self.imbalance, self.objective)
        theirs = (other.k, other.imbalance, other.objective)
        no_worse = all(a <= b + SAME * abs(b) for a, b in zip(mine, theirs, strict=True))
        return no_worse and any(a < b - SAME * abs(b) for a, b in zip(mine, theirs, strict=True))


def front(
    problem_of: Callable[[int, float], PartitionProblem],
    counts: Sequence[int],
    tolerances: Sequence[float],
    *,
    seed: int = 0,
    time_limit: float | None = None,
    progress: Progress | None = None,
    stop: StopRule | None = None,
    **options: Any,
) -> list[FrontPoint]:
    """Pareto front over the number of grids, imbalance and objective.

    For every number of grids the widest tolerance is solved first; each narrower one begins from the plan before it,
    and a plan for a narrow band that is also best for a wide one replaces it there.

    Parameters
    ----------
    problem_of
        Called as ``problem_of(k, tolerance)``: the problem of `k` grids with bands of that tolerance.
    counts, tolerances
        What to try; every pair of both. Pairs without a plan are left out.
    seed, progress, options
        Handed on to `solve`.
    time_limit
        Seconds for all pairs together, shared evenly among those left.
    stop
        True ends the run with the points so far.

    Returns
    -------
    list
        By number of grids, then imbalance. A pair of which another pair's plan is at least as good in everything has
        no point.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> from gridgeo_solvers.problems import Measure
    >>> path = Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)])
    >>> def problem_of(k, tolerance):
    ...     band = Measure.within("households", [10, 10, 20, 20], k, tolerance)
    ...     return PartitionProblem(path, (band,), k, np.ones(4), np.array([0.0, 1000.0, 3000.0, 4000.0]), np.zeros(4))
    >>> [(point.k, round(point.imbalance, 2), point.objective) for point in front(problem_of, [2], [0.4, 0.1])]
    [(2, 0.33, 2.0)]
    """
    for name, values in (("counts", counts), ("tolerances", tolerances)):
        if not len(values):
            raise BadProblem(f"{name} is empty: give at least one")
    end = None if time_limit is None else clock.now() + time_limit
    progress = progress or Progress()
    widths = sorted(set(tolerances), reverse=True)
    left = len(set(counts)) * len(widths)
    progress.stage("front", left)
    points: list[FrontPoint] = []
    for k in sorted(set(counts)):
        start = None
        for tolerance in widths:
            if stop is not None and stop():
                return _unbeaten(points)
            share = None if end is None else max(end - clock.now(), 0.0) / left
            left -= 1
            problem = problem_of(k, tolerance)
            try:
                answer = solve(problem, seed=seed, time_limit=share, stop=stop, start=start, **options)
            except Infeasible:
                continue
            finally:
                progress.advance()
            start = answer.assignment
            points.append(FrontPoint(k, _imbalance(problem, answer), answer.objective, answer, tolerance))
    return _unbeaten(points)


def _imbalance(problem: PartitionProblem, answer: Partition) -> float:
    return imbalance(problem, answer.assignment, [m for m in problem.measures if m.banded])


def _unbeaten(points: list[FrontPoint]) -> list[FrontPoint]:
    kept: list[FrontPoint] = []
    for point in sorted(points, key=lambda one: (one.k, one.imbalance, one.objective)):
        same = any(np.array_equal(point.answer.assignment, one.answer.assignment) for one in kept)
        if not same and not any(other.beats(point) for other in points):
            kept.append(point)
    return kept
