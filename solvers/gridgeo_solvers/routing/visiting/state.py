"""What the search reads (`Facts`) and writes (`State`), and the clock of one officer's day.

A *slot* is an officer's day. Its row of `State.item` holds visits in order, and `BREAK` where the officer rests. `begin` is the
earliest time at which each begins, `latest` the latest at which all that follow are still in time (Savelsbergh 1992, *The
vehicle routing problem with time windows: minimizing route duration*); a visit fits in where the two meet.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import inner_kernel, kernel

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
    work: Floats
    """(s): seconds of visits."""
    way: Floats
    """(s): seconds of travel."""
    when: Ints
    """(v): day of each visit, -1 where it isn't made."""
    one: Ints
    two: Ints
    """(v): slots of the officer and of the second one, -1 for none."""
    fixed: Floats
    """(v): when two officers meet; -1 otherwise."""


@kernel
def timed(f: Facts, st: State, s: int) -> bool:
    """Renew the clock of slot `s`; False where something comes too late."""
    # Taken out of their tuples once: every look into one counts references.
    ways, door, place, service, early, late = f.travel[f.mode[s]], f.door, f.place, f.service, f.early, f.late
    fixed, items, ats, begins, leaves, latests = st.fixed, st.item[s], st.at[s], st.begin[s], st.leave[s], st.latest[s]
    rest, rest_from, rest_to = f.rest[s], f.rest_from[s], f.rest_to[s]
    n, clock, here = st.length[s], f.since[s], f.start[s]
    work, way = 0.0, 0.0
    for q in range(n):
        v = items[q]
        if v == BREAK:
            clock = max(clock, rest_from)
            if clock > rest_to:
                return False
            begins[q], ats[q] = clock, here
            clock += rest
            leaves[q] = clock
            continue
        x = door[v]
        there = place[x]
        way += ways[here, there]
        meeting = fixed[v]
        clock = max(clock + ways[here, there], meeting if meeting >= 0.0 else early[x])
        if clock > (meeting if meeting >= 0.0 else late[x]) + 1e-6:
            return False
        begins[q], ats[q] = clock, there
        clock += service[x]
        leaves[q] = clock
        work += service[x]
        here = there
    due, there = f.until[s], f.end[s]
    way += ways[here, there]
    if clock + ways[here, there] > due + 1e-6:
        return False
    for q in range(n - 1, -1, -1):
        v, here = items[q], ats[q]
        last = rest_to
        if v != BREAK:
            last = fixed[v] if fixed[v] >= 0.0 else late[door[v]]
        due = min(last, due - ways[here, there] - (leaves[q] - begins[q]))
        latests[q] = due
        there = here
    st.work[s] = work
    st.way[s] = way
    return True


@inner_kernel
def price(work: float, way: float, share: float, steep: float) -> float:
    """What a day costs with so much work and travel."""
    off = work + way - share
    return way + steep * off * off


@inner_kernel
def strangers(f: Facts, st: State, x: int) -> int:
    """Visits of door `x` made without its own officer: the preferred one, or else the one who comes most often."""
    a, b = f.visit[x], f.visit[x + 1]
    if f.own[x] < 0 and b - a < 2:
        return 0
    made, best = 0, 0
    for v in range(a, b):
        if st.when[v] < 0:
            continue
        made += 1
        for half in range(2):
            s = st.one[v] if half == 0 else st.two[v]
            if s < 0:
                continue
            if f.own[x] >= 0:
                best += 1 if f.officer[s] == f.own[x] else 0
                continue
            same = 0
            for w in range(a, b):
                if st.when[w] >= 0 and (
                    f.officer[st.one[w]] == f.officer[s] or (st.two[w] >= 0 and f.officer[st.two[w]] == f.officer[s])
                ):
                    same += 1
            best = max(best, same)
    return made - best


@inner_kernel
def grudge(f: Facts, st: State, x: int) -> float:
    """What door `x` costs: visits not made, and visits by strangers."""
    missing = 0
    for v in range(f.visit[x], f.visit[x + 1]):
        if st.when[v] < 0:
            missing += 1
    return missing * f.weight[x] + strangers(f, st, x) * f.stranger


@inner_kernel
def put(st: State, s: int, q: int, v: int) -> None:
    """Set `v` at position `q` of slot `s`; the clock is renewed by `timed`."""
    for k in range(st.length[s], q, -1):
        st.item[s, k] = st.item[s, k - 1]
    st.item[s, q] = v
    st.length[s] += 1


@inner_kernel
def take(st: State, s: int, v: int) -> int:
    """Take `v` out of slot `s` and say where it stood."""
    n = st.length[s]
    q = 0
    while st.item[s, q] != v:
        q += 1
    for k in range(q, n - 1):
        st.item[s, k] = st.item[s, k + 1]
    st.length[s] = n - 1
    return q
