"""Ruin and recreate over officers' days: take out visits that lie near each other, set them in again at the best days and places.

Strings of stops are taken out as in Christiaens and Vanden Berghe 2020 (*Slack induction by string removals for vehicle routing
problems*). What is new is how a door comes back: its cheapest place on every day gives prices, and `chain` finds the best days
for all its visits at once. Worse plans are taken with a probability that falls (simulated annealing).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridgeo_solvers.kernels import inner_kernel, kernel
from gridgeo_solvers.routing.visiting.chain import cheapest_chain
from gridgeo_solvers.routing.visiting.placing import best_meeting, gaps
from gridgeo_solvers.routing.visiting.state import (
    BREAK,
    Bools,
    Facts,
    Floats,
    Ints,
    State,
    grudge,
    price,
    put,
    take,
    timed,
)

STRING = 10
"""Stops of a string at the most."""
TAKEN = 12
"""Visits that are taken out at a time, on average."""
BLINK = 0.01
_AGAIN = 20
"""Doors left out before that are tried again at a time."""


class Journal(NamedTuple):
    """What the plan was before the last step, for the slots and doors that the step touched; and scratch."""

    slots: Ints
    slot_touched: Bools
    doors: Ints
    door_touched: Bools
    counts: Ints
    """Slots touched, doors touched, and whether a day came out too long (the ways then break the triangle's rule)."""
    item: Ints
    at: Ints
    begin: Floats
    leave: Floats
    latest: Floats
    length: Ints
    work: Floats
    way: Floats
    when: Ints
    one: Ints
    two: Ints
    fixed: Floats


@inner_kernel
def _copy_slot(st: State, log: Journal, s: int) -> None:
    n = st.length[s]
    log.length[s] = n
    log.work[s], log.way[s] = st.work[s], st.way[s]
    log.item[s, :n], log.at[s, :n] = st.item[s, :n], st.at[s, :n]
    log.begin[s, :n], log.leave[s, :n], log.latest[s, :n] = st.begin[s, :n], st.leave[s, :n], st.latest[s, :n]


@inner_kernel
def _touch_slot(st: State, log: Journal, s: int) -> None:
    if log.slot_touched[s]:
        return
    log.slot_touched[s] = True
    log.slots[log.counts[0]] = s
    log.counts[0] += 1
    _copy_slot(st, log, s)


@inner_kernel
def _touch_door(f: Facts, st: State, log: Journal, x: int) -> None:
    if log.door_touched[x]:
        return
    log.door_touched[x] = True
    log.doors[log.counts[1]] = x
    log.counts[1] += 1
    for v in range(f.visit[x], f.visit[x + 1]):
        log.when[v], log.one[v], log.two[v], log.fixed[v] = st.when[v], st.one[v], st.two[v], st.fixed[v]


@inner_kernel
def _restore(f: Facts, st: State, log: Journal) -> None:
    for k in range(log.counts[0]):
        s = log.slots[k]
        n = log.length[s]
        st.length[s] = n
        st.work[s], st.way[s] = log.work[s], log.way[s]
        st.item[s, :n], st.at[s, :n] = log.item[s, :n], log.at[s, :n]
        st.begin[s, :n], st.leave[s, :n], st.latest[s, :n] = log.begin[s, :n], log.leave[s, :n], log.latest[s, :n]
    for k in range(log.counts[1]):
        x = log.doors[k]
        for v in range(f.visit[x], f.visit[x + 1]):
            st.when[v], st.one[v], st.two[v], st.fixed[v] = log.when[v], log.one[v], log.two[v], log.fixed[v]


@inner_kernel
def _forget(log: Journal) -> None:
    for k in range(log.counts[0]):
        log.slot_touched[log.slots[k]] = False
    for k in range(log.counts[1]):
        log.door_touched[log.doors[k]] = False
    log.counts[:] = 0


@inner_kernel
def _touched(f: Facts, st: State, log: Journal) -> float:
    """Price of all that the step touched."""
    total = 0.0
    for k in range(log.counts[0]):
        s = log.slots[k]
        total += price(st.work[s], st.way[s], f.share[s], f.steep[s])
    for k in range(log.counts[1]):
        total += grudge(f, st, log.doors[k])
    return total


@inner_kernel
def _before(f: Facts, st: State, log: Journal) -> float:
    """What all that the step touched cost before."""
    total = 0.0
    for k in range(log.counts[0]):
        s = log.slots[k]
        total += price(log.work[s], log.way[s], f.share[s], f.steep[s])
    old = State(
        st.length, st.item, st.at, st.begin, st.leave, st.latest, st.work, st.way, log.when, log.one, log.two, log.fixed
    )
    for k in range(log.counts[1]):
        total += grudge(f, old, log.doors[k])
    return total


@inner_kernel
def _withdraw(f: Facts, st: State, log: Journal, v: int) -> None:
    _touch_door(f, st, log, f.door[v])
    for half in range(2):
        s = st.one[v] if half == 0 else st.two[v]
        if s >= 0:
            _touch_slot(st, log, s)
            take(st, s, v)
    st.when[v], st.one[v], st.two[v], st.fixed[v] = -1, -1, -1, -1.0


@inner_kernel
def _settle(f: Facts, st: State, log: Journal, s: int, rng: np.random.Generator) -> None:
    """Renew the clock of a slot that lost visits; the officer may rest at another time."""
    n = st.length[s]
    old = -1
    for q in range(n):
        if st.item[s, q] == BREAK:
            old = q
    if old >= 0 and n > 1:
        take(st, s, BREAK)
        put(st, s, int(rng.random() * n), BREAK)
        if timed(f, st, s):
            return
        take(st, s, BREAK)
        put(st, s, old, BREAK)
    if not timed(f, st, s):
        log.counts[2] = 1


@inner_kernel
def _ruin(f: Facts, st: State, log: Journal, mean: float, rng: np.random.Generator) -> None:
    longest = max(1.0, min(float(STRING), mean))
    most = 4.0 * TAKEN / (1.0 + longest) - 1.0
    strings = int(rng.random() * most + 1.0)
    seed = int(rng.random() * len(f.place))
    torn = 0
    for k in range(f.near.shape[1]):
        if torn >= strings:
            break
        x = f.near[seed, k]
        a, n = f.visit[x], f.visits[x]
        shift = int(rng.random() * n)
        # Of a door that is called at often a few visits go, not the whole quarter of its surroundings.
        tries = min(n, 1 + int(rng.random() * 3.0))
        for j in range(tries):
            v = a + (j + shift) % n
            if st.when[v] < 0 or torn >= strings:
                continue
            s = st.one[v]
            if log.slot_touched[s]:
                continue
            _string(f, st, log, s, v, longest, rng)
            torn += 1
    for k in range(log.counts[1]):
        x = log.doors[k]
        if f.visits[x] > 1 and rng.random() < 0.5:
            for v in range(f.visit[x], f.visit[x + 1]):
                if st.when[v] >= 0:
                    _withdraw(f, st, log, v)
    for k in range(log.counts[0]):
        _settle(f, st, log, log.slots[k], rng)


@inner_kernel
def _string(f: Facts, st: State, log: Journal, s: int, v: int, longest: float, rng: np.random.Generator) -> None:
    """Take a string of stops that holds visit `v` out of slot `s`."""
    n = st.length[s]
    size = min(n, int(rng.random() * min(float(n), longest) + 1.0))
    q = 0
    while st.item[s, q] != v:
        q += 1
    low, high = max(0, q - size + 1), min(q, n - size)
    begin = low + int(rng.random() * (high - low + 1))
    gone = st.item[s, begin : begin + size].copy()
    _touch_slot(st, log, s)
    for k in range(size):
        if gone[k] != BREAK:
            _withdraw(f, st, log, gone[k])


@inner_kernel
def _best_places(
    f: Facts,
    st: State,
    x: int,
    blink: float,
    rng: np.random.Generator,
    more: Floats,
    first: Floats,
    last: Floats,
    added: Floats,
    where: Ints,
) -> None:
    """Added price and position of the cheapest place in each officer's day; with probability `blink` a place is overlooked."""
    slots, lengths, works, ways, shares, steeps = f.slot, st.length, st.work, st.way, f.share, f.steep
    fit, is_open, service = f.fit[x], f.open[x], f.service[x]
    for b in range(slots.shape[0]):
        if not fit[b]:
            continue
        for d in range(slots.shape[1]):
            s = slots[b, d]
            if s < 0 or not is_open[d]:
                continue
            best = np.inf
            for q in range(lengths[s] + 1):
                if first[s, q] <= last[s, q] and more[s, q] < best and (blink == 0.0 or rng.random() >= blink):
                    best = more[s, q]
                    where[b, d] = q
            if best < np.inf:
                added[b, d] = price(works[s] + service, ways[s] + best, shares[s], steeps[s]) - price(
                    works[s], ways[s], shares[s], steeps[s]
                )


@kernel
def call_at(f: Facts, st: State, log: Journal, x: int, blink: float, rng: np.random.Generator) -> None:
    """Set the missing visits of door `x` into the plan where that costs least, all at once."""
    a, n = f.visit[x], f.visits[x]
    m, horizon = f.slot.shape
    missing = False
    kept = np.full(n, -1, np.int64)
    for k in range(n):
        kept[k] = st.when[a + k]
        missing = missing or kept[k] < 0
    if not missing:
        return
    _touch_door(f, st, log, x)
    pair = f.persons[x] == 2
    more, first, last = np.empty(st.item.shape), np.empty(st.item.shape), np.empty(st.item.shape)
    gaps(f, st, x, more, first, last)
    added = np.full((m, horizon), np.inf)
    where = np.zeros((m, horizon), np.int64)
    if not pair:
        _best_places(f, st, x, blink, rng, more, first, last, added, where)
    # Each officer in turn is taken for the door's own, unless one is named or there's only one visit.
    own = f.own[x]
    low, high = (own, own + 1) if own >= 0 or n == 1 else (0, m)
    best, days = np.inf, np.full(n, -1, np.int64)
    who = np.full(horizon, -1, np.int64)
    meeting = np.full((horizon, 4), -1, np.int64)
    moment = np.full((horizon, 1), -1.0)
    trial_days = np.full(n, -1, np.int64)
    trial_who = np.full(horizon, -1, np.int64)
    trial_meeting = np.full((horizon, 4), -1, np.int64)
    trial_moment = np.full((horizon, 1), -1.0)
    day_price = np.empty(horizon)
    prices = np.empty((n, horizon))
    for owner in range(low, high):
        if owner >= 0 and f.own[x] < 0 and not f.fit[x, owner]:
            continue
        for d in range(horizon):
            day_price[d], trial_who[d] = np.inf, -1
            if not f.open[x, d]:
                continue
            if pair:
                day_price[d] = best_meeting(
                    f, st, x, d, owner, blink, rng, more, first, last, trial_meeting[d], trial_moment[d]
                )
                continue
            for b in range(m):
                cost = added[b, d] + (f.stranger if owner >= 0 and b != owner else 0.0)
                if cost < day_price[d]:
                    day_price[d], trial_who[d] = cost, b
        for k in range(n):
            if kept[k] < 0:
                prices[k] = day_price
                continue
            prices[k] = np.inf
            v = a + k
            same = owner < 0 or f.officer[st.one[v]] == owner or (st.two[v] >= 0 and f.officer[st.two[v]] == owner)
            prices[k, kept[k]] = 0.0 if same else f.stranger
        cost = cheapest_chain(f, x, prices, kept, np.inf, trial_days)
        if cost == np.inf:
            cost = cheapest_chain(f, x, prices, kept, f.weight[x], trial_days)
        if cost < best:
            best = cost
            days[:] = trial_days
            who[:] = trial_who
            meeting[:] = trial_meeting
            moment[:] = trial_moment
    for k in range(n):
        d = days[k]
        if kept[k] >= 0 or d < 0:
            continue
        v = a + k
        st.when[v] = d
        if pair:
            st.one[v], st.two[v], st.fixed[v] = meeting[d, 0], meeting[d, 1], moment[d, 0]
            for half in range(2):
                s = meeting[d, half]
                _touch_slot(st, log, s)
                put(st, s, meeting[d, 2 + half], v)
                if not timed(f, st, s):
                    log.counts[2] = 1
        else:
            s = f.slot[who[d], d]
            st.one[v] = s
            _touch_slot(st, log, s)
            put(st, s, where[who[d], d], v)
            if not timed(f, st, s):
                log.counts[2] = 1


@inner_kernel
def _order(f: Facts, st: State, log: Journal, absent: Ints, rng: np.random.Generator) -> Ints:
    """Doors that miss visits, in the order in which they come back: by chance, the hard, the far or the near first."""
    count = 0
    for k in range(log.counts[1]):
        absent[count] = log.doors[k]
        count += 1
    again = 0
    when, door, touched = st.when, f.door, log.door_touched
    n = len(when)
    shift = int(rng.random() * n)
    # Doors that were left out before.
    before = -1
    for k in range(n):
        v = (k + shift) % n
        if when[v] < 0 and door[v] != before and not touched[door[v]] and again < _AGAIN:
            before = door[v]
            absent[count] = before
            count += 1
            again += 1
    keys = np.empty(count)
    way = rng.random()
    for k in range(count):
        x = absent[k]
        if way < 0.4:
            keys[k] = rng.random()
        elif way < 0.6:
            keys[k] = -f.weight[x] * f.visits[x] * f.persons[x] * (1.0 + f.service[x])
        elif way < 0.8:
            keys[k] = f.late[x] - f.early[x]
        else:
            there = f.travel[0][f.start[0], f.place[x]]
            keys[k] = -there if way < 0.9 else there
    return absent[:count][np.argsort(keys)]


@kernel
def search(
    f: Facts,
    st: State,
    best: State,
    log: Journal,
    cost: Floats,
    first: int,
    last: int,
    all_steps: int,
    hot: float,
    cold: float,
    rng: np.random.Generator,
) -> None:
    """Steps `first` … `last` of `all_steps`; `cost` holds the price of the plan `st` and of the best one, and is renewed."""
    visits = len(st.when)
    absent = np.empty(len(f.place) + _AGAIN, np.int64)
    mean = 1.0
    for step in range(first, last):
        heat = hot * (cold / hot) ** (step / all_steps)
        if step == first or step % 100 == 0:
            made, used = 0, 1
            for v in range(visits):
                made += 1 if st.when[v] >= 0 else 0
            for s in range(len(st.length)):
                used += 1 if st.length[s] > 0 else 0
            mean = made / used
        _ruin(f, st, log, mean, rng)
        order = _order(f, st, log, absent, rng)
        for x in order:
            call_at(f, st, log, x, BLINK, rng)
        new = cost[0] + _touched(f, st, log) - _before(f, st, log)
        if log.counts[2] == 0 and new < cost[0] - heat * np.log(max(rng.random(), 1e-300)):
            cost[0] = new
            if new < cost[1] - 1e-6:
                cost[1] = new
                keep(st, best)
        else:
            _restore(f, st, log)
        _forget(log)


@kernel
def keep(st: State, best: State) -> None:
    """Copy the plan `st` into `best`."""
    best.length[:] = st.length
    for s in range(len(st.length)):
        for q in range(st.length[s]):
            best.item[s, q] = st.item[s, q]
            best.begin[s, q] = st.begin[s, q]
            best.at[s, q] = st.at[s, q]
            best.leave[s, q] = st.leave[s, q]
            best.latest[s, q] = st.latest[s, q]
    best.work[:] = st.work
    best.way[:] = st.way
    best.when[:] = st.when
    best.one[:] = st.one
    best.two[:] = st.two
    best.fixed[:] = st.fixed


@kernel
def total(f: Facts, st: State) -> float:
    """Price of the whole plan."""
    cost = 0.0
    for s in range(len(st.length)):
        cost += price(st.work[s], st.way[s], f.share[s], f.steep[s])
    for x in range(len(f.place)):
        cost += grudge(f, st, x)
    return cost
