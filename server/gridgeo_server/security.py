"""What guards every request: headers on each answer, a limit on each body, a time in which it must arrive, what it may hold at
any door, and how many writing requests are served at once.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridgeo_server import bodies, heads
from gridgeo_server.errors import BadHead, BadRequest, refusal, refused
from gridgeo_server.haste import in_time
from gridgeo_server.texts import language_of, say

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "worker-src 'self' blob:; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer; pages load nothing from elsewhere and run no script that stands in a page."""

_RAW = [
    (name.lower().encode("latin-1"), value.encode("latin-1"))
    for name, value in (HEADERS | {"Cache-Control": "no-store"}).items()
]
"""The same, and what stands where an answer says nothing of caching, as they go over the wire."""

_NAMES = frozenset(name for name, _ in _RAW)
_LONG = ("/api/v1/plans", "/api/v1/rosters", "/api/v1/cases/bulk")
"""Where a request may be longer, if it carries a key or the cookie of a session."""
_ONCE = frozenset(
    b"host authorization content-type content-length content-encoding idempotency-key follow-up origin sec-fetch-site".split()
)
"""Headers of which one reader takes the first and another the last, so that they stand once (RFC 9110, section 5.3)."""
_LARGE = 262_144
"""A longer body is looked at beside the loop, bytes."""
_PHOTO = re.compile(r"/api/v1/cases/[^/]+/photos")
"""Where a body is a photo."""


class Guard:
    """ASGI middleware: security headers, a body limit in bytes, and a time limit for a body to arrive in seconds.

    Of requests that write, at most `writes` are served at once; whoever comes then is told at once to come again, before
    their request costs anything. One that is still arriving doesn't count, so that slow senders keep nobody out.

    `plan_limit` is the limit of a request under ``/api/v1/plans``, ``/api/v1/rosters`` or ``/api/v1/cases/bulk`` that carries a
    key: the plan of a large town is long, and so are its roster and a file of reports.
    Photos of cases have a limit and a time of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        body_limit: int,
        plan_limit: int,
        body_wait_s: float,
        photo_limit: int,
        photo_wait_s: float,
        writes: int = 512,
    ) -> None:
        self._app = app
        self._body_limit = body_limit
        self._plan_limit = plan_limit
        self._wait_s = body_wait_s
        self._writes = writes
        self._writing = 0
        self._photo_limit = photo_limit
        self._photo_wait_s = photo_wait_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                given = {name for name, _ in headers}
                alone = _NAMES.isdisjoint(given)
                message["headers"] = [*headers, *(_RAW if alone else [one for one in _RAW if one[0] not in given])]
            await send(message)

        sent = dict(scope["headers"])
        if len(sent) < len(scope["headers"]) and (twice := _twice(scope["headers"])) is not None:
            await refused(scope["path"], BadHead(say("guard.twice", name=twice), twice), _lang(sent))(
                scope, receive, guarded_send
            )
            return
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            await refused(scope["path"], BadRequest(say("guard.nul"), "path"), _lang(sent))(
                scope, receive, guarded_send
            )
            return
        of_plan = scope["path"].startswith(_LONG) and (b"authorization" in sent or b"cookie" in sent)
        limit, wait_s = self._plan_limit if of_plan else self._body_limit, self._wait_s
        if _PHOTO.fullmatch(scope["path"]):
            limit, wait_s = self._photo_limit, self._photo_wait_s
        declared = sent.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await self._too_large(scope["path"], limit, sent)(scope, receive, guarded_send)
            return
        if scope["method"] in {"GET", "OPTIONS"}:
            await self._app(scope, receive, guarded_send)
            return
        if scope["method"] == "HEAD":
            await heads.answer(self._app, scope, receive, guarded_send)
            return
        packed = sent.get(b"content-encoding", b"identity").strip().lower()
        if (coded := sent.get(b"transfer-encoding", b"chunked").strip().lower()) != b"chunked":
            packed = coded
        if packed not in {b"identity", b""}:
            await self._packed(scope["path"], packed, sent)(scope, receive, guarded_send)
            return
        body = await self._body(receive, limit, wait_s)
        if body is None:
            detail = say("guard.too-slow", seconds=f"{wait_s:g}")
            answer = refusal(
                scope["path"], 408, "too-slow", say("title.too-slow"), detail, lang=_lang(sent), Connection="close"
            )
            await answer(scope, receive, guarded_send)
        elif len(body) > limit:
            await self._too_large(scope["path"], limit, sent)(scope, receive, guarded_send)
        elif self._writing >= self._writes:
            detail = say("guard.overloaded", requests=f"{self._writes:,}")
            title = say("title.overloaded")
            answer = refusal(
                scope["path"], 503, "overloaded", title, detail, None, lang=_lang(sent), **{"Retry-After": "1"}
            )
            await answer(scope, receive, guarded_send)
        else:
            try:
                scope[bodies.VALUES] = await _values(scope["path"], sent.get(b"content-type", b""), body)
            except BadRequest as wrong:
                await refused(scope["path"], wrong, _lang(sent))(scope, receive, guarded_send)
                return
            self._writing += 1
            try:
                await self._app(scope, bodies.replayed(body, receive), guarded_send)
            finally:
                self._writing -= 1

    async def _body(self, receive: Receive, limit: int, wait_s: float) -> bytes | None:
        """The whole body, a little more than the limit at the most; None when it does not arrive in time."""
        try:
            return await in_time(_whole(receive, limit), wait_s)
        except TimeoutError:
            return None

    def _too_large(self, path: str, limit: int, sent: dict[bytes, bytes]) -> ASGIApp:
        detail = say("guard.too-large", bytes=f"{limit:,}")
        return refusal(path, 413, "too-large", say("title.too-large"), detail, lang=_lang(sent))

    def _packed(self, path: str, packed: bytes, sent: dict[bytes, bytes]) -> ASGIApp:
        # What is unpacked may be a thousand times what came, and no sender of such small bodies needs it.
        detail = say("guard.packed", encoding=packed[:40].decode("latin-1"))
        said = {"Accept-Encoding": "identity"}
        return refusal(path, 415, "media", say("title.media"), detail, None, lang=_lang(sent), **said)


def _twice(headers: list[tuple[bytes, bytes]]) -> str | None:
    """A header that stands more often than it may."""
    names = [name for name, _ in headers if name in _ONCE]
    if len(names) == len(set(names)):
        return None
    return next(name.decode("ascii").title() for name in names if names.count(name) > 1)


async def _whole(receive: Receive, limit: int) -> bytes:
    """What arrives of a body until its end, or until it is too long."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        return bytes(message.get("body", b""))
    body = bytearray()
    while message["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > limit or not message.get("more_body", False):
            break
        message = await receive()
    return bytes(body)


async def _values(path: str, content_type: bytes, body: bytes) -> Any:
    """The values of a body that came whole, see `bodies.read`."""
    if len(body) > _LARGE:
        return await run_in_threadpool(bodies.read, path, content_type, body)
    return bodies.read(path, content_type, body)


def _lang(sent: dict[bytes, bytes]) -> str:
    return language_of(sent.get(b"accept-language", b"").decode("latin-1"))
