"""`/api/v1/register/addresses`: which grid an address was in on a day, by its text."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from gridgeo_server.plans import register, service
from gridgeo_server.plans.import_endpoints import Accepts
from gridgeo_server.plans.requests import On
from gridgeo_server.plans.views import held_view
from gridgeo_server.state import StateOf
from gridgeo_server.texts import language_of, say

router = APIRouter(prefix="/api/v1/register", tags=["register"])

_SHOWN = 50
"""Most spots that are told: a street gives one for each grid."""


@router.get("/addresses")
def address(
    state: StateOf,
    text: Annotated[str, Query(min_length=1, max_length=200, description="As people write it: 中山路12号, 12 Rue X.")],
    on: On = None,
    accept_language: Accepts = None,
) -> dict[str, Any]:
    """The grid of an address on a day. `outcome` is found, ambiguous (several grids: all are told), or unmatched (why, and names like it)."""
    lang = language_of(accept_language)
    day = service.today(state.clock()) if on is None else on
    found = state.town.addresses.find(text)
    matches: dict[tuple[object, ...], dict[str, Any]] = {}
    with state.store.reading() as connection:
        calendar = state.calendars.at(connection)
        for spot in found.spots:
            hit = register.grid_at(connection, calendar, spot.lon, spot.lat, day)
            told = {"what": spot.what, "name": spot.name, "lon": spot.lon, "lat": spot.lat}
            row, gap = (None, None) if hit is None else hit
            own = spot.name if spot.what != "street" else None
            key = (own, None if row is None else row["plan"], None if row is None else row["grid"])
            matches.setdefault(key, {**told, "snapped_m": gap, "held": None if row is None else held_view(row)})
    held = {(one["held"]["plan"], one["held"]["grid"]) for one in matches.values() if one["held"] is not None}
    reason = found.reason
    if reason is None and not held:
        reason = say("address.no_grid", day=day)
    outcome = "unmatched" if not held else "found" if len(held) == 1 else "ambiguous"
    return {
        "on": day.isoformat(),
        "asked": text,
        "outcome": outcome,
        "reason": None if reason is None else reason.key.removeprefix("address."),
        "reason_text": None if reason is None else reason.told(lang),
        "left_out": list(found.left_out),
        "matches": list(matches.values())[:_SHOWN],
        "candidates": [{"what": what, "name": name} for what, name in found.offered],
    }
