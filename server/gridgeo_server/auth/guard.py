"""Who asks: the `Authorization: Bearer` header of a request, proven and turned into a bearer with a role."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gridgeo_server.auth import keys, store
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.auth.keys import Key
from gridgeo_server.auth.roles import roles
from gridgeo_server.errors import NotSignedIn
from gridgeo_server.state import State, StateOf
from gridgeo_server.texts import Text, say

_BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="An API key that 'gridgeo keys add' printed.")


def bearer(state: StateOf, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Bearer:
    """The bearer of the key that a request carries.

    Raises
    ------
    NotSignedIn
        No key, or one that isn't known, is over or was revoked.
    """
    how = say("auth.how")
    if given is None:
        raise NotSignedIn(say("auth.needed", how=how))
    return proven(state, given.credentials, how)


def proven(state: State, token: str, how: Text) -> Bearer:
    """The bearer of the key whose text is `token`; `how` tells one who has no good key how it is sent.

    Raises
    ------
    NotSignedIn
        The key isn't known, is over or was revoked.
    """
    parts = keys.split(token)
    found: tuple[Key, str] | None = None
    if parts is not None:
        with state.store.reading() as connection:
            found = store.find(connection, parts[0])
    identifier, kept = (None, keys.NOBODY) if found is None else (found[0], found[1])
    good = keys.proves("" if parts is None else parts[1], kept)
    if identifier is None or not good or identifier.role not in roles():
        raise NotSignedIn(say("auth.unknown", how=how))
    condition = identifier.state(state.clock())
    if condition != "valid":
        raise NotSignedIn(say("auth.over", key=identifier.key, condition=say(f"auth.{condition}")))
    return Bearer(identifier.key, identifier.name, identifier.role, identifier.area)


def bearer_or_none(
    state: StateOf, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Bearer | None:
    """The bearer of the key that a request carries, or None where it carries none; a key that isn't good is refused."""
    return None if given is None else bearer(state, given)


BearerOf = Annotated[Bearer, Depends(bearer)]
BearerOrNone = Annotated[Bearer | None, Depends(bearer_or_none)]
