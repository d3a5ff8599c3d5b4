"""Tokens of an OpenID Connect issuer: proven by its published keys, their claims turned into a bearer with a role.

RFC 7519 (JWT), RFC 7517 (JWK), RFC 8725 (best current practice): only RS256 and ES256, each with a key made for it, so that neither
``none`` nor a public key taken for a shared secret passes; issuer, audience and times are checked, with a minute for clocks that
differ. The signature is PyJWT's work.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt

from gridgeo.errors import BadInput
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.auth.roles import roles, roles_of_keys
from gridgeo_server.errors import NotIssued, NotSignedIn
from gridgeo_server.settings import Settings
from gridgeo_server.texts import say

ALGORITHMS = ("RS256", "ES256")
LEEWAY_S = 60
"""Seconds by which the issuer's clock may differ."""
RELOAD_S = 60.0
"""Least seconds between two looks for keys that aren't known."""
_WAIT_S = 5.0
_LARGEST = 262_144
_LEAST_BITS = 2_048
_LONGEST = 16_384


class KeySet:
    """The keys that an issuer publishes, in a file or at an address; read again when a token names one that isn't known.

    Parameters
    ----------
    source
        A path or URL of a JWK set.
    clock
        Seconds that only ever rise.
    """

    def __init__(self, source: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._next = float("-inf")
        self._lock = threading.Lock()

    def key(self, name: str | None) -> jwt.PyJWK | None:
        """The key called `name`; where a token names none, the only one."""
        if (found := self._find(name)) is None:
            with self._lock:
                if (found := self._find(name)) is None and self._clock() >= self._next:
                    self._next = self._clock() + RELOAD_S
                    self._read()
                    found = self._find(name)
        return found

    def _find(self, name: str | None) -> jwt.PyJWK | None:
        if name is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return None if name is None else self._keys.get(name)

    def _read(self) -> None:
        """Take in the keys of the source; what can't be read leaves those that are known."""
        try:
            told = json.loads(_text(self._source))["keys"]
            self._keys = {one.get("kid"): key for one in told if (key := _key(one)) is not None}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return


@dataclass(frozen=True)
class Issuer:
    """Who signs tokens, for whom, and what their claims mean here.

    Parameters
    ----------
    claims
        What (``role``, ``area``, ``officer``, ``name``) → the claim that tells it, with dots between the parts of its path.
    roles
        Value of the role's claim → role; each by its own name where empty.
    """

    issuer: str
    audience: str
    keys: KeySet
    claims: Mapping[str, str]
    roles: Mapping[str, str]

    @classmethod
    def of(cls, settings: Settings) -> Issuer | None:
        """The issuer of the settings; None where none is set.

        Raises
        ------
        BadInput
            A part is missing, a role isn't known, or the keys would come over a line that anybody can read and change.
        """
        given = {name: getattr(settings, f"oidc_{name}") for name in ("issuer", "audience", "keys")}
        if not any(given.values()):
            return None
        for name, value in given.items():
            if not value:
                raise BadInput(f"setting GRIDGEO_OIDC_{name.upper()} is missing: issuer, audience and keys go together")
        for value, role in settings.oidc_roles.items():
            if role not in roles_of_keys():
                raise BadInput(
                    f"setting GRIDGEO_OIDC_ROLES: {value}: no role '{role}'; choose {', '.join(roles_of_keys())}"
                )
        address = urlsplit(given["keys"])
        if address.scheme == "http" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise BadInput(f"setting GRIDGEO_OIDC_KEYS={given['keys']}: give an https address, or a file")
        if address.scheme not in ("http", "https") and not Path(given["keys"]).is_file():
            raise BadInput(f"setting GRIDGEO_OIDC_KEYS={given['keys']}: no such file; give a JWK set, or its address")
        names = {name: getattr(settings, f"oidc_{name}_claim") for name in ("role", "area", "officer", "name")}
        return cls(given["issuer"], given["audience"], KeySet(given["keys"]), names, settings.oidc_roles)

    def bearer(self, token: str) -> Bearer:
        """Whose token it is.

        Raises
        ------
        NotIssued
            It isn't the issuer's, isn't for here or not yet good.
        NotSignedIn
            It is over, or its claims name no role.
        """
        claims, until = self._proven(token)
        role = self._role(_claim(claims, self.claims["role"]))
        area, officer = (self._one(claims, name) for name in ("area", "officer"))
        if role is None or (role == "officer" and officer is None):
            raise NotSignedIn(say("oidc.no_role", claim=self.claims["role" if role is None else "officer"]))
        subject = str(claims["sub"])[:150]
        name = self._one(claims, "name") or subject
        shown = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:100]
        return Bearer(f"oidc:{subject}", shown, role, area, officer, "oidc", until)

    def _proven(self, token: str) -> tuple[Mapping[str, Any], datetime]:
        try:
            if len(token) > _LONGEST:
                raise jwt.InvalidTokenError
            header = jwt.get_unverified_header(token)
            name = header.get("kid")
            if header.get("alg") not in ALGORITHMS or not isinstance(name, str | None):
                raise jwt.InvalidAlgorithmError
            key = self.keys.key(name)
            if key is None or key.algorithm_name != header["alg"]:
                raise jwt.InvalidKeyError
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self.audience,
                issuer=self.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            return claims, datetime.fromtimestamp(int(claims["exp"]), UTC)
        except jwt.ExpiredSignatureError:
            raise NotSignedIn(say("oidc.over")) from None
        except (jwt.PyJWTError, ValueError, OverflowError, OSError, RecursionError):
            raise NotIssued(say("oidc.unknown")) from None

    def _role(self, told: Any) -> str | None:
        """The role that a claim tells; of several the one that the settings, or the table of roles, name first."""
        values = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        known = self.roles or {name: name for name in roles_of_keys()}
        return next((role for value, role in known.items() if value in values and role in roles()), None)

    def _one(self, claims: Mapping[str, Any], name: str) -> str | None:
        """A claim that is one text. Another thing in its place is refused: it must not pass for no limit."""
        value = _claim(claims, self.claims[name])
        if value is None or (isinstance(value, str) and value.strip()):
            return None if value is None else value.strip()
        raise NotSignedIn(say("oidc.claim", claim=self.claims[name]))


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """What stands at a path; a claim whose own name has dots in it goes first."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(source: str) -> bytes:
    if urlsplit(source).scheme not in ("http", "https"):
        return Path(source).read_bytes()
    with urllib.request.urlopen(source, timeout=_WAIT_S) as answer:  # noqa: S310 (https, or this machine: see `Issuer.of`)
        data: bytes = answer.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError("too long a set of keys")
    return data


def _key(values: Mapping[str, Any]) -> jwt.PyJWK | None:
    """A key for one of `ALGORITHMS`; None where it is for something else."""
    kind = {"RSA": "RS256", "EC": "ES256"}.get(str(values.get("kty")))
    if kind is None or values.get("alg", kind) != kind or values.get("use", "sig") != "sig":
        return None
    if kind == "ES256" and values.get("crv") != "P-256":
        return None
    try:
        key = jwt.PyJWK({name: value for name, value in values.items() if name != "d"}, algorithm=kind)
    except jwt.PyJWTError:
        return None
    return None if kind == "RS256" and key.key.key_size < _LEAST_BITS else key
