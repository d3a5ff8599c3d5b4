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

from gridgeo_server.cases.cells import cell_of
from gridgeo_server.cases.stages import BEFORE, SAME, machine
from gridgeo_server.copies import replace
from gridgeo_server.errors import WrongStage
from gridgeo_server.store.instants import from_text
from gridgeo_server.texts import Listed, Named, say

STAGES = tuple(machine().stages)
FINISHED = machine().finished
"""Stages at which nothing is left to do."""
WITH_OFFICER = machine().with_officer
"""Stages in which an officer is on the case."""

SOON = 0.8
"""Share of the limit after which the light turns from ok to soon."""


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
    return Event(case, at, "report", "reported", data=data, simulated=simulated)


def next_stage(case: Case, action: str) -> str:
    """The stage that `action` leads to.

    Raises
    ------
    WrongStage
        The case is at a stage that doesn't allow it; the message names what is possible.
    """
    row = machine().actions.get(action)
    if row is None or not _allows(row.starts, row.needs, case.stage, case.filed_at is not None):
        possible = [_action_named(one) for one in possible_actions(case)]
        stage = Named(case.stage, machine().stages[case.stage].zh)
        told = {"stage": stage, "action": _action_named(action), "possible": Listed(tuple(possible), len(possible))}
        raise WrongStage(say("case.wrong_stage", case=case.case, **told))
    if row.to == BEFORE:
        return case.before or "accepted"
    return case.stage if row.to == SAME else row.to


def possible_actions(case: Case) -> list[str]:
    """What somebody may do with a case, as it stands."""
    return list(_possible(case.stage, case.filed_at is not None))


@cache
def _possible(stage: str, filed: bool) -> tuple[str, ...]:
    rows = machine().actions.values()
    return tuple(
        row.action for row in rows if row.who and row.action != "note" and _allows(row.starts, row.needs, stage, filed)
    )


def _action_named(action: str) -> Named:
    row = machine().actions.get(action)
    return Named(action, action if row is None else row.zh)


def _allows(starts: tuple[str, ...], needs: str | None, stage: str, filed: bool) -> bool:
    return stage in starts and (needs is None or filed == (needs == "filed"))


def apply(case: Case | None, event: Event) -> Case:
    """The case after `event`."""
    if case is None:
        return _reported(event)
    changed = replace(case, stage=event.stage, version=case.version + 1, **_clock(event.data.get("clock")))
    match event.action:
        case "dispatch":
            return replace(changed, **_sent(event))
        case "accept":
            # What older stores hold was filed with its acceptance and doesn't say so.
            filed = case.filed_at or (event.at if event.data.get("filed", True) else None)
            return replace(changed, filed_at=filed, **_NOBODY)
        case "return":
            return replace(changed, **_NOBODY)
        case "verify":
            return replace(changed, verified_at=case.verified_at or event.at)
        case "file":
            return replace(changed, filed_at=event.at)
        case "start":
            return replace(changed, eta_at=None)
        case "handle":
            return replace(changed, handled_at=event.at)
        case "self_handle":
            filed = case.filed_at or event.at
            return replace(changed, handled_at=event.at, closed_at=event.at, filed_at=filed, self_handled=True)
        case "rework":
            return replace(changed, handled_at=None, reworks=case.reworks + 1)
        case "refuse" | "close" | "withdraw":
            return replace(changed, closed_at=event.at, paused_at=None)
        case "shelve":
            return replace(changed, paused_at=event.at, before=case.stage)
        case "unshelve":
            return replace(changed, paused_at=None, before=None, left_s=None)
        case "supervise":
            return replace(changed, supervised_at=event.at)
        case "transfer":
            data = event.data
            named = {"category": data["category"], "department": data["department"], "territory": data["territory"]}
            return replace(changed, **named, **_NOBODY)
        case "escalate":
            return replace(changed, level=event.data["level"])
        case "merge":
            return replace(changed, closed_at=event.at, main=event.data["main"])
        case "unmerge":
            return replace(changed, closed_at=None, main=None, **_NOBODY)
        case "reopen":
            again: dict[str, Any] = dict.fromkeys(("handled_at", "closed_at", "left_s"))
            again |= {"level": 0, "reopened": case.reopened + 1}
            return replace(changed, **again, self_handled=False, **_NOBODY)
    return changed


_NOBODY: Mapping[str, Any] = dict.fromkeys(
    ("responder", "responder_name", "responder_name_zh", "eta_at", "road_s", "road_m")
)


def _reported(event: Event) -> Case:
    data = event.data
    limit_s, clock = data["limit_s"], _clock(data.get("clock"))
    if "soon_at" not in clock:  # older stores counted plain time
        seconds = {"soon_at": SOON * limit_s, "due_at": limit_s}
        clock |= {name: event.at + timedelta(seconds=span) for name, span in seconds.items()}
    # Older stores don't have these.
    told: dict[str, Any] = {name: data.get(name) for name in ("owner_name_zh", "department", "territory")}
    told |= {"limit_s": limit_s, **clock}
    return Case(
        case=event.case,
        category=data["category"],
        reported_at=event.at,
        simulated=event.simulated,
        cell=cell_of(data["lon"], data["lat"]),
        **{name: data[name] for name in _PLACE},
        **told,
    )


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
    }


def rebuild(events: Iterable[Event]) -> Case:
    """The case that its events, oldest first, describe."""
    case: Case | None = None
    for event in events:
        case = apply(case, event)
    if case is None:
        raise ValueError("a case has at least the event that reported it")
    return case
