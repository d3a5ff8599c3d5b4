"""What can go wrong in the server, and one table from error to HTTP status (RFC 9457 problem+json).

::

    ServerError
    ├── NotFound (LookupError)            no such case, officer, plan, feature, route or page
    ├── WrongStage (RuntimeError)         the case's stage doesn't allow this action
    ├── OutOfOrder (RuntimeError)         the plan's state doesn't allow this
    ├── Clash (RuntimeError)              it would contradict what the register of plans says already
    ├── Changed (RuntimeError)            the case or plan changed since it was read (If-Match)
    ├── NotSignedIn (PermissionError)     no key, or one that isn't valid
    │   └── NotIssued                 the token isn't one of the issuer's for this server
    ├── NotAllowed (PermissionError)      the key's role may not do this
    ├── TooMany (RuntimeError)            whoever carries no key asks too often; carries the seconds to wait
    │   └── TooManyGuesses            too many keys that aren't known came from an address, or from all
    ├── OffDuty (RuntimeError)            an officer who is not on duty was asked to do something
    ├── BadRequest (ValueError)           a value of the request can't be used; carries the field
    │   ├── BadQuery                  the same for a query of the map layers, where the standard wants a 400
    │   └── BadHead                   the same for the head of a request, which can be read in two ways
    ├── KeyReused (ValueError)            an Idempotency-Key came again with another request
    ├── NotReady (RuntimeError)           the server has begun, but isn't ready to take cases
    └── StoreUnavailable (RuntimeError)   the store is closed, full, gone or too slow; nothing was kept
        ├── Overloaded                more waits than can be served soon; nothing was done
        └── Undecided                 it was begun and may be kept; its Idempotency-Key tells
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from gridgeo.errors import BadInput, GridgeoError, NoPath, OutsideJurisdiction
from gridgeo_server import places
from gridgeo_server.media import is_json
from gridgeo_server.open311 import refusals
from gridgeo_server.texts import Listed, Text, language_of, recognised, say, table
from gridgeo_server.texts.language import TAGS


class ServerError(Exception):
    """Base of every error that the server raises on purpose."""


class NotFound(ServerError, LookupError):
    """There is no such case, officer, plan, feature, route or page."""


class WrongStage(ServerError, RuntimeError):
    """The case's stage doesn't allow this action; the message names what is possible."""


class OutOfOrder(ServerError, RuntimeError):
    """The plan's state doesn't allow this; the message names what is possible."""


class Clash(ServerError, RuntimeError):
    """It would contradict what the register of plans says already; nothing was changed."""


class Changed(ServerError, RuntimeError):
    """The case or plan changed since the caller read it."""


class NotSignedIn(ServerError, PermissionError):
    """The request carries no key, or one that isn't known, is over or was revoked."""


class NotIssued(NotSignedIn):
    """The token isn't one of the issuer's for this server."""


class NotAllowed(ServerError, PermissionError):
    """The role of the key may not do this; the message names the roles that may."""


class TooMany(ServerError, RuntimeError):
    """Whoever carries no key reports too often; `wait_s` are the seconds after which they may again."""

    def __init__(self, message: str | Text, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(message)


class TooManyGuesses(TooMany):
    """Too many keys that aren't known came from an address, or from all; `wait_s` as before."""


class OffDuty(ServerError, RuntimeError):
    """The officer is not on duty."""


class BadRequest(ServerError, ValueError):
    """A value of the request can't be used; `field` names it."""

    def __init__(self, message: str | Text, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)


class BadQuery(BadRequest):
    """A query parameter of the map layers can't be used."""


class BadHead(BadRequest):
    """The head of a request can be read in two ways; `field` names the header."""


class KeyReused(ServerError, ValueError):
    """An Idempotency-Key came again with another request."""


class StoreUnavailable(ServerError, RuntimeError):
    """The store is closed, full, gone or too slow; nothing was kept."""


class NotReady(ServerError, RuntimeError):
    """The server has begun, but what it needs to take a case isn't there yet."""


class Overloaded(StoreUnavailable):
    """More waits than can be served soon; nothing was done of it."""


class Undecided(StoreUnavailable):
    """It was begun, and may or may not be kept: the same request with the same Idempotency-Key tells which."""


@dataclass(frozen=True)
class _Kind:
    status: int
    name: str


STATUS: dict[type[Exception], _Kind] = {
    NotFound: _Kind(404, "not-found"),
    WrongStage: _Kind(409, "wrong-stage"),
    OutOfOrder: _Kind(409, "out-of-order"),
    Clash: _Kind(409, "clash"),
    Changed: _Kind(412, "changed"),
    NotSignedIn: _Kind(401, "not-signed-in"),
    NotAllowed: _Kind(403, "not-allowed"),
    TooManyGuesses: _Kind(429, "too-many-guesses"),
    TooMany: _Kind(429, "too-many"),
    OffDuty: _Kind(409, "off-duty"),
    BadQuery: _Kind(400, "bad-query"),
    BadHead: _Kind(400, "bad-head"),
    BadRequest: _Kind(422, "bad-request"),
    KeyReused: _Kind(422, "key-reused"),
    NotReady: _Kind(503, "not-ready"),
    Overloaded: _Kind(503, "overloaded"),
    Undecided: _Kind(503, "undecided"),
    StoreUnavailable: _Kind(503, "store-unavailable"),
    OutsideJurisdiction: _Kind(422, "outside"),
    NoPath: _Kind(409, "no-path"),
    BadInput: _Kind(422, "bad-input"),
}
"""Error → HTTP status; subclasses before their bases."""


_HEADERS = {503: {"Retry-After": "2"}, 401: {"WWW-Authenticate": "Bearer"}}


def problem(
    status: int,
    name: str,
    title: str | Text,
    detail: object,
    errors: Sequence[Mapping[str, Any]] | None = None,
    *,
    lang: str = "en",
    **headers: str,
) -> JSONResponse:
    """An `application/problem+json` answer in `lang`; `errors` lists fields and what is wrong with each."""
    body: dict[str, Any] = {
        "type": f"urn:gridgeo:problem:{name}",
        "title": told(title, lang),
        "status": status,
        "detail": told(detail, lang),
    }
    if errors:
        body["errors"] = errors
    spoken = {"Content-Language": TAGS[lang], "Vary": "Accept-Language"}
    return JSONResponse(body, status, {**spoken, **headers}, "application/problem+json")


def refusal(
    path: str,
    status: int,
    name: str,
    title: str | Text,
    detail: object,
    errors: list[dict[str, str]] | None = None,
    *,
    lang: str = "en",
    **headers: str,
) -> Response:
    """The answer to a request for `path` that is refused: a problem, or below Open311's path what that standard wants."""
    if not refusals.is_ours(path):
        return problem(status, name, title, detail, errors, lang=lang, **headers)
    words = told(detail, lang)
    if errors and len(errors) > 1:
        return refusals.refused(path, status, (say("field", **one).told(lang) for one in errors), lang, headers)
    return refusals.refused(path, status, [words], lang, headers)


def status_of(error: Exception) -> tuple[int, str]:
    """The HTTP status of an error, and the name of its problem."""
    kind = next((kind for cls, kind in STATUS.items() if isinstance(error, cls)), _Kind(500, "error"))
    return kind.status, kind.name


def told(what: object, lang: str) -> str:
    """A sentence, or what an error says, in `lang`."""
    if isinstance(what, BaseException) and what.args and isinstance(what.args[0], Text):
        what = what.args[0]
    return what.told(lang) if isinstance(what, Text | Listed) else recognised(str(what), lang)


def faults_told(
    faults: Iterable[Any], lang: str, hint: Callable[[Any], Text | None] = lambda fault: None
) -> list[dict[str, str]]:
    """Fields, and what is wrong with each, of what pydantic found; `hint` may know better what was meant."""
    return [{"field": _field(fault), "message": _message(fault, lang, hint(fault))} for fault in faults]


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem, in the language that the request asks for."""
    app.add_exception_handler(ServerError, _on_own)
    app.add_exception_handler(GridgeoError, _on_own)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


def _on_own(request: Request, error: Exception) -> Response:
    return refused(request.url.path, error, _lang(request))


def refused(path: str, error: Exception, lang: str) -> Response:
    """The answer to a request for `path` that `error` stands in the way of."""
    status, name = status_of(error)
    field = "lon" if isinstance(error, OutsideJurisdiction) else getattr(error, "field", None)
    errors = [{"field": field, "message": told(error, lang)}] if field else None
    headers = _HEADERS.get(status, {})
    if isinstance(error, TooMany):
        headers = {"Retry-After": str(max(1, math.ceil(error.wait_s)))}
    return refusal(path, status, name, say(f"title.{name}"), error, errors, lang=lang, **headers)


def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    lang = _lang(request)
    if (
        error.body
        and any(fault["loc"] == ("body",) for fault in error.errors())
        and not is_json(request.headers.get("content-type", ""))
    ):
        title, why = say("title.media"), say("body.media")
        told_of = [{"field": "Content-Type", "message": why.told(lang)}]
        return refusal(request.url.path, 415, "media", title, why, told_of, lang=lang)
    town, given = request.app.state.gridgeo.slot.served.town, error.body or request.query_params
    errors = faults_told(error.errors(), lang, lambda fault: places.hint(fault, given, town))
    detail = say("fields.join").told(lang).join(say("field", **one).told(lang) for one in errors)
    kind = STATUS[BadQuery if request.url.path.startswith("/ogc") else BadRequest]
    path = request.url.path
    return refusal(path, kind.status, kind.name, say(f"title.{kind.name}"), detail, errors, lang=lang)


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = HTTPStatus(error.status_code).phrase
    name = title.lower().replace(" ", "-")
    known = f"http.{error.status_code}"
    words = say(known) if known in table() else title
    detail = words if error.detail == title else error.detail
    told_with = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        told_with["Allow"] = ", ".join(_methods(request))
    return refusal(request.url.path, error.status_code, name, words, detail, None, lang=_lang(request), **told_with)


def _methods(request: Request) -> list[str]:
    """What may be done at the path of `request`: a method has a door of its own, and each door knows only its own."""
    doors = [door for door in request.app.router.routes if door.matches(request.scope)[0] is not Match.NONE]
    methods = {method for door in doors for method in getattr(door, "methods", None) or ()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def _lang(request: Request) -> str:
    return language_of(request.headers.get("accept-language"))


def _message(fault: dict[str, Any], lang: str, hint: Text | None) -> str:
    """What is wrong with a value; in pydantic's own words where the table has none."""
    if hint is not None:
        return hint.told(lang)
    kind = fault["type"]
    if kind in {"too_long", "too_short"} and isinstance(fault.get("input"), str):
        kind = f"string_{kind}"  # what is said of a text that may be left out is said of a list
    try:
        return say(f"invalid.{kind}", **fault.get("ctx", {})).told(lang)
    except KeyError:
        return str(fault["msg"])


def _field(fault: dict[str, Any]) -> str:
    """`body.lon` → `lon`: where the value stands, without the part of the request it came in."""
    place = [str(part) for part in fault["loc"]]
    if place and place[0] in {"body", "query", "path", "header"}:
        place = place[1:]
    # A name of the body may hold half a surrogate pair, which no answer in UTF-8 can.
    return ".".join(place).encode("utf-8", "replace").decode() or "body"
