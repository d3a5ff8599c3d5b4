"""Cases and events as JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridgeo_server.cases.categories import Category
from gridgeo_server.cases.model import Case, Event, possible_actions
from gridgeo_server.store.instants import to_text


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
        "owner_name": case.owner_name,
        "responder": case.responder,
        "responder_name": case.responder_name,
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
        "actor_name": event.actor_name,
        "note": event.note,
        "data": dict(event.data),
        "simulated": event.simulated,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)
