"""The front door: plan the visits of one group of officers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.visiting.answer import LeftOut, Stop, Tour, Visiting
from gridgeo_solvers.routing.visiting.problem import VisitingProblem
from gridgeo_solvers.routing.visiting.reasons import reason_of
from gridgeo_solvers.routing.visiting.search import Journal, call_at, search, total
from gridgeo_solvers.routing.visiting.state import BREAK, Facts, State, timed
from gridgeo_solvers.stop import StopRule

NEAR = 40
"""Nearest doors that a step may reach for."""
_CHUNK = 1000
"""Steps between two looks at the stopping rule."""
STEPS_A_VISIT = 45
LEAST_STEPS = 2000


class Given(NamedTuple):
    """A visit that a plan to begin from makes: visit `number` of `door`, `order`-th of the day, `begin` in seconds."""

    door: int
    number: int
    day: int
    officers: tuple[int, ...]
    begin: float


def solve_visiting(
    problem: VisitingProblem,
    *,
    seed: int = 0,
    iterations: int | None = None,
    given: Sequence[Given] = (),
    heat: float = 1.0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
) -> Visiting:
    """Plan the visits: first none left out, by weight; then least travel, even days, no strangers, added up.

    Parameters
    ----------
    problem
        Doors, officers, ways.
    seed, iterations
        Same problem, same seed, same iterations: same plan. `STEPS_A_VISIT` steps for each visit where None.
    given
        A plan to begin from; what of it isn't possible any more is planned anew.
    heat
        How freely worse plans are taken at first; 0 to take better ones alone.
    stop
        Asked every thousand steps.
    progress
        Told of every better plan.
    """
    facts = facts_of(problem)
    rng = np.random.default_rng(seed)
    plan = empty_plan(facts)
    _begin(facts, plan, given)
    log = _journal(facts, plan)
    for door in _hardest_first(facts):
        call_at(facts, plan, log, door, 0.0, rng)
    _clear(log)
    best = State(**{name: array.copy() for name, array in plan._asdict().items()})
    cost = np.full(2, total(facts, plan))
    visits = len(plan.when)
    steps = max(LEAST_STEPS, STEPS_A_VISIT * visits) if iterations is None else iterations
    hot = max(heat * _leg(facts), 1e-3)
    for first in range(0, steps if visits and len(facts.since) else 0, _CHUNK):
        if stop is not None and stop():
            break
        before = cost[1]
        search(facts, plan, best, log, cost, first, min(steps, first + _CHUNK), steps, hot, hot / 100, rng)
        if progress is not None and cost[1] < before:
            progress.incumbent(float(cost[1]))
    return told(problem, facts, best, steps, seed)


def facts_of(problem: VisitingProblem) -> Facts:
    """The problem as the search reads it."""
    doors, officers, rhythm = problem.doors, problem.officers, problem.doors.rhythm
    works = officers.until > officers.since
    slot = np.full(works.shape, -1, dtype=np.int64)
    slot[works] = np.arange(works.sum())
    officer, day = np.nonzero(works)
    since, until = officers.since[works], officers.until[works]
    rest_from = np.maximum(officers.rest_from[works], since)
    rest_to = np.minimum(officers.rest_to[works], until - officers.rest[works])
    rest = np.where(rest_from <= rest_to, officers.rest[works], 0.0)
    span = until - since
    load = float((rhythm.count * doors.persons * doors.service).sum())
    return Facts(
        travel=problem.travel,
        place=doors.place,
        service=doors.service,
        early=doors.early,
        late=doors.late,
        open=doors.open,
        persons=doors.persons,
        need=doors.need,
        weight=doors.weight * problem.wishes.left_out_s,
        own=doors.own,
        may=doors.may,
        fit=_fit(problem),
        visits=rhythm.count,
        least=rhythm.least,
        most=rhythm.most,
        first_from=rhythm.first_from,
        first_to=rhythm.first_to,
        last_from=rhythm.last_from,
        last_to=rhythm.last_to,
        near=_nearest(problem.travel[0], doors.place),
        visit=np.concatenate([[0], np.cumsum(rhythm.count)]).astype(np.int64),
        door=np.repeat(np.arange(len(doors)), rhythm.count),
        slot=slot,
        has=officers.has,
        officer=officer.astype(np.int64),
        day=day.astype(np.int64),
        mode=officers.mode[officer],
        since=since,
        until=until,
        start=officers.start[works],
        end=officers.end[works],
        rest=rest,
        rest_from=rest_from,
        rest_to=rest_to,
        share=span * (load / max(span.sum(), 1.0)),
        steep=problem.wishes.balance / (2.0 * span),
        stranger=problem.wishes.stranger_s,
    )


def _fit(problem: VisitingProblem) -> NDArray[np.bool_]:
    """Who may call and has the skills, alone or, where two go, together with some other who may."""
    doors, has = problem.doors, problem.officers.has
    need = doors.need[:, None]
    fit = doors.may & (has[None] & need == need)
    for door in np.flatnonzero(doors.persons == 2):
        pair = ((has[:, None] | has[None]) & doors.need[door] == doors.need[door]) & doors.may[door]
        np.fill_diagonal(pair, False)
        fit[door] = doors.may[door] & pair.any(axis=1)
    return fit


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
        work=np.zeros(slots),
        way=np.zeros(slots),
        when=np.full(visits, -1, dtype=np.int64),
        one=np.full(visits, -1, dtype=np.int64),
        two=np.full(visits, -1, dtype=np.int64),
        fixed=np.full(visits, -1.0),
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


def _nearest(travel: NDArray[np.float64], place: NDArray[np.int64]) -> NDArray[np.int64]:
    between = travel[np.ix_(place, place)]
    between = between + between.T
    np.fill_diagonal(between, -1.0)
    return np.argsort(between, axis=1, kind="stable")[:, :NEAR].astype(np.int64)


def _leg(f: Facts) -> float:
    """A tenth of the way to a near door, in seconds: how much worse a plan may be at first."""
    if len(f.place) < 2:
        return 1.0
    near = f.place[f.near[:, 1 : min(8, f.near.shape[1])]]
    legs = f.travel[0][f.place[:, None], near]
    legs = legs[np.isfinite(legs)]
    return float(legs.mean()) * 0.5 + 1.0 if len(legs) else 1.0


def _hardest_first(f: Facts) -> NDArray[np.int64]:
    """Doors of two officers first, then many visits, heavy weight, narrow windows, long visits."""
    return np.lexsort((-f.service, f.late - f.early, -f.weight, -f.visits, -f.persons)).astype(np.int64)


def _journal(f: Facts, plan: State) -> Journal:
    slots, doors = len(f.since), len(f.place)
    return Journal(
        slots=np.zeros(slots, dtype=np.int64),
        slot_touched=np.zeros(slots, dtype=bool),
        doors=np.zeros(doors, dtype=np.int64),
        door_touched=np.zeros(doors, dtype=bool),
        counts=np.zeros(3, dtype=np.int64),
        **{name: getattr(plan, name).copy() for name in State._fields},
    )


def _clear(log: Journal) -> None:
    log.slot_touched[:] = False
    log.door_touched[:] = False
    log.counts[:] = 0


def _begin(f: Facts, plan: State, given: Sequence[Given]) -> None:
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


def told(problem: VisitingProblem, f: Facts, plan: State, steps: int, seed: int) -> Visiting:
    """The plan in words of doors, numbers and officers."""
    tours = tuple(
        _tour(f, plan, slot) for slot in range(len(f.since)) if (plan.item[slot, : plan.length[slot]] >= 0).any()
    )
    reasons: dict[int, str] = {}
    left_out = []
    for visit in np.flatnonzero(plan.when < 0).tolist():
        door = int(f.door[visit])
        if door not in reasons:
            reasons[door] = reason_of(f, door)
        left_out.append(LeftOut(door, visit - int(f.visit[door]), reasons[door]))
    travel = float(plan.way.sum())
    off = plan.work + plan.way - f.share
    return Visiting(
        tours, tuple(left_out), float(total(f, plan)), travel, float((f.steep * off * off).sum()), steps, seed
    )


def _tour(f: Facts, plan: State, slot: int) -> Tour:
    """The day of one officer, who sets out as late as is possible without ending later (Savelsbergh 1992)."""
    timed(f, plan, slot)
    ways = f.travel[f.mode[slot]]
    row = plan.item[slot, : plan.length[slot]].tolist()
    # Who has done all visits goes home before the break, and who has none before it begins after it.
    kept = slice(int(row[0] == BREAK), len(row) - int(row[-1] == BREAK))
    items = row[kept]
    begins, latest = plan.begin[slot, : len(row)].tolist()[kept], plan.latest[slot, : len(row)].tolist()[kept]
    spent = [f.rest[slot] if v == BREAK else f.service[f.door[v]] for v in items]
    clock, here, slack, waited = float(f.since[slot]), int(f.start[slot]), math.inf, 0.0
    arrive, waits = [], []
    for q, v in enumerate(items):
        there = here if v == BREAK else int(f.place[f.door[v]])
        arrive.append(clock + float(ways[here, there]))
        waits.append(waited)
        waited += begins[q] - arrive[-1]
        slack = min(slack, waited + latest[q] - begins[q])
        clock, here = begins[q] + float(spent[q]), there
    end = clock + float(ways[here, f.end[slot]])
    delay = max(0.0, min(slack, waited))
    stops, rest = [], None
    for q, v in enumerate(items):
        at = arrive[q] + max(0.0, delay - waits[q])
        begin = max(at, begins[q])
        if v == BREAK:
            rest = begin
            continue
        door = int(f.door[v])
        stops.append(Stop(door, v - int(f.visit[door]), at, begin, begin + float(spent[q])))
    start = float(f.since[slot]) + delay
    return Tour(int(f.officer[slot]), int(f.day[slot]), tuple(stops), start, end, float(plan.way[slot]), rest)
