"""Recreate: a door comes back on the best days for all its visits at once.

The cheapest place of a visit in every slot is known until the slot changes; it gives each day a price, and `chain` finds the days.
"""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import folded_kernel
from gridgeo_solvers.routing.tours.ruin import draw
from gridgeo_solvers.routing.visiting.chain import chained
from gridgeo_solvers.routing.visiting.desk import AGAIN, Desk
from gridgeo_solvers.routing.visiting.journal import Journal, touch_door, touch_slot
from gridgeo_solvers.routing.visiting.placing import best_meeting, cheapest_gap, gaps
from gridgeo_solvers.routing.visiting.state import Facts, State, clocked, price, put

BLINK = 0.01
"""Chance that a place is overlooked."""


@folded_kernel
def recreate(f: Facts, st: State, log: Journal, desk: Desk, count: int, blink: float) -> None:
    """Set the missing visits of the first `count` doors of ``desk.absent`` into the plan where that costs least."""
    for k in range(count):
        # A day that came out too long has no clock to go by, and the step will be taken back.
        if log.counts[2] > 0:
            return
        x = desk.absent[k]
        missing = False
        for v in range(f.visit[x], f.visit[x + 1]):
            missing = missing or st.when[v] < 0
        if missing:
            touch_door(f, st, log, x)
            _choose(f, st, desk, x, blink)
            _settle_in(f, st, log, desk, x)


@folded_kernel
def _choose(f: Facts, st: State, desk: Desk, x: int, blink: float) -> None:
    """The best days of the missing visits of door `x`, and where they go, into `days`, `who` or `meeting` and `moment`."""
    a, n, m, horizon = f.visit[x], f.visits[x], f.slot.shape[0], f.slot.shape[1]
    pair = f.persons[x] == 2
    if pair:
        gaps(f, st, x, desk.more, desk.first, desk.last)
    for k in range(n):
        desk.kept[k] = st.when[a + k]
    # Each officer in turn is taken for the door's own, unless one is named or there's only one visit.
    own = f.own[x]
    low, high = (own, own + 1) if own >= 0 or n == 1 else (0, m)
    best = np.inf
    for k in range(n):
        desk.days[k] = -1
    for owner in range(low, high):
        if own < 0 and owner >= 0 and not f.fit[x, owner]:
            continue
        for d in range(horizon):
            cost = np.inf
            if f.open[x, d] and not pair:
                cost = _best_slot(f, st, desk, x, d, owner, blink)
            elif f.open[x, d]:
                cost = best_meeting(f, st, desk, x, d, owner, blink)
            for k in range(n):
                desk.prices[k, d] = cost
        for k in range(n):
            if desk.kept[k] >= 0:
                v = a + k
                same = owner < 0 or f.officer[st.one[v]] == owner or (st.two[v] >= 0 and f.officer[st.two[v]] == owner)
                for d in range(horizon):
                    desk.prices[k, d] = np.inf
                desk.prices[k, desk.kept[k]] = 0.0 if same else f.stranger
        cost = np.inf
        for attempt in range(2):
            if cost == np.inf:
                skip = np.inf if attempt == 0 else f.weight[x]
                cost = chained(f, x, desk.prices, desk.kept, skip, desk.trial_days, desk.links)
        if cost < best:
            best = cost
            for k in range(n):
                desk.days[k] = desk.trial_days[k]
            for d in range(horizon):
                desk.who[d], desk.moment[d] = desk.trial_who[d], desk.trial_moment[d]
                for i in range(4):
                    desk.meeting[d, i] = desk.trial_meeting[d, i]


@folded_kernel
def _best_slot(f: Facts, st: State, desk: Desk, x: int, d: int, owner: int, blink: float) -> float:
    """Price of the best place for a visit to `x` on day `d`, and its slot into ``trial_who[d]``."""
    best = np.inf
    for b in range(f.slot.shape[0]):
        s = f.slot[b, d]
        if s < 0 or not f.fit[x, b] or (blink > 0.0 and draw(desk) < blink):
            continue
        if desk.seen[x, s] != st.stamp[s]:
            desk.seen[x, s] = st.stamp[s]
            desk.added[x, s], desk.gap[x, s] = cheapest_gap(f, st, s, x)
        more = desk.added[x, s]
        if more == np.inf:
            continue
        cost = price(st.work[s] + f.service[x], st.way[s] + more, f.share[s], f.steep[s])
        cost -= price(st.work[s], st.way[s], f.share[s], f.steep[s])
        if owner >= 0 and b != owner:
            cost += f.stranger
        if cost < best:
            best = cost
            desk.trial_who[d] = s
    return best


@folded_kernel
def _settle_in(f: Facts, st: State, log: Journal, desk: Desk, x: int) -> None:
    """Set the visits of `x` into the slots that were chosen."""
    a, pair = f.visit[x], f.persons[x] == 2
    for k in range(f.visits[x]):
        d, v = desk.days[k], a + k
        if desk.kept[k] >= 0 or d < 0:
            continue
        st.when[v] = d
        st.one[v] = desk.meeting[d, 0] if pair else desk.who[d]
        if pair:
            st.two[v], st.fixed[v] = desk.meeting[d, 1], desk.moment[d]
        for half in range(2 if pair else 1):
            s = st.one[v] if half == 0 else st.two[v]
            touch_slot(st, log, s)
            put(st, s, desk.meeting[d, 2 + half] if pair else desk.gap[x, s], v)
            if not clocked(f, st, s):
                log.counts[2] = 1
                return


@folded_kernel
def absent_doors(f: Facts, st: State, log: Journal, desk: Desk) -> int:
    """How many doors miss visits; they stand in `absent`, ordered by chance, or the hard, the far or the near first."""
    count = log.counts[1]
    for k in range(count):
        desk.absent[k] = log.doors[k]
    # Doors that were left out before.
    n, again, before = len(st.when), 0, -1
    shift = int(draw(desk) * n)
    for k in range(n):
        v = k + shift - (n if k + shift >= n else 0)
        if st.when[v] < 0 and again < AGAIN and f.door[v] != before and not log.door_touched[f.door[v]]:
            before = f.door[v]
            desk.absent[count] = before
            count += 1
            again += 1
    way = draw(desk)
    for k in range(count):
        x = desk.absent[k]
        if way < 0.4:
            key = draw(desk)
        elif way < 0.6:
            key = -f.weight[x] * f.visits[x] * f.persons[x] * (1.0 + f.service[x])
        elif way < 0.8:
            key = f.late[x] - f.early[x]
        else:
            key = f.travel[0, f.start[0], f.place[x]] * (-1.0 if way < 0.9 else 1.0)
        c = k
        while c > 0 and desk.key[c - 1] > key:
            desk.absent[c], desk.key[c] = desk.absent[c - 1], desk.key[c - 1]
            c -= 1
        desk.absent[c], desk.key[c] = x, key
    return count
