"""`/api/v1/cases`: report, list, read, act."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from shapely.geometry import mapping
from starlette.responses import Response

from gridgeo.errors import NoPath
from gridgeo_server.cases import store
from gridgeo_server.cases.dispatch import way_to
from gridgeo_server.cases.model import STAGES, Case
from gridgeo_server.cases.service import Actor, Report
from gridgeo_server.cases.views import case_view, event_view
from gridgeo_server.errors import BadRequest
from gridgeo_server.idempotency import IdempotencyKey, Reply, once
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import shown
from gridgeo_server.state import State, StateOf
from gridgeo_server.store import Transaction

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])

Action = Literal["accept", "dispatch", "start", "handle", "check", "close", "return", "rework", "withdraw"]


class ReportBody(BaseModel):
    """A report."""

    model_config = ConfigDict(extra="forbid")
    category: str = Field(max_length=64, description="Identifier of a kind of case, see /api/v1/board.")
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, description="Longitude, degrees, WGS 84.")
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Latitude, degrees, WGS 84.")
    description: str = Field(default="", max_length=2_000)
    reporter: str | None = Field(default=None, max_length=200, description="Kept apart; shown nowhere.")


class ActionBody(BaseModel):
    """Something done with a case."""

    model_config = ConfigDict(extra="forbid")
    action: Action
    responder: str | None = Field(default=None, max_length=64, description="Who is sent; the nearest when left out.")
    note: str | None = Field(default=None, max_length=2_000)


@router.post("", status_code=201)
async def report(body: ReportBody, state: StateOf, idempotency_key: IdempotencyKey = None) -> Response:
    """Report a case: it is located, accepted and, when an officer is on duty, dispatched in the same breath."""
    wanted = Report(body.category, body.lon, body.lat, body.description.strip(), body.reporter)
    now = state.clock()

    def work(transaction: Transaction) -> Reply:
        case = state.desk.report(transaction, wanted, now, Actor())
        return Reply.of(201, _view(state, case))

    reply = await state.store.write_soon(once(idempotency_key, "POST /api/v1/cases", body.model_dump(), now, work))
    return reply.response(Location=f"/api/v1/cases/{_name_in(reply)}")


@router.get("")
def cases(
    state: StateOf,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    grid: Annotated[str | None, Query(max_length=64)] = None,
    stage: Annotated[str | None, Query(max_length=64)] = None,
    responder: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
    after: Annotated[str | None, Query(max_length=20, pattern=r"^[0-9]{1,18}$")] = None,
) -> dict[str, Any]:
    """Cases, newest first; `next` is what to give as `after` for the following page."""
    if stage is not None and stage not in STAGES:
        raise BadRequest(f"unknown stage '{stage}'; stages are {', '.join(STAGES)}", "stage")
    with state.store.reading() as connection:
        found, following = store.search(
            connection,
            is_open=is_open,
            grid=grid,
            stages=() if stage is None else (stage,),
            responder=responder,
            before=None if after is None else int(after),
            limit=limit,
        )
    return {"cases": [_view(state, case) for case in found], "next": None if following is None else str(following)}


@router.get("/{case}")
def one_case(case: str, state: StateOf, response: Response) -> dict[str, Any]:
    """A case with its events, and the way of the officer who is going there."""
    with state.store.reading() as connection:
        found = store.get(connection, case)
        events = store.events_of(connection, case)
        officer = None if found.responder is None else responder_store.get(connection, found.responder)
    route = None
    if found.stage == "dispatched" and officer is not None:
        try:
            line = way_to(state.town, officer, found.lon, found.lat).line
            route = mapping(state.town.to_degrees(line))
        except NoPath:
            route = None
    response.headers["ETag"] = f'"{found.version}"'
    return {**_view(state, found), "events": [event_view(event) for event in events], "route": route}


@router.get("/{case}/candidates")
def candidates(case: str, state: StateOf) -> dict[str, Any]:
    """Who can be sent, nearest by road first, and who can't, with the reason."""
    now = state.clock()
    with state.store.reading() as connection:
        able, refused = state.desk.candidates(connection, store.get(connection, case))
    return {
        "candidates": [
            {
                "responder": one.officer.responder,
                "name": shown(one.officer.name),
                "name_zh": shown(one.officer.name_zh),
                "road_s": round(one.way.seconds, 1),
                "road_m": round(one.way.metres, 1),
                "open_cases": one.open_cases,
                "own_grid": one.own_grid,
                "fix_age_s": one.officer.fix_age_s(now),
            }
            for one in able
        ],
        "not_offered": [
            {
                "responder": one.officer.responder,
                "name": shown(one.officer.name),
                "name_zh": shown(one.officer.name_zh),
                "code": one.code,
                "reason": one.reason,
            }
            for one in refused
        ],
    }


@router.post("/{case}/actions")
def act(
    case: str,
    body: ActionBody,
    state: StateOf,
    idempotency_key: IdempotencyKey = None,
    if_match: Annotated[str | None, Header(max_length=64, description='The version read, e.g. "3".')] = None,
) -> Response:
    """Do something with a case; the answer is the case with all its events."""
    version = _version(if_match)
    now = state.clock()

    def work(transaction: Transaction) -> Reply:
        changed = state.desk.act(
            transaction, case, body.action, now, Actor(), responder=body.responder, note=body.note, version=version
        )
        events = store.events_of(transaction.connection, case)
        return Reply.of(200, {**_view(state, changed), "events": [event_view(event) for event in events]})

    asked = {**body.model_dump(), "if_match": if_match}
    reply = state.store.write(once(idempotency_key, f"POST /api/v1/cases/{case}/actions", asked, now, work))
    return reply.response()


def _view(state: State, case: Case) -> dict[str, Any]:
    return case_view(case, state.desk.categories[case.category], state.clock())


def _name_in(reply: Reply) -> str:
    return str(json.loads(reply.body)["case"])


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit()):
        raise BadRequest(f"If-Match {if_match} is no version; give the number read, in quotes", "If-Match")
    return int(text)
