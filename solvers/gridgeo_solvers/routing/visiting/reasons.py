"""Why a visit can't be made: the first rule, from the most general to the most particular, that alone forbids it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.routing.visiting.chain import cheapest_chain
from gridgeo_solvers.routing.visiting.placing import alone
from gridgeo_solvers.routing.visiting.state import Facts

BORDER = "border"
"""No officer may work in this grid."""
SKILL = "skill"
"""Nobody who may call has the skills."""
PERSONS = "persons"
"""Two officers are needed and there are not two who may call on the same day."""
LEAVE = "leave"
"""Nobody who may call works on a day on which the door is open."""
WINDOW = "window"
"""Even straight from the start the officer comes too late, or the window and the shift don't meet."""
SHIFT = "shift"
"""The way there, the visit and the way back take longer than a shift."""
SPACING = "spacing"
"""The days on which a visit is possible are too few or lie at the wrong distance for the frequency."""
ROOM = "no room"
"""Possible by itself, but the officers' time goes to other visits."""

REASONS = (BORDER, SKILL, PERSONS, LEAVE, WINDOW, SHIFT, SPACING, ROOM)


def reason_of(f: Facts, x: int) -> str:
    """The reason that binds door `x`, of which at least one visit isn't made."""
    may = f.may[x]
    if not may.any():
        return BORDER
    need = f.need[x]
    fit = may & (f.has & need == need) if f.persons[x] == 1 else may
    if not fit.any() or np.bitwise_or.reduce(f.has[may]) & need != need:
        return SKILL
    works = (f.slot >= 0) & f.open[x]
    if f.persons[x] == 1:
        if not works[fit].any():
            return LEAVE
        days, late = _days(f, x, np.flatnonzero(fit), 1)
    else:
        if fit.sum() < 2:
            return PERSONS
        if not (works[fit].sum(axis=0) >= 2).any():
            return LEAVE if works[fit].sum() else PERSONS
        days, late = _days(f, x, np.flatnonzero(fit), 2)
    if not days.any():
        return WINDOW if late else SHIFT
    return ROOM if _keeps_rhythm(f, x, days) else SPACING


def possible_days(f: Facts, x: int) -> NDArray[np.bool_]:
    """Days on which door `x` could be called at if it were the only one."""
    need = f.need[x]
    fit = f.may[x] & (f.has & need == need) if f.persons[x] == 1 else f.may[x]
    return _days(f, x, np.flatnonzero(fit), int(f.persons[x]))[0]


def _keeps_rhythm(f: Facts, x: int, days: NDArray[np.bool_]) -> bool:
    count = int(f.visits[x])
    price = np.where(np.tile(days, (count, 1)), 0.0, np.inf)
    kept, found = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    return bool(np.isfinite(cheapest_chain(f, x, price, kept, np.inf, found)))


def _days(f: Facts, x: int, officers: NDArray[np.int64], persons: int) -> tuple[NDArray[np.bool_], bool]:
    """Days on which `persons` of `officers` can call at once, and whether it is the window that forbids the others."""
    possible = np.zeros(f.slot.shape[1], dtype=bool)
    late = False
    for day in np.flatnonzero(f.open[x]):
        spans = []
        for officer in officers:
            slot = f.slot[officer, day]
            if slot >= 0:
                first, last, window = alone(f, slot, x)
                late |= window
                if first <= last:
                    spans.append((first, last, int(f.has[officer])))
        if persons == 1:
            possible[day] = bool(spans)
            continue
        possible[day] = any(
            max(a[0], b[0]) <= min(a[1], b[1]) and (a[2] | b[2]) & f.need[x] == f.need[x]
            for i, a in enumerate(spans)
            for b in spans[:i]
        )
        late |= len(spans) > 1 and not possible[day]
    return possible, late
