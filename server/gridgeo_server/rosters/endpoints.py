"""`/api/v1/rosters`: who holds which role in which grid on a day, what stands empty, and terms put, changed and ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.rosters import Role
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.auth.guard import BearerOf, BearerOrNone
from gridgeo_server.auth.roles import roles as key_roles
from gridgeo_server.doors import Door
from gridgeo_server.idempotency import IdempotencyKey, Reply
from gridgeo_server.plans import staging
from gridgeo_server.plans.answers import do_once
from gridgeo_server.plans.requests import IfMatch, On, revision_of
from gridgeo_server.plans.service import Deed, today
from gridgeo_server.rosters import places, service, store
from gridgeo_server.rosters.model import Term
from gridgeo_server.rosters.requests import AfterGrid, ChangedTerm, EndTerm, Limit, NewTerm, RolesOf, TermNumber
from gridgeo_server.state import State, StateOf
from gridgeo_server.store import Transaction

router = APIRouter(prefix="/api/v1/rosters", tags=["rosters"], route_class=Door)


@router.get("")
def roster(
    state: StateOf,
    roles: RolesOf,
    bearer: BearerOrNone = None,
    on: On = None,
    text: Annotated[str | None, Query(max_length=100, description="Part of a grid's code or name.")] = None,
    area: Annotated[str | None, Query(max_length=64, description="Grids of an area, of any level.")] = None,
    gaps: Annotated[bool, Query(description="Only grids with an empty place.")] = False,
    after: AfterGrid = None,
    limit: Limit = 200,
) -> dict[str, Any]:
    """Grids on a day with their roles and who holds each, by code, and what they come to in all; names and phones for those who may see them, which is logged."""
    day, names = _day(state, on), bearer is not None and may(bearer, "rosters.see")
    grids, holdings = _roster_on(state, roles, day)
    under = None if area is None else set(staging.expanded(state.town, [area], "area"))
    sought = (text or "").strip().casefold()
    wanted = [
        one
        for one in grids.values()
        if (under is None or one.area in under)
        and (sought in one.code.casefold() or sought in one.name.casefold())
        and not (gaps and not holdings.empty(one))
    ]
    page, following = places.page_of(wanted, after, limit)
    own = service.own_areas(state.town, bearer) if names and bearer is not None else frozenset()
    mine = {one.code for one in page if own is None or one.area in own}
    if bearer is not None and names:
        asked = {"on": day.isoformat(), "text": text, "area": area, "gaps": gaps, "after": after}
        _log(state, bearer, "roster", asked, sum(holdings.terms(one) for one in page if one.code in mine))
    return {
        "on": day.isoformat(),
        "roles": [
            {"role": one.role, "name_en": one.en, "name_zh": one.zh, "seats": one.seats} for one in roles.values()
        ],
        "names": names,
        **holdings.summary(grids),
        "found": len(wanted),
        "grids": [holdings.told(one, names=one.code in mine) for one in page],
        "next": following,
    }


@router.get("/gaps")
def empty_places(
    state: StateOf, roles: RolesOf, on: On = None, after: AfterGrid = None, limit: Limit = 1_000
) -> dict[str, Any]:
    """The places that nobody holds on a day, grid by grid: of `limit` grids that have one, behind the grid `after`."""
    day = _day(state, on)
    grids, holdings = _roster_on(state, roles, day)
    page, following = places.page_of((one for one in grids.values() if holdings.empty(one)), after, limit)
    return {"on": day.isoformat(), "gaps": places.gaps(holdings, page), "next": following}


@router.get("/terms")
def terms(
    state: StateOf,
    bearer: BearerOf,
    on: On = None,
    grid: Annotated[str | None, Query(max_length=64)] = None,
    role: Annotated[str | None, Query(max_length=64)] = None,
    person: Annotated[str | None, Query(max_length=100)] = None,
    after: Annotated[int | None, Query(ge=1, le=2**62, description="`next` of the page before.")] = None,
    limit: Limit = 1_000,
) -> dict[str, Any]:
    """Terms with names and phones, of one day or of all days, grid by grid; the look is logged."""
    bearer.check("rosters.see")
    with state.store.reading() as connection:
        mine = _own_grids(state, connection, bearer)
        found = store.search(connection, on=on, after=after, grid=grid, role=role, person=person)
        page = list(islice((one for one in found if mine is None or one.grid in mine), limit + 1))
    shown = page[:limit]
    asked = {"on": None if on is None else on.isoformat(), "grid": grid, "role": role, "person": person}
    _log(state, bearer, "terms", asked, len(shown))
    return {"terms": [view(one) for one in shown], "next": shown[-1].term if len(page) > limit else None}


@router.get("/people")
def people(
    state: StateOf,
    bearer: BearerOf,
    on: On = None,
    after: Annotated[int, Query(ge=0, le=2**31, description="People to leave out: `next` of the page before.")] = 0,
    limit: Limit = 1_000,
) -> dict[str, Any]:
    """How many places each person fills on a day, the busiest first; the look is logged."""
    bearer.check("rosters.see")
    day = _day(state, on)
    with state.store.reading() as connection:
        mine = _own_grids(state, connection, bearer)
        running = [one for one in store.everything(connection, day) if mine is None or one.grid in mine]
    found: dict[tuple[str, str], list[Term]] = {}
    for one in running:
        found.setdefault((one.person, one.person_id), []).append(one)
    ranked = sorted(found.values(), key=lambda held: (-len(held), held[0].person, held[0].person_id))
    page = ranked[after : after + limit]
    _log(state, bearer, "people", {"on": day.isoformat(), "after": after}, sum(map(len, page)))
    rows = [
        {
            "person": held[0].person,
            "person_id": held[0].person_id,
            "phone": next((one.phone for one in held if one.phone), ""),
            "places": len(held),
            "grids": len({one.grid for one in held}),
            "terms": [view(one) for one in held],
        }
        for held in page
    ]
    return {"on": day.isoformat(), "people": rows, "next": after + limit if after + limit < len(ranked) else None}


@router.post("/terms", status_code=201)
def put(
    body: NewTerm, state: StateOf, roles: RolesOf, bearer: BearerOf, idempotency_key: IdempotencyKey = None
) -> Response:
    """Put somebody in a role in a grid, from a day to a day."""
    bearer.check("rosters.edit")
    deed = Deed(state.clock(), state.zone, bearer, body.why)
    wanted = Term(body.grid, body.role, body.person, body.phone, body.first, body.last, body.person_id)

    def work(transaction: Transaction) -> Reply:
        return Reply.of(201, view(service.put(transaction, state.town, wanted, deed, roles)))

    reply = do_once(state, "POST /api/v1/rosters/terms", idempotency_key, deed, body.asked(), work)
    return _answered(reply, made=True)


@router.get("/terms/{term}")
def one_term(term: TermNumber, state: StateOf, bearer: BearerOf, response: Response) -> dict[str, Any]:
    """A term and everything that was done with it; the look is logged."""
    bearer.check("rosters.see")
    with state.store.reading() as connection:
        found = store.get(connection, term)
        if bearer.area is not None:
            service.check_area(state.town, bearer, service.placed(connection, found, _day(state, None)))
        events = store.events_of(connection, term)
    _log(state, bearer, "term", {"term": term}, 1)
    response.headers["ETag"] = f'"{found.revision}"'
    return {**view(found), "events": events}


@router.patch("/terms/{term}")
def change(
    term: TermNumber,
    body: ChangedTerm,
    state: StateOf,
    roles: RolesOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Change the person, phone or days of a term that hasn't ended."""
    bearer.check("rosters.edit")
    revision = revision_of(if_match)
    deed = Deed(state.clock(), state.zone, bearer, body.why)

    def work(transaction: Transaction) -> Reply:
        return Reply.of(200, view(service.change(transaction, state.town, term, body.wanted(), deed, roles, revision)))

    request = f"PATCH /api/v1/rosters/terms/{term}"
    return _answered(do_once(state, request, idempotency_key, deed, body.asked(at=if_match), work))


@router.post("/terms/{term}/end")
def end(
    term: TermNumber,
    body: EndTerm,
    state: StateOf,
    roles: RolesOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """End a term; the day given is its last."""
    bearer.check("rosters.edit")
    revision = revision_of(if_match)
    deed = Deed(state.clock(), state.zone, bearer, body.why)

    def work(transaction: Transaction) -> Reply:
        return Reply.of(200, view(service.end(transaction, state.town, term, body.on, deed, roles, revision)))

    request = f"POST /api/v1/rosters/terms/{term}/end"
    return _answered(do_once(state, request, idempotency_key, deed, body.asked(at=if_match), work))


@router.get("/log")
def log(state: StateOf, bearer: BearerOf, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> dict[str, Any]:
    """Who looked at names and phones, and who changed what, the newest first."""
    bearer.check("rosters.audit")
    bearer.check_area(None)
    with state.store.reading() as connection:
        return {"looks": store.looks(connection, limit), "events": store.newest_events(connection, limit)}


def view(term: Term) -> dict[str, Any]:
    """A term as it is told."""
    return {"term": term.term, **term.values(), "revision": term.revision}


def may(bearer: Bearer, permission: str) -> bool:
    """Whether the bearer's role holds `permission`."""
    return permission in key_roles()[bearer.role].may


def _roster_on(state: State, roles: Mapping[str, Role], day: date) -> tuple[dict[str, places.Grid], places.Holdings]:
    """The grids in force on a day by their code, and who holds which place in them."""
    with state.store.reading() as connection:
        grids = places.grids_on(connection, state.calendars.at(connection), day)
        return grids, places.Holdings(store.search(connection, on=day), list(roles.values()))


def _own_grids(state: State, connection: Any, bearer: Bearer) -> set[str] | None:
    """Codes of the grids in the area for which the bearer speaks; None for all."""
    own = service.own_areas(state.town, bearer)
    if own is None:
        return None
    grids = places.grids_on(connection, state.calendars.at(connection), _day(state, None))
    return {code for code, one in grids.items() if one.area in own}


def _log(state: State, bearer: Bearer, what: str, asked: dict[str, Any], count: int) -> None:
    now = state.clock()
    state.store.write(lambda transaction: store.look(transaction.connection, bearer, what, asked, count, now))


def _answered(reply: Reply, *, made: bool = False) -> Response:
    told = reply.values
    headers = {"ETag": f'"{told["revision"]}"'}
    if made:
        headers["Location"] = f"/api/v1/rosters/terms/{told['term']}"
    return reply.response(**headers)


def _day(state: State, on: date | None) -> date:
    return today(state.clock(), state.zone) if on is None else on
