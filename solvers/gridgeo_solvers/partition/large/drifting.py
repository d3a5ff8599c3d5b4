"""Annealing of many grids at once: border rows drift to neighbouring grids, at a cost that doesn't grow with k.

The moment of inertia about the centroid changes by a closed form when one row moves (Huygens and Steiner), totals by a
sum. Only border rows are proposed, from a list that moves keep up. What a move gains is measured in the mean cost of a
row of the two grids concerned, so that dense and sparse quarters anneal at their own scale. Bands are penalties, weak
while hot and strong at the end, about a band that is narrow at first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridgeo_solvers.kernels import bare_kernel, folded_kernel
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray
from gridgeo_solvers.partition.large.state import Border, Grids, Rows, border_of, grids_of, hand_over

REACH = 80
"""Rows that the search for a way around a leaving row looks at; a longer way counts as none."""


class Level(NamedTuple):
    """Temperature and prices of one stretch of drifting."""

    heat: float
    press: float
    """Price of a band that is missed by a mean row."""
    low: FloatArray
    high: FloatArray
    """(measures): the bands, in means of a grid."""
    tilt: FloatArray
    """(k, measures): what a mean of each measure costs in each grid on top."""


class Seen(NamedTuple):
    """Scratch of the search for a way around: (n) when each row was last seen, and the rows to look at."""

    stamp: IntArray
    queue: IntArray


def drift(plan: IntArray, k: int, rows: Rows, level: Level, per_border: float, seed: int) -> int:
    """Propose `per_border` moves for each border row; `plan` changes in place. Returns the number of moves made."""
    grids, border = grids_of(plan, k, rows), border_of(plan, rows)
    seen = Seen(np.zeros(len(plan), dtype=np.int64), np.empty(REACH + 1, dtype=np.int64))
    return int(_drift(plan, rows, grids, border, seen, level, int(per_border * border.length[0]), seed))


@bare_kernel
def _drift(
    plan: IntArray, rows: Rows, grids: Grids, border: Border, seen: Seen, level: Level, proposals: int, seed: int
) -> int:
    state = np.uint64(seed)
    mark = moves = 0
    for _ in range(proposals):
        if border.length[0] == 0:
            break
        state, draw = _drawn(state)
        i = border.rows[int(draw % np.uint64(border.length[0]))]
        if grids.size[plan[i]] == 1:
            continue
        b = _another(i, plan, rows, draw >> np.uint64(32))
        change = _change(i, plan[i], b, rows, grids, level)
        if change > 0.0:
            if change > 30.0 * level.heat:
                continue
            state, draw = _drawn(state)
            if draw / 9007199254740992.0 >= np.exp(-change / level.heat):
                continue
        mark += 2
        if way_around(i, plan, rows, seen, mark):
            hand_over(i, b, plan, rows, grids, border)
            moves += 1
    return moves


@folded_kernel
def _drawn(state: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The next state of xorshift64* (Vigna 2016) and 53 random bits."""
    state ^= state >> np.uint64(12)
    state ^= state << np.uint64(25)
    state ^= state >> np.uint64(27)
    return state, (state * np.uint64(2685821657736338717)) >> np.uint64(11)


@folded_kernel
def _another(i: int, plan: IntArray, rows: Rows, draw: np.uint64) -> int:
    """Another grid beside row `i`: that of the first neighbour in one from a random neighbour on."""
    begin, degree = rows.indptr[i], rows.indptr[i + 1] - rows.indptr[i]
    turn = int(draw % np.uint64(degree))
    b = plan[i]
    for e in range(degree):
        b = plan[rows.indices[begin + (turn + e) % degree]]
        if b != plan[i]:
            break
    return b


@folded_kernel
def _change(i: int, a: int, b: int, rows: Rows, grids: Grids, level: Level) -> float:
    """What moving row `i` from grid `a` to `b` costs, in mean costs of a row."""
    w, mass, at = rows.mass[i], grids.mass, grids.at
    away = (rows.x[i] - at[a, 0] / mass[a]) ** 2 + (rows.y[i] - at[a, 1] / mass[a]) ** 2
    near = (rows.x[i] - at[b, 0] / mass[b]) ** 2 + (rows.y[i] - at[b, 1] / mass[b]) ** 2
    left = max(mass[a] - w, 1e-12 * w)
    moved = w * (near * mass[b] / (mass[b] + w) - away * mass[a] / left)
    typical = 0.5 * (grids.grain[a] + grids.grain[b])
    missed = slope = 0.0
    for m in range(rows.shares.shape[1]):
        s, low, high = rows.shares[i, m], level.low[m], level.high[m]
        from_, to = grids.totals[a, m], grids.totals[b, m]
        missed += (
            _missed(from_ - s, low, high, typical) - _missed(from_, low, high, typical)
            + _missed(to + s, low, high, typical) - _missed(to, low, high, typical)
        )  # fmt: skip
        slope += s * (level.tilt[b, m] - level.tilt[a, m])
    scale = max(0.5 * (grids.scale[a] + grids.scale[b]), grids.least[0])
    return moved / scale + (level.press * missed + slope) / typical


@folded_kernel
def _missed(total: float, low: float, high: float, typical: float) -> float:
    """Linear and quadratic price of what `total` misses its band by, in means of a grid."""
    miss = 0.0
    if total > high:
        miss = total - high
    elif total < low:
        miss = low - total
    return miss + miss * miss / typical


@folded_kernel
def way_around(i: int, plan: IntArray, rows: Rows, seen: Seen, mark: int) -> bool:
    """Whether the grid of `i` stays connected without it, by ways of at most `REACH` rows seen."""
    a, indptr, indices, stamp, queue = plan[i], rows.indptr, rows.indices, seen.stamp, seen.queue
    wanted, first = 0, -1
    for e in range(indptr[i], indptr[i + 1]):
        j = indices[e]
        if plan[j] == a:
            wanted += 1
            stamp[j] = mark
            first = j
    if wanted <= 1:
        return wanted == 1
    stamp[i] = stamp[first] = mark + 1
    queue[0] = first
    met, head, tail = 1, 0, 1
    while head < tail:
        p = queue[head]
        head += 1
        for e in range(indptr[p], indptr[p + 1]):
            q = indices[e]
            if plan[q] == a and stamp[q] != mark + 1:
                if stamp[q] == mark:
                    met += 1
                    if met == wanted:
                        return True
                stamp[q] = mark + 1
                if tail == REACH:
                    return False
                queue[tail] = q
                tail += 1
    return False
