"""API keys: how one is made, what is kept of it, and how it is proven.

A key reads ``gridgeo_<id>_<secret>``. The identifier is no secret: it names the key in lists and in every event that its
bearer causes. Of the secret, 256 random bits, only a salted scrypt hash is kept (Percival and Josefsson 2016, RFC 7914).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

PREFIX = "gridgeo"
_COST = {"n": 2**13, "r": 8, "p": 1, "dklen": 32}
"""About 20 ms and 8 MB for each use: a guess costs as much."""


@dataclass(frozen=True)
class Key:
    """A key without its secret: whose it is, what its bearer may do, until when."""

    key: str
    name: str
    role: str
    created_at: datetime
    area: str | None = None
    """The one area for which its bearer speaks; None for all."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    officer: str | None = None
    """The officer whose key it is."""

    def state(self, now: datetime) -> str:
        """``valid``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "valid"


def new_token() -> tuple[str, str, str]:
    """A new key's identifier, its secret, and the whole text to hand over, once."""
    identifier, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    return identifier, secret, f"{PREFIX}_{identifier}_{secret}"


def split(token: str) -> tuple[str, str] | None:
    """Identifier and secret of a key's text; None where it is none."""
    parts = token.strip().split("_", 2)
    if len(parts) != 3 or parts[0] != PREFIX or not parts[1] or not parts[2] or not token.isascii():
        return None
    return parts[1], parts[2]


def hashed(secret: str) -> str:
    """What is kept of `secret`: salt and scrypt hash, both base64, with a colon between."""
    salt = secrets.token_bytes(16)
    return f"{_text(salt)}:{_text(_hash(secret, salt))}"


def proves(secret: str, kept: str) -> bool:
    """Whether `secret` is the one of which `kept` was made; takes the same time either way."""
    salt, expected = (base64.b64decode(part) for part in kept.split(":"))
    return hmac.compare_digest(_hash(secret, salt), expected)


def _hash(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, **_COST)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


NOBODY = hashed(secrets.token_urlsafe(32))
"""Proven against where there is no such key, so that the time taken doesn't tell which keys exist."""
