"""Where unequal grids begin: each anchor takes a label, that of its old grid or of one near it, and what hangs on it there."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from gridgeo_solvers.redraw.asking import FloatArray, IntArray
from gridgeo_solvers.redraw.cases import Case, pieces_of

BLUR = 0.1
"""Largest share by which the worth of a label for an anchor is blurred, so that other starts differ."""


def anchored(case: Case, labels: int, random: np.random.Generator) -> IntArray:
    """The label of every unit that stays with the anchor of its old grid; -1 for all that wait to be taken up."""
    anchors = case.limits.anchors
    label = _labels(case, labels, random)
    given = np.full(labels, -1, dtype=np.int64)
    given[label] = anchors
    kept = (case.home >= 0) & (given[case.home] >= 0)
    plan = np.where(kept, case.home, -1)
    for anchor, g in zip(anchors.tolist(), label.tolist(), strict=True):
        plan[case.row_of == case.row_of[anchor]] = g
    piece = pieces_of(case.graph, np.where(plan >= 0, plan, -1 - np.arange(case.n)))[0]
    near = np.isin(piece, piece[anchors]) | case.fixed
    rowed = np.bincount(case.row_of)[case.row_of] > 1
    # Sets of units that share a grid stay whole.
    torn = np.isin(case.row_of, case.row_of[~near]) & rowed & ~np.isin(case.row_of, case.row_of[anchors])
    return np.where(near & ~torn | case.fixed, plan, -1)


def _labels(case: Case, labels: int, random: np.random.Generator) -> IntArray:
    """A label for each anchor: what it may keep counts, half as much for each border between; locked units need theirs."""
    away = _borders_between(case)
    held = np.bincount(case.home[case.home >= 0], weights=case.cost[case.home >= 0], minlength=labels)
    worth = np.zeros((len(case.limits.anchors), labels))
    for g in range(case.m):
        worth[:, g] = held[g] * 0.5 ** away[:, case.home == g].min(axis=1)
    worth *= 1 - BLUR * random.random(worth.shape)
    needed = np.unique(case.home[case.fixed & (case.home >= 0)])
    worth[:, needed] += worth.sum() + 1.0
    own = np.flatnonzero(case.fixed[case.limits.anchors])
    worth[own, case.home[case.limits.anchors[own]]] += worth.sum() + 1.0
    return np.asarray(linear_sum_assignment(worth, maximize=True)[1], dtype=np.int64)


def _borders_between(case: Case) -> FloatArray:
    """Borders between each anchor and each unit, shape (S, n)."""
    graph = case.graph
    ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
    matrix = coo_array((np.ones(len(ends)), (ends, graph.indices)), shape=(graph.n, graph.n))
    return np.asarray(dijkstra(matrix, unweighted=True, indices=case.limits.anchors))
