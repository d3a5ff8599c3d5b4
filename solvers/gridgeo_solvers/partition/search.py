"""Multi-start search on one connected part: many cheap starts, few long annealings, merge and split, polish."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gridgeo_solvers.partition.annealing import anneal
from gridgeo_solvers.partition.answer import PartitionParams
from gridgeo_solvers.partition.parts import IntArray, Part
from gridgeo_solvers.partition.starts import fresh_start, grow
from gridgeo_solvers.partition.values import Found, better, found
from gridgeo_solvers.stop import StopRule

PATIENCE = 12
"""Merge-and-split rounds without gain after which the search ends."""
MISSES = 8
"""Plans outside a band, and no nearer to it than the best, that are polished all the same."""
FEW = 40
"""Rows up to which a third of the starts is enough."""

Polish = Callable[[IntArray], Found]
"""A plan to one that is no worse (see `integer.polish`)."""


def merge_and_split(part: Part, plan: IntArray, k: int, random: np.random.Generator) -> IntArray:
    """Join two adjacent grids and cut another one in two, so that a centre travels across the part."""
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


def search(
    part: Part,
    k: int,
    params: PartitionParams,
    seed: int,
    *,
    stop: StopRule,
    polish: Polish,
    heard: Callable[[Found], None],
    start: IntArray | None = None,
) -> tuple[Found, int]:
    """Best plan of `k` grids found, and the number of starts tried. `heard` is told every improvement."""
    if k == 1 or k == part.n:
        plan = np.zeros(part.n, dtype=np.int64) if k == 1 else np.arange(part.n, dtype=np.int64)
        only = found(part, plan, k)
        heard(only)
        return only, 1
    random = np.random.default_rng([seed, k, part.n])
    pool = _pool(part, k, params, random, stop, start)
    heard(pool[0])
    starts = len(pool)
    best = pool[0]
    for candidate in pool[: params.kept]:
        if stop():
            return best, starts
        longer = anneal(part, candidate.plan, k, sweeps=params.sweeps, hot=5.0, seed=int(random.integers(1 << 31)))
        best = _told(best, better(longer, candidate), heard)
    best = _told(best, better(best, polish(best.plan)), heard)
    quiet = misses = 0
    # While a band is broken nothing else counts: no patience, twice the rounds, and some near misses are polished.
    for turn in range(2 * params.rounds):
        if stop() or (best.feasible and (quiet >= PATIENCE or turn >= params.rounds)):
            break
        moved = merge_and_split(part, best.plan, k, random)
        sweeps = max(params.sweeps // 4, 8)
        candidate = anneal(part, moved, k, sweeps=sweeps, hot=1.0, seed=int(random.integers(1 << 31)))
        cheap = part.n * k <= params.whole and len(part.weights) < 2
        close = candidate.value.cost < 1.01 * best.value.cost if best.feasible else misses < MISSES
        if candidate.value < best.value or (close and (cheap or not best.feasible)):
            misses += not best.feasible
            candidate = better(candidate, polish(candidate.plan))
        quiet = 0 if candidate.value < best.value else quiet + 1
        best = _told(best, candidate, heard)
    return best, starts


def _pool(
    part: Part, k: int, params: PartitionParams, random: np.random.Generator, stop: StopRule, start: IntArray | None
) -> list[Found]:
    """Briefly annealed starts, best first; always at least one."""
    pool = [] if start is None else [found(part, start, k)]
    for _ in range(params.starts if part.n > FEW else -(-params.starts // 3)):
        if pool and stop():
            break
        plan = fresh_start(part, k, random)
        pool.append(
            anneal(part, plan, k, sweeps=max(params.sweeps // 5, 8), hot=5.0, seed=int(random.integers(1 << 31)))
        )
    return sorted(pool, key=lambda one: one.value)


def _told(best: Found, candidate: Found, heard: Callable[[Found], None]) -> Found:
    if candidate.value < best.value:
        heard(candidate)
        return candidate
    return best
