"""What the search reads (`Facts`) and writes (`State`), the clock of one officer's day, and what a plan costs.

A *slot* is an officer's day. Its row of `State.item` holds visits in order, and `BREAK` where the officer rests. `begin` is the
earliest time at which each begins, `latest` the latest at which all that follow are still in time (Savelsbergh 1992, *The
vehicle routing problem with time windows: minimizing route duration*); a visit fits in where the two meet.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import bare_kernel, folded_kernel
from gridgeo_solvers.routing.visiting.spans import joined

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BREAK = -1


class Facts(NamedTuple):
    """Doors (n), their visits (v), officers (m) and slots (s); see `problem` for the meaning."""

    travel: Floats
    place: Ints
    service: Floats
    early: Floats
    late: Floats
    open: Bools
    persons: Ints
    need: Ints
    weight: Floats
    own: Ints
    may: Bools
    fit: Bools
    """(n, m): who may call and has the skills, alone or with some other where two go."""
    visits: Ints
    least: Ints
    most: Ints
    first_from: Ints
    first_to: Ints
    last_from: Ints
    last_to: Ints
    near: Ints
    """(n, k): doors nearest to each door, itself first."""
    visit: Ints
    """(n + 1): visits of door x are visit[x] … visit[x + 1] − 1."""
    door: Ints
    """(v)"""
    slot: Ints
    """(m, days): the slot, -1 where nobody works."""
    has: Ints
    officer: Ints
    day: Ints
    mode: Ints
    since: Floats
    until: Floats
    start: Ints
    end: Ints
    rest: Floats
    rest_from: Floats
    rest_to: Floats
    share: Floats
    """(s): seconds of work that an even plan gives to the slot."""
    steep: Floats
    """(s): price of an uneven day, per square second."""
    stranger: float


class State(NamedTuple):
    """A plan of visits."""

    length: Ints
    item: Ints
    at: Ints
    begin: Floats
    leave: Floats
    latest: Floats
    takes: Floats
    soonest: Floats
    """(s, w): fewest seconds from this item to the end of the day, breaks apart, and the earliest begin that makes it so."""
    work: Floats
    """(s): seconds of visits."""
    way: Floats
    """(s): seconds of travel and of waiting, setting out as late as is possible."""
    when: Ints
    """(v): day of each visit, -1 where it isn't made."""
    one: Ints
    two: Ints
    """(v): slots of the officer and of the second one, -1 for none."""
    fixed: Floats
    """(v): when two officers meet; -1 otherwise."""
    stamp: Ints
    """(s): a number that the slot has with these items alone."""
    stamps: Ints
    """(1): the next such number."""


@folded_kernel
def clocked(f: Facts, st: State, s: int) -> bool:
    """Renew the clock of slot `s`; False where something comes too late."""
    st.stamp[s] = st.stamps[0]
    st.stamps[0] += 1
    mode, n, clock, here = f.mode[s], st.length[s], f.since[s], f.start[s]
    work = 0.0
    for q in range(n):
        v = st.item[s, q]
        if v == BREAK:
            clock = max(clock, f.rest_from[s])
            if clock > f.rest_to[s]:
                return False
            st.begin[s, q], st.at[s, q] = clock, here
            clock += f.rest[s]
            st.leave[s, q] = clock
            continue
        x = f.door[v]
        there = f.place[x]
        leg = f.travel[mode, here, there]
        meeting = st.fixed[v]
        clock = max(clock + leg, meeting if meeting >= 0.0 else f.early[x])
        if clock > (meeting if meeting >= 0.0 else f.late[x]) + 1e-6:
            return False
        st.begin[s, q], st.at[s, q] = clock, there
        clock += f.service[x]
        st.leave[s, q] = clock
        work += f.service[x]
        here = there
    due, there = f.until[s], f.end[s]
    leg = f.travel[mode, here, there]
    if clock + leg > due + 1e-6:
        return False
    takes, soonest, last = 0.0, f.since[s], due
    for q in range(n - 1, -1, -1):
        here, spent = st.at[s, q], st.leave[s, q] - st.begin[s, q]
        opens, closes = window(f, st, s, st.item[s, q])
        due = min(closes, due - f.travel[mode, here, there] - spent)
        st.latest[s, q] = due
        # Who has done all visits goes home before the break, and who has none before it begins after it.
        if st.item[s, q] == BREAK and (q == 0 or q == n - 1):
            leg = f.travel[mode, here, there]
            takes, soonest, last = takes + leg, soonest - leg, last - leg
        else:
            takes, soonest, last = joined(spent, opens, closes, f.travel[mode, here, there], takes, soonest, last)
            takes -= spent if st.item[s, q] == BREAK else 0.0
        st.takes[s, q], st.soonest[s, q] = takes, soonest
        there = here
    st.work[s] = work
    st.way[s] = takes + f.travel[mode, f.start[s], there] - work
    return True


@folded_kernel
def window(f: Facts, st: State, s: int, v: int) -> tuple[float, float]:
    """When visit `v`, or the break of slot `s`, may begin, first and last."""
    if v == BREAK:
        return f.rest_from[s], f.rest_to[s]
    if st.fixed[v] >= 0.0:
        return st.fixed[v], st.fixed[v]
    return f.early[f.door[v]], f.late[f.door[v]]


@bare_kernel
def timed(f: Facts, st: State, s: int) -> bool:
    """`clocked`, for Python."""
    return clocked(f, st, s)


@folded_kernel
def price(work: float, way: float, share: float, steep: float) -> float:
    """What a day costs with so much work, and so much travel and waiting."""
    off = work + way - share
    return way + steep * off * off


@folded_kernel
def strangers(f: Facts, when: Ints, one: Ints, two: Ints, x: int) -> int:
    """Visits of door `x` made without its own officer: the preferred one, or else the one who comes most often."""
    a, b = f.visit[x], f.visit[x + 1]
    if f.own[x] < 0 and b - a < 2:
        return 0
    made, best = 0, 0
    for v in range(a, b):
        if when[v] < 0:
            continue
        made += 1
        for half in range(2):
            s = one[v] if half == 0 else two[v]
            if s < 0:
                continue
            if f.own[x] >= 0:
                best += 1 if f.officer[s] == f.own[x] else 0
                continue
            same = 0
            for w in range(a, b):
                if when[w] >= 0 and (
                    f.officer[one[w]] == f.officer[s] or (two[w] >= 0 and f.officer[two[w]] == f.officer[s])
                ):
                    same += 1
            best = max(best, same)
    return made - best


@folded_kernel
def grudge(f: Facts, when: Ints, one: Ints, two: Ints, x: int) -> float:
    """What door `x` costs with its visits on these days in these slots: those not made, and those by strangers."""
    missing = 0
    for v in range(f.visit[x], f.visit[x + 1]):
        if when[v] < 0:
            missing += 1
    return missing * f.weight[x] + strangers(f, when, one, two, x) * f.stranger


@bare_kernel
def total(f: Facts, st: State) -> float:
    """Price of the whole plan."""
    cost = 0.0
    for s in range(len(st.length)):
        cost += price(st.work[s], st.way[s], f.share[s], f.steep[s])
    for x in range(len(f.place)):
        cost += grudge(f, st.when, st.one, st.two, x)
    return cost


@folded_kernel
def put(st: State, s: int, q: int, v: int) -> None:
    """Set `v` at position `q` of slot `s`; the clock is renewed by `clocked`."""
    for k in range(st.length[s], q, -1):
        st.item[s, k] = st.item[s, k - 1]
    st.item[s, q] = v
    st.length[s] += 1


@folded_kernel
def take(st: State, s: int, v: int) -> None:
    """Take `v` out of slot `s`."""
    n = st.length[s]
    q = 0
    while st.item[s, q] != v:
        q += 1
    for k in range(q, n - 1):
        st.item[s, k] = st.item[s, k + 1]
    st.length[s] = n - 1
