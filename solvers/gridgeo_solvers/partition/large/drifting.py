"""Annealing of many grids at once: border rows drift to neighbouring grids, at a cost that doesn't grow with k.

The moment of inertia about the centroid changes by a closed form when one row moves (Huygens and Steiner), totals by a
sum. Only border rows are proposed, from a list that moves keep up. What a move gains is measured in the mean cost of a
row of the two grids concerned, so that dense and sparse quarters anneal at their own scale. Bands are penalties, weak
while hot and strong at the end, about a band that is narrow at first.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import kernel

REACH = 80
"""Rows that the search for a way around a leaving row looks at; a longer way counts as none."""


@kernel
def way_around(i, indptr, indices, plan, stamp, queue, mark):
    """Whether the grid of `i` stays connected without it, by ways of at most `REACH` rows seen."""
    a = plan[i]
    wanted = 0
    first = -1
    for e in range(indptr[i], indptr[i + 1]):
        j = indices[e]
        if plan[j] == a:
            wanted += 1
            stamp[j] = mark
            first = j
    if wanted <= 1:
        return wanted == 1
    stamp[i] = mark + 1
    stamp[first] = mark + 1
    met = 1
    queue[0] = first
    head = 0
    tail = 1
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


@kernel
def sums_of(plan, k, x, y, mass, shares):
    """Rows, mass, centroid sums, second moment and totals of every grid; all O(1) to keep up when a row moves."""
    size = np.zeros(k, dtype=np.int64)
    heavy = np.zeros(k)
    at = np.zeros((k, 2))
    moment = np.zeros(k)
    totals = np.zeros((k, shares.shape[1]))
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
    return size, heavy, at, moment, totals


@kernel
def border_of(plan, indptr, indices):
    """Border rows in a list, how many, each row's place in it (-1: none) and its number of neighbours elsewhere."""
    n = len(plan)
    border = np.empty(n, dtype=np.int64)
    place = np.full(n, -1, dtype=np.int64)
    outer = np.zeros(n, dtype=np.int64)
    count = 0
    for r in range(n):
        for e in range(indptr[r], indptr[r + 1]):
            outer[r] += plan[indices[e]] != plan[r]
        if outer[r]:
            place[r] = count
            border[count] = r
            count += 1
    return border, count, place, outer


@kernel
def priced(total, low, high, typical):
    """Linear and quadratic price of what `total` misses its band by, in means of a grid."""
    miss = 0.0
    if total > high:
        miss = total - high
    elif total < low:
        miss = low - total
    return miss + miss * miss / typical


@kernel
def drift(
    plan, k, indptr, indices, x, y, mass, shares, low, high, tilt, heat, press, per_border, seed,
):  # fmt: skip
    """Propose `per_border` moves for each border row at one temperature; `plan` changes in place.

    `low` and `high` have shape (measures,), in means of a grid like `shares` (rows, measures); `tilt` has shape
    (k, measures): what a mean of each measure costs in each grid on top. Returns the number of moves made.
    """
    size, heavy, at, moment, totals = sums_of(plan, k, x, y, mass, shares)
    border, count, place, outer = border_of(plan, indptr, indices)
    stamp = np.zeros(len(plan), dtype=np.int64)
    queue = np.empty(REACH + 1, dtype=np.int64)
    measures = shares.shape[1]
    scale = np.empty(k)
    grain = np.empty(k)
    for g in range(k):
        scale[g] = moment[g] / size[g]
        grain[g] = 1.0 / size[g]
    least = max(scale.mean() * 1e-3, 1e-12)
    state = np.uint64(seed)
    mark = 0
    moves = 0
    for _ in range(int(per_border * count)):
        if count == 0:
            break
        state ^= state >> np.uint64(12)
        state ^= state << np.uint64(25)
        state ^= state >> np.uint64(27)
        draw = (state * np.uint64(2685821657736338717)) >> np.uint64(11)
        i = border[int(draw % np.uint64(count))]
        a = plan[i]
        if size[a] == 1:
            continue
        begin = indptr[i]
        degree = indptr[i + 1] - begin
        turn = int((draw >> np.uint64(32)) % np.uint64(degree))
        b = a
        for e in range(degree):
            b = plan[indices[begin + (turn + e) % degree]]
            if b != a:
                break
        w = mass[i]
        away = (x[i] - at[a, 0] / heavy[a]) ** 2 + (y[i] - at[a, 1] / heavy[a]) ** 2
        near = (x[i] - at[b, 0] / heavy[b]) ** 2 + (y[i] - at[b, 1] / heavy[b]) ** 2
        left = max(heavy[a] - w, 1e-12 * w)
        moved = w * (near * heavy[b] / (heavy[b] + w) - away * heavy[a] / left)
        missed = 0.0
        slope = 0.0
        typical = 0.5 * (grain[a] + grain[b])
        for m in range(measures):
            s = shares[i, m]
            missed += (
                priced(totals[a, m] - s, low[m], high[m], typical) - priced(totals[a, m], low[m], high[m], typical)
                + priced(totals[b, m] + s, low[m], high[m], typical) - priced(totals[b, m], low[m], high[m], typical)
            )  # fmt: skip
            slope += s * (tilt[b, m] - tilt[a, m])
        change = moved / max(0.5 * (scale[a] + scale[b]), least) + (press * missed + slope) / typical
        if change > 0.0:
            if change > 30.0 * heat:
                continue
            state ^= state >> np.uint64(12)
            state ^= state << np.uint64(25)
            state ^= state >> np.uint64(27)
            draw = (state * np.uint64(2685821657736338717)) >> np.uint64(11)
            if draw / 9007199254740992.0 >= np.exp(-change / heat):
                continue
        mark += 2
        if not way_around(i, indptr, indices, plan, stamp, queue, mark):
            continue
        moves += 1
        plan[i] = b
        size[a] -= 1
        size[b] += 1
        heavy[a] -= w
        heavy[b] += w
        at[a, 0] -= w * x[i]
        at[a, 1] -= w * y[i]
        at[b, 0] += w * x[i]
        at[b, 1] += w * y[i]
        for m in range(measures):
            totals[a, m] -= shares[i, m]
            totals[b, m] += shares[i, m]
        outer[i] = 0
        for e in range(begin, begin + degree):
            j = indices[e]
            if plan[j] != b:
                outer[i] += 1
                if plan[j] == a:
                    outer[j] += 1
                    if outer[j] == 1:
                        place[j] = count
                        border[count] = j
                        count += 1
            else:
                outer[j] -= 1
                if outer[j] == 0:
                    count = _drop(border, place, j, count)
        if outer[i] == 0:
            count = _drop(border, place, i, count)
    return moves


@kernel
def _drop(border, place, j, count):
    """Take row `j` from the border list; returns its new length."""
    last = border[count - 1]
    border[place[j]] = last
    place[last] = place[j]
    place[j] = -1
    return count - 1
