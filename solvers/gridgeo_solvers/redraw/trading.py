"""Moves traded against the problem's objective, at a stated price for each household moved."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.check_values import evaluate
from gridgeo_solvers.objectives import Objective
from gridgeo_solvers.redraw.annealing import Shape, anneal
from gridgeo_solvers.redraw.asking import IntArray, Redrawing
from gridgeo_solvers.redraw.cases import Case
from gridgeo_solvers.redraw.shaping import parting
from gridgeo_solvers.stop import StopRule

STEEPNESS = 0.5
"""Worth of the summed squared deviations against that of the worst deviation, of the mean grid."""


def shape_of(asked: Redrawing, case: Case) -> Shape:
    """What the problem's objective is worth inside `case`, as the annealing counts it.

    Compactness is measured around centres of mass instead of best units, and the worst deviation by the squares of all.
    """
    problem = asked.problem
    assert asked.price is not None
    weight = {term.objective: term.weight for term in problem.terms}
    u, v, _ = problem.graph.edges()
    part = parting(asked)
    graph = case.graph
    ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
    a, b = case.units[ends], case.units[graph.indices]
    keys = np.minimum(a, b) * problem.n + np.maximum(a, b)
    cut = part[np.searchsorted(u * problem.n + v, keys)]
    return Shape(
        cut=cut.astype(np.float64),
        mass=problem.mass[case.units],
        x=problem.x[case.units] - problem.x.mean(),
        y=problem.y[case.units] - problem.y.mean(),
        inertia=weight.get(Objective.COMPACTNESS, 0.0) / 1e6,
        deviation=STEEPNESS * weight.get(Objective.BALANCE, 0.0),
        price=asked.price,
    )


def worth(asked: Redrawing, assignment: IntArray, moved: float) -> float:
    """What a plan is worth: price · moved and the problem's objective, as the judge computes it."""
    assert asked.price is not None
    return asked.price * moved + float(evaluate(asked.problem, assignment)["objective"])


def trade(
    asked: Redrawing, case: Case, plan: IntArray, labels: int, most: float, sweeps: int, seed: int, stop: StopRule
) -> list[IntArray]:
    """Plans met from `plan` that are good for the price, better and better, `plan` first; none moves more than `most`."""
    found: list[IntArray] = [plan]
    shape = shape_of(asked, case)
    for turn, hot in enumerate((1.0, 0.3)):
        anneal(
            case, found[-1], labels, sweeps=sweeps, seed=seed + turn, stop=stop, shape=shape, most=most, hot=hot,
            better=found.append,
        )  # fmt: skip
    return found
