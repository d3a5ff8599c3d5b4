"""Where a visit fits into a day: all gaps of all days at once, the cheapest of one officer's, and the cheapest meeting of two."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import inner_kernel, kernel
from gridgeo_solvers.routing.visiting.state import BREAK, Facts, Floats, Ints, State, price


@kernel
def gaps(f: Facts, st: State, x: int, more: Floats, first: Floats, last: Floats) -> None:
    """For each gap (s, q) of the slots in which `x` may be called at: what a visit there adds, and when it could begin.

    Writes into (s, q), the place before position q of slot s: seconds of travel added, first and last second. The last is below
    the first where the visit doesn't fit.
    """
    # Taken out of their tuples once: every look into one counts references.
    travel, modes, slots, lengths, items, ats = f.travel, f.mode, f.slot, st.length, st.item, st.at
    leaves, latests, rests, rests_from, rests_to = st.leave, st.latest, f.rest, f.rest_from, f.rest_to
    starts, ends, sinces, untils = f.start, f.end, f.since, f.until
    here, service, early, late = f.place[x], f.service[x], f.early[x], f.late[x]
    is_open, fit = f.open[x], f.fit[x]
    for a in range(slots.shape[0]):
        if not fit[a]:
            continue
        for d in range(slots.shape[1]):
            s = slots[a, d]
            if s < 0 or not is_open[d]:
                continue
            mode, n = modes[s], lengths[s]
            back, left = starts[s], sinces[s]
            there = travel[mode, back, here]
            for q in range(n + 1):
                resting = q < n and items[s, q] == BREAK
                # Where the officer rests next, it will be at x, and the way goes on from there.
                p = q + 1 if resting else q
                ahead, due = ends[s], untils[s]
                if p < n:
                    ahead, due = ats[s, p], latests[s, p]
                on = travel[mode, here, ahead]
                end = due - on
                if resting:
                    end = -np.inf if rests_from[s] + rests[s] > end else min(end - rests[s], rests_to[s])
                more[s, q] = there + on - travel[mode, back, ahead]
                first[s, q] = max(early, left + there)
                last[s, q] = min(late, end - service)
                if q < n:
                    left = leaves[s, q]
                    if not resting:
                        back = ats[s, q]
                        there = travel[mode, back, here]


@inner_kernel
def best_meeting(
    f: Facts,
    st: State,
    x: int,
    d: int,
    own: int,
    blink: float,
    rng: np.random.Generator,
    more: Floats,
    first: Floats,
    last: Floats,
    found: Ints,
    at: Floats,
) -> float:
    """Price of the cheapest meeting of two officers at `x` on day `d`; inf where there is none.

    Writes slots and positions into `found` (one, two, position, position) and the moment into ``at[0]``. A meeting without
    `own`, where one is named, pays for a stranger. With probability `blink` a place is overlooked.
    """
    slots, lengths, works, ways, shares, steeps = f.slot, st.length, st.work, st.way, f.share, f.steep
    fit, has, need, service, stranger = f.fit[x], f.has, f.need[x], f.service[x], f.stranger
    m = len(has)
    best = np.inf
    for a in range(m):
        s = slots[a, d]
        if s < 0 or not fit[a]:
            continue
        base_s = price(works[s], ways[s], shares[s], steeps[s])
        for b in range(a + 1, m):
            t = slots[b, d]
            if t < 0 or not fit[b] or (has[a] | has[b]) & need != need:
                continue
            base = base_s + price(works[t], ways[t], shares[t], steeps[t])
            if own >= 0 and own != a and own != b:
                base -= stranger
            for q in range(lengths[s] + 1):
                if first[s, q] > last[s, q] or (blink > 0.0 and rng.random() < blink):
                    continue
                cost = price(works[s] + service, ways[s] + more[s, q], shares[s], steeps[s]) - base
                for r in range(lengths[t] + 1):
                    meet = max(first[s, q], first[t, r])
                    if meet > min(last[s, q], last[t, r]):
                        continue
                    both = cost + price(works[t] + service, ways[t] + more[t, r], shares[t], steeps[t])
                    if both < best:
                        best = both
                        found[0], found[1], found[2], found[3] = s, t, q, r
                        at[0] = meet
    return best


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
