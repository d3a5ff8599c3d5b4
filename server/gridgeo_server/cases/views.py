"""Cases and events as JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridgeo_server.cases import desk_clocks, timing
from gridgeo_server.cases.categories import Category
from gridgeo_server.cases.model import Case, Event, possible_actions
from gridgeo_server.cases.stages import machine
from gridgeo_server.clocks import Calendar, elapsed
from gridgeo_server.responders.model import shown
from gridgeo_server.store.instants import from_text, to_text

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
    "asked_at",
    "acknowledged_at",
    "answer_at",
    "declined",
    "timed_out",
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
        "asked_at": _moment(case.asked_at),
        "acknowledged_at": _moment(case.acknowledged_at),
        "answer_at": _moment(case.answer_at),
        "declined": case.declined,
        "timed_out": case.timed_out,
    }


def clocks_view(case: Case, calendar: Calendar, now: datetime) -> list[dict[str, Any]]:
    """Every clock of a case: of the desk and of handling, in the order of its life, and what is left on each."""
    rows = {name: (row["clock"], row["due_at"], row.get("done_at")) for name, row in case.desk_clocks.items()}
    rows["handling"] = (case.clock, to_text(case.due_at), _moment(case.handled_at))
    stood = case.closed_at or case.paused_at or now
    found = []
    for name in ("filing", "dispatch", "handling", "checking"):
        if name not in rows:
            continue
        clock, due_at, done_at = rows[name]
        at = stood if done_at is None else from_text(done_at)
        desk = name != "handling"
        found.append(
            {
                "clock": name,
                "due_at": due_at,
                "light": desk_clocks.light(case.desk_clocks[name], at) if desk else case.light(now),
                "done_at": done_at,
                "left_s": round(elapsed(clock, at, from_text(due_at), calendar).total_seconds(), 3),
            }
        )
    return found


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
