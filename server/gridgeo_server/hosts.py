"""Names that a request may be addressed to."""

from __future__ import annotations

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

KNOWN = 64
"""Most names that are known again."""


class OwnHosts(TrustedHostMiddleware):
    """ASGI middleware: as Starlette's, but a name that was let in isn't taken apart again."""

    def __init__(self, app: ASGIApp, allowed_hosts: tuple[str, ...]) -> None:
        super().__init__(self._let_in, list(allowed_hosts))
        self._app = app
        self._known: set[bytes | None] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and _name_of(scope) in self._known:
            await self._app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and len(self._known) < KNOWN:
            self._known.add(_name_of(scope))
        await self._app(scope, receive, send)


def _name_of(scope: Scope) -> bytes | None:
    """The name as it was sent, with its port; the guard has refused more than one."""
    for name, value in scope["headers"]:
        if name == b"host":
            host: bytes = value
            return host
    return None
