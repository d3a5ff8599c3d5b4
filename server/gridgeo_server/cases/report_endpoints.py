"""`/api/v1/reports`: what anybody reports without a key, and how they follow it.

Whoever reported is known by the secret that came with the case's number, and by nothing else.
"""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from gridgeo_server.auth.bearers import ANYBODY
from gridgeo_server.auth.roles import PUBLIC
from gridgeo_server.cases import follow_ups, store
from gridgeo_server.cases.asking import Asking
from gridgeo_server.cases.endpoints import ReportBody
from gridgeo_server.cases.looking import Looker
from gridgeo_server.cases.quota import spend
from gridgeo_server.cases.views import actions_view, case_view, event_view
from gridgeo_server.cases.wishes import Wish
from gridgeo_server.doors import Door
from gridgeo_server.errors import NotFound
from gridgeo_server.idempotency import IdempotencyKey, Reply, once
from gridgeo_server.state import State, StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.texts import say
from gridgeo_server.wording import Words

router = APIRouter(prefix="/api/v1/reports", tags=["cases"], route_class=Door)

FollowUp = Annotated[str, Header(min_length=8, max_length=100, description="The secret that came with the number.")]


class WithdrawBody(BaseModel):
    """Why a report is withdrawn."""

    model_config = ConfigDict(extra="forbid")
    note: Words | None = None


async def _spend(request: Request) -> None:
    spend(request, ANYBODY)


@router.post("", status_code=201, dependencies=[Depends(_spend)])
async def report(body: ReportBody, state: StateOf, idempotency_key: IdempotencyKey = None) -> Response:
    """Report a case without a key. The answer tells its number, and under `follow_up` the secret by which it is followed; who reports is kept apart."""
    wanted, now = body.wanted(), state.clock()
    asking = Asking.of(state.town, ANYBODY)

    def work(transaction: Transaction) -> Reply:
        case = state.desk.report(transaction, wanted, now, asking.actor)
        return Reply.of(201, {"case": case.case})

    def with_secret(transaction: Transaction) -> dict[str, Any]:
        made = once(idempotency_key, "POST /api/v1/reports", body.model_dump(), now, work)(transaction)
        name, connection = str(made.values["case"]), transaction.connection
        case = _told(state, connection, name)
        return {**case, "follow_up": follow_ups.secret_of(connection, name)}

    told = await state.store.write_soon(with_secret)
    return Reply.of(201, told).response(Location=f"/api/v1/reports/{told['case']}")


@router.get("/{case}")
def follow(case: str, state: StateOf, follow_up: FollowUp) -> dict[str, Any]:
    """What became of a report, for whoever made it."""
    with state.store.reading() as connection:
        _prove(connection, case, follow_up)
        return _told(state, connection, case)


@router.post("/{case}/withdraw")
def withdraw(case: str, body: WithdrawBody, state: StateOf, follow_up: FollowUp) -> dict[str, Any]:
    """Withdraw a report, by whoever made it."""
    now = state.clock()

    def work(transaction: Transaction) -> dict[str, Any]:
        _prove(transaction.connection, case, follow_up)
        asking = Asking(ANYBODY, Looker(PUBLIC, reported=case))
        state.desk.act(transaction, case, Wish("withdraw", body.note), now, asking.actor)
        return _told(state, transaction.connection, case)

    return state.store.write(work)


def _prove(connection: sa.Connection, case: str, secret: str) -> None:
    if not follow_ups.proves(connection, case, secret):
        raise NotFound(say("report.no_follow_up", case=case[:64]))


def _told(state: State, connection: sa.Connection, name: str) -> dict[str, Any]:
    found = store.get(connection, name)
    now = state.clock()
    view = case_view(found, state.desk.kind_of(found, now), now)
    events = [event_view(event) for event in store.events_of(connection, name)]
    return Looker(PUBLIC, reported=name).seen({**view, "events": events, "possible": actions_view(found)})
