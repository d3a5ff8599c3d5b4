"""The compiled inside of annealing: sets of units move to neighbouring grids, alone or one pushing another on.

Arrays travel in bundles: `net` (indptr, indices, cost of parting along each of them), `rows` (indptr, units of each row,
row of each unit), `worth` (cost of moving, home, fixed, indptr and indices of rivals), `bands` (weights, low and high of
each label, price of a miss of each, steepness), `limits` (pairs too far apart, area of each unit, room of each area),
`shape` (mass, x, y, worth of inertia, worth of squared deviation, its mean), `state` (size and pieces of each label, totals,
mass · (1, x, y, x² + y²) of each label, units of each area in each label, labels of each area, first unit of each label,
and the units after and before each of its label).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import inner_kernel, kernel

WALK = 12
"""Steps of the walk from a unit that came to one that goes on."""
CHAINED = 0.3
"""Share of moves good alone after which another unit is pushed on all the same."""


@kernel
def sweep(plan, best, net, rows, worth, bands, limits, shape, state, work, told, random, stamp, queue):
    """Propose ``work[0]`` moves at temperature ``work[1]``. Misses are priced ``work[2]``, rivals and loose pieces
    ``work[3]``; moves that raise what is moved above ``work[4]`` are refused; what is moved counts ``work[5]`` times.

    `told` is (objective, best objective without a fault, moved, bands missed, rivals met and areas split too often, mark,
    loose pieces), and changes in place, as `plan` and `best` (the best plan without a fault) do.
    """
    indptr, indices, _ = net
    many = len(indices)
    ends = _ends(indptr, many)
    undo = np.empty((2, 5), dtype=np.int64)
    waiting = False
    for _ in range(int(work[0]) if many > 0 else 0):
        e = int(_uniform(random) * many)
        i = ends[e]
        a = plan[i]
        b = plan[indices[e]]
        if a == b:
            continue
        before = told[2]
        first = _try(i, a, b, plan, net, rows, worth, bands, limits, shape, state, work, told, stamp, queue, undo, 0)
        if first == np.inf:
            continue
        alone = _taken(first, work[1], random) and (told[2] <= work[4] or told[2] <= before)
        kept = alone
        steps = 1
        if not alone or _uniform(random) < CHAINED:
            j, c = _next(indices[e], i, b, plan, net, random)
            more = np.inf
            if j >= 0:
                more = _try(
                    j, b, c, plan, net, rows, worth, bands, limits, shape, state, work, told, stamp, queue, undo, 1
                )
            if more < np.inf:
                kept = _taken(first + more, work[1], random) and (told[2] <= work[4] or told[2] <= before)
                steps = 2
                if not kept:
                    _back(undo[1], plan, net, rows, worth, bands, limits, shape, state, work, told)
                    kept = alone
                    steps = 1
        if not kept:
            _back(undo[0], plan, net, rows, worth, bands, limits, shape, state, work, told)
            continue
        if told[3] == 0 and told[4] == 0 and told[6] == 0 and told[0] < told[1] - 1e-9:
            told[1] = told[0]
            waiting = True
        elif waiting:
            # The best plan is copied only when it is left.
            _keep(plan, best, steps, undo, rows)
            waiting = False
    if waiting:
        best[:] = plan


@inner_kernel
def _ends(indptr, many):
    ends = np.empty(many, dtype=np.int64)
    for i in range(len(indptr) - 1):
        for e in range(indptr[i], indptr[i + 1]):
            ends[e] = i
    return ends


@inner_kernel
def _uniform(random):
    """Xorshift64* (Vigna 2016): a uniform number in [0, 1)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@inner_kernel
def _taken(change, heat, random):
    return change <= 0.0 or (change < 40.0 * heat and _uniform(random) < np.exp(-change / heat))


@inner_kernel
def _keep(plan, best, steps, undo, rows):
    """Copy the plan as it was before its last `steps` moves."""
    best[:] = plan
    row_ptr, row_units, _ = rows
    for step in range(steps - 1, -1, -1):
        for q in range(row_ptr[undo[step, 0]], row_ptr[undo[step, 0] + 1]):
            best[row_units[q]] = undo[step, 1]


@inner_kernel
def _next(start, came, b, plan, net, random):
    """A unit of grid `b` near `start` with a neighbour in another grid, and that grid; (-1, -1) where none is met."""
    indptr, indices, _ = net
    here = start
    for _ in range(WALK):
        degree = indptr[here + 1] - indptr[here]
        other = indices[indptr[here] + int(_uniform(random) * degree)]
        if plan[other] != b:
            if here != came:
                return here, plan[other]
        else:
            here = other
    return -1, -1


@inner_kernel
def _try(i, a, b, plan, net, rows, worth, bands, limits, shape, state, work, told, stamp, queue, undo, step):
    """Move the row of `i` from `a` to `b` where rules allow; what the priced objective changes by, inf where not."""
    row_ptr, row_units, row_of = rows
    fixed = worth[2]
    r = row_of[i]
    size, pieces = state[0], state[1]
    count = row_ptr[r + 1] - row_ptr[r]
    if size[a] == count:
        return np.inf
    for q in range(row_ptr[r], row_ptr[r + 1]):
        if fixed[row_units[q]] or plan[row_units[q]] != a:
            return np.inf
    undo[step, 0], undo[step, 1], undo[step, 2] = r, a, b
    undo[step, 3], undo[step, 4] = pieces[a], pieces[b]
    before = pieces[a] + pieces[b]
    change = _apply(r, a, b, plan, net, rows, worth, bands, limits, shape, state, work, told)
    if pieces[a] == 1:
        told[5] += 1
        if not _holds(r, a, plan, net, rows, stamp, queue, told[5]):
            _back(undo[step], plan, net, rows, worth, bands, limits, shape, state, work, told)
            return np.inf
    else:
        told[5] += 1
        pieces[a] = _count(a, plan, net, state, stamp, queue, told[5])
    if pieces[b] != 1 or count > 1:
        told[5] += 1
        pieces[b] = _count(b, plan, net, state, stamp, queue, told[5])
    after = pieces[a] + pieces[b]
    told[6] += after - before
    if after > before:
        _back(undo[step], plan, net, rows, worth, bands, limits, shape, state, work, told)
        return np.inf
    return change - work[3] * (before - after)


@inner_kernel
def _back(undo, plan, net, rows, worth, bands, limits, shape, state, work, told):
    _apply(undo[0], undo[2], undo[1], plan, net, rows, worth, bands, limits, shape, state, work, told)
    pieces = state[1]
    told[6] += undo[3] + undo[4] - pieces[undo[1]] - pieces[undo[2]]
    pieces[undo[1]] = undo[3]
    pieces[undo[2]] = undo[4]


@inner_kernel
def _apply(r, a, b, plan, net, rows, worth, bands, limits, shape, state, work, told):
    """Move row `r` from `a` to `b`; returns the change of objective and penalties, keeps everything but pieces."""
    indptr, indices, cut = net
    row_ptr, row_units, _ = rows
    cost, home, _, rival_ptr, rivals = worth
    weights = bands[0]
    size, _, totals, sums, _, _, _, _, _ = state
    mass, x, y, inertia, _, _ = shape
    moved, parted, met = 0.0, 0.0, 0.0
    before = _priced(a, bands, shape, state, told, -1) + _priced(b, bands, shape, state, told, -1)
    shaped = _shaped(a, shape, state) + _shaped(b, shape, state)
    for q in range(row_ptr[r], row_ptr[r + 1]):
        i = row_units[q]
        moved += cost[i] * ((home[i] != b) * 1.0 - (home[i] != a) * 1.0)
        for e in range(indptr[i], indptr[i + 1]):
            g = plan[indices[e]]
            parted += cut[e] * ((g != b) * 1.0 - (g != a) * 1.0)
        for e in range(rival_ptr[i], rival_ptr[i + 1]):
            g = plan[rivals[e]]
            met += (g == b) * 1.0 - (g == a) * 1.0
        met += _limited(i, a, b, limits, state)
        plan[i] = b
        for m in range(len(weights)):
            totals[m, a] -= weights[m, i]
            totals[m, b] += weights[m, i]
        if inertia > 0:
            part = (mass[i], mass[i] * x[i], mass[i] * y[i], mass[i] * (x[i] * x[i] + y[i] * y[i]))
            for c in range(4):
                sums[c, a] -= part[c]
                sums[c, b] += part[c]
    count = row_ptr[r + 1] - row_ptr[r]
    size[a] -= count
    size[b] += count
    after = _priced(a, bands, shape, state, told, 1) + _priced(b, bands, shape, state, told, 1)
    gained = moved * work[5] + parted + _shaped(a, shape, state) + _shaped(b, shape, state) - shaped
    told[0] += gained
    told[2] += moved
    told[4] += met
    return gained + work[2] * (after - before) + work[3] * met


@inner_kernel
def _limited(i, a, b, limits, state):
    """Pairs too far apart, and grids too many of an area, that moving unit `i` from `a` to `b` brings about; keeps both."""
    far, zone, room = limits
    _, _, _, _, inside, spread, first, after, before = state
    met = 0.0
    z = zone[i]
    if z >= 0:
        was = max(spread[z] - room[z], 0)
        inside[z, a] -= 1
        spread[z] -= inside[z, a] == 0
        spread[z] += inside[z, b] == 0
        inside[z, b] += 1
        met += max(spread[z] - room[z], 0) - was
    if before[i] >= 0:
        after[before[i]] = after[i]
    else:
        first[a] = after[i]
    if after[i] >= 0:
        before[after[i]] = before[i]
    if len(far) > 0:
        j = first[a]
        while j >= 0:
            met -= far[i, j]
            j = after[j]
        j = first[b]
        while j >= 0:
            met += far[i, j]
            j = after[j]
    after[i] = first[b]
    before[i] = -1
    if first[b] >= 0:
        before[first[b]] = i
    first[b] = i
    return met


@inner_kernel
def _priced(g, bands, shape, state, told, sign):
    """What the bands that grid `g` misses cost at pressure 1; their number is added to ``told[3]`` `sign` times."""
    weights, low, high, price = bands
    totals = state[2]
    due = 0.0
    for m in range(len(weights)):
        miss = 0.0
        if totals[m, g] > high[m, g]:
            miss = (totals[m, g] - high[m, g]) * price[m]
        elif totals[m, g] < low[m, g]:
            miss = (low[m, g] - totals[m, g]) * price[m]
        if miss > 0.0:
            told[3] += sign
            due += miss + miss * miss * price[len(weights)]
    return due


@inner_kernel
def _shaped(g, shape, state):
    """What grid `g` is worth by inertia around its centre of mass and by squared deviation of the first measure."""
    _, _, _, inertia, deviation, mean = shape
    value = 0.0
    sums = state[3]
    if inertia > 0 and sums[0, g] > 0:
        value += inertia * (sums[3, g] - (sums[1, g] ** 2 + sums[2, g] ** 2) / sums[0, g])
    if deviation > 0:
        value += deviation * (state[2][0, g] / mean - 1.0) ** 2
    return value


@inner_kernel
def _holds(r, a, plan, net, rows, stamp, queue, mark):
    """Whether grid `a` hangs together after row `r` left it, when it did before: a search from one neighbour of the row
    has to meet all others.
    """
    indptr, indices, _ = net
    row_ptr, row_units, _ = rows
    first = -1
    wanted = 0
    for q in range(row_ptr[r], row_ptr[r + 1]):
        i = row_units[q]
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            if plan[j] == a and stamp[1, j] != mark:
                stamp[1, j] = mark
                wanted += 1
                first = j
    if wanted <= 1:
        return wanted == 1
    head, tail = 0, 1
    queue[0] = first
    stamp[0, first] = mark
    found = 1
    while head < tail:
        i = queue[head]
        head += 1
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            if plan[j] == a and stamp[0, j] != mark:
                stamp[0, j] = mark
                queue[tail] = j
                tail += 1
                if stamp[1, j] == mark:
                    found += 1
                    if found == wanted:
                        return True
    return False


@inner_kernel
def _count(g, plan, net, state, stamp, queue, mark):
    """Number of connected pieces of grid `g`."""
    indptr, indices, _ = net
    pieces = 0
    follower, others = state[6][g], state[7]
    while follower >= 0:
        root, follower = follower, others[follower]
        if stamp[0, root] == mark:
            continue
        pieces += 1
        head, tail = 0, 1
        queue[0] = root
        stamp[0, root] = mark
        while head < tail:
            i = queue[head]
            head += 1
            for e in range(indptr[i], indptr[i + 1]):
                j = indices[e]
                if plan[j] == g and stamp[0, j] != mark:
                    stamp[0, j] = mark
                    queue[tail] = j
                    tail += 1
    return pieces
