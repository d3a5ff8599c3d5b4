"""`/api/v1/plans/{plan}/…`: steps of a plan's life, comments, parts of areas, comparison with another plan."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from gridgeo.plans.comparing import Comparison
from gridgeo_server.auth.guard import BearerOf
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest, OutOfOrder
from gridgeo_server.idempotency import IdempotencyKey, Reply
from gridgeo_server.plans import changing, comparing, model, service, store, talk, uploads
from gridgeo_server.plans.answers import GEOJSON, answered, detail, do_once, keep, load
from gridgeo_server.plans.drawn import draw
from gridgeo_server.plans.merging import Part, conflict_view, merge
from gridgeo_server.plans.requests import (
    IfMatch,
    Merge,
    NewComment,
    NewPart,
    PlanName,
    Transition,
    Withdrawal,
    revision_of,
)
from gridgeo_server.plans.service import Deed, Wanted
from gridgeo_server.plans.staging import expanded
from gridgeo_server.plans.taking_up import after_step
from gridgeo_server.state import StateOf
from gridgeo_server.store import Transaction

router = APIRouter(prefix="/api/v1/plans", tags=["plans"], route_class=Door)

_CONFLICTS = 500
"""Most conflicts that a merged plan keeps."""


@router.post("/{plan}/transitions")
def transition(
    plan: PlanName,
    body: Transition,
    state: StateOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Bring a plan to its next state; into force and out of it from a day on, in some areas or in all that are left."""
    bearer.check(model.permission_for(body.to))
    bearer.check_area(None)
    revision = revision_of(if_match)
    deed = Deed(state.clock(), state.zone, bearer, body.why)
    wanted = Wanted(body.to, body.date, tuple(dict.fromkeys(body.areas)))

    def work(transaction: Transaction) -> Reply:
        service.advance(transaction, state.town, plan, wanted, deed, revision)
        return Reply.of(200, detail(state, transaction.connection, plan))

    request = f"POST /api/v1/plans/{plan}/transitions"
    reply = do_once(state, request, idempotency_key, deed, body.asked(at=if_match), work)
    after_step(state)
    return answered(reply)


@router.post("/{plan}/withdrawals")
def withdraw(
    plan: PlanName,
    body: Withdrawal,
    state: StateOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Withdraw a start that lies in the future, in some areas or in all; the plan before goes on."""
    bearer.check("plans.enforce")
    bearer.check_area(None)
    revision = revision_of(if_match)
    deed = Deed(state.clock(), state.zone, bearer, body.why)
    areas = tuple(dict.fromkeys(body.areas))

    def work(transaction: Transaction) -> Reply:
        changing.withdraw(transaction, state.town, plan, areas, deed, revision)
        return Reply.of(200, detail(state, transaction.connection, plan))

    request = f"POST /api/v1/plans/{plan}/withdrawals"
    return answered(do_once(state, request, idempotency_key, deed, body.asked(at=if_match), work))


@router.get("/{plan}/comments")
def comments(plan: PlanName, state: StateOf) -> dict[str, Any]:
    """Comments on a plan, each with its answers, oldest first."""
    with state.store.reading() as connection:
        store.get(connection, plan)
        return {"comments": talk.comments_of(connection, plan)}


@router.post("/{plan}/comments", status_code=201)
def comment(
    plan: PlanName, body: NewComment, state: StateOf, bearer: BearerOf, idempotency_key: IdempotencyKey = None
) -> Response:
    """Comment on a plan, pinned to a grid or unit of it or to neither, or answer, resolve and reopen a comment."""
    bearer.check("plans.comment")
    deed = Deed(state.clock(), state.zone, bearer)

    def work(transaction: Transaction) -> Reply:
        thread = talk.comment(
            transaction,
            plan,
            body.text,
            deed,
            grid=body.grid,
            unit=body.unit,
            answers=body.answers,
            resolved=body.resolved,
        )
        return Reply.of(201, thread)

    request = f"POST /api/v1/plans/{plan}/comments"
    return do_once(state, request, idempotency_key, deed, body.asked(), work).response()


@router.get("/{plan}/proposals")
def proposals(plan: PlanName, state: StateOf) -> dict[str, Any]:
    """The newest part that each area put forward, and what they would disagree about if they were merged now."""
    with state.store.reading() as connection:
        found = talk.parts_of(connection, plan)
        base = load(state, connection, plan) if found else None
        store.get(connection, plan)
    conflicts = [] if base is None else merge(state.town, base, [part for _, part in found]).conflicts
    return {
        "proposals": [told for told, _ in found],
        "conflicts": [conflict_view(one) for one in conflicts[:_CONFLICTS]],
    }


@router.post("/{plan}/proposals", status_code=201)
def propose_part(
    plan: PlanName, body: NewPart, state: StateOf, bearer: BearerOf, idempotency_key: IdempotencyKey = None
) -> Response:
    """Put forward the part of an area for a draft; it stands in for what the area put forward before."""
    bearer.check("plans.contribute")
    bearer.check_area(body.area)
    expanded(state.town, [body.area])
    if not body.assignment:
        raise BadRequest("the part has no unit; give unit → grid for the units of the area", "assignment")
    part = Part(body.area, uploads.tidy_part(state.town, body.assignment, "assignment"))
    deed = Deed(state.clock(), state.zone, bearer, body.why)

    def work(transaction: Transaction) -> Reply:
        return Reply.of(201, talk.put_part(transaction, plan, part, deed))

    request = f"POST /api/v1/plans/{plan}/proposals"
    return do_once(state, request, idempotency_key, deed, body.asked(), work).response()


@router.post("/{plan}/merge", status_code=201)
def merge_parts(
    plan: PlanName, body: Merge, state: StateOf, bearer: BearerOf, idempotency_key: IdempotencyKey = None
) -> Response:
    """Merge the parts that areas put forward into a new version of a draft; its `conflicts` say what they disagree about."""
    bearer.check("plans.draft")
    bearer.check_area(None)
    with state.store.reading() as connection:
        record = store.get(connection, plan)
        found = talk.parts_of(connection, plan)
        base = load(state, connection, plan)
    if not found:
        raise OutOfOrder(f"no area has put its part of plan {plan} forward yet; there is nothing to merge")
    merged = merge(state.town, base, [part for _, part in found])
    data = {
        "from": plan,
        "proposals": [told["proposal"] for told, _ in found],
        "conflicts": merged.conflicts[:_CONFLICTS],
    }
    deed = Deed(state.clock(), state.zone, bearer, body.why)
    asked = body.asked(merge=plan)
    name, drawn = body.name or record.name, draw(merged.plan)
    return keep(
        state,
        drawn,
        name,
        deed,
        asked,
        idempotency_key,
        parent=record,
        family=record.family,
        action="merge",
        data=data,
    )


@router.get("/{plan}/compare/{other}", response_model=None)
def compare(
    plan: PlanName, other: PlanName, state: StateOf, f: Literal["json", "geojson"] = "json"
) -> Response | dict[str, Any]:
    """What moves from a plan to another: units and households for each pair of grids, every measure A / B / Δ, or GeoJSON."""
    with state.store.reading() as connection:
        comparison = Comparison(load(state, connection, plan), load(state, connection, other), by="grid")
    if f == "geojson":
        found = {"type": "FeatureCollection", "features": comparing.features(comparison)}
        return JSONResponse(found, media_type=GEOJSON)
    return {"a": plan, "b": other, **comparing.told(comparison)}
