"""The compiled inside of annealing: moves of rows to neighbouring grids at one temperature.

Arrays travel in bundles: `net` (borders of rows: indptr, indices, the row that each edge leaves, its mirror edge, cost
of parting, rows that never move), `bands` (weights, lower, upper, 1 / mean, 1 / typical share of a row), `rivals`
(indptr, indices, position of each row among those with rivals), `zones` (area of each row, splits allowed).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground.parts import SLACK

MOST_TIES = 64
"""Neighbours in its own grid up to which a row may leave it."""


@kernel
def sweep(plan, totals, cost, net, bands, rivals, zones, tables, work, state, stamp, mark):
    """Propose `work[0]` moves at temperature `work[1]`; `plan`, `totals` and `tables` (see `tables_of`) change in place.
    Returns the last mark.

    `cost` has shape (rows, k): to the present centre of every grid; (0, 0) where distances don't count. ``work[2:]`` is
    the pressure of bands (per share of a mean) and of pairs and splits. Only edges between two grids are drawn, each
    for as many proposals as there are edges in all to one such edge.
    """
    indptr, indices, ends, _, cut, frozen = net
    weights, lower, upper, inverse, steep = bands
    proposals, heat, press, pair = work
    k = totals.shape[1]
    rim, spot, many = _rim(plan, indices, ends, frozen)
    size = np.bincount(plan, minlength=k)
    dues = _dues(totals, bands)
    met, held, touched, squares = tables
    queue = np.empty(len(plan), dtype=np.int64)
    root = np.empty((2, MOST_TIES), dtype=np.int64)
    measures = len(weights)
    cuts = cost.size == 0 or cut.any()
    ruled = met.size > 0 or held.size > 0
    after = np.empty((measures, 2))
    clock = 0.0
    while clock < proposals and many > 0:
        clock += len(indices) / many
        e = rim[int(next_random(state) * many)]
        i = ends[e]
        a = plan[i]
        b = plan[indices[e]]
        if size[a] == 1:
            continue
        change = 0.0
        if cost.size:
            change += cost[i, b] - cost[i, a]
        if cuts:
            for q in range(indptr[i], indptr[i + 1]):
                g = plan[indices[q]]
                if g == a:
                    change += cut[q]
                elif g == b:
                    change -= cut[q]
        for m in range(measures):
            w = weights[m, i]
            after[m, 0] = due(totals[m, a] - w, lower[m, a], upper[m, a], inverse[m], steep)
            after[m, 1] = due(totals[m, b] + w, lower[m, b], upper[m, b], inverse[m], steep)
            change += press * (after[m, 0] + after[m, 1] - dues[m, a] - dues[m, b])
        if ruled:
            change += pair * _rules(i, a, b, rivals, zones, met, held, touched, squares)
        if change > 0.0 and (change >= 40.0 * heat or next_random(state) >= np.exp(-change / heat)):
            continue
        mark += 1
        if not stays_connected(i, indptr, indices, plan, stamp, queue, mark, root):
            continue
        size[a] -= 1
        size[b] += 1
        for m in range(measures):
            totals[m, a] -= weights[m, i]
            totals[m, b] += weights[m, i]
            dues[m, a] = after[m, 0]
            dues[m, b] = after[m, 1]
        if ruled:
            _retable(i, a, b, rivals, zones, met, held, touched, squares)
        plan[i] = b
        many = _rerim(i, plan, net, rim, spot, many)
    return mark


@kernel
def next_random(state):
    """Xorshift64* (Vigna 2016): a uniform number in [0, 1) and the new state in `state[0]`."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@kernel
def stays_connected(i, indptr, indices, plan, stamp, queue, mark, root):
    """Whether the grid of `i` holds together without it: its neighbours there are searched from all at once, until
    they are joined or one of them has nowhere to go. ``stamp[0]`` is set to `mark` where the search was.
    """
    a = plan[i]
    ties = 0
    for e in range(indptr[i], indptr[i + 1]):
        j = indices[e]
        if plan[j] == a:
            if ties == MOST_TIES:
                return False
            stamp[0, j] = mark
            stamp[1, j] = ties
            root[0, ties] = ties
            root[1, ties] = 1
            queue[ties] = j
            ties += 1
    if ties <= 1:
        return True
    stamp[0, i] = mark
    stamp[1, i] = -1
    tail = ties
    head = 0
    while head < tail:
        p = queue[head]
        head += 1
        r = stamp[1, p]
        while root[0, r] != r:
            r = root[0, r]
        for e in range(indptr[p], indptr[p + 1]):
            q = indices[e]
            if plan[q] != a:
                continue
            if stamp[0, q] != mark:
                stamp[0, q] = mark
                stamp[1, q] = r
                root[1, r] += 1
                queue[tail] = q
                tail += 1
            elif stamp[1, q] >= 0:
                other = stamp[1, q]
                while root[0, other] != other:
                    other = root[0, other]
                if other != r:
                    root[0, other] = r
                    root[1, r] += root[1, other]
                    ties -= 1
                    if ties == 1:
                        return True
        root[1, r] -= 1
        if root[1, r] == 0:
            return False
    return False


@kernel
def due(total, low, high, inverse, steep):
    """Linear and quadratic price of what `total` misses its band by, as a share of the mean."""
    miss = 0.0
    if total > high * (1 + SLACK):
        miss = (total - high) * inverse
    elif total < low * (1 - SLACK):
        miss = (low - total) * inverse
    return miss + miss * miss * steep


@kernel
def _dues(totals, bands):
    _, lower, upper, inverse, steep = bands
    out = np.empty(totals.shape)
    for m in range(totals.shape[0]):
        for g in range(totals.shape[1]):
            out[m, g] = due(totals[m, g], lower[m, g], upper[m, g], inverse[m], steep)
    return out


@kernel
def _rim(plan, indices, ends, frozen):
    """Edges between two grids that leave a row which may move, the position of each edge among them, their number."""
    rim = np.empty(len(indices), dtype=np.int64)
    spot = np.full(len(indices), -1, dtype=np.int64)
    many = 0
    for e in range(len(indices)):
        if plan[ends[e]] != plan[indices[e]] and not frozen[ends[e]]:
            rim[many] = e
            spot[e] = many
            many += 1
    return rim, spot, many


@kernel
def _rerim(i, plan, net, rim, spot, many):
    """Set the edges of row `i` right after its move; returns their new number."""
    indptr, indices, ends, mirror, _, frozen = net
    for q in range(indptr[i], indptr[i + 1]):
        parted = plan[indices[q]] != plan[i]
        for side in range(2):
            e = q if side == 0 else mirror[q]
            if parted and spot[e] < 0 and not frozen[ends[e]]:
                rim[many] = e
                spot[e] = many
                many += 1
            elif not parted and spot[e] >= 0:
                many -= 1
                last = rim[many]
                rim[spot[e]] = last
                spot[last] = spot[e]
                spot[e] = -1
    return many


@kernel
def tables_of(plan, k, rivals, zones):
    """Rivals that every row would meet in every grid; rows, grids touched and squared rows of every area."""
    indptr, indices, slot = rivals
    zone, _ = zones
    met = np.zeros((slot.max() + 1, k), dtype=np.int32)
    areas = zone.max() + 1
    held = np.zeros((areas, k), dtype=np.int32)
    touched = np.zeros(areas, dtype=np.int64)
    squares = np.zeros((areas, 2))
    for i in range(len(plan)):
        for e in range(indptr[i], indptr[i + 1]):
            met[slot[i], plan[indices[e]]] += 1
        if zone[i] >= 0:
            held[zone[i], plan[i]] += 1
    for z in range(areas):
        for g in range(k):
            touched[z] += held[z, g] > 0
            squares[z, 0] += held[z, g] ** 2
            squares[z, 1] += held[z, g]
    return met, held, touched, squares


@kernel
def _rules(i, a, b, rivals, zones, met, held, touched, squares):
    """Pairs of rivals that meet and splits too many, after a move less before it.

    While an area is split too often, the rows that would have to move count as well, so that small pieces shrink: half
    of the rows of the area less what an average row shares its grid with (Herfindahl's index).
    """
    change = 0.0
    slot = rivals[2][i]
    if slot >= 0:
        change += met[slot, b] - met[slot, a]
    zone, splits = zones
    z = zone[i]
    if z >= 0:
        old = touched[z] - 1 - splits
        new = old + (held[z, b] == 0) - (held[z, a] == 1)
        rows = squares[z, 1]
        if old > 0:
            change -= old + 0.5 * (rows - squares[z, 0] / rows)
        if new > 0:
            change += new + 0.5 * (rows - (squares[z, 0] + 2.0 * (held[z, b] - held[z, a] + 1)) / rows)
    return change


@kernel
def _retable(i, a, b, rivals, zones, met, held, touched, squares):
    indptr, indices, slot = rivals
    for e in range(indptr[i], indptr[i + 1]):
        met[slot[indices[e]], a] -= 1
        met[slot[indices[e]], b] += 1
    z = zones[0][i]
    if z >= 0:
        touched[z] += (held[z, b] == 0) - (held[z, a] == 1)
        squares[z, 0] += 2.0 * (held[z, b] - held[z, a] + 1)
        held[z, a] -= 1
        held[z, b] += 1
