"""A request that is sent again is done once: the `Idempotency-Key` header.

The answer is stored in the transaction of the effect itself, so that a crash leaves both or neither; after the
draft *The Idempotency-Key HTTP Header Field* of the IETF's HTTPAPI working group.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Header
from starlette.responses import Response

from gridgeo_server.encoding import to_json
from gridgeo_server.errors import KeyReused
from gridgeo_server.store import Transaction, tables
from gridgeo_server.store.prepared import Prepared
from gridgeo_server.store.writer import memo_of
from gridgeo_server.texts import say

KEPT = timedelta(hours=49)
"""How long an answer is kept for a repeated request: a day, though the clock may jump by a day and an hour meanwhile."""

_ASKED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)
_TABLE = tables.replies
_FIND = Prepared(
    sa.select(_TABLE.c.request, _TABLE.c.status, _TABLE.c.body).where(
        _TABLE.c.key == sa.bindparam("key"), _TABLE.c.at >= sa.bindparam("after")
    )
)
_KEEP = Prepared(_TABLE.insert().prefix_with("OR REPLACE"), ["key", "request", "status", "body", "at"])
_FORGET = Prepared(
    _TABLE.delete().where(
        sa.text("rowid IN (SELECT rowid FROM replies ORDER BY rowid LIMIT 4096)"), _TABLE.c.at < sa.bindparam("before")
    )
)
"""The oldest answers go when their time is over: once in a second, and more of them than are given in one."""
_FORGOTTEN = "second in which old answers were forgotten"

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Sent again with the same body, the request is done once.",
    ),
]


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its JSON text, and where the thing made can be found."""

    status: int
    body: str

    @classmethod
    def of(cls, status: int, values: dict[str, Any]) -> Reply:
        """A reply of JSON values."""
        reply = cls(status, to_json(values))
        reply.__dict__["values"] = values
        return reply

    @cached_property
    def values(self) -> Any:
        """What the body says; of an answer that is given again it is read from there."""
        return json.loads(self.body)

    def response(self, **headers: str) -> Response:
        """The HTTP response."""
        return Response(self.body, self.status, headers, "application/json")


def once(
    key: str | None, request: str, values: dict[str, Any], now: datetime, work: Callable[[Transaction], Reply]
) -> Callable[[Transaction], Reply]:
    """`work`, done only where `key` is new; where it is known, its answer is given again.

    Parameters
    ----------
    request, values
        What is asked: the path, and the body's values.

    Raises
    ------
    KeyReused
        The key came before with another request.
    """
    if key is None:
        return work
    digest = digest_of(request, values)

    def guarded(transaction: Transaction) -> Reply:
        connection = transaction.connection
        _forget(connection, now)
        for asked_before, status, body in _FIND.run(connection, {"key": key, "after": now - KEPT}):
            if asked_before != digest:
                raise KeyReused(say("key.reused", key=key))
            return Reply(status, body)
        reply = work(transaction)
        _KEEP.run(connection, {"key": key, "request": digest, "status": reply.status, "body": reply.body, "at": now})
        return reply

    return guarded


def _forget(connection: sa.Connection, now: datetime) -> None:
    memo = memo_of(connection)
    second = now.replace(microsecond=0)
    if memo is None or memo.get(_FORGOTTEN) != second:
        _FORGET.run(connection, {"before": now - KEPT})
        if memo is not None:
            memo[_FORGOTTEN] = second


def digest_of(request: str, values: dict[str, Any]) -> str:
    """What a request is told apart by."""
    asked = _ASKED.encode([request, values])
    return hashlib.sha256(asked.encode()).hexdigest()
