"""Shapes that moves are traded against, as rows of a case's integer programme: cut borders and the worst deviation.

For an edge between rows a and b and a label g, ``d ≥ ±(x[a, g] - x[b, g])``: half the sum of d over labels says whether the
edge is cut (Kleinberg and Tardos 2002), and pulls on the shares of neighbours that a relaxation would part for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridgeo_solvers.objectives import Objective
from gridgeo_solvers.redraw.asking import FloatArray, IntArray, Redrawing

if TYPE_CHECKING:
    from gridgeo_solvers.redraw.model import Model


def parting(asked: Redrawing) -> FloatArray:
    """What cutting each edge of the problem's graph is worth by its objective, in the order of ``graph.edges()``."""
    problem = asked.problem
    weight = {term.objective: term.weight for term in problem.terms}
    part = weight.get(Objective.BOUNDARY, 0.0) * problem.graph.edges()[2] + weight.get(Objective.CUTS, 0.0)
    return part if problem.ties is None else part + weight.get(Objective.TIES, 0.0) * problem.ties


class ShapeRules:
    """What shapes add to a model: a column for each edge and label, and one for the worst deviation; `worth` is their cost.

    Compactness isn't among them.
    """

    def __init__(self, model: Model, asked: Redrawing, begin: int) -> None:
        self.model, self._begin = model, begin
        self._a, self._b, cut = _edges(model, asked)
        self._aims = _aims(model, asked)
        weight = {term.objective: term.weight for term in asked.problem.terms}.get(Objective.BALANCE, 0.0)
        worst = [weight] if self._aims else []
        self.worth = np.concatenate([np.repeat(cut / 2, model.labels), worst])

    def add(self) -> None:
        """The rules of all edges and of the worst deviation."""
        labels, label = self.model.labels, np.arange(self.model.labels)
        many = len(self._a) * labels
        if many:
            first, second = ((ends[:, None] * labels + label).ravel() for ends in (self._a, self._b))
            row = np.tile(np.arange(many), 3)
            col = np.concatenate([self._begin + np.arange(many), first, second])
            for sign in (1.0, -1.0):
                val = np.repeat([1.0, -sign, sign], many)
                self.model.add(row, col, val, np.zeros(many), np.full(many, np.inf))
        for weights, target in self._aims:
            self._add_deviation(weights / target, self._begin + many)

    def _add_deviation(self, shares: FloatArray, worst: int) -> None:
        """Of a used label: share of the target - 1, and 1 - share, are at most the worst deviation."""
        rows, labels = self.model.case.rows, self.model.labels
        label = np.arange(labels)
        row = np.concatenate([np.tile(label, rows), label, label])
        col = np.concatenate([np.arange(rows * labels), rows * labels + label, np.full(labels, worst)])
        for sign in (1.0, -1.0):
            val = np.concatenate([sign * np.repeat(shares, labels), np.full(labels, -sign), np.full(labels, -1.0)])
            self.model.add(row, col, val, np.full(labels, -np.inf), np.zeros(labels))


def _edges(model: Model, asked: Redrawing) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs of rows with a border between them that is worth something, and what."""
    case = model.case
    position = np.full(asked.problem.n, -1, dtype=np.int64)
    position[case.units] = case.row_of
    u, v, _ = asked.problem.graph.edges()
    worth, a, b = parting(asked), position[u], position[v]
    kept = (a >= 0) & (b >= 0) & (a != b) & (worth > 0)
    keys, back = np.unique(np.minimum(a, b)[kept] * case.rows + np.maximum(a, b)[kept], return_inverse=True)
    return (
        keys // case.rows,
        keys % case.rows,
        np.bincount(back, weights=worth[kept], minlength=len(keys)).astype(float),
    )


def _aims(model: Model, asked: Redrawing) -> list[tuple[FloatArray, float]]:
    """Weights of the rows and target of every measure whose deviation counts; none where targets are unequal."""
    problem, case = asked.problem, model.case
    if not any(term.objective is Objective.BALANCE for term in problem.terms) or case.n < problem.n:
        return []
    aims = [m for m in problem.measures if m.aim] or [m for m in problem.measures if m.banded]
    found = []
    for measure in aims:
        target = measure.targets(problem.k)
        if measure.unequal or target[0] <= 0:
            continue
        weights = np.bincount(case.row_of, weights=measure.weights[case.units], minlength=case.rows)
        found.append((weights.astype(np.float64), float(target[0])))
    return found
