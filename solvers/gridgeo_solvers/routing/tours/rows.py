"""Rows of stops: what a stop more or less changes.

Where a task may be served in two modes, `pre[i, m]` is the least cost from the depot up to serving stop i in mode m, and
`post[i, m]` the least cost from there to the end. The best modes of a whole row with one stop more then take some
sixteen additions (the two-state programme of Beullens, Muyldermans, Cattrysse and Van Oudheusden 2003, *A guided local search
heuristic for the capacitated arc routing problem*).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import folded_kernel

CHANGED, SPARE, VERSION, STEP, BANK = 0, 1, 2, 3, 4
"""Places in `State.tally`: slots changed in this step, spare rows, last version given, step, tasks taken out."""


@folded_kernel
def own_row(s, r):
    """The row of slot `r` that this step may change: a copy, made at the first change."""
    old = s.row[r]
    if s.touched[r] == s.tally[STEP]:
        return old
    s.tally[SPARE] -= 1
    q = s.spare[s.tally[SPARE]]
    size = s.size[old]
    for i in range(size + 2):
        s.stop[q, i] = s.stop[old, i]
    if len(s.link) > 1:
        for i in range(size + 1):
            s.link[q, i] = s.link[old, i]
    else:
        for i in range(size + 2):
            s.pre[q, i, 0] = s.pre[old, i, 0]
            s.pre[q, i, 1] = s.pre[old, i, 1]
            s.post[q, i, 0] = s.post[old, i, 0]
            s.post[q, i, 1] = s.post[old, i, 1]
    s.size[q] = size
    s.load[q] = s.load[old]
    s.cost[q] = s.cost[old]
    s.wait[q] = s.wait[old]
    s.row[r] = q
    s.before[r] = old
    s.touched[r] = s.tally[STEP]
    s.changed[s.tally[CHANGED]] = r
    s.tally[CHANGED] += 1
    return q


@folded_kernel
def refresh(t, s, q, low, high):
    """What row `q` is worth anew, after stops `low` to `high` changed."""
    size = s.size[q]
    s.tally[VERSION] += 1
    s.version[q] = s.tally[VERSION]
    stop = s.stop[q]
    if t.two:
        pre = s.pre[q]
        post = s.post[q]
        for i in range(max(low, 1), size + 2):
            ways = t.ways[stop[i - 1], stop[i]]
            pre[i, 0] = min(pre[i - 1, 0] + ways[4], pre[i - 1, 1] + ways[6])
            pre[i, 1] = min(pre[i - 1, 0] + ways[5], pre[i - 1, 1] + ways[7])
        for i in range(min(high, size), -1, -1):
            ways = t.ways[stop[i], stop[i + 1]]
            post[i, 0] = min(ways[4] + post[i + 1, 0], ways[5] + post[i + 1, 1])
            post[i, 1] = min(ways[6] + post[i + 1, 0], ways[7] + post[i + 1, 1])
        s.cost[q] = pre[size + 1, 0]
    else:
        link = s.link[q]
        for i in range(max(low - 1, 0), min(high, size) + 1):
            link[i] = t.ways[stop[i], stop[i + 1], 1]
        total = 0.0
        for i in range(size + 1):
            total += link[i]
        s.cost[q] = total


@folded_kernel
def clear(t, s, r):
    """Slot `r` holds nothing."""
    q = s.row[r]
    s.size[q] = 0
    s.load[q] = 0.0
    s.wait[q] = 0.0
    s.stop[q, 0] = t.home[r]
    s.stop[q, 1] = t.home[r]
    if t.two:
        s.pre[q, 0, 0] = 0.0
        s.pre[q, 0, 1] = np.inf
        s.post[q, 1, 0] = 0.0
        s.post[q, 1, 1] = np.inf
        s.pre[q, 1, 0] = 0.0
        s.pre[q, 1, 1] = np.inf
        s.post[q, 0, 0] = 0.0
        s.post[q, 0, 1] = np.inf
    else:
        s.link[q, 0] = 0.0
    s.cost[q] = 0.0
    s.tally[VERSION] += 1
    s.version[q] = s.tally[VERSION]


@folded_kernel
def put(t, s, task, r, i):
    """Serve `task` in slot `r` behind its stop `i`."""
    q = own_row(s, r)
    stop = s.stop[q]
    size = s.size[q]
    for j in range(size + 1, i, -1):
        stop[j + 1] = stop[j]
    stop[i + 1] = task
    if t.two:
        post = s.post[q]
        for j in range(size + 1, i, -1):
            post[j + 1, 0] = post[j, 0]
            post[j + 1, 1] = post[j, 1]
    else:
        link = s.link[q]
        for j in range(size, i, -1):
            link[j + 1] = link[j]
    s.size[q] = size + 1
    s.load[q] += t.demand[task]
    s.wait[q] += t.minutes[task]
    refresh(t, s, q, i + 1, i + 1)
    d = t.day[r]
    s.slot_of[task, d] = r
    s.have[task] |= 1 << d
    if r >= s.top[d]:
        s.top[d] = r + 1


@folded_kernel
def take(t, s, r, i, length, skip_from, skipped):
    """Take `length` stops out of slot `r` from place `i` on, but leave `skipped` of them from place `skip_from` on.

    They go into the bank, a task once.
    """
    q = own_row(s, r)
    stop = s.stop[q]
    size = s.size[q]
    d = t.day[r]
    to = i
    for j in range(i, i + length + skipped):
        task = stop[j]
        if skip_from <= j < skip_from + skipped:
            stop[to] = task
            to += 1
            continue
        s.load[q] -= t.demand[task]
        s.wait[q] -= t.minutes[task]
        s.slot_of[task, d] = -1
        s.have[task] &= ~(1 << d)
        into_bank(s, task)
    for j in range(i + length + skipped, size + 2):
        stop[j - length] = stop[j]
    if t.two:
        for j in range(i + length + skipped, size + 2):
            s.post[q, j - length, 0] = s.post[q, j, 0]
            s.post[q, j - length, 1] = s.post[q, j, 1]
    else:
        for j in range(i + length + skipped, size + 1):
            s.link[q, j - length] = s.link[q, j]
    s.size[q] = size - length
    if size == length:
        clear(t, s, r)
    else:
        refresh(t, s, q, i, to)


@folded_kernel
def into_bank(s, task):
    """Remember `task` as one to be put back, once."""
    for b in range(s.tally[BANK]):
        if s.bank[b] == task:
            return
    s.bank[s.tally[BANK]] = task
    s.tally[BANK] += 1


@folded_kernel
def place_of(s, task, r):
    """Where slot `r` serves `task`."""
    q = s.row[r]
    i = 1
    while s.stop[q, i] != task:
        i += 1
    return i


@folded_kernel
def look(t, s, task, r):
    """Remember the two best places for `task` in slot `r`, and what they cost."""
    q = s.row[r]
    if s.known[task, r] == s.version[q]:
        return
    size = s.size[q]
    stop = s.stop[q]
    ways = t.ways[task]
    best = np.inf
    second = np.inf
    at = 0
    next_at = 0
    if t.two:
        pre = s.pre[q]
        post = s.post[q]
        for i in range(size + 1):
            a = ways[stop[i]]
            b = ways[stop[i + 1]]
            one = min(pre[i, 0] + a[0], pre[i, 1] + a[2]) + min(b[4] + post[i + 1, 0], b[5] + post[i + 1, 1])
            other = min(pre[i, 0] + a[1], pre[i, 1] + a[3]) + min(b[6] + post[i + 1, 0], b[7] + post[i + 1, 1])
            cost = min(one, other)
            if cost < second:
                if cost < best:
                    second = best
                    next_at = at
                    best = cost
                    at = i
                else:
                    second = cost
                    next_at = i
        best -= s.cost[q]
        second -= s.cost[q]
    else:
        link = s.link[q]
        for i in range(size + 1):
            cost = ways[stop[i], 0] + ways[stop[i + 1], 1] - link[i]
            if cost < second:
                if cost < best:
                    second = best
                    next_at = at
                    best = cost
                    at = i
                else:
                    second = cost
                    next_at = i
    s.known[task, r] = s.version[q]
    s.value[task, r, 0] = best
    s.value[task, r, 1] = second
    s.place[task, r, 0] = at
    s.place[task, r, 1] = next_at
