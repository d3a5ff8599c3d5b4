"""What a step touched and how it was before, so that it can be taken back, and what it changed in price."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridgeo_solvers.kernels import folded_kernel
from gridgeo_solvers.routing.visiting.state import Bools, Facts, Floats, Ints, State, grudge, price, take


class Journal(NamedTuple):
    """The slots and doors that a step touched, and the plan there before it."""

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
    takes: Floats
    soonest: Floats
    length: Ints
    work: Floats
    way: Floats
    when: Ints
    one: Ints
    two: Ints
    fixed: Floats
    stamp: Ints

    @classmethod
    def of(cls, f: Facts, plan: State) -> Journal:
        """An empty one."""
        slots, doors = len(f.since), len(f.place)
        return cls(
            slots=np.zeros(slots, dtype=np.int64),
            slot_touched=np.zeros(slots, dtype=bool),
            doors=np.zeros(doors, dtype=np.int64),
            door_touched=np.zeros(doors, dtype=bool),
            counts=np.zeros(3, dtype=np.int64),
            **{name: array.copy() for name, array in plan._asdict().items() if name != "stamps"},
        )


@folded_kernel
def touch_slot(st: State, log: Journal, s: int) -> None:
    """Note slot `s` as it is, once a step."""
    if log.slot_touched[s]:
        return
    log.slot_touched[s] = True
    log.slots[log.counts[0]] = s
    log.counts[0] += 1
    n = st.length[s]
    log.length[s], log.work[s], log.way[s], log.stamp[s] = n, st.work[s], st.way[s], st.stamp[s]
    for q in range(n):
        log.item[s, q], log.at[s, q] = st.item[s, q], st.at[s, q]
        log.begin[s, q], log.leave[s, q], log.latest[s, q] = st.begin[s, q], st.leave[s, q], st.latest[s, q]
        log.takes[s, q], log.soonest[s, q] = st.takes[s, q], st.soonest[s, q]


@folded_kernel
def touch_door(f: Facts, st: State, log: Journal, x: int) -> None:
    """Note door `x` as it is, once a step."""
    if log.door_touched[x]:
        return
    log.door_touched[x] = True
    log.doors[log.counts[1]] = x
    log.counts[1] += 1
    for v in range(f.visit[x], f.visit[x + 1]):
        log.when[v], log.one[v], log.two[v], log.fixed[v] = st.when[v], st.one[v], st.two[v], st.fixed[v]


@folded_kernel
def withdraw(f: Facts, st: State, log: Journal, v: int) -> None:
    """Take visit `v` out of the plan; the clocks of its slots are renewed later."""
    touch_door(f, st, log, f.door[v])
    for half in range(2):
        s = st.one[v] if half == 0 else st.two[v]
        if s >= 0:
            touch_slot(st, log, s)
            take(st, s, v)
    st.when[v], st.one[v], st.two[v], st.fixed[v] = -1, -1, -1, -1.0


@folded_kernel
def restore(f: Facts, st: State, log: Journal) -> None:
    """Bring back what was noted."""
    for k in range(log.counts[0]):
        s = log.slots[k]
        n = log.length[s]
        st.length[s], st.work[s], st.way[s], st.stamp[s] = n, log.work[s], log.way[s], log.stamp[s]
        for q in range(n):
            st.item[s, q], st.at[s, q] = log.item[s, q], log.at[s, q]
            st.begin[s, q], st.leave[s, q], st.latest[s, q] = log.begin[s, q], log.leave[s, q], log.latest[s, q]
            st.takes[s, q], st.soonest[s, q] = log.takes[s, q], log.soonest[s, q]
    for k in range(log.counts[1]):
        x = log.doors[k]
        for v in range(f.visit[x], f.visit[x + 1]):
            st.when[v], st.one[v], st.two[v], st.fixed[v] = log.when[v], log.one[v], log.two[v], log.fixed[v]


@folded_kernel
def forget(log: Journal) -> None:
    """Begin a new step."""
    for k in range(log.counts[0]):
        log.slot_touched[log.slots[k]] = False
    for k in range(log.counts[1]):
        log.door_touched[log.doors[k]] = False
    log.counts[0], log.counts[1], log.counts[2] = 0, 0, 0


@folded_kernel
def dearer(f: Facts, st: State, log: Journal) -> float:
    """By how much the step made the plan dearer."""
    more = 0.0
    for k in range(log.counts[0]):
        s = log.slots[k]
        more += price(st.work[s], st.way[s], f.share[s], f.steep[s])
        more -= price(log.work[s], log.way[s], f.share[s], f.steep[s])
    for k in range(log.counts[1]):
        x = log.doors[k]
        more += grudge(f, st.when, st.one, st.two, x) - grudge(f, log.when, log.one, log.two, x)
    return more
