"""API keys in the store: rows in, values out."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime

import sqlalchemy as sa

from gridgeo_server.auth.keys import Key
from gridgeo_server.errors import NotFound
from gridgeo_server.store import plan_tables
from gridgeo_server.texts import say

_TABLE = plan_tables.api_keys
_COLUMNS = [_TABLE.c[field.name] for field in fields(Key)]


def insert(connection: sa.Connection, key: Key, kept: str) -> None:
    """Add a key; `kept` is what `keys.hashed` made of its secret."""
    connection.execute(_TABLE.insert().values(**asdict(key), hash=kept))


def everything(connection: sa.Connection) -> list[Key]:
    """All keys, the oldest first."""
    rows = connection.execute(sa.select(*_COLUMNS).order_by(_TABLE.c.created_at, _TABLE.c.key))
    return [Key(**row._mapping) for row in rows]


def find(connection: sa.Connection, key: str) -> tuple[Key, str] | None:
    """A key and what is kept of its secret."""
    row = connection.execute(sa.select(*_COLUMNS, _TABLE.c.hash).where(_TABLE.c.key == key)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    kept = str(values.pop("hash"))
    return Key(**values), kept


def revoke(connection: sa.Connection, key: str, now: datetime) -> Key:
    """End a key for good; one that was revoked before keeps its time.

    Raises
    ------
    NotFound
        There is no such key.
    """
    changed = _TABLE.update().where(_TABLE.c.key == key, _TABLE.c.revoked_at.is_(None)).values(revoked_at=now)
    connection.execute(changed)
    found = find(connection, key)
    if found is None:
        raise NotFound(say("auth.no_key", key=key))
    return found[0]
