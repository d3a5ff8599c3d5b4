"""Simulated annealing whose moves are ruin and recreate: one compiled loop, and the ways into and out of it."""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import bare_kernel, folded_kernel
from gridgeo_solvers.routing.tours.recreate import excess, recreate
from gridgeo_solvers.routing.tours.rows import BANK, CHANGED, SPARE, STEP, VERSION, clear, put
from gridgeo_solvers.routing.tours.ruin import draw, ruin

NOTHING = 1e-7
"""Costs are not told apart below this."""


@folded_kernel
def worth_of_row(t, s, r, q, price):
    """Cost, and price of what is exceeded, of row `q` in slot `r`."""
    over = price[0] * excess(s.load[q], t.capacity[r])
    if t.longest[r] < np.inf:
        over += price[1] * excess(s.cost[q] + s.wait[q], t.longest[r])
    return s.cost[q], over


@bare_kernel
def begin(t, s, price):
    """Serve all tasks, put in one after the other."""
    s.tally[SPARE] = len(s.spare)
    s.tally[VERSION] = len(s.version)
    for r in range(len(t.day)):
        clear(t, s, r)
    for task in range(t.n):
        s.bank[task] = task
    s.tally[BANK] = t.n
    recreate(t, s, 0.0, price)
    _keep(s)
    remember(s)
    s.tally[STEP] += 1


@folded_kernel
def _keep(s):
    """Free the rows that changed slots had before."""
    for k in range(s.tally[CHANGED]):
        s.spare[s.tally[SPARE]] = s.before[s.changed[k]]
        s.tally[SPARE] += 1
    s.tally[CHANGED] = 0


@folded_kernel
def _take_back(t, s):
    """Point all changed slots at the rows that they had before."""
    for k in range(s.tally[CHANGED]):
        r = s.changed[k]
        q = s.row[r]
        d = t.day[r]
        for i in range(1, s.size[q] + 1):
            task = s.stop[q, i]
            s.slot_of[task, d] = -1
            s.have[task] &= ~(1 << d)
        s.spare[s.tally[SPARE]] = q
        s.tally[SPARE] += 1
        s.row[r] = s.before[r]
    for k in range(s.tally[CHANGED]):
        r = s.changed[k]
        q = s.row[r]
        d = t.day[r]
        for i in range(1, s.size[q] + 1):
            task = s.stop[q, i]
            s.slot_of[task, d] = r
            s.have[task] |= 1 << d
    s.tally[CHANGED] = 0


@folded_kernel
def remember(s):
    """The plan as it is becomes the best."""
    for r in range(len(s.row)):
        q = s.row[r]
        s.best_size[r] = s.size[q]
        for i in range(s.size[q] + 2):
            s.best_stop[r, i] = s.stop[q, i]


@bare_kernel
def total(t, s, price):
    """Cost of all rows, and price of what they exceed."""
    cost = 0.0
    over = 0.0
    for r in range(len(t.day)):
        a, b = worth_of_row(t, s, r, s.row[r], price)
        cost += a
        over += b
    return cost, over


@folded_kernel
def _lower(t, s):
    """Duration of the longest row; the limits of all slots move just below it."""
    lasts = 0.0
    for r in range(len(t.day)):
        q = s.row[r]
        lasts = max(lasts, s.cost[q] + s.wait[q])
    for r in range(len(t.day)):
        t.longest[r] = min(t.longest[r], lasts * (1.0 - 1e-6))
    return lasts


@bare_kernel
def anneal(t, s, price, steps, hot, cold, blink, most, one_day, whole, record, race):
    """Make `steps` steps while the temperature falls from `hot` to `cold`; returns how many of them exceeded nothing.

    The best plan without excess is in `best_stop` and `best_size`; `record` holds its cost, and the duration of its
    longest route where that is what counts (`race`): each plan without excess then moves the limits below its own.
    """
    visits = 0
    used = 0
    for r in range(len(t.day)):
        visits += s.size[s.row[r]]
        used += s.size[s.row[r]] > 0
    typical = visits / max(used, 1)
    now, over = total(t, s, price)
    cooling = (cold / hot) ** (1.0 / steps)
    heat = hot
    fine = 0
    for _ in range(steps):
        heat *= cooling
        s.tally[STEP] += 1
        ruin(t, s, typical, most, one_day, whole)
        recreate(t, s, blink, price)
        cost = now
        penalty = over
        for k in range(s.tally[CHANGED]):
            r = s.changed[k]
            a, b = worth_of_row(t, s, r, s.before[r], price)
            cost -= a
            penalty -= b
            a, b = worth_of_row(t, s, r, s.row[r], price)
            cost += a
            penalty += b
        if penalty < NOTHING:
            penalty = 0.0
        if cost + penalty < now + over - heat * np.log(draw(s)):
            now = cost
            over = penalty
            _keep(s)
            if over == 0.0 and race:
                record[1] = _lower(t, s)
                record[0] = now
                remember(s)
                now, over = total(t, s, price)
            elif over == 0.0 and now < record[0] - NOTHING:
                record[0] = now
                remember(s)
        else:
            _take_back(t, s)
        fine += over == 0.0
    return fine


@bare_kernel
def restore(t, s):
    """Drive the best plan again."""
    for r in range(len(t.day)):
        q = s.row[r]
        for i in range(1, s.size[q] + 1):
            task = s.stop[q, i]
            s.slot_of[task, t.day[r]] = -1
            s.have[task] &= ~(1 << t.day[r])
        clear(t, s, r)
    for r in range(len(t.day)):
        s.tally[STEP] += 1
        for i in range(1, s.best_size[r] + 1):
            put(t, s, s.best_stop[r, i], r, i - 1)
        _keep(s)
