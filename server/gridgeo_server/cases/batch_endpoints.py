"""`/api/v1/cases/batch`: what a field app did while it was offline, done once and in its order."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from gridgeo.errors import GridgeoError
from gridgeo_server import places
from gridgeo_server.cases import filters
from gridgeo_server.cases.asking import Asking, AskingOf
from gridgeo_server.cases.endpoints import ActionBody, Name, ReportBody
from gridgeo_server.days import MomentInZone
from gridgeo_server.doors import Door
from gridgeo_server.errors import (
    BadRequest,
    KeyReused,
    NotFound,
    ServerError,
    StoreUnavailable,
    faults_told,
    status_of,
    told,
)
from gridgeo_server.idempotency import Once, Reply, digest_of
from gridgeo_server.parameters import Accepts
from gridgeo_server.state import State, StateOf
from gridgeo_server.store import Transaction, tables
from gridgeo_server.store.instants import to_text
from gridgeo_server.store.parts import part
from gridgeo_server.texts import language_of, say

router = APIRouter(prefix="/api/v1/cases", tags=["cases"], route_class=Door)

ClientId = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$")]


class Item(BaseModel):
    """One thing done: a report, or an action with a case, which may be named by the client id of its report."""

    model_config = ConfigDict(extra="forbid")
    client_id: ClientId
    at: MomentInZone
    report: ReportBody | None = None
    action: ActionBody | None = None
    case: Name | None = None
    of: ClientId | None = None


class BatchBody(BaseModel):
    """Things done, in their order. Each is checked by itself, so that a bad one doesn't keep the others back."""

    model_config = ConfigDict(extra="forbid")
    items: list[dict[str, Any]] = Field(min_length=1, max_length=200)


@router.post("/batch")
def batch(
    body: BatchBody,
    state: StateOf,
    asking: AskingOf,
    accept_language: Accepts = None,
) -> Response:
    """Replay up to 200 reports and actions of a field app in order, each once by its `client_id`; the answer tells what became of each."""
    now, lang = state.clock(), language_of(accept_language)
    # Who may only report one by one has another door.
    asking.bearer.check("cases.inside")

    items = [_read(asking, state, given, now, lang) for given in body.items]

    def work(transaction: Transaction) -> list[dict[str, Any]]:
        Once.ahead(transaction.connection, [one.once for one in items if isinstance(one, Read)])
        return [_result(transaction, one, lang) if isinstance(one, Read) else one for one in items]

    adds = all(one.adds for one in items if isinstance(one, Read))
    return JSONResponse({"results": state.store.write(work, adds=adds)})


@dataclass(frozen=True)
class Read:
    """An item that can be done."""

    client_id: str
    once: Once
    adds: bool
    """It only adds rows: the report of a new case."""


def _read(asking: Asking, state: State, given: dict[str, Any], now: datetime, lang: str) -> Read | dict[str, Any]:
    """An item as it is to be done, or why it can't be."""
    try:
        item = Item.model_validate(given)
    except ValidationError as error:
        faults = faults_told(error.errors(include_url=False), lang, lambda fault: places.hint(fault, given, state.town))
        detail = say("fields.join").told(lang).join(say("field", **one).told(lang) for one in faults)
        name = given.get("client_id")
        return _refused(name[:64] if isinstance(name, str) and name.isascii() else None, 422, "bad-request", detail)
    digest = digest_of("batch", item.model_dump(mode="json"))
    done = Once(_key(asking, item.client_id), digest, now, _work(state, asking, item, now))
    adds = item.action is None and (item.report is None or item.report.into is None)
    return Read(item.client_id, done, adds)


def _result(transaction: Transaction, item: Read, lang: str) -> dict[str, Any]:
    """What became of one item; a refusal leaves nothing behind, stands in nobody's way, and may be sent again."""
    try:
        with part(transaction):
            done = item.once(transaction)
    except StoreUnavailable:
        raise
    except KeyReused as error:
        return _refused(item.client_id, *status_of(error), say("batch.reused", id=item.client_id).told(lang))
    except (ServerError, GridgeoError) as error:
        return _refused(item.client_id, *status_of(error), told(error, lang))
    return {"client_id": item.client_id, "status": done.status, **done.values}


def _work(state: State, asking: Asking, item: Item, now: datetime) -> Any:
    def work(transaction: Transaction) -> Reply:
        made = {"client_id": item.client_id, "made_at": to_text(filters.in_utc(item.at) or now)}
        if item.report is not None and item.action is None and item.case is None and item.of is None:
            case = state.desk.report(transaction, item.report.wanted(**made), now, asking.actor)
            return Reply.of(201, {"case": case.case, "stage": case.stage, "version": case.version})
        if item.action is None or item.report is not None or (item.case is None) == (item.of is None):
            raise BadRequest(say("batch.shape"), "action")
        name = item.case if item.case is not None else _case_of(transaction.connection, asking, str(item.of))
        wish = replace(item.action.wish(), told=made)
        case = state.desk.act(transaction, name, wish, now, asking.actor)
        return Reply.of(200, {"case": case.case, "stage": case.stage, "version": case.version})

    return work


def _case_of(connection: sa.Connection, asking: Asking, client_id: str) -> str:
    """The case that the report which the same asker called `client_id` made."""
    table = tables.replies
    body = connection.execute(
        sa.select(table.c.body).where(table.c.key == _key(asking, client_id))
    ).scalar_one_or_none()
    if body is None:
        raise NotFound(say("batch.unknown", of=client_id))
    return str(json.loads(body)["case"])


def _key(asking: Asking, client_id: str) -> str:
    """Where the answer to an item is kept, apart for each asker; the key of a request holds no space, so that none is taken for it."""
    return f"batch {asking.bearer.key} {client_id}" if asking.bearer.key else f"batch {client_id}"


def _refused(client_id: str | None, status: int, name: str, detail: str) -> dict[str, Any]:
    return {"client_id": client_id, "status": status, "type": f"urn:gridgeo:problem:{name}", "detail": detail}
