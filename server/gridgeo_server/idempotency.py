"""A request that is sent again is done once: the `Idempotency-Key` header.

The answer is stored in the transaction of the effect itself, so that a crash leaves both or neither; after the
draft *The Idempotency-Key HTTP Header Field* of the IETF's HTTPAPI working group.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Header
from starlette.responses import Response

from gridgeo_server.encoding import sorted_json, to_json
from gridgeo_server.errors import KeyReused
from gridgeo_server.store import Transaction, tables
from gridgeo_server.store.held import add
from gridgeo_server.store.memo import AHEAD, memo_of
from gridgeo_server.store.prepared import Prepared
from gridgeo_server.texts import say

KEPT = timedelta(hours=49)
"""How long an answer is kept for a repeated request: a day, though the clock may jump by a day and an hour meanwhile."""

_TABLE = tables.replies
_FIND = Prepared(
    sa.select(_TABLE.c.request, _TABLE.c.status, _TABLE.c.body).where(
        _TABLE.c.key == sa.bindparam("key"), _TABLE.c.at >= sa.bindparam("after")
    )
)
_FIND_ALL = Prepared(
    sa.select(_TABLE.c.key, _TABLE.c.request, _TABLE.c.status, _TABLE.c.body).where(
        _TABLE.c.key.in_(sa.text("SELECT value FROM json_each(:keys)").columns(sa.column("value"))),
        _TABLE.c.at >= sa.bindparam("after"),
    )
)
_Given = tuple[str, int, str]
"""Digest of the request, status and body of the answer."""
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
    """An answer: its status, its JSON text, and the values that the text says."""

    status: int
    body: str
    values: Any

    @classmethod
    def of(cls, status: int, values: dict[str, Any]) -> Reply:
        """A reply of JSON values."""
        return cls(status, to_json(values), values)

    def response(self, **headers: str) -> Response:
        """The HTTP response."""
        return Response(self.body, self.status, headers, "application/json")


def once(
    key: str | None,
    request: str,
    values: dict[str, Any],
    now: datetime,
    work: Callable[[Transaction], Reply],
    by: str = "",
) -> Callable[[Transaction], Reply]:
    """`work`, done only where `key` is new; where it is known, its answer is given again.

    Parameters
    ----------
    request, values
        What is asked: the path, and the body's values.
    by
        Who asks: two who happen on one key are done both, and neither is given the other's answer.

    Raises
    ------
    KeyReused
        The key came before with another request.
    """
    return work if key is None else Once(f"by {by} {key}" if by else key, digest_of(request, values), now, work)


@dataclass(frozen=True)
class Once:
    """`work` under a key; see `once`."""

    key: str
    digest: str
    now: datetime
    work: Callable[[Transaction], Reply]

    def __call__(self, transaction: Transaction) -> Reply:
        """Do it, or give the answer that was given before."""
        connection = transaction.connection
        _forget(connection, self.now)
        given = self._given(connection)
        if given is not None:
            asked_before, status, body = given
            if asked_before != self.digest:
                raise KeyReused(say("key.reused", key=self.key.rpartition(" ")[2]))
            return Reply(status, body, json.loads(body))
        reply = self.work(transaction)
        told = {"request": self.digest, "status": reply.status, "body": reply.body}
        add(connection, _KEEP, {"key": self.key, **told, "at": self.now})
        known: dict[str, _Given | None] = (memo_of(connection) or {}).get(AHEAD, {})
        if self.key in known:
            known[self.key] = self.digest, reply.status, reply.body
        return reply

    def _given(self, connection: sa.Connection) -> _Given | None:
        """What was answered before, as it was looked up ahead or else is found now."""
        known: dict[str, _Given | None] = (memo_of(connection) or {}).get(AHEAD, {})
        if self.key in known:
            return known[self.key]
        found: _Given | None = _FIND.run(connection, {"key": self.key, "after": self.now - KEPT}).fetchone()
        return found

    @staticmethod
    def ahead(connection: sa.Connection, works: Sequence[Once]) -> None:
        """Look up by one statement what was answered before to each of `works`, which are done right after."""
        memo = memo_of(connection)
        if memo is not None and works:
            # What was looked up already in this commit may have been answered in it since.
            before: dict[str, _Given | None] = memo.setdefault(AHEAD, {})
            known: dict[str, _Given | None] = {one.key: None for one in works if one.key not in before}
            after = min(one.now for one in works) - KEPT
            for key, *given in _FIND_ALL.run(connection, {"keys": to_json(list(known)), "after": after}):
                known[key] = (given[0], given[1], given[2])
            before.update(known)


def _forget(connection: sa.Connection, now: datetime) -> None:
    memo = memo_of(connection)
    second = now.replace(microsecond=0)
    if memo is None or memo.get(_FORGOTTEN) != second:
        add(connection, _FORGET, {"before": now - KEPT})
        if memo is not None:
            memo[_FORGOTTEN] = second


def digest_of(request: str, values: dict[str, Any]) -> str:
    """What a request is told apart by."""
    return hashlib.sha256(sorted_json([request, values])).hexdigest()
