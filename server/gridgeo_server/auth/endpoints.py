"""`/api/v1/roles`, `/me`, `/session` and `/access-log`: what roles there are, who asks, signing in and out, who looked."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from gridgeo_server.auth import looks as log
from gridgeo_server.auth import sessions, store
from gridgeo_server.auth.guard import AskerOf, BearerOf, proven
from gridgeo_server.auth.origins import check_own_page
from gridgeo_server.auth.roles import permissions, roles
from gridgeo_server.auth.sessions import COOKIE, Session
from gridgeo_server.buckets import address_of
from gridgeo_server.cases.audits import readable
from gridgeo_server.cases.looking import looker_of
from gridgeo_server.doors import Door
from gridgeo_server.errors import NotSignedIn
from gridgeo_server.parameters import Accepts
from gridgeo_server.state import StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.texts import language_of, say

router = APIRouter(prefix="/api/v1", tags=["auth"], route_class=Door)


class SignIn(BaseModel):
    """What somebody signs in with."""

    model_config = ConfigDict(extra="forbid")
    key: str = Field(min_length=1, max_length=200, description="An API key that 'gridgeo keys add' printed.")


@router.get("/roles")
def all_roles() -> dict[str, Any]:
    """The roles, and what each may do: `may` everywhere, `own` with what is its bearer's own."""
    return {
        "roles": [
            {
                "role": one.role,
                "name_en": one.name_en,
                "name_zh": one.name_zh,
                "may": sorted(one.may),
                "own": sorted(one.own),
            }
            for one in roles().values()
        ],
        "permissions": [
            {"permission": name, "meaning_en": words["en"], "meaning_zh": words["zh"]}
            for name, words in permissions().items()
        ],
    }


@router.get("/me")
async def me(state: StateOf, bearer: AskerOf, accept_language: Accepts = None) -> dict[str, Any]:
    """Who asks, and what they may do; without a key this machine, where none is needed, or else the public."""
    role = roles()[bearer.role]
    nobody = bearer.signed_in_by == "nothing"
    shown = role.name_zh if language_of(accept_language) == "zh" else role.name_en
    return {
        "key": None if nobody else bearer.key,
        "name": shown if nobody else bearer.name,
        "role": bearer.role,
        "area": bearer.area,
        "officer": bearer.officer,
        "may": sorted(role.may | role.own),
        "own": sorted(role.own),
        "signed_in_by": bearer.signed_in_by,
        "sign_in": state.settings.auth,
    }


@router.post("/session", status_code=204)
def sign_in(body: SignIn, request: Request, state: StateOf) -> Response:
    """Begin a session: the cookie stands for the key until it is over. One that the browser had before ends."""
    check_own_page(request, strict=False)
    bearer = proven(state, body.key, say("auth.how_session"), address_of(request))
    if bearer.signed_in_by != "key":
        raise NotSignedIn(say("auth.unknown", how=say("auth.how_session")))
    now, cookie = state.clock(), sessions.new_cookie()
    lasts = timedelta(hours=state.settings.session_hours)
    before = request.cookies.get(COOKIE)

    def work(transaction: Transaction) -> None:
        if before is not None:
            store.end_session(transaction.connection, sessions.digest_of(before))
        session = Session(sessions.digest_of(cookie), bearer.key, now, now + lasts)
        store.begin_session(transaction.connection, session)

    state.store.write(work)
    if before is not None:
        state.keyring.forget(sessions.as_token(before))
    answer = Response(status_code=204)
    answer.set_cookie(COOKIE, cookie, max_age=int(lasts.total_seconds()), **_flags(request))
    return answer


@router.delete("/session", status_code=204)
def sign_out(request: Request, state: StateOf) -> Response:
    """End the session of this browser, with the streams that it opened."""
    check_own_page(request, strict=False)
    cookie = request.cookies.get(COOKIE)
    if cookie is not None:
        state.store.write(lambda transaction: store.end_session(transaction.connection, sessions.digest_of(cookie)))
        state.keyring.forget(sessions.as_token(cookie))
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, **_flags(request))
    # Photos lie with the browser for a day; whoever comes to it next isn't shown them.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.get("/access-log")
def access_log(
    state: StateOf,
    bearer: BearerOf,
    what: Annotated[str | None, Query(max_length=64, description="E.g. reporter, photo origin, roster.")] = None,
    of: Annotated[str | None, Query(max_length=64, description="A case or photo that was looked at.")] = None,
    actor: Annotated[str | None, Query(max_length=200, description="The key of who looked.")] = None,
    after: Annotated[str | None, Query(max_length=20, pattern=r"^[0-9]{1,18}$")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """Who looked at personal data, the newest first; `next` is what to give as `after` for the following page. A supervisor is told of the cases and photos that they see, of their area where they speak for one."""
    bearer.check("access.audit")
    kinds = () if what is None else (what,)
    before = None if after is None else int(after)
    with state.store.reading() as connection:
        found = log.looks(
            connection,
            limit + 1,
            what=kinds,
            of=of,
            actor=actor,
            before=before,
            within=readable(bearer, looker_of(state.town, bearer)),
        )
    page = found[:limit]
    return {"looks": page, "next": str(page[-1]["look"]) if len(found) > limit else None}


def _flags(request: Request) -> dict[str, Any]:
    return {"httponly": True, "samesite": "strict", "secure": request.url.scheme == "https", "path": "/"}
