"""Who asks: the key, token or session that a request carries, proven and turned into a bearer with a role.

A request that carries nothing costs nothing: no read, no thread. Nor does one of somebody who was proven a moment ago.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from gridgeo_server.auth import keys, store
from gridgeo_server.auth.bearers import ANYBODY, HERE, Bearer, Signed
from gridgeo_server.auth.keys import Key
from gridgeo_server.auth.origins import check_own_page
from gridgeo_server.auth.roles import roles_of_keys
from gridgeo_server.auth.sessions import COOKIE, as_token, digest_of
from gridgeo_server.buckets import address_of
from gridgeo_server.errors import NotIssued, NotSignedIn
from gridgeo_server.state import State, serving
from gridgeo_server.texts import Text, say

_BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="An API key that 'gridgeo keys add' printed.")


async def asker(request: Request) -> Bearer:
    """Who asks: the bearer of what the request carries; where it carries nothing, whoever that is taken for.

    Raises
    ------
    NotSignedIn
        The key or token isn't known, is over or was revoked.
    TooManyGuesses
        Too many that aren't known came before.
    NotAllowed
        The page of another site wrote in the name of a session, or of whoever sits at this machine.
    """
    state = serving(request)
    given = request.headers.get("authorization")
    if given is not None:
        scheme, _, token = given.partition(" ")
        if scheme.casefold() == "bearer" and token.strip():
            known = state.keyring.fresh(token.strip(), state.clock())
            if known is not None:
                return known
            return await run_in_threadpool(proven, state, token.strip(), say("auth.how"), address_of(request))
    cookie = request.cookies.get(COOKIE)
    if cookie is not None:
        kept = as_token(cookie)
        found = state.keyring.fresh(kept, state.clock())
        found = found or await run_in_threadpool(_of_session, state, cookie, address_of(request))
        if found is not None:
            check_own_page(request, strict=True)
            return found
    if state.settings.auth == "required" or not _is_here(request):
        return ANYBODY
    check_own_page(request, strict=False)
    return HERE


async def bearer(
    who: Annotated[Bearer, Depends(asker)], _: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Bearer:
    """Who asks, where nothing is done for those who carry no key.

    Raises
    ------
    NotSignedIn
        No key, or one that isn't known, is over or was revoked.
    """
    if who.signed_in_by == "nothing":
        raise NotSignedIn(say("auth.needed", how=say("auth.how")))
    return who


async def bearer_or_none(
    who: Annotated[Bearer, Depends(asker)], _: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Bearer | None:
    """Who asks, or None where they carry no key; a key that isn't good is refused."""
    return None if who.signed_in_by == "nothing" else who


def proven(state: State, token: str, how: Text, address: str) -> Bearer:
    """The bearer of the key whose text is `token`, sent from `address`; `how` tells one who has no good key how it is sent.

    Raises
    ------
    NotSignedIn
        The key isn't known, is over or was revoked.
    TooManyGuesses
        Too many that aren't known came before.
    """
    parts, now = keys.split(token), state.clock()
    with state.store.reading() as connection:
        revoked = store.revoked(connection)
        state.keyring.look(revoked)
        if (known := state.keyring.kept(token, now)) is not None:
            return known
        found = None if parts is None else store.find(connection, parts[0])
    if parts is None and state.issuer is not None and token.count(".") == 2:
        try:
            who = state.issuer.bearer(token)
        except NotIssued:
            state.guesses.found_wrong(token, address)
            raise
    else:
        state.guesses.check(token, address)
        key = _key_of(found, "" if parts is None else parts[1])
        if key is None:
            state.guesses.count(address)
            raise state.guesses.refuse(token, say("auth.unknown", how=how))
        condition = key.state(now)
        if condition != "valid":  # the secret is right: that was no guess
            raise state.guesses.refuse(token, say("auth.over", key=key.key, condition=say(f"auth.{condition}")))
        state.guesses.prove(token)
        who = _bearer(key, "key", key.expires_at)
    state.keyring.keep(token, who, revoked)
    return who


def _key_of(found: tuple[Key, str] | None, secret: str) -> Key | None:
    """The key whose secret it is; None where it is none's. Takes as long either way."""
    key, kept = (None, keys.NOBODY) if found is None else found
    good = keys.proves(secret, kept)
    return key if key is not None and good and key.role in roles_of_keys() else None


def _of_session(state: State, cookie: str, address: str) -> Bearer | None:
    """The bearer of the key that a session was begun with; None where session or key is over.

    Raises
    ------
    TooManyGuesses
        It is no session, and too many that aren't came before from `address`, or from all.
    """
    now, kept = state.clock(), as_token(cookie)
    with state.store.reading() as connection:
        revoked = store.revoked(connection)
        state.keyring.look(revoked)
        if (known := state.keyring.kept(kept, now)) is not None:
            return known
        found = store.key_of_session(connection, digest_of(cookie), now)
        guess = found is None and not store.was_session(connection, digest_of(cookie))
    if guess:
        state.guesses.found_wrong(kept, address)
    if found is None or found[0].state(now) != "valid" or found[0].role not in roles_of_keys():
        return None
    key, ends = found
    who = _bearer(key, "session", ends if key.expires_at is None else min(ends, key.expires_at))
    state.keyring.keep(kept, who, revoked)
    with state.store.reading() as connection:
        if store.key_of_session(connection, digest_of(cookie), now) is not None:
            return who
    # Signed out while it was proven: what was read before isn't kept.
    state.keyring.forget(kept)
    return None


def _bearer(key: Key, by: Signed, until: datetime | None) -> Bearer:
    return Bearer(key.key, key.name, key.role, key.area, key.officer, by, until)


def session_of(request: Request, who: Bearer) -> str | None:
    """What the store keeps of the session by which somebody was let in; None where it was by something else."""
    return digest_of(request.cookies[COOKIE]) if who.signed_in_by == "session" else None


def still_good(state: State, who: Bearer, session: str | None = None) -> bool:
    """Whether what somebody was let in by isn't over, ended or revoked meanwhile. A key is never made another's or given another role.

    Parameters
    ----------
    session
        What `session_of` gave.
    """
    now = state.clock()
    if who.until is not None and now >= who.until:
        return False
    if who.signed_in_by == "oidc":
        return True
    with state.store.reading() as connection:
        if session is not None and store.key_of_session(connection, session, now) is None:
            return False
        found = store.find(connection, who.key)
    return found is not None and found[0].state(now) == "valid"


def _is_here(request: Request) -> bool:
    """Whether a request comes from this machine itself, not handed on for somebody else."""
    client = request.client
    return client is not None and "x-forwarded-for" not in request.headers and is_loopback(client.host)


@lru_cache(maxsize=1_024)
def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own; what is no address at all never came over a wire.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("::ffff:127.0.0.1"), is_loopback("192.0.2.7")
    (True, True, True, False)
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


AskerOf = Annotated[Bearer, Depends(asker)]
BearerOf = Annotated[Bearer, Depends(bearer)]
BearerOrNone = Annotated[Bearer | None, Depends(bearer_or_none)]
