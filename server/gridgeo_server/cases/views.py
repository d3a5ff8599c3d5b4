"""Cases and events as JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridgeo_server.cases import timing
from gridgeo_server.cases.categories import Category
from gridgeo_server.cases.model import Case, Event, possible_actions
from gridgeo_server.cases.stages import machine
from gridgeo_server.clocks import Calendar
from gridgeo_server.responders.model import shown
from gridgeo_server.store.instants import to_text

CASE_FIELDS = (
    "case",
    "category",
    "name_zh",
    "name_en",
    "urgent",
    "description",
    "lon",
    "lat",
    "address",
    "grid",
    "grid_name",
    "area",
    "owner",
    "owner_name",
    "owner_name_zh",
    "responder",
    "responder_name",
    "responder_name_zh",
    "stage",
    "actions",
    "light",
    "reported_at",
    "due_at",
    "limit_s",
    "handled_at",
    "closed_at",
    "eta_at",
    "road_s",
    "road_m",
    "snapped_m",
    "simulated",
    "version",
    "department",
    "territory",
    "level",
    "clock",
    "soon_at",
    "paused_at",
    "filed_at",
    "verified_at",
    "supervised_at",
    "reworks",
    "reopened",
    "self_handled",
    "main",
)
"""Names of a case's values, in their order."""

_NAMES = ("owner_name", "owner_name_zh", "responder_name", "responder_name_zh")


def case_view(case: Case, category: Category, now: datetime) -> dict[str, Any]:
    """A case; its light is that of `now`."""
    return {
        "case": case.case,
        "category": case.category,
        "name_zh": category.name_zh,
        "name_en": category.name_en,
        "urgent": category.urgent,
        "description": case.description,
        "lon": case.lon,
        "lat": case.lat,
        "address": case.address,
        "grid": case.grid,
        "grid_name": case.grid_name,
        "area": case.area,
        "owner": case.owner,
        "owner_name": shown(case.owner_name),
        "owner_name_zh": shown(case.owner_name_zh),
        "responder": case.responder,
        "responder_name": shown(case.responder_name),
        "responder_name_zh": shown(case.responder_name_zh),
        "stage": case.stage,
        "actions": possible_actions(case),
        "light": case.light(now),
        "reported_at": to_text(case.reported_at),
        "due_at": to_text(case.due_at),
        "limit_s": case.limit_s,
        "handled_at": _moment(case.handled_at),
        "closed_at": _moment(case.closed_at),
        "eta_at": _moment(case.eta_at),
        "road_s": case.road_s,
        "road_m": case.road_m,
        "snapped_m": case.snapped_m,
        "simulated": case.simulated,
        "version": case.version,
        "department": case.department,
        "territory": case.territory,
        "level": machine().levels[case.level].level,
        "clock": case.clock,
        "soon_at": _moment(case.soon_at),
        "paused_at": _moment(case.paused_at),
        "filed_at": _moment(case.filed_at),
        "verified_at": _moment(case.verified_at),
        "supervised_at": _moment(case.supervised_at),
        "reworks": case.reworks,
        "reopened": case.reopened,
        "self_handled": case.self_handled,
        "main": case.main,
    }


def limit_view(case: Case, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """The limit in words, and what its clock has left."""
    rest = timing.left(calendar, case, now).total_seconds()
    return {
        "words": timing.limit_of(case).words(),
        "left_s": round(rest, 3),
        "used": round(1 - rest / case.limit_s, 4) if case.limit_s else None,
        "paused": case.paused_at is not None,
    }


def actions_view(case: Case) -> list[dict[str, Any]]:
    """What may be done now: names, roles that may, and whether a reason must be given."""
    rows = (machine().actions[name] for name in possible_actions(case))
    return [
        {"action": row.action, "name_en": row.en, "name_zh": row.zh, "who": list(row.who), "note_needed": row.note}
        for row in rows
    ]


def event_view(event: Event) -> dict[str, Any]:
    """An event."""
    return {
        "seq": event.seq,
        "case": event.case,
        "at": to_text(event.at),
        "stage": event.stage,
        "action": event.action,
        "actor": event.actor,
        "actor_name": shown(event.actor_name),
        "actor_role": event.actor_role,
        "note": event.note,
        "data": {name: shown(value) if name in _NAMES else value for name, value in event.data.items()},
        "simulated": event.simulated,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)
