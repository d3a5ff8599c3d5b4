"""Answers go packed to whoever takes them so; a short one isn't worth the time."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

SHORT = 2_000
"""Bytes of an answer that goes as it is."""
_READING = ("GET", "HEAD")


class Packing(GZipMiddleware):
    """ASGI middleware: as Starlette's, but a request that writes and takes nothing packed pays nothing for it.

    What is read says that it varies with what is taken, for caches; the answer to a write is kept by none.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=SHORT, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        writes = scope["type"] == "http" and scope["method"] not in _READING
        if writes and not any(name == b"accept-encoding" for name, _ in scope["headers"]):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
