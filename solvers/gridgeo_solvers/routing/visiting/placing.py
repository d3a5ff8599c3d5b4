"""Where a visit fits into a day: the cheapest place of one officer's, and the cheapest meeting of two."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import inner_kernel, kernel
from gridgeo_solvers.routing.visiting.state import BREAK, Bools, Facts, Floats, Ints, State, price


@inner_kernel
def gap(f: Facts, st: State, s: int, x: int, q: int) -> tuple[float, float, float]:
    """What a visit to `x` before position `q` of slot `s` adds in travel, and the first and last second at which it can begin.

    The last is below the first where it doesn't fit.
    """
    ways = f.travel[f.mode[s]]
    here = f.place[x]
    if q == 0:
        back, leave = f.start[s], f.since[s]
    else:
        back = st.at[s, q - 1]
        v = st.item[s, q - 1]
        leave = st.begin[s, q - 1] + (f.rest[s] if v == BREAK else f.service[f.door[v]])
    ahead, due = f.end[s], f.until[s]
    n = st.length[s]
    if q < n and st.item[s, q] != BREAK:
        ahead, due = st.at[s, q], st.latest[s, q]
    elif q < n:
        # The officer will rest at x, and go on from there.
        if q + 1 < n:
            ahead, due = st.at[s, q + 1], st.latest[s, q + 1]
        due -= f.rest[s]
        if f.rest_from[s] + ways[here, ahead] > due:
            return np.inf, 1.0, 0.0
        due = min(due, f.rest_to[s] + ways[here, ahead])
    first = max(f.early[x], leave + ways[back, here])
    last = min(f.late[x], due - ways[here, ahead] - f.service[x])
    return ways[back, here] + ways[here, ahead] - ways[back, ahead], first, last


@inner_kernel
def best_place(f: Facts, st: State, s: int, x: int, blink: float, rng: np.random.Generator) -> tuple[float, int]:
    """Added price and position of the cheapest place for `x` in slot `s`; inf where there is none.

    With probability `blink` a place is overlooked (Christiaens and Vanden Berghe 2020).
    """
    best, where = np.inf, -1
    for q in range(st.length[s] + 1):
        more, first, last = gap(f, st, s, x, q)
        if first <= last and more < best and (blink == 0.0 or rng.random() >= blink):
            best, where = more, q
    if where < 0:
        return np.inf, -1
    added = price(f, st, s, st.work[s] + f.service[x], st.way[s] + best) - price(f, st, s, st.work[s], st.way[s])
    return added, where


@inner_kernel
def best_meeting(
    f: Facts, st: State, x: int, d: int, own: int, blink: float, rng: np.random.Generator, found: Ints, at: Floats
) -> float:
    """Price of the cheapest meeting of two officers at `x` on day `d`; inf where there is none.

    Writes slots and positions into `found` (one, two, position, position) and the moment into ``at[0]``. A meeting without
    `own`, where one is named, pays for a stranger.
    """
    m = len(f.has)
    width = st.item.shape[1] + 1
    cost, first, last = np.empty((m, width)), np.empty((m, width)), np.empty((m, width))
    base = np.zeros(m)
    for a in range(m):
        s = f.slot[a, d]
        if s < 0 or not f.may[x, a]:
            continue
        base[a] = price(f, st, s, st.work[s], st.way[s])
        for q in range(st.length[s] + 1):
            more, first[a, q], last[a, q] = gap(f, st, s, x, q)
            cost[a, q] = price(f, st, s, st.work[s] + f.service[x], st.way[s] + more) - base[a]
            if blink > 0.0 and rng.random() < blink:
                last[a, q] = -1.0
    best = np.inf
    for a in range(m):
        s = f.slot[a, d]
        if s < 0 or not f.may[x, a]:
            continue
        for b in range(a + 1, m):
            t = f.slot[b, d]
            if t < 0 or not f.may[x, b] or (f.has[a] | f.has[b]) & f.need[x] != f.need[x]:
                continue
            extra = f.stranger if own >= 0 and own != a and own != b else 0.0
            for q in range(st.length[s] + 1):
                if first[a, q] > last[a, q]:
                    continue
                for r in range(st.length[t] + 1):
                    meet = max(first[a, q], first[b, r])
                    if meet <= min(last[a, q], last[b, r]) and cost[a, q] + cost[b, r] + extra < best:
                        best = cost[a, q] + cost[b, r] + extra
                        found[0], found[1], found[2], found[3] = s, t, q, r
                        at[0] = meet
    return best


@kernel
def able(f: Facts, x: int) -> Bools:
    """Shape (m,): who may go to `x` alone or, where two go, with some other."""
    m = len(f.has)
    fit = np.zeros(m, np.bool_)
    for a in range(m):
        if not f.may[x, a]:
            continue
        if f.persons[x] == 1:
            fit[a] = f.has[a] & f.need[x] == f.need[x]
            continue
        for b in range(m):
            if b != a and f.may[x, b] and (f.has[a] | f.has[b]) & f.need[x] == f.need[x]:
                fit[a] = True
    return fit


@kernel
def alone(f: Facts, s: int, x: int) -> tuple[float, float, bool]:
    """First and last second at which the officer of slot `s` can begin at `x` if nothing else is done that day.

    Then whether it is the window of the door, not the length of the shift, that forbids it where the last is below the first.
    """
    ways = f.travel[f.mode[s]]
    there, back = ways[f.start[s], f.place[x]], ways[f.place[x], f.end[s]]
    spent = f.service[x]
    best_first, best_last = 1.0, 0.0
    # The break before the visit, or after it.
    for order in range(2 if f.rest[s] > 0.0 else 1):
        leave, due = f.since[s], f.until[s]
        if f.rest[s] > 0.0 and order == 0:
            due = min(due - back - f.rest[s], f.rest_to[s]) - spent
            if f.rest_from[s] + f.rest[s] + back > f.until[s]:
                continue
        elif f.rest[s] > 0.0:
            leave = max(leave, f.rest_from[s]) + f.rest[s]
            due = due - back - spent
        else:
            due = due - back - spent
        first, last = max(f.early[x], leave + there), min(f.late[x], due)
        if last - first > best_last - best_first:
            best_first, best_last = first, last
    fits = f.since[s] + there + spent + back + f.rest[s] <= f.until[s]
    return best_first, best_last, fits
