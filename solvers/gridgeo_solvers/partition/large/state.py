"""A plan of many grids with what is kept up in constant time when a row moves: sums of its grids, and its border rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.kernels import folded_kernel, kernel
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray
from gridgeo_solvers.partition.large.power import Points


class Rows(NamedTuple):
    """What is divided (n rows): neighbours of row r are ``indices[indptr[r]:indptr[r + 1]]``; the rest as in `Points`."""

    indptr: IntArray
    indices: IntArray
    x: FloatArray
    y: FloatArray
    mass: FloatArray
    shares: FloatArray
    """(n, measures): in means of a grid."""

    @classmethod
    def of(cls, graph: Graph, points: Points) -> Rows:
        """Rows of a graph at their points."""
        return cls(graph.indptr, graph.indices, points.x, points.y, points.mass, points.shares)


class Grids(NamedTuple):
    """Sums of k grids."""

    size: IntArray
    """(k): rows."""
    mass: FloatArray
    at: FloatArray
    """(k, 2): sums of mass × x and of mass × y."""
    moment: FloatArray
    """(k): moment of inertia about the centroid, as it was at first."""
    totals: FloatArray
    """(k, measures)"""
    scale: FloatArray
    """(k): mean moment of a row, as it was at first."""
    grain: FloatArray
    """(k): what a row is of its grid, as it was at first."""
    least: FloatArray
    """(1): the least `scale` that counts."""


class Border(NamedTuple):
    """Rows beside another grid."""

    rows: IntArray
    """(n): the first `length` are filled."""
    place: IntArray
    """(n): where each stands among them, -1 for others."""
    outer: IntArray
    """(n): how many of its neighbours are in other grids."""
    length: IntArray
    """(1)"""


@kernel
def grids_of(plan: IntArray, k: int, rows: Rows) -> Grids:
    """The sums of the grids of a plan."""
    x, y, mass, shares = rows.x, rows.y, rows.mass, rows.shares
    size, heavy, at = np.zeros(k, dtype=np.int64), np.zeros(k), np.zeros((k, 2))
    moment, totals = np.zeros(k), np.zeros((k, shares.shape[1]))
    for r in range(len(plan)):
        g = plan[r]
        size[g] += 1
        heavy[g] += mass[r]
        at[g, 0] += mass[r] * x[r]
        at[g, 1] += mass[r] * y[r]
        for m in range(shares.shape[1]):
            totals[g, m] += shares[r, m]
    for r in range(len(plan)):
        g = plan[r]
        moment[g] += mass[r] * ((x[r] - at[g, 0] / heavy[g]) ** 2 + (y[r] - at[g, 1] / heavy[g]) ** 2)
    scale, grain, least = moment / size, 1.0 / size, np.empty(1)
    least[0] = max(scale.mean() * 1e-3, 1e-12)
    return Grids(size, heavy, at, moment, totals, scale, grain, least)


@kernel
def border_of(plan: IntArray, rows: Rows) -> Border:
    """The border of a plan."""
    n = len(plan)
    listed, place = np.empty(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    outer, count = np.zeros(n, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for r in range(n):
        for e in range(rows.indptr[r], rows.indptr[r + 1]):
            outer[r] += plan[rows.indices[e]] != plan[r]
        if outer[r]:
            place[r] = count[0]
            listed[count[0]] = r
            count[0] += 1
    return Border(listed, place, outer, count)


@folded_kernel
def hand_over(i: int, b: int, plan: IntArray, rows: Rows, grids: Grids, border: Border) -> None:
    """Move row `i` to grid `b`, which lies beside it."""
    a, w = plan[i], rows.mass[i]
    plan[i] = b
    grids.size[a] -= 1
    grids.size[b] += 1
    grids.mass[a] -= w
    grids.mass[b] += w
    grids.at[a, 0] -= w * rows.x[i]
    grids.at[a, 1] -= w * rows.y[i]
    grids.at[b, 0] += w * rows.x[i]
    grids.at[b, 1] += w * rows.y[i]
    for m in range(rows.shares.shape[1]):
        grids.totals[a, m] -= rows.shares[i, m]
        grids.totals[b, m] += rows.shares[i, m]
    border.outer[i] = 0
    for e in range(rows.indptr[i], rows.indptr[i + 1]):
        j = rows.indices[e]
        if plan[j] != b:
            border.outer[i] += 1
            if plan[j] == a:
                border.outer[j] += 1
                if border.outer[j] == 1:
                    border.place[j] = border.length[0]
                    border.rows[border.length[0]] = j
                    border.length[0] += 1
        else:
            border.outer[j] -= 1
            if border.outer[j] == 0:
                _drop(border, j)
    if border.outer[i] == 0:
        _drop(border, i)


@folded_kernel
def _drop(border: Border, j: int) -> None:
    """Take row `j` from the border."""
    border.length[0] -= 1
    last = border.rows[border.length[0]]
    border.rows[border.place[j]] = last
    border.place[last] = border.place[j]
    border.place[j] = -1
