"""Plans, events and grids as JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shapely.geometry import mapping

from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.plans.model import STEPS, PlanEvent, PlanRecord
from gridgeo_server.plans.packing import unpack_shape
from gridgeo_server.store.instants import to_text
from gridgeo_server.town import plain

_GRID = ("grid", "code", "name", "owner", "area", "units", "households", "area_m2", "difficulty", "workload_min")


def plan_view(record: PlanRecord, calendar: Calendar, units_hash: str, areas: Iterable[str]) -> dict[str, Any]:
    """A plan as the lists show it.

    Parameters
    ----------
    calendar
        What the register says.
    units_hash, areas
        Of the town as it stands: whether the plan is of its units, and where it isn't in force yet.
    """
    own = calendar.of_plan(record.plan)
    held = {one.area for one in own}
    staged = record.state in ("approved", "in_force")
    return {
        "plan": record.plan,
        "name": record.name,
        "family": record.family,
        "version": record.version,
        "parent": record.parent,
        "state": record.state,
        "revision": record.revision,
        "content_hash": record.content_hash,
        "units_hash": record.units_hash,
        "current_units": record.units_hash == units_hash,
        "rules": dict(record.rules),
        "figures": dict(record.figures),
        "measures": dict(record.measures),
        "created_at": to_text(record.created_at),
        "created_by": record.created_by,
        "created_by_name": record.created_by_name,
        "steps": [
            {"to": step.to, "permission": step.permission, "dated": step.dated, "by_area": step.by_area}
            for step in STEPS
            if step.start == record.state
        ],
        "periods": [
            {"area": one.area, "from": one.since.isoformat(), "to": None if one.to is None else one.to.isoformat()}
            for one in own
        ],
        "waiting_areas": [area for area in areas if area not in held] if staged else [],
    }


def event_view(event: PlanEvent) -> dict[str, Any]:
    """An event of a plan."""
    return {
        "seq": event.seq,
        "plan": event.plan,
        "at": to_text(event.at),
        "action": event.action,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "actor": event.actor,
        "actor_name": event.actor_name,
        "role": event.role,
        "why": event.why,
        "data": dict(event.data),
    }


def grid_feature(row: Mapping[str, Any]) -> dict[str, Any]:
    """A grid as a GeoJSON feature, degrees."""
    named = {name: plain(row[name]) for name in (*_GRID, "colour", "label_lon", "label_lat")}
    return {"type": "Feature", "id": row["grid"], "geometry": mapping(unpack_shape(row["shape"])), "properties": named}


def held_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A grid of the register: whose it was, and from when to when."""
    to = row["to"]
    return {
        **{name: row[name] for name in _GRID},
        "plan": row["plan"],
        "from": row["since"].isoformat(),
        "to": None if to is None else to.isoformat(),
    }
