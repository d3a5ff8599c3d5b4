"""A case is what its events make of it.

::

    report → reported → accept → accepted → dispatch → dispatched → start → handling → handle → handled
             → check → checked → close → closed

Where a report must be verified first, ``verify`` and ``file`` stand between acceptance and dispatch; else a case is filed with
its acceptance, and the event says so. The ways aside are in `gridgeo_server.cases.stages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from gridgeo_server.cases import desk_clocks
from gridgeo_server.cases.cells import cell_of
from gridgeo_server.cases.desk_clocks import SOON
from gridgeo_server.cases.stages import BEFORE, SAME, Action, machine
from gridgeo_server.copies import made, replace
from gridgeo_server.errors import WrongStage
from gridgeo_server.store.instants import from_text
from gridgeo_server.texts import Listed, Named, say

STAGES = tuple(machine().stages)
FINISHED = machine().finished
"""Stages at which nothing is left to do."""
WITH_OFFICER = machine().with_officer
"""Stages in which an officer is on the case."""


@dataclass(frozen=True)
class Event:
    """One hand-over, as it is appended. `seq` is None until it is stored; `rung` numbers the steps up of a case."""

    case: str
    at: datetime
    action: str
    stage: str
    actor: str | None = None
    actor_name: str | None = None
    note: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False
    seq: int | None = None
    rung: int | None = None
    actor_role: str | None = None


@dataclass(frozen=True)
class Case:
    """The state of a case after its events so far; `version` counts them.

    Parameters
    ----------
    clock, limit_amount, limit_s
        Which clock counts, how many of its units are allowed, and the seconds that it runs for them.
    soon_at, due_at, escalate_at
        When the light turns, when the time is up, and when the case goes up a level if nobody has handled it.
    paused_at, left_s
        Since when the clock stands, and how many seconds were left on it.
    level
        0 while the grid is answerable, then its community, subdistrict, district.
    before
        The stage to go back to when it is taken up again.
    main
        The case of which it is a duplicate.
    cell
        Cell of about 100 m in which it lies, see `gridgeo_server.cases.cells`.
    asked_at, acknowledged_at, answer_at
        When whoever is on it was sent, and said so; until when an answer is waited for, None where it isn't or has come.
    declined, timed_out
        How many declined, and how many gave no answer in time, since the case was last handed on.
    desk_clocks, desk_due_at
        The clocks of the desk, and when the next of them takes the case up a level; see `gridgeo_server.cases.desk_clocks`.
    """

    case: str
    category: str
    description: str
    lon: float
    lat: float
    address: str | None
    grid: str
    grid_name: str
    area: str
    owner: str | None
    owner_name: str | None
    reported_at: datetime
    due_at: datetime
    limit_s: int
    snapped_m: float
    simulated: bool
    stage: str = "reported"
    responder: str | None = None
    responder_name: str | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    eta_at: datetime | None = None
    road_s: float | None = None
    road_m: float | None = None
    version: int = 1
    owner_name_zh: str | None = None
    responder_name_zh: str | None = None
    clock: str = "urgent_hours"
    limit_amount: float | None = None
    soon_at: datetime | None = None
    escalate_at: datetime | None = None
    paused_at: datetime | None = None
    left_s: float | None = None
    department: str | None = None
    territory: str | None = None
    verified_at: datetime | None = None
    filed_at: datetime | None = None
    supervised_at: datetime | None = None
    level: int = 0
    reworks: int = 0
    reopened: int = 0
    self_handled: bool = False
    before: str | None = None
    main: str | None = None
    cell: int = 0
    asked_at: datetime | None = None
    acknowledged_at: datetime | None = None
    answer_at: datetime | None = None
    declined: int = 0
    timed_out: int = 0
    desk_clocks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    desk_due_at: datetime | None = None

    def light(self, now: datetime) -> str:
        """``ok`` below 80 % of the limit, ``soon`` below 100 %, then ``over``.

        The clock stops when it is handled and stands while it is shelved.
        """
        at = self.handled_at or self.closed_at or self.paused_at or now
        if at >= self.due_at:
            return "over"
        return "soon" if self.soon_at is not None and at >= self.soon_at else "ok"

    @property
    def on_time(self) -> bool:
        """It was handled before its time was up."""
        return self.handled_at is not None and self.handled_at <= self.due_at

    @property
    def finished(self) -> bool:
        """Nothing is left to do."""
        return self.stage in FINISHED


_PLACE = ("description", "lon", "lat", "address", "grid", "grid_name", "area", "owner", "owner_name", "snapped_m")
_MOMENTS = ("soon_at", "due_at", "escalate_at")
_OF_CLOCK = ("clock", "limit_amount", "limit_s", "left_s")


def report_event(
    case: str, category: str, limit_s: int, at: datetime, place: Mapping[str, Any], *, simulated: bool, **more: Any
) -> Event:
    """The event that opens a case; `place` says what was reported where, and whose ground it is.

    `more` is the state of the clock, the department and the owner of the ground, where they are known.
    """
    data = {"category": category, "limit_s": limit_s, **{name: place[name] for name in _PLACE}, **more}
    data["owner_name_zh"] = place.get("owner_name_zh")
    return made(Event, case=case, at=at, action="report", stage="reported", data=data, simulated=simulated)


def next_stage(case: Case, action: str) -> str:
    """The stage that `action` leads to.

    Raises
    ------
    WrongStage
        The case is at a stage that doesn't allow it; the message names what is possible.
    """
    row = machine().actions.get(action)
    if row is None or not _allowed(row, case):
        possible = [_action_named(one) for one in possible_actions(case)]
        stage = Named(case.stage, machine().stages[case.stage].zh)
        told = {"stage": stage, "action": _action_named(action), "possible": Listed(tuple(possible), len(possible))}
        raise WrongStage(say("case.wrong_stage", case=case.case, **told))
    if row.to == BEFORE:
        return case.before or "accepted"
    return case.stage if row.to == SAME else row.to


def possible_actions(case: Case) -> list[str]:
    """What somebody may do with a case, as it stands."""
    return list(_possible(case.stage, case.filed_at is not None, case.acknowledged_at is not None))


def _allowed(row: Action, case: Case) -> bool:
    return _allows(row.starts, row.needs, case.stage, case.filed_at is not None, case.acknowledged_at is not None)


@cache
def _possible(stage: str, filed: bool, answered: bool) -> tuple[str, ...]:
    rows = machine().actions.values()
    return tuple(
        row.action
        for row in rows
        if row.who and row.action != "note" and _allows(row.starts, row.needs, stage, filed, answered)
    )


def _action_named(action: str) -> Named:
    row = machine().actions.get(action)
    return Named(action, action if row is None else row.zh)


def _allows(starts: tuple[str, ...], needs: str | None, stage: str, filed: bool, answered: bool) -> bool:
    held = {None: True, "filed": filed, "unfiled": not filed, "unanswered": not answered}
    return stage in starts and held[needs]


def apply(case: Case | None, event: Event) -> Case:
    """The case after `event`."""
    if case is None:
        return _reported(event)
    match event.action:
        case "dispatch":
            return _after(case, event, **_sent(event))
        case "accept":
            # What older stores hold was filed with its acceptance and doesn't say so.
            filed = case.filed_at or (event.at if event.data.get("filed", True) else None)
            return _after(case, event, filed_at=filed, **_NOBODY)
        case "return":
            return _after(case, event, **_NOBODY)
        case "verify":
            return _after(case, event, verified_at=case.verified_at or event.at)
        case "file":
            return _after(case, event, filed_at=event.at)
        case "acknowledge":
            return _after(case, event, acknowledged_at=event.at, answer_at=None)
        case "decline":
            return _after(case, event, declined=case.declined + 1, **_NOBODY)
        case "time_out":
            return _after(case, event, timed_out=case.timed_out + 1, **_NOBODY)
        case "start":
            return _after(case, event, eta_at=None, acknowledged_at=case.acknowledged_at or event.at)
        case "handle":
            return _after(case, event, handled_at=event.at)
        case "self_handle":
            filed = case.filed_at or event.at
            return _after(case, event, handled_at=event.at, closed_at=event.at, filed_at=filed, self_handled=True)
        case "rework":
            return _after(case, event, handled_at=None, reworks=case.reworks + 1)
        case "refuse" | "close" | "withdraw":
            return _after(case, event, closed_at=event.at, paused_at=None)
        case "shelve":
            return _after(case, event, paused_at=event.at, before=case.stage)
        case "unshelve":
            return _after(case, event, paused_at=None, before=None, left_s=None, answer_at=_answer_at(event))
        case "supervise":
            return _after(case, event, supervised_at=event.at)
        case "transfer":
            data = event.data
            named = {"category": data["category"], "department": data["department"], "territory": data["territory"]}
            return _after(case, event, **named, **_NOBODY, **_NOBODY_ASKED)
        case "escalate":
            return _after(case, event, level=event.data["level"])
        case "merge":
            return _after(case, event, closed_at=event.at, main=event.data["main"])
        case "unmerge":
            return _after(case, event, closed_at=None, main=None, **_NOBODY, **_NOBODY_ASKED)
        case "reopen":
            again: dict[str, Any] = dict.fromkeys(("handled_at", "closed_at", "left_s"))
            again |= {"level": 0, "reopened": case.reopened + 1}
            return _after(case, event, **again, self_handled=False, **_NOBODY, **_NOBODY_ASKED)
    return _after(case, event)


def _after(case: Case, event: Event, **changes: Any) -> Case:
    """The case with the event's stage and clock, one version on, and `changes`."""
    told = {"stage": event.stage, "version": case.version + 1, **_clock(event.data.get("clock"))}
    return _settled(replace(case, **{**told, **changes}), event)


def _settled(case: Case, event: Event) -> Case:
    """A case that was just made, with the clocks of the desk after `event`; nobody is waited for but who was sent."""
    clocks = desk_clocks.after(case.desk_clocks, event)
    stands = case.finished or case.paused_at is not None or case.level + 1 >= len(machine().levels)
    told = {"desk_clocks": clocks, "desk_due_at": None if stands else desk_clocks.next_due(clocks)}
    if case.stage != "dispatched":
        told["answer_at"] = None
    case.__dict__.update(told)
    return case


_NOBODY: Mapping[str, Any] = dict.fromkeys(
    (
        "responder",
        "responder_name",
        "responder_name_zh",
        "eta_at",
        "road_s",
        "road_m",
        "asked_at",
        "acknowledged_at",
        "answer_at",
    )
)
_NOBODY_ASKED: Mapping[str, int] = {"declined": 0, "timed_out": 0}


def _reported(event: Event) -> Case:
    data = event.data
    limit_s, clock = data["limit_s"], _clock(data.get("clock"))
    if "soon_at" not in clock:  # older stores counted plain time
        seconds = {"soon_at": SOON * limit_s, "due_at": limit_s}
        clock |= {name: event.at + timedelta(seconds=span) for name, span in seconds.items()}
    # Older stores don't have these.
    told: dict[str, Any] = {name: data.get(name) for name in ("owner_name_zh", "department", "territory")}
    told |= {"limit_s": limit_s, **clock}
    case = made(
        Case,
        case=event.case,
        category=data["category"],
        reported_at=event.at,
        simulated=event.simulated,
        cell=cell_of(data["lon"], data["lat"]),
        **{name: data[name] for name in _PLACE},
        **told,
    )
    return _settled(case, event)


def _clock(told: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an event says of the clock."""
    if told is None:
        return {}
    moments = {name: told[name] and from_text(told[name]) for name in _MOMENTS if name in told}
    return {**moments, **{name: told[name] for name in _OF_CLOCK if name in told}}


def _sent(event: Event) -> dict[str, Any]:
    data = event.data
    seconds = data.get("road_s")
    return {
        "responder": data["responder"],
        "responder_name": data["responder_name"],
        "responder_name_zh": data.get("responder_name_zh"),
        "road_s": seconds,
        "road_m": data.get("road_m"),
        "eta_at": None if seconds is None else event.at + timedelta(seconds=round(seconds)),
        "asked_at": event.at,
        "acknowledged_at": None,
        "answer_at": _answer_at(event),
    }


def _answer_at(event: Event) -> datetime | None:
    """Until when an answer is waited for."""
    told = event.data.get("answer_at")
    return None if told is None else from_text(told)


def rebuild(events: Iterable[Event]) -> Case:
    """The case that its events, oldest first, describe."""
    case: Case | None = None
    for event in events:
        case = apply(case, event)
    if case is None:
        raise ValueError("a case has at least the event that reported it")
    return case
