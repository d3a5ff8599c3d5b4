"""API keys and sessions in the store: rows in, values out."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime

import sqlalchemy as sa

from gridgeo_server.auth.keys import Key
from gridgeo_server.auth.sessions import Session
from gridgeo_server.errors import NotFound
from gridgeo_server.store import access_tables, plan_tables
from gridgeo_server.store.prepared import Prepared
from gridgeo_server.texts import say

_TABLE = plan_tables.api_keys
_SESSIONS = access_tables.sessions
_REVOKED = Prepared(sa.select(sa.func.count()).select_from(_TABLE).where(_TABLE.c.revoked_at.is_not(None)))
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


def begin_session(connection: sa.Connection, session: Session) -> None:
    """Keep a session; those that are over go."""
    connection.execute(_SESSIONS.delete().where(_SESSIONS.c.ends_at <= session.begun_at))
    connection.execute(_SESSIONS.insert().values(**asdict(session)))


def end_session(connection: sa.Connection, digest: str) -> None:
    """Forget a session."""
    connection.execute(_SESSIONS.delete().where(_SESSIONS.c.digest == digest))


def key_of_session(connection: sa.Connection, digest: str, now: datetime) -> tuple[Key, datetime] | None:
    """The key that a session stands for, and when it ends; None where there is no such session, or its time is over."""
    query = sa.select(*_COLUMNS, _SESSIONS.c.ends_at).join(_SESSIONS, _SESSIONS.c.key == _TABLE.c.key)
    row = connection.execute(query.where(_SESSIONS.c.digest == digest, _SESSIONS.c.ends_at > now)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    ends_at: datetime = values.pop("ends_at")
    return Key(**values), ends_at


def was_session(connection: sa.Connection, digest: str) -> bool:
    """Whether there is such a session, its time over or not."""
    return connection.execute(sa.select(_SESSIONS.c.digest).where(_SESSIONS.c.digest == digest)).first() is not None


def revoked(connection: sa.Connection) -> int:
    """How many keys are revoked."""
    ((count,),) = _REVOKED.run(connection, {})
    return int(count)
