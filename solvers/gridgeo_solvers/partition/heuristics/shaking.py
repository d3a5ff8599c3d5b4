"""Merge and split: two neighbouring grids become one, another is cut in two, so that a grid travels across the part."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.partition.ground.parts import IntArray, Part
from gridgeo_solvers.partition.heuristics.seeded import seeded_start
from gridgeo_solvers.partition.heuristics.starts import fresh_start, grow


def any_start(part: Part, k: int, random: np.random.Generator) -> IntArray:
    """A connected plan to begin from: grown from the seeds where they are given, else from fresh centres."""
    return seeded_start(part, k) if len(part.seeds) else fresh_start(part, k, random)


def merge_and_split(part: Part, plan: IntArray, k: int, random: np.random.Generator) -> IntArray:
    """Join two adjacent grids and cut another one in two; grids with seeds stay as they are."""
    if len(part.seeds):
        return plan.copy()
    if k < 3:
        return fresh_start(part, k, random)
    u, v, _ = part.graph.edges()
    cut = np.flatnonzero(plan[u] != plan[v])
    edge = int(random.choice(cut))
    a, b = int(plan[u[edge]]), int(plan[v[edge]])
    rows = np.bincount(plan, minlength=k)
    open_grids = [g for g in range(k) if g not in (a, b) and rows[g] > 1]
    if not open_grids:
        return plan
    spread = part.distances.medoids(plan, k)[1][open_grids] + 1e-12
    split = int(random.choice(open_grids, p=spread / spread.sum()))
    moved = plan.copy()
    moved[moved == b] = a
    return _halve(part, moved, split, b, random)


def _halve(part: Part, plan: IntArray, grid: int, new: int, random: np.random.Generator) -> IntArray:
    """Cut `grid` in two connected halves grown from two far rows; the second half is called `new`."""
    rows = np.flatnonzero(plan == grid)
    inner = part.graph.subgraph(rows)
    site_of = np.full(part.n, -1, dtype=np.int64)
    site_of[part.row_of[::-1]] = np.arange(len(part.row_of))[::-1]
    sites = site_of[rows]
    first = int(random.integers(len(rows)))
    second = int(part.distances.table(sites[[first]])[rows, 0].argmax())
    if second == first:
        second = (first + 1) % len(rows)
    near = part.distances.table(sites[[first, second]])[rows]
    halves = grow(near, np.zeros(2), np.array([first, second]), inner.indptr, inner.indices)
    split = plan.copy()
    split[rows[halves == 1]] = new
    return split
