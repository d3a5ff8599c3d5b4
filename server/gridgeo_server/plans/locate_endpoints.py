"""`/api/v1/locate`: the grid of a coordinate or an address, on any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from gridgeo import crs as systems
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest
from gridgeo_server.gazetteer.addresses import Spot
from gridgeo_server.parameters import Accepts
from gridgeo_server.plans import service
from gridgeo_server.plans.locating import Ground, Grounds, Row
from gridgeo_server.plans.requests import On
from gridgeo_server.plans.views import held_view
from gridgeo_server.state import State, StateOf
from gridgeo_server.texts import language_of, say

router = APIRouter(prefix="/api/v1", tags=["locate"], route_class=Door)

_SHOWN = 50
"""Most spots that are told: a street gives one for each grid."""

Address = Annotated[str, Query(min_length=1, max_length=200, description="As people write it: 中山路12号, 12 Rue X.")]


@router.get("/locate")
def locate(
    state: StateOf,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False, description="Degrees.")] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False, description="Degrees.")] = None,
    address: Address | None = None,
    date: On = None,
    crs: Annotated[
        Literal["wgs84", "gcj02", "bd09"],
        Query(description="What lon and lat are in; GCJ-02 (Gaode, Tencent) and BD-09 (Baidu) are converted."),
    ] = "wgs84",
    near_m: Annotated[
        float, Query(ge=0, le=500, allow_inf_nan=False, description="Other grids so near are named too, metres.")
    ] = 0.0,
    accept_language: Accepts = None,
) -> dict[str, Any]:
    """The grid of a place or an address on a day, others near by, and outside every grid the nearest. `outcome` is found, ambiguous (an address in several grids), outside, or unmatched (an address that isn't known: why, and names like it)."""
    lang = language_of(accept_language)
    if (lon is None) != (lat is None) or (lon is None) == (address is None):
        raise BadRequest(say("locate.either"), "address" if lon is None and lat is None else "lon")
    if address is not None:
        return told_of_address(state, address, date, near_m, lang)
    assert lon is not None
    assert lat is not None
    lon, lat = systems.declared(lon, lat, crs)
    day = _day(state, date)
    with state.store.reading() as connection:
        ground = Grounds(connection, state.calendars.at(connection), day, _served(state, day)).at(lon, lat, near_m)
    outcome = "outside" if ground.grid is None else "found"
    return {
        "date": day.isoformat(),
        "outcome": outcome,
        "matches": [_told(Spot("place", None, lon, lat), ground, lang)],
    }


@router.get("/register/addresses", tags=["register"])
def address(state: StateOf, text: Address, on: On = None, accept_language: Accepts = None) -> dict[str, Any]:
    """The grid of an address on a day. `outcome` is found, ambiguous (several grids: all are told), or unmatched (why, and names like it)."""
    told = told_of_address(state, text, on, 0.0, language_of(accept_language))
    names = ("what", "name", "lon", "lat", "snapped_m")
    matches = [{**{name: one[name] for name in names}, "held": one["grid"]} for one in told["matches"]]
    outcome = "unmatched" if told["outcome"] == "outside" else told["outcome"]
    return {"on": told.pop("date"), "asked": text, **told, "outcome": outcome, "matches": matches}


def told_of_address(state: State, text: str, date: dt.date | None, near_m: float, lang: str) -> dict[str, Any]:
    """The answer about an address: each of its spots that differs from the others by its name or its grid."""
    day = _day(state, date)
    found = state.town.addresses.find(text)
    with state.store.reading() as connection:
        grounds = Grounds(connection, state.calendars.at(connection), day, _served(state, day))
        matches = list(_distinct((spot, grounds.at(spot.lon, spot.lat, near_m, far=False)) for spot in found.spots))
    held = {(ground.grid["plan"], ground.grid["grid"]) for _, ground in matches if ground.grid is not None}
    reason = found.reason
    if reason is None and not held:
        reason = say("address.no_grid", day=day)
    known = "outside" if not held else "found" if len(held) == 1 else "ambiguous"
    return {
        "date": day.isoformat(),
        "outcome": known if found.spots else "unmatched",
        "reason": None if reason is None else reason.key.removeprefix("address."),
        "reason_text": None if reason is None else reason.told(lang),
        "left_out": list(found.left_out),
        "matches": [_told(spot, ground, lang) for spot, ground in matches[:_SHOWN]],
        "candidates": [{"what": what, "name": name} for what, name in found.offered],
    }


def _distinct(matches: Iterable[tuple[Spot, Ground]]) -> Iterable[tuple[Spot, Ground]]:
    first: dict[tuple[object, ...], tuple[Spot, Ground]] = {}
    for spot, ground in matches:
        own = spot.name if spot.what != "street" else None
        key = (own, *((ground.grid["plan"], ground.grid["grid"]) if ground.grid is not None else ()))
        first.setdefault(key, (spot, ground))
    return first.values()


def _told(spot: Spot, ground: Ground, lang: str) -> dict[str, Any]:
    hint = None
    if spot.lon == 0 == spot.lat:
        hint = say("bulk.zero")
    elif ground.swapped:
        hint = say("locate.swapped")
    elif ground.nearest is not None:
        row, metres = ground.nearest
        hint = say("locate.outside", grid=row["code"], metres=round(metres))
    return {
        "what": spot.what,
        "name": spot.name,
        "lon": round(spot.lon, 7),
        "lat": round(spot.lat, 7),
        "grid": None if ground.grid is None else held_view(ground.grid),
        "snapped_m": ground.snapped_m,
        "beside": [_apart(*one) for one in ground.beside],
        "nearest": None if ground.nearest is None else _apart(*ground.nearest),
        "swapped": ground.swapped,
        "hint": None if hint is None else hint.told(lang),
    }


def _apart(row: Row, metres: float) -> dict[str, Any]:
    return {"metres": metres, **held_view(row)}


def _day(state: State, date: dt.date | None) -> dt.date:
    return service.today(state.clock(), state.zone) if date is None else date


def _served(state: State, day: dt.date) -> Any:
    return state.town if day == service.today(state.clock(), state.zone) else None
