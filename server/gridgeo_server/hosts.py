"""Names that a request may be addressed to."""

from __future__ import annotations

from http import HTTPStatus

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridgeo_server.errors import BadHead, refused
from gridgeo_server.texts import language_of, say

KNOWN = 64
"""Most names that are known again."""


class OwnHosts(TrustedHostMiddleware):
    """ASGI middleware: as Starlette's, but a name that was let in isn't taken apart again, and a refusal is told as all others are."""

    def __init__(self, app: ASGIApp, allowed_hosts: tuple[str, ...]) -> None:
        super().__init__(_nothing, list(allowed_hosts))
        self._app = app
        self._known: set[bytes | None] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or _name_of(scope) in self._known or await self._lets_in(scope, receive, send):
            await self._app(scope, receive, send)

    async def _lets_in(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether the name is one of those; where it isn't, that is answered."""
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        await super().__call__(scope, receive, keep)
        if not said:
            if len(self._known) < KNOWN:
                self._known.add(_name_of(scope))
            return True
        if said[0]["status"] == HTTPStatus.BAD_REQUEST:
            lang = language_of(dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1"))
            await refused(scope["path"], BadHead(say("guard.host"), "Host"), lang)(scope, receive, send)
        else:
            for message in said:
                await send(message)
        return False


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Say nothing: the name is one of those."""


def _name_of(scope: Scope) -> bytes | None:
    """The name as it was sent, with its port; the guard has refused more than one."""
    for name, value in scope["headers"]:
        if name == b"host":
            host: bytes = value
            return host
    return None
