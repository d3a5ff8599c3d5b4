"""What a search begins with: an empty plan, or visits that a plan made before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gridgeo_solvers.routing.visiting.state import BREAK, Facts, State, timed


class Given(NamedTuple):
    """A visit that a plan to begin from makes: visit `number` of `door`, `order`-th of the day, `begin` in seconds."""

    door: int
    number: int
    day: int
    officers: tuple[int, ...]
    begin: float


def empty_plan(f: Facts) -> State:
    """A plan without any visit; breaks stand where they must."""
    slots, visits = len(f.since), len(f.door)
    width = _width(f)
    shape = (slots, width)
    plan = State(
        length=np.zeros(slots, dtype=np.int64),
        item=np.zeros(shape, dtype=np.int64),
        at=np.zeros(shape, dtype=np.int64),
        begin=np.zeros(shape),
        leave=np.zeros(shape),
        latest=np.zeros(shape),
        takes=np.zeros(shape),
        soonest=np.zeros(shape),
        work=np.zeros(slots),
        way=np.zeros(slots),
        when=np.full(visits, -1, dtype=np.int64),
        one=np.full(visits, -1, dtype=np.int64),
        two=np.full(visits, -1, dtype=np.int64),
        fixed=np.full(visits, -1.0),
        stamp=np.zeros(slots, dtype=np.int64),
        stamps=np.zeros(1, dtype=np.int64),
    )
    resting = f.rest > 0
    plan.length[resting] = 1
    plan.item[resting, 0] = BREAK
    for slot in range(slots):
        timed(f, plan, slot)
    return plan


def _width(f: Facts) -> int:
    """Stops of a day at the most, the break and one to spare."""
    visits = len(f.door)
    if visits and len(f.since) and f.service.min() >= 1.0:
        visits = min(visits, int((f.until - f.since).max() / f.service.min()) + 1)
    return visits + 2


def begin_with(f: Facts, plan: State, given: Sequence[Given]) -> None:
    """Write the plan to begin from, visit by visit in the order of their begin; a visit that doesn't fit any more stays out."""
    for one in sorted(given, key=lambda one: (one.day, one.begin, one.door)):
        door = one.door
        slots = [int(f.slot[officer, one.day]) for officer in one.officers]
        able = all(f.fit[door, officer] for officer in one.officers)
        if not able or min(slots) < 0 or len(slots) != f.persons[door] or not f.open[door, one.day]:
            continue
        visit = int(f.visit[door]) + one.number
        plan.fixed[visit] = one.begin if len(slots) == 2 else -1.0
        if all(_set_in(f, plan, slot, visit, one.begin) for slot in slots):
            plan.when[visit], plan.one[visit] = one.day, slots[0]
            plan.two[visit] = slots[1] if len(slots) == 2 else -1
            continue
        for slot in slots:
            _take_out(f, plan, slot, visit)
        plan.fixed[visit] = -1.0


def _set_in(f: Facts, plan: State, slot: int, visit: int, begin: float) -> bool:
    n = int(plan.length[slot])
    if n + 1 >= plan.item.shape[1]:
        return False
    row, starts = plan.item[slot, :n].tolist(), plan.begin[slot, :n].tolist()
    # Visits come in order; the break may have to move behind this one.
    at_break = next((q for q, v in enumerate(row) if v == BREAK), None)
    trials = [n] if at_break is None or at_break < n - 1 or starts[at_break] < begin else [n - 1, n]
    if at_break is not None and n not in trials:
        trials.append(n)
    for q in trials:
        plan.item[slot, : n + 1] = [*row[:q], visit, *row[q:]]
        plan.length[slot] = n + 1
        if timed(f, plan, slot):
            return True
    plan.item[slot, :n], plan.length[slot] = row, n
    timed(f, plan, slot)
    return False


def _take_out(f: Facts, plan: State, slot: int, visit: int) -> None:
    row = [v for v in plan.item[slot, : plan.length[slot]].tolist() if v != visit]
    plan.length[slot] = len(row)
    plan.item[slot, : len(row)] = row
    timed(f, plan, slot)
