"""Who looked at personal data: one log for cases, photos and rosters, appended before anything is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.store import access_tables
from gridgeo_server.store.instants import to_millisecond, to_text

_LOOKS = access_tables.looks

OF_ROSTERS = ("roster", "terms", "term", "people", "export")
OF_PHOTO = "photo origin"
OF_REPORTER = "reporter"


def look(
    connection: sa.Connection,
    bearer: Bearer,
    what: str,
    now: datetime,
    *,
    of: str | None = None,
    asked: dict[str, Any] | None = None,
    shown: int = 1,
) -> None:
    """Keep that somebody looked.

    Parameters
    ----------
    of
        At whose or at which thing: a case, a photo.
    asked
        What was asked for, where it was many.
    shown
        How many people were shown.
    """
    who = {"actor": bearer.key, "actor_name": bearer.name, "actor_role": bearer.role}
    values = {"at": to_millisecond(now), **who, "what": what, "of": of, "asked": asked or {}, "shown": shown}
    connection.execute(_LOOKS.insert().values(**values))


def looks(
    connection: sa.Connection,
    limit: int,
    *,
    what: tuple[str, ...] = (),
    of: str | None = None,
    actor: str | None = None,
    before: int | None = None,
    within: Sequence[sa.ColumnElement[bool]] = (),
) -> list[dict[str, Any]]:
    """Who looked, the newest first, of the rows that fulfil `within`. JSON values."""
    table = _LOOKS
    query = sa.select(table).where(*within).order_by(table.c.look.desc()).limit(limit)
    if what:
        query = query.where(table.c.what.in_(what))
    for column, value in ((table.c.of, of), (table.c.actor, actor)):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(table.c.look < before)
    rows = (row._mapping for row in connection.execute(query))
    return [{**row, "at": to_text(row["at"])} for row in rows]
