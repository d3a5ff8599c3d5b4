"""Recreate: tasks are put back one after the other where they cost least, with blinks.

Tasks come in random order, or those that ask most, or those farthest from or nearest to the depot first (Christiaens
and Vanden Berghe 2020). Of every route the two best places for a task are known until the route changes; a blink passes over
the better one. On several days the best places of all days are found, and the pattern whose days cost least in all is
chosen. Capacity and duration may be exceeded at a price.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import folded_kernel
from gridgeo_solvers.routing.tours.rows import BANK, look, put
from gridgeo_solvers.routing.tours.ruin import draw


@folded_kernel
def excess(value, most):
    """What `value` is above `most`."""
    return value - most if value > most else 0.0


@folded_kernel
def recreate(t, s, blink, price):
    """Put all tasks of the bank back. `price`: of one unit of capacity, and of one of duration, that is exceeded."""
    _sort(t, s)
    for b in range(s.tally[BANK]):
        task = s.bank[b]
        if t.days == 1:
            _best_of_day(t, s, task, 0, blink, price)
            put(t, s, task, s.day_slot[0], s.day_place[0])
        else:
            _put_pattern(t, s, task, blink, price)
    s.tally[BANK] = 0


@folded_kernel
def _sort(t, s):
    """Order the bank."""
    count = s.tally[BANK]
    how = draw(s) * 11.0
    for b in range(count):
        task = s.bank[b]
        if how < 4.0:
            s.key[b] = draw(s)
        elif how < 8.0:
            s.key[b] = -t.demand[task]
        elif how < 10.0:
            s.key[b] = -t.away[task]
        else:
            s.key[b] = t.away[task]
    for b in range(1, count):
        task = s.bank[b]
        key = s.key[b]
        c = b
        while c > 0 and s.key[c - 1] > key:
            s.bank[c] = s.bank[c - 1]
            s.key[c] = s.key[c - 1]
            c -= 1
        s.bank[c] = task
        s.key[c] = key


@folded_kernel
def _put_pattern(t, s, task, blink, price):
    """Choose days for `task` and visit it there."""
    have = s.have[task]
    looked = 0
    best = np.inf
    chosen = 0
    for p in range(t.first[task], t.first[task + 1]):
        mask = t.patterns[p]
        if mask & have != have:
            continue
        cost = 0.0
        for d in range(t.days):
            if ((mask & ~have) >> d) & 1:
                if not (looked >> d) & 1:
                    _best_of_day(t, s, task, d, blink, price)
                    looked |= 1 << d
                cost += s.day_cost[d]
        if cost < best:
            best = cost
            chosen = mask
    for d in range(t.days):
        if ((chosen & ~have) >> d) & 1:
            put(t, s, task, s.day_slot[d], s.day_place[d])


@folded_kernel
def _best_of_day(t, s, task, d, blink, price):
    """The best slot and place for `task` on day `d`, into `day_cost`, `day_slot` and `day_place`."""
    best = np.inf
    demand = t.demand[task]
    minutes = t.minutes[task]
    fresh = False
    last = min(s.top[d] + 1, t.slots[d + 1]) if t.alike else t.slots[d + 1]
    for r in range(t.slots[d], last):
        q = s.row[r]
        if s.size[q] == 0:
            if fresh and t.alike:
                continue
            fresh = True
        cost = 0.0
        over = excess(s.load[q] + demand, t.capacity[r])
        if over > 0.0:
            cost += price[0] * (over - excess(s.load[q], t.capacity[r]))
            if cost >= best:
                continue
        look(t, s, task, r)
        which = 1 if draw(s) < blink and s.value[task, r, 1] < np.inf else 0
        value = s.value[task, r, which]
        cost += value
        if cost >= best:
            continue
        if t.longest[r] < np.inf:
            lasts = s.cost[q] + s.wait[q]
            over = excess(lasts + value + minutes, t.longest[r])
            if over > 0.0:
                cost += price[1] * (over - excess(lasts, t.longest[r]))
                if cost >= best:
                    continue
        best = cost
        s.day_slot[d] = r
        s.day_place[d] = s.place[task, r, which]
    s.day_cost[d] = best
