"""`/api/v1/webhooks`: where events are sent to, what became of them, and those that were given up sent again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.auth.guard import BearerOf
from gridgeo_server.cases.stages import machine
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest
from gridgeo_server.idempotency import IdempotencyKey, Reply, once
from gridgeo_server.state import State, StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_text
from gridgeo_server.texts import Listed, say
from gridgeo_server.webhooks import store
from gridgeo_server.webhooks.addresses import target_of
from gridgeo_server.webhooks.model import MOST_FORMER, Message, Webhook, new_secret
from gridgeo_server.wording import Said

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], route_class=Door)

MOST = 100
"""Most webhooks of one server."""

Name = Annotated[str, Field(min_length=1, max_length=64)]
WebhookName = Annotated[str, InPath(min_length=1, max_length=64)]
Before = Annotated[str | None, Query(max_length=20, pattern=r"^[0-9]{1,18}$", description="`next` of the page before.")]


class NewWebhook(BaseModel):
    """Where events are to be sent."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(min_length=8, max_length=2_000, description="https, to a host of the open internet.")
    events: list[Name] = Field(default=[], max_length=64, description="Actions of cases; all where left out.")
    areas: list[Name] = Field(default=[], max_length=1_000, description="With all areas below; all where left out.")
    note: Said = Field(default="", max_length=200, description="What it is for.")


class ChangedState(BaseModel):
    """Whether something is sent."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["active", "stopped"]


class NewSecret(BaseModel):
    """How long the secret of before signs beside the new one."""

    model_config = ConfigDict(extra="forbid")
    overlap_h: float = Field(
        default=24.0, ge=0, le=720, description="Hours for which deliveries carry both signatures; 0 ends it at once."
    )


class Replay(BaseModel):
    """Which dead messages are to be sent again."""

    model_config = ConfigDict(extra="forbid")
    messages: list[Name] = Field(default=[], max_length=1_000, description="All dead ones where left out.")


@router.post("", status_code=201)
def make(body: NewWebhook, state: StateOf, bearer: BearerOf, idempotency_key: IdempotencyKey = None) -> Response:
    """Have events of cases sent to a URL from now on; the answer shows the secret by which they are signed, once."""
    _check(bearer)
    now = state.clock()
    target_of(body.url, state.settings.webhook_hosts)
    _check_names(state, body)
    kinds, areas = tuple(dict.fromkeys(body.events)), tuple(dict.fromkeys(body.areas))
    note = body.note.strip()
    hook = Webhook(f"wh_{secrets.token_hex(8)}", body.url, new_secret(), kinds, areas, note, now, bearer.key)

    def work(transaction: Transaction) -> Reply:
        if len(store.everything(transaction.connection)) >= MOST:
            raise BadRequest(say("webhook.many", most=MOST), "url")
        store.insert(transaction.connection, hook)
        return Reply.of(201, {**_view(transaction.connection, hook, now), "secret": hook.secret})

    reply = _once(state, bearer, "POST /api/v1/webhooks", idempotency_key, body.model_dump(), work)
    return reply.response(Location=f"/api/v1/webhooks/{reply.values['webhook']}")


@router.get("")
def webhooks(state: StateOf, bearer: BearerOf) -> dict[str, Any]:
    """The webhooks, without their secrets, and how many messages wait, were delivered or given up."""
    _check(bearer)
    now = state.clock()
    with state.store.reading() as connection:
        return {"webhooks": [_view(connection, one, now) for one in store.everything(connection)]}


@router.get("/{webhook}")
def one_webhook(webhook: WebhookName, state: StateOf, bearer: BearerOf) -> dict[str, Any]:
    """A webhook, without its secret."""
    _check(bearer)
    with state.store.reading() as connection:
        return _view(connection, store.get(connection, webhook), state.clock())


@router.patch("/{webhook}")
def change(webhook: WebhookName, body: ChangedState, state: StateOf, bearer: BearerOf) -> dict[str, Any]:
    """Stop a webhook or start it again; what waits is kept and sent then, what happens while it is stopped isn't."""
    _check(bearer)
    now = state.clock()

    def work(transaction: Transaction) -> dict[str, Any]:
        connection = transaction.connection
        found = store.get(connection, webhook)
        if body.state == "stopped":
            return _view(connection, store.stop(connection, found, now, f"stopped by {bearer.name}"), now)
        return _view(connection, store.start(connection, found), now)

    return state.store.write(work)


@router.post("/{webhook}/secret")
def renew_secret(
    webhook: WebhookName,
    body: NewSecret,
    state: StateOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Make a new secret, which the answer shows, once; the one of before signs beside it until `former_until`."""
    _check(bearer)
    now, overlap = state.clock(), timedelta(hours=body.overlap_h)

    def work(transaction: Transaction) -> Reply:
        connection = transaction.connection
        found = store.get(connection, webhook)
        if overlap and len(found.signing(now)) >= MOST_FORMER:
            raise BadRequest(say("webhook.former", most=MOST_FORMER), "overlap_h")
        hook = store.renew(connection, found.renewed(new_secret(), now, overlap))
        return Reply.of(200, {**_view(connection, hook, now), "secret": hook.secret})

    asked = f"POST /api/v1/webhooks/{webhook}/secret"
    return _once(state, bearer, asked, idempotency_key, body.model_dump(), work).response()


@router.delete("/{webhook}", status_code=204)
def remove(webhook: WebhookName, state: StateOf, bearer: BearerOf) -> Response:
    """Take a webhook away, with its secret and everything that waits."""
    _check(bearer)
    now = state.clock()

    def work(transaction: Transaction) -> None:
        store.get(transaction.connection, webhook)
        store.remove(transaction.connection, webhook, now)

    state.store.write(work)
    return Response(status_code=204)


@router.get("/{webhook}/messages")
def messages(
    webhook: WebhookName,
    state: StateOf,
    bearer: BearerOf,
    condition: Annotated[Literal["waiting", "delivered", "dead"] | None, Query(alias="state")] = None,
    after: Before = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> dict[str, Any]:
    """What was sent or is to be sent, the newest first, with the last attempt of each; `state=dead` are those given up."""
    _check(bearer)
    with state.store.reading() as connection:
        store.get(connection, webhook)
        before = None if after is None else int(after)
        found, following = store.messages(connection, webhook, condition, before, limit)
    return {
        "messages": [_message_view(one) for one in found],
        "next": None if following is None else str(following),
    }


@router.post("/{webhook}/replay")
def replay(
    webhook: WebhookName,
    body: Replay,
    state: StateOf,
    bearer: BearerOf,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Send messages that were given up again, with the ids that they had."""
    _check(bearer)
    now = state.clock()

    def work(transaction: Transaction) -> Reply:
        store.get(transaction.connection, webhook)
        return Reply.of(200, {"replayed": store.replay(transaction.connection, webhook, body.messages, now)})

    asked = f"POST /api/v1/webhooks/{webhook}/replay"
    return _once(state, bearer, asked, idempotency_key, body.model_dump(), work).response()


def _check(bearer: Bearer) -> None:
    bearer.check("webhooks.manage")
    bearer.check_area(None)


def _check_names(state: State, body: NewWebhook) -> None:
    known = ("report", *machine().actions)
    for event in body.events:
        if event not in known:
            raise BadRequest(say("webhook.no_event", event=event, events=Listed(known, len(known))), "events")
    areas = state.town.lineages
    for area in body.areas:
        if area not in areas:
            raise BadRequest(say("case.no_area", area=area, areas=Listed(tuple(areas), 20)), "areas")


def _once(
    state: State,
    bearer: Bearer,
    request: str,
    key: str | None,
    asked: dict[str, Any],
    work: Callable[[Transaction], Reply],
) -> Reply:
    return state.store.write(once(key, request, asked, state.clock(), work, bearer.key))


def _view(connection: Any, hook: Webhook, now: datetime) -> dict[str, Any]:
    former = hook.signing(now)
    return {
        "webhook": hook.webhook,
        "url": hook.url,
        "events": list(hook.events),
        "areas": list(hook.areas),
        "note": hook.note,
        "state": hook.state,
        "stopped_at": None if hook.stopped_at is None else to_text(hook.stopped_at),
        "stopped_why": hook.stopped_why,
        "made_at": to_text(hook.made_at),
        "made_by": hook.made_by,
        "former_until": to_text(max(one.until for one in former)) if former else None,
        "messages": store.counts(connection, hook.webhook),
    }


def _message_view(one: Message) -> dict[str, Any]:
    waits = one.state == "waiting"
    return {
        "message": one.message,
        "type": one.type,
        "case": one.case,
        "seq": one.seq,
        "state": one.state,
        "queued_at": to_text(one.queued_at),
        "attempts": one.attempts,
        "tried_at": None if one.tried_at is None else to_text(one.tried_at),
        "next_at": to_text(one.next_at) if waits else None,
        "answer": one.answer,
        "fault": one.fault,
    }
