"""The secret by which somebody without a key follows what they reported: shown once, kept nowhere.

It is made of the case's name with a key of the store (HMAC-SHA256, RFC 2104), so that a report that is sent again is answered with the
same secret, and nothing has to be kept of each.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import sqlalchemy as sa

from gridgeo_server.store import tables

_NAME = "follow_up_key"


def secret_of(connection: sa.Connection, case: str) -> str:
    """The secret of a case; on a connection that writes, since the first one makes the key."""
    key = _key(connection)
    if key is None:
        key = secrets.token_hex(32)
        connection.execute(tables.about.insert().values(name=_NAME, value=key))
    return _secret(key, case)


def proves(connection: sa.Connection, case: str, secret: str) -> bool:
    """Whether `secret` is that of a case."""
    key = _key(connection)
    return key is not None and hmac.compare_digest(_secret(key, case).encode(), secret.encode("utf-8", "replace"))


def _secret(key: str, case: str) -> str:
    made = hmac.digest(bytes.fromhex(key), case.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made[:24]).decode("ascii")


def _key(connection: sa.Connection) -> str | None:
    found = connection.execute(sa.select(tables.about.c.value).where(tables.about.c.name == _NAME)).scalar_one_or_none()
    return None if found is None else str(found)
