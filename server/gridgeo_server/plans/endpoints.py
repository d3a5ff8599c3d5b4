"""`/api/v1/plans`: make, list and read plans, their grids, measures and versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Body, Query, Request
from starlette.responses import JSONResponse, Response

from gridgeo.sources import without_formulas
from gridgeo_server.auth.guard import BearerOf
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest
from gridgeo_server.idempotency import IdempotencyKey, Reply
from gridgeo_server.plans import service, store, uploads
from gridgeo_server.plans.answers import GEOJSON, answered, detail, do_once, keep, load, shown
from gridgeo_server.plans.drawn import draw
from gridgeo_server.plans.requests import (
    IfMatch,
    NewAssignment,
    NewName,
    NewPlan,
    NewVersion,
    PlanName,
    State,
    revision_of,
)
from gridgeo_server.plans.service import Deed
from gridgeo_server.plans.views import grid_feature
from gridgeo_server.state import State as ServerState
from gridgeo_server.state import StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.texts import Listed, say

router = APIRouter(prefix="/api/v1/plans", tags=["plans"], route_class=Door)


@router.get("")
def plans(
    state: StateOf,
    plan_state: Annotated[State | None, Query(alias="state")] = None,
    family: Annotated[str | None, Query(max_length=32)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    after: Annotated[str | None, Query(max_length=20, pattern=r"^[0-9]{1,18}$")] = None,
) -> dict[str, Any]:
    """Plans, newest first; `next` is what to give as `after` for the following page."""
    with state.store.reading() as connection:
        found, following = store.search(
            connection,
            state=plan_state,
            family=family,
            before=None if after is None else int(after),
            limit=limit,
        )
        calendar = state.calendars.at(connection)
    told = [shown(state, calendar, record) for record in found]
    return {"plans": told, "next": None if following is None else str(following)}


@router.post("", status_code=201)
def create(body: NewPlan, state: StateOf, bearer: BearerOf, idempotency_key: IdempotencyKey = None) -> Response:
    """Make a draft: from an assignment, from a CSV table of one, or as a copy of another plan."""
    bearer.check("plans.draft")
    bearer.check_area(None)
    given = [name for name in ("assignment", "csv", "copy_of") if getattr(body, name) is not None]
    if len(given) != 1:
        told = Listed(tuple(given), key="given") if given else say("plan.none_given")
        raise BadRequest(say("plan.one_source", given=told), "assignment")
    if body.copy_of is not None:
        return _copied(
            state, body.copy_of, Deed(state.clock(), state.zone, bearer, body.why), body.asked(), idempotency_key, body
        )
    part = body.assignment if body.csv is None else uploads.read_table(body.csv.encode())
    deed = Deed(state.clock(), state.zone, bearer, body.why)
    return _uploaded(state, part or {}, body.name, body.balance, deed, body.asked(), idempotency_key)


@router.post("/csv", status_code=201)
def create_from_csv(
    request: Request,
    state: StateOf,
    bearer: BearerOf,
    table: Annotated[bytes, Body(media_type="text/csv", description="Columns unit and grid; UTF-8 or GBK.")],
    name: Annotated[str, Query(min_length=1, max_length=200)],
    why: Annotated[str | None, Query(max_length=2_000)] = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Make a draft from the CSV table that is the body."""
    bearer.check("plans.draft")
    bearer.check_area(None)
    if not name.strip():
        raise BadRequest(say("plan.no_name"), "name")
    part = uploads.read_table(table)
    asked = {"name": name, "why": why, "assignment": part}
    return _uploaded(
        state, part, name.strip(), None, Deed(state.clock(), state.zone, bearer, why), asked, idempotency_key
    )


@router.get("/{plan}")
def one_plan(plan: PlanName, state: StateOf, response: Response) -> dict[str, Any]:
    """A plan with its events and the conflicts of its parts."""
    with state.store.reading() as connection:
        told = detail(state, connection, plan)
    response.headers["ETag"] = f'"{told["revision"]}"'
    return told


@router.patch("/{plan}")
def rename(
    plan: PlanName,
    body: NewName,
    state: StateOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Give a plan another name, as long as it isn't approved."""
    bearer.check("plans.draft")
    bearer.check_area(None)
    revision = revision_of(if_match)
    deed = Deed(state.clock(), state.zone, bearer, body.why)

    def work(transaction: Transaction) -> Reply:
        service.rename(transaction, plan, body.name, deed, revision)
        return Reply.of(200, detail(state, transaction.connection, plan))

    return answered(do_once(state, f"PATCH /api/v1/plans/{plan}", idempotency_key, deed, body.asked(at=if_match), work))


@router.get("/{plan}/assignment", response_model=None)
def assignment(plan: PlanName, state: StateOf, f: Literal["json", "csv"] = "json") -> Response | dict[str, Any]:
    """Grid of each unit, as JSON or (`f=csv`) as a table."""
    with state.store.reading() as connection:
        record = store.get(connection, plan)
        found = store.assignment_of(connection, plan)
    if f == "csv":
        text = without_formulas(found.reset_index()).to_csv(index=False, lineterminator="\n")
        named = {"Content-Disposition": f'attachment; filename="{plan}.csv"', "ETag": f'"{record.revision}"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=named)
    return {"plan": plan, "revision": record.revision, "assignment": {str(u): str(g) for u, g in found.items()}}


@router.put("/{plan}/assignment")
def reassign(
    plan: PlanName,
    body: NewAssignment,
    state: StateOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Give a draft another assignment; every other plan is fixed."""
    bearer.check("plans.draft")
    bearer.check_area(None)
    revision = revision_of(if_match)
    deed = Deed(state.clock(), state.zone, bearer, body.why)
    with state.store.reading() as connection:
        like = load(state, connection, plan)
    drawn = draw(uploads.whole_plan(state.town, body.assignment, like))

    def work(transaction: Transaction) -> Reply:
        service.change(transaction, plan, drawn, deed, revision)
        return Reply.of(200, detail(state, transaction.connection, plan))

    request = f"PUT /api/v1/plans/{plan}/assignment"
    return answered(do_once(state, request, idempotency_key, deed, body.asked(at=if_match), work))


@router.get("/{plan}/grids", response_class=JSONResponse)
def grids(plan: PlanName, state: StateOf) -> JSONResponse:
    """The grids of a plan as GeoJSON, with their measures."""
    with state.store.reading() as connection:
        store.get(connection, plan)
        rows = store.grids_of(connection, plan, shapes=True)
    found = {"type": "FeatureCollection", "features": [grid_feature(row) for row in rows]}
    return JSONResponse(found, media_type=GEOJSON)


@router.get("/{plan}/measures")
def measures(plan: PlanName, state: StateOf) -> dict[str, Any]:
    """The spread of each measure over a plan's grids, the rules it breaks, and the sums of every grid."""
    with state.store.reading() as connection:
        record = store.get(connection, plan)
        rows = store.grids_of(connection, plan)
    named = ("grid", "code", "units", "households", "area_m2", "difficulty", "workload_min")
    by_grid = [{name: row[name] for name in named} for row in rows]
    return {"plan": plan, **record.measures, "by_grid": by_grid}


@router.get("/{plan}/versions")
def versions(plan: PlanName, state: StateOf) -> dict[str, Any]:
    """All versions of a plan, the newest first."""
    with state.store.reading() as connection:
        record = store.get(connection, plan)
        found, _ = store.search(connection, family=record.family)
        calendar = state.calendars.at(connection)
    told = [shown(state, calendar, one) for one in found]
    return {"family": record.family, "versions": told}


@router.post("/{plan}/versions", status_code=201)
def new_version(
    plan: PlanName, body: NewVersion, state: StateOf, bearer: BearerOf, idempotency_key: IdempotencyKey = None
) -> Response:
    """Make a new version of a plan, a draft: a copy of it or, to roll back, of an older one."""
    bearer.check("plans.draft")
    bearer.check_area(None)
    with state.store.reading() as connection:
        family = store.get(connection, plan).family
        source = store.get(connection, body.copy_of or plan)
    if source.family != family:
        raise BadRequest(say("plan.no_version", plan=source.plan, other=plan), "copy_of")
    deed = Deed(state.clock(), state.zone, bearer, body.why)
    return _copied(state, source.plan, deed, body.asked(version_of=plan), idempotency_key, body, family)


def _uploaded(
    state: ServerState,
    part: Mapping[str, str],
    name: str,
    balance: Mapping[str, str | float] | None,
    deed: Deed,
    asked: dict[str, Any],
    key: str | None,
) -> Response:
    drawn = draw(uploads.whole_plan(state.town, part, state.town.plan, balance))
    return keep(state, drawn, name, deed, asked, key, data={"from": "upload"})


def _copied(
    state: ServerState,
    source: str,
    deed: Deed,
    asked: dict[str, Any],
    key: str | None,
    body: NewPlan | NewVersion,
    family: str | None = None,
) -> Response:
    with state.store.reading() as connection:
        parent = store.get(connection, source)
        plan = load(state, connection, source)
    if isinstance(body, NewPlan) and body.balance is not None:
        series = pd.Series(plan.assignment)
        plan = uploads.whole_plan(state.town, {str(u): str(g) for u, g in series.items()}, plan, body.balance)
    data = {"from": source}
    name = body.name or parent.name
    return keep(state, draw(plan), name, deed, asked, key, parent=parent, family=family, action="copy", data=data)
