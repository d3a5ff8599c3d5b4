"""Sessions of browsers: a cookie that scripts can't read stands for a key, which the page needn't keep.

A session's cookie is 256 random bits, of which the store keeps a hash alone: so much chance needs no salt. It ends with its time,
with its key, when its bearer signs out, and when somebody signs in again in its place.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

COOKIE = "gridgeo_session"


@dataclass(frozen=True)
class Session:
    """A session: the hash of its cookie, the key that it stands for, and its time."""

    digest: str
    key: str
    begun_at: datetime
    ends_at: datetime


def new_cookie() -> str:
    """What a browser keeps of a new session."""
    return secrets.token_urlsafe(32)


def digest_of(cookie: str) -> str:
    """What the store keeps of a session's cookie."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()


def as_token(cookie: str) -> str:
    """What a cookie is called among the texts that prove who somebody is; no key holds a space."""
    return f"session {cookie}"
