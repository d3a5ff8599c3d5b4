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
from gridgeo_server.state import StateOf

_BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="An API key that 'gridgeo keys add' printed.")
_MEND = "send 'Authorization: Bearer KEY' with a key that 'gridgeo keys add' printed"


def bearer(state: StateOf, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Bearer:
    """The bearer of the key that a request carries.

    Raises
    ------
    NotSignedIn
        No key, or one that isn't known, is over or was revoked.
    """
    if given is None:
        raise NotSignedIn(f"this needs a key; {_MEND}")
    parts = keys.split(given.credentials)
    found: tuple[Key, str] | None = None
    if parts is not None:
        with state.store.reading() as connection:
            found = store.find(connection, parts[0])
    identifier, kept = (None, keys.NOBODY) if found is None else (found[0], found[1])
    proven = keys.proves("" if parts is None else parts[1], kept)
    if identifier is None or not proven or identifier.role not in roles():
        raise NotSignedIn(f"the key isn't known; {_MEND}")
    condition = identifier.state(state.clock())
    if condition != "valid":
        raise NotSignedIn(f"the key {identifier.key} is {condition}; ask for a new one")
    return Bearer(identifier.key, identifier.name, identifier.role, identifier.area)


BearerOf = Annotated[Bearer, Depends(bearer)]
