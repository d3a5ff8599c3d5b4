"""`/api/v1/register`: which grid was whose, on any day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo_server.auth.guard import BearerOf
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest, NotFound
from gridgeo_server.gazetteer.addresses import Spot
from gridgeo_server.idempotency import IdempotencyKey, Reply
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.plans import changing, register, service, staging
from gridgeo_server.plans.answers import answered, do_once
from gridgeo_server.plans.requests import Code, IfMatch, NewIdentity, On, revision_of
from gridgeo_server.plans.service import Deed
from gridgeo_server.plans.taking_up import after_step
from gridgeo_server.plans.views import held_view
from gridgeo_server.state import State, StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.town import plain

router = APIRouter(prefix="/api/v1/register", tags=["register"], route_class=Door)

_TOLD = dict[str, Any]
"""What look-ups answer: handed over as text, for to be checked against a model they would wait for a thread once more."""


@router.get("/areas")
def areas(state: StateOf, on: On = None) -> dict[str, Any]:
    """The plan in force in each area on a day, since when and until when."""
    day = _day(state, on)
    with state.store.reading() as connection:
        calendar = state.calendars.at(connection)
    held = {one.area: one for one in calendar if one.plan is not None and one.covers(day)}
    names = state.town.jurisdiction.areas.set_index("area")
    told = []
    for area in sorted({*staging.areas_of_town(state.town), *held}):
        one = held.get(area)
        known = names.loc[area] if area in names.index else None
        told.append(
            {
                "area": area,
                **{name: None if known is None else plain(known[name]) for name in ("name", "name_zh", "name_en")},
                "plan": None if one is None else one.plan,
                "from": None if one is None else one.since.isoformat(),
                "to": None if one is None or one.to is None else one.to.isoformat(),
            }
        )
    return {"on": day.isoformat(), "areas": told}


@router.get("/grids/{code}", response_model=_TOLD)
def grid(code: Code, state: StateOf, on: On = None) -> Response:
    """The grid registered under a code on a day: its owner, plan, measures, since when and until when."""
    day = _day(state, on)
    with state.store.reading() as connection:
        calendar = state.calendars.at(connection)
        history = register.history_of_code(connection, calendar, code)
    revision = register.revision(calendar, history)
    found = register.holding(history, day)
    if found is None:
        raise NotFound(f"no grid '{code}' was in force on {day}{_told(history)}")
    rows = [held_view(row) for row in history]
    told = {"on": day.isoformat(), **held_view(found), "revision": revision, "history": rows}
    return Reply.of(200, told).response(ETag=f'"{revision}"')


@router.patch("/grids/{code}")
def hand_over(
    code: Code,
    body: NewIdentity,
    state: StateOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Give a grid in force another owner or name from a day on, without a new plan; the register keeps who did it and why."""
    bearer.check("grids.hand_over")
    revision = revision_of(if_match)
    deed = Deed(state.clock(), state.zone, bearer, body.why)
    wanted = changing.NewIdentity(body.date, body.owner, body.name)

    def work(transaction: Transaction) -> Reply:
        day = changing.hand_over(transaction, code, wanted, deed, revision)
        calendar = calendars.read(transaction.connection)
        history = register.history_of_code(transaction.connection, calendar, code)
        found = register.holding(history, day)
        assert found is not None
        told = held_view(found) | {"revision": register.revision(calendar, history)}
        return Reply.of(200, {**told, "history": [held_view(row) for row in history]})

    reply = do_once(state, f"PATCH /api/v1/register/grids/{code}", idempotency_key, deed, body.asked(at=if_match), work)
    after_step(state)
    return answered(reply)


@router.get("/locate", response_model=_TOLD)
def locate(
    state: StateOf,
    on: On = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
    address: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> Response:
    """The grid in which a place or an address was on a day; an address that several grids share gives all of them."""
    day = _day(state, on)
    by_place = lon is not None and lat is not None
    if by_place == (address is not None) or (lon is None) != (lat is None):
        raise BadRequest("give lon and lat, or an address", "address" if lon is None and lat is None else "lon")
    spots = [Spot("place", None, lon, lat)] if lon is not None and lat is not None else []
    if address is not None:
        spots = state.town.addresses.find(address).spots
        if not spots:
            raise NotFound(f"no place, street, building or unit is called '{address}'; give lon and lat instead")
    found: dict[str, dict[str, Any]] = {}
    with state.store.reading() as connection:
        calendar = state.calendars.at(connection)
        for spot in spots:
            hit = register.grid_at(connection, calendar, spot.lon, spot.lat, day)
            if hit is not None:
                row, gap = hit
                told = {"what": spot.what, "found": spot.name, "lon": spot.lon, "lat": spot.lat, "snapped_m": gap}
                found.setdefault(f"{row['plan']} {row['grid']}", {**told, **held_view(row)})
    if not found:
        raise NotFound(f"no grid was in force there on {day}")
    return Reply.of(200, {"on": day.isoformat(), "grids": list(found.values())}).response()


def _day(state: State, on: date | None) -> date:
    return service.today(state.clock(), state.zone) if on is None else on


def _told(history: list[Any]) -> str:
    if not history:
        return ", nor on any other day"
    spans = [f"{row['since']} to {row['to'] or 'now'} (plan {row['plan']})" for row in history[:5]]
    return f"; it was from {', from '.join(spans)}"
