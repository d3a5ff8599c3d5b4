"""Where a visit fits into a day: its cheapest gap, all gaps of all days, and the cheapest meeting of two officers."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import bare_kernel, folded_kernel
from gridgeo_solvers.routing.tours.ruin import draw
from gridgeo_solvers.routing.visiting.desk import Desk
from gridgeo_solvers.routing.visiting.spans import joined
from gridgeo_solvers.routing.visiting.state import BREAK, Facts, Floats, State, price, window


@folded_kernel
def _gap(
    f: Facts, st: State, s: int, q: int, x: int, back: int, takes: float, first: float, last: float, rested: float
) -> tuple[float, float, float]:
    """Seconds of travel and waiting that a visit to `x` before position `q` of slot `s` adds, and when it could begin, first and last.

    The officer comes from `back`; the day up to there is a stretch that takes `takes` and begins from `first` to `last`
    (see `spans`), with `rested` seconds of break. The last begin is below the first where the visit doesn't fit.
    """
    mode, n, here, service = f.mode[s], st.length[s], f.place[x], f.service[x]
    resting = q < n and st.item[s, q] == BREAK
    # Where the officer rests next, it will be at x, and the way goes on from there.
    p = q + 1 if resting else q
    ahead, due = f.end[s], f.until[s]
    then_takes, soonest = 0.0, f.since[s]
    if p < n:
        ahead, due = st.at[s, p], st.latest[s, p]
        then_takes, soonest = st.takes[s, p], st.soonest[s, p]
    there, on = f.travel[mode, back, here], f.travel[mode, here, ahead]
    end = due - on
    if resting:
        end = -np.inf if f.rest_from[s] + f.rest[s] > end else min(end - f.rest[s], f.rest_to[s])
    begin, latest = max(f.early[x], first + takes + there), min(f.late[x], end - service)
    if begin > latest:
        return np.inf, begin, latest
    now = st.work[s] + st.way[s]
    takes, first, last = joined(takes, first, last, there, service, f.early[x], f.late[x])
    if resting and p < n:
        takes, first, last = joined(takes, first, last, 0.0, f.rest[s], f.rest_from[s], f.rest_to[s])
        rested += f.rest[s]
    takes, first, last = joined(takes, first, last, on, then_takes, soonest, due)
    return takes - rested - service - now, begin, latest


@folded_kernel
def _passed(
    f: Facts, st: State, s: int, q: int, back: int, takes: float, first: float, last: float, rested: float
) -> tuple[int, float, float, float, float]:
    """Where the officer of slot `s` is after position `q`, and the stretch of the day up to there, from those before it."""
    here, v = st.at[s, q], st.item[s, q]
    if q == 0 and v == BREAK:
        return back, takes, st.leave[s, q], last, rested
    opens, closes = window(f, st, s, v)
    spent = f.rest[s] if v == BREAK else f.service[f.door[v]]
    takes, first, last = joined(takes, first, last, f.travel[f.mode[s], back, here], spent, opens, closes)
    return here, takes, first, last, rested + (spent if v == BREAK else 0.0)


@folded_kernel
def cheapest_gap(f: Facts, st: State, s: int, x: int) -> tuple[float, int]:
    """Fewest seconds of travel and waiting that a visit to `x` adds to slot `s`, and at which position; inf where it doesn't fit."""
    best, place = np.inf, -1
    back, takes, begin, end, rested = f.start[s], 0.0, f.since[s], f.until[s], 0.0
    for q in range(st.length[s] + 1):
        more, first, last = _gap(f, st, s, q, x, back, takes, begin, end, rested)
        if first <= last and more < best:
            best, place = more, q
        if q < st.length[s]:
            back, takes, begin, end, rested = _passed(f, st, s, q, back, takes, begin, end, rested)
    return best, place


@folded_kernel
def gaps(f: Facts, st: State, x: int, more: Floats, first: Floats, last: Floats) -> None:
    """What `_gap` says of all gaps of the slots in which `x` may be called at, by slot and position."""
    for a in range(f.slot.shape[0]):
        for d in range(f.slot.shape[1]):
            s = f.slot[a, d]
            if s < 0 or not f.fit[x, a] or not f.open[x, d]:
                continue
            back, takes, begin, end, rested = f.start[s], 0.0, f.since[s], f.until[s], 0.0
            for q in range(st.length[s] + 1):
                more[s, q], first[s, q], last[s, q] = _gap(f, st, s, q, x, back, takes, begin, end, rested)
                if q < st.length[s]:
                    back, takes, begin, end, rested = _passed(f, st, s, q, back, takes, begin, end, rested)


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
