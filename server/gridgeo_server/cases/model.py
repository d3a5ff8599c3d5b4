"""The life of a case as a pure state machine: a case is what its events make of it.

::

    report → reported → accept → accepted → dispatch → dispatched → start → handling → handle → handled
             → check → checked → close → closed
    sideways: return (the officer gives it back), rework (the check failed), withdraw
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from gridgeo_server.errors import WrongStage

STEPS: Mapping[str, Mapping[str, str]] = {
    "accept": {"reported": "accepted", "returned": "accepted"},
    "dispatch": {"accepted": "dispatched", "dispatched": "dispatched", "returned": "dispatched"},
    "start": {"dispatched": "handling"},
    "handle": {"handling": "handled"},
    "check": {"handled": "checked"},
    "close": {"checked": "closed"},
    "return": {"dispatched": "returned", "handling": "returned"},
    "rework": {"handled": "dispatched", "checked": "dispatched"},
    "withdraw": dict.fromkeys(("reported", "accepted", "dispatched", "handling", "returned", "handled"), "withdrawn"),
}
"""Action → stage it may start from → stage it leads to."""

STAGES = (
    "reported",
    "accepted",
    "dispatched",
    "handling",
    "handled",
    "checked",
    "closed",
    "returned",
    "withdrawn",
)
FINISHED = ("closed", "withdrawn")
"""Stages that nothing follows."""
WITH_OFFICER = ("dispatched", "handling")
"""Stages in which an officer is on the case."""

SOON = 0.8
"""Share of the limit after which the light turns from ok to soon."""


@dataclass(frozen=True)
class Event:
    """One hand-over, as it is appended. `seq` is None until it is stored."""

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


@dataclass(frozen=True)
class Case:
    """The state of a case after its events so far; `version` counts them."""

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

    def light(self, now: datetime) -> str:
        """``ok`` below 80 % of the limit, ``soon`` below 100 %, then ``over``; the clock stops when it is handled."""
        used = ((self.handled_at or self.closed_at or now) - self.reported_at).total_seconds()
        if used < SOON * self.limit_s:
            return "ok"
        return "soon" if used < self.limit_s else "over"

    @property
    def on_time(self) -> bool:
        """It was handled before its time was up."""
        return self.handled_at is not None and self.handled_at <= self.due_at


_PLACE = ("description", "lon", "lat", "address", "grid", "grid_name", "area", "owner", "owner_name", "snapped_m")


def report_event(
    case: str, category: str, limit_s: int, at: datetime, place: Mapping[str, Any], *, simulated: bool
) -> Event:
    """The event that opens a case; `place` says what was reported where, and whose ground it is."""
    data = {"category": category, "limit_s": limit_s, **{name: place[name] for name in _PLACE}}
    data["owner_name_zh"] = place.get("owner_name_zh")
    return Event(case, at, "report", "reported", data=data, simulated=simulated)


def next_stage(case: Case, action: str) -> str:
    """The stage that `action` leads to.

    Raises
    ------
    WrongStage
        The case is at a stage that doesn't allow it; the message names what is possible.
    """
    if action not in STEPS or case.stage not in STEPS[action]:
        possible = ", ".join(possible_actions(case.stage)) or "nothing: it is finished"
        raise WrongStage(f"case {case.case} is {case.stage}, so it can't be given '{action}'; possible: {possible}")
    return STEPS[action][case.stage]


def possible_actions(stage: str) -> list[str]:
    """What may be done with a case at `stage`."""
    return [action for action, steps in STEPS.items() if stage in steps]


def apply(case: Case | None, event: Event) -> Case:
    """The case after `event`."""
    if case is None:
        data = event.data
        return Case(
            case=event.case,
            category=data["category"],
            reported_at=event.at,
            due_at=event.at + timedelta(seconds=data["limit_s"]),
            limit_s=data["limit_s"],
            simulated=event.simulated,
            **{name: data[name] for name in _PLACE},
            owner_name_zh=data.get("owner_name_zh"),  # older stores don't have it
        )
    changed = replace(case, stage=event.stage, version=case.version + 1)
    match event.action:
        case "dispatch":
            return replace(changed, **_sent(event))
        case "accept" | "return":
            return replace(changed, **_NOBODY)
        case "start":
            return replace(changed, eta_at=None)
        case "handle":
            return replace(changed, handled_at=event.at)
        case "rework":
            return replace(changed, handled_at=None)
        case "close" | "withdraw":
            return replace(changed, closed_at=event.at)
    return changed


_NOBODY: Mapping[str, Any] = dict.fromkeys(
    ("responder", "responder_name", "responder_name_zh", "eta_at", "road_s", "road_m")
)


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
