"""Webhooks and their messages in the store: rows in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo_server.encoding import to_json
from gridgeo_server.errors import NotFound
from gridgeo_server.store import hook_tables as tables
from gridgeo_server.store.held import add
from gridgeo_server.store.instants import from_text, to_text
from gridgeo_server.store.memo import memo_of
from gridgeo_server.store.prepared import Prepared
from gridgeo_server.texts import say
from gridgeo_server.webhooks.model import DEAD, DELIVERED, KEPT, WAITING, Former, Message, Webhook

_HOOKS, _OUTBOX = tables.webhooks, tables.webhook_messages
_COLUMNS = [_HOOKS.c[field.name] for field in fields(Webhook)]
_MESSAGE_COLUMNS = [_OUTBOX.c[field.name] for field in fields(Message)]
_STANDING = sa.select(*_COLUMNS).where(_HOOKS.c.removed_at.is_(None)).order_by(_HOOKS.c.made_at, _HOOKS.c.webhook)
_ACTIVE = _STANDING.where(_HOOKS.c.stopped_at.is_(None))
_WANTING = "webhooks to which something is sent"
_PUT = Prepared(
    _OUTBOX.insert(),
    ["message", "webhook", "seq", "case", "type", "body", "state", "queued_at", "next_at", "attempts"],
)


def insert(connection: sa.Connection, webhook: Webhook) -> None:
    """Add a webhook."""
    connection.execute(_HOOKS.insert().values(**{**asdict(webhook), "former": _rows(webhook.former)}))
    _forget(connection)


def everything(connection: sa.Connection) -> list[Webhook]:
    """All webhooks that weren't removed, the oldest first."""
    return [_webhook(row) for row in connection.execute(_STANDING)]


def active(connection: sa.Connection) -> list[Webhook]:
    """Those to which something is sent; asked with every event, so what a job that writes has read is remembered."""
    memo = memo_of(connection)
    if memo is not None and _WANTING in memo:
        known: list[Webhook] = memo[_WANTING]
        return known
    found = [_webhook(row) for row in connection.execute(_ACTIVE)]
    if memo is not None:
        memo[_WANTING] = found
    return found


def get(connection: sa.Connection, webhook: str) -> Webhook:
    """One webhook, or `NotFound`."""
    row = connection.execute(_STANDING.where(_HOOKS.c.webhook == webhook)).one_or_none()
    if row is None:
        raise NotFound(say("webhook.unknown", webhook=webhook))
    return _webhook(row)


def stop(connection: sa.Connection, webhook: Webhook, now: datetime, why: str) -> Webhook:
    """Send nothing more to a webhook until it is started again; one that was stopped before keeps its time."""
    if webhook.stopped_at is not None:
        return webhook
    return _change(connection, replace(webhook, stopped_at=now, stopped_why=why), stopped_at=now, stopped_why=why)


def start(connection: sa.Connection, webhook: Webhook) -> Webhook:
    """Send to a webhook again, what was left waiting first."""
    return _change(connection, replace(webhook, stopped_at=None, stopped_why=None), stopped_at=None, stopped_why=None)


def renew(connection: sa.Connection, webhook: Webhook) -> Webhook:
    """Keep the secrets of a webhook, the one that signs and those of before."""
    return _change(connection, webhook, secret=webhook.secret, former=_rows(webhook.former))


def forget_lapsed(connection: sa.Connection, webhook: str, now: datetime) -> None:
    """Forget secrets of before that sign no more; of a webhook that was removed meanwhile nothing is left to forget."""
    row = connection.execute(_STANDING.where(_HOOKS.c.webhook == webhook)).one_or_none()
    if row is not None:
        found = _webhook(row)
        renew(connection, replace(found, former=found.signing(now)))


def remove(connection: sa.Connection, webhook: str, now: datetime) -> None:
    """Take a webhook away with everything that waits for it; its secret is forgotten."""
    connection.execute(_OUTBOX.delete().where(_OUTBOX.c.webhook == webhook))
    values: dict[str, Any] = {"removed_at": now, "secret": "", "former": []}
    connection.execute(_HOOKS.update().where(_HOOKS.c.webhook == webhook).values(**values))
    _forget(connection)


def put(
    connection: sa.Connection, webhook: Webhook, message: str, event: dict[str, Any], body: str, now: datetime
) -> None:
    """Lay an event into the outbox of `webhook`."""
    values = {
        "message": message,
        "webhook": webhook.webhook,
        "seq": event["seq"],
        "case": event["case"],
        "type": f"case.{event['action']}",
        "body": body,
        "state": WAITING,
        "queued_at": now,
        "next_at": now,
        "attempts": 0,
    }
    add(connection, _PUT, values)


def head(connection: sa.Connection, webhook: str) -> Message | None:
    """The message that is to be sent next: the oldest that waits."""
    query = sa.select(*_MESSAGE_COLUMNS).where(_OUTBOX.c.webhook == webhook, _OUTBOX.c.state == WAITING)
    row = connection.execute(query.order_by(_OUTBOX.c.number).limit(1)).one_or_none()
    return None if row is None else Message(**row._mapping)


def settle(connection: sa.Connection, message: Message) -> None:
    """Keep what became of an attempt; messages that ended long ago go."""
    now = message.tried_at
    if now is not None:
        connection.execute(_OUTBOX.delete().where(_OUTBOX.c.settled_at < now - KEPT))
    values = {name: getattr(message, name) for name in ("state", "next_at", "attempts", "tried_at", "settled_at")}
    values |= {"answer": message.answer, "fault": message.fault}
    connection.execute(_OUTBOX.update().where(_OUTBOX.c.number == message.number).values(**values))


def replay(connection: sa.Connection, webhook: str, messages: Sequence[str], now: datetime) -> int:
    """Let dead messages wait again, all of them where none is named; how many they were."""
    chosen = [_OUTBOX.c.webhook == webhook, _OUTBOX.c.state == DEAD]
    if messages:
        chosen.append(_OUTBOX.c.message.in_(messages))
    values = {"state": WAITING, "attempts": 0, "queued_at": now, "next_at": now, "settled_at": None}
    return int(connection.execute(_OUTBOX.update().where(*chosen).values(**values)).rowcount)


def messages(
    connection: sa.Connection, webhook: str, state: str | None, before: int | None, limit: int
) -> tuple[list[Message], int | None]:
    """Messages of a webhook, the newest first, and the number to give as `before` for the next page."""
    query = sa.select(*_MESSAGE_COLUMNS).where(_OUTBOX.c.webhook == webhook)
    if state is not None:
        query = query.where(_OUTBOX.c.state == state)
    if before is not None:
        query = query.where(_OUTBOX.c.number < before)
    rows = connection.execute(query.order_by(_OUTBOX.c.number.desc()).limit(limit + 1)).all()
    found = [Message(**row._mapping) for row in rows[:limit]]
    return found, found[-1].number if len(rows) > limit else None


def counts(connection: sa.Connection, webhook: str) -> dict[str, int]:
    """How many messages are in each state."""
    query = sa.select(_OUTBOX.c.state, sa.func.count()).where(_OUTBOX.c.webhook == webhook).group_by(_OUTBOX.c.state)
    found = {str(state): int(count) for state, count in connection.execute(query)}
    return {state: found.get(state, 0) for state in (WAITING, DELIVERED, DEAD)}


def text(values: dict[str, Any]) -> str:
    """The body of a message: JSON without blanks."""
    return to_json(values)


def _change(connection: sa.Connection, webhook: Webhook, **values: Any) -> Webhook:
    connection.execute(_HOOKS.update().where(_HOOKS.c.webhook == webhook.webhook).values(**values))
    _forget(connection)
    return webhook


def _forget(connection: sa.Connection) -> None:
    (memo_of(connection) or {}).pop(_WANTING, None)


def _webhook(row: Any) -> Webhook:
    values = dict(row._mapping)
    former = tuple(Former(secret, from_text(until)) for secret, until in values["former"])
    return Webhook(**{**values, "events": tuple(values["events"]), "areas": tuple(values["areas"]), "former": former})


def _rows(former: Sequence[Former]) -> list[list[str]]:
    return [[one.secret, to_text(one.until)] for one in former]
