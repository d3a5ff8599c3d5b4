"""Cases and events as JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridgeo_server.cases.categories import Category
from gridgeo_server.cases.model import Case, Event, possible_actions
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
        "actions": possible_actions(case.stage),
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
    }


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
        "note": event.note,
        "data": {name: shown(value) if name in _NAMES else value for name, value in event.data.items()},
        "simulated": event.simulated,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)
