"""Where a visit fits into a day: its cheapest gap, all gaps of all days, and the cheapest meeting of two officers."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import bare_kernel, folded_kernel
from gridgeo_solvers.routing.tours.ruin import draw
from gridgeo_solvers.routing.visiting.desk import Desk
from gridgeo_solvers.routing.visiting.state import BREAK, Facts, Floats, State, price


@folded_kernel
def _gap(f: Facts, st: State, s: int, q: int, x: int, back: int, left: float) -> tuple[float, float, float]:
    """Seconds of travel that a visit to `x` before position `q` of slot `s` adds, and when it could begin, first and last.

    The officer comes from `back` and leaves there at `left`. The last is below the first where the visit doesn't fit.
    """
    mode, n, here = f.mode[s], st.length[s], f.place[x]
    resting = q < n and st.item[s, q] == BREAK
    # Where the officer rests next, it will be at x, and the way goes on from there.
    p = q + 1 if resting else q
    ahead, due = f.end[s], f.until[s]
    if p < n:
        ahead, due = st.at[s, p], st.latest[s, p]
    there, on = f.travel[mode, back, here], f.travel[mode, here, ahead]
    end = due - on
    if resting:
        end = -np.inf if f.rest_from[s] + f.rest[s] > end else min(end - f.rest[s], f.rest_to[s])
    more = there + on - f.travel[mode, back, ahead]
    return more, max(f.early[x], left + there), min(f.late[x], end - f.service[x])


@folded_kernel
def cheapest_gap(f: Facts, st: State, s: int, x: int) -> tuple[float, int]:
    """Fewest seconds of travel that a visit to `x` adds to slot `s`, and at which position; inf where it doesn't fit."""
    best, place = np.inf, -1
    back, left = f.start[s], f.since[s]
    for q in range(st.length[s] + 1):
        more, first, last = _gap(f, st, s, q, x, back, left)
        if first <= last and more < best:
            best, place = more, q
        if q < st.length[s]:
            back, left = st.at[s, q], st.leave[s, q]
    return best, place


@folded_kernel
def gaps(f: Facts, st: State, x: int, more: Floats, first: Floats, last: Floats) -> None:
    """What `_gap` says of all gaps of the slots in which `x` may be called at, by slot and position."""
    for a in range(f.slot.shape[0]):
        for d in range(f.slot.shape[1]):
            s = f.slot[a, d]
            if s < 0 or not f.fit[x, a] or not f.open[x, d]:
                continue
            back, left = f.start[s], f.since[s]
            for q in range(st.length[s] + 1):
                more[s, q], first[s, q], last[s, q] = _gap(f, st, s, q, x, back, left)
                if q < st.length[s]:
                    back, left = st.at[s, q], st.leave[s, q]


@folded_kernel
def best_meeting(f: Facts, st: State, desk: Desk, x: int, d: int, own: int, blink: float) -> float:
    """Price of the cheapest meeting of two officers at `x` on day `d`; inf where there is none.

    Slots and positions go into ``trial_meeting[d]``, the moment into ``trial_moment[d]``. A meeting without `own`, where one is
    named, pays for a stranger. With probability `blink` a place is overlooked.
    """
    best, m, need, service = np.inf, len(f.has), f.need[x], f.service[x]
    more, first, last, found = desk.more, desk.first, desk.last, desk.trial_meeting
    for a in range(m):
        s = f.slot[a, d]
        if s < 0 or not f.fit[x, a]:
            continue
        base_s = price(st.work[s], st.way[s], f.share[s], f.steep[s])
        for b in range(a + 1, m):
            t = f.slot[b, d]
            if t < 0 or not f.fit[x, b] or (f.has[a] | f.has[b]) & need != need:
                continue
            base = base_s + price(st.work[t], st.way[t], f.share[t], f.steep[t])
            if own >= 0 and own != a and own != b:
                base -= f.stranger
            for q in range(st.length[s] + 1):
                if first[s, q] > last[s, q] or (blink > 0.0 and draw(desk) < blink):
                    continue
                cost = price(st.work[s] + service, st.way[s] + more[s, q], f.share[s], f.steep[s]) - base
                for r in range(st.length[t] + 1):
                    meet = max(first[s, q], first[t, r])
                    if meet > min(last[s, q], last[t, r]):
                        continue
                    both = cost + price(st.work[t] + service, st.way[t] + more[t, r], f.share[t], f.steep[t])
                    if both < best:
                        best = both
                        found[d, 0], found[d, 1], found[d, 2], found[d, 3] = s, t, q, r
                        desk.trial_moment[d] = meet
    return best


@bare_kernel
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
        leave, due = f.since[s], f.until[s] - back
        if f.rest[s] > 0.0 and order == 0:
            if f.rest_from[s] + f.rest[s] + back > f.until[s]:
                continue
            due = min(due - f.rest[s], f.rest_to[s])
        elif f.rest[s] > 0.0:
            leave = max(leave, f.rest_from[s]) + f.rest[s]
        first, last = max(f.early[x], leave + there), min(f.late[x], due - spent)
        if last - first > best_last - best_first:
            best_first, best_last = first, last
    fits = f.since[s] + there + spent + back + f.rest[s] <= f.until[s]
    return best_first, best_last, fits
