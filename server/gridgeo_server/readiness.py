"""When a server is ready: requests that write wait until what is compiled on first use is there, and hold nobody up meanwhile.

On a machine where nothing is compiled yet that takes as long as a cup of tea; it is kept, and the next start takes none.
"""

from __future__ import annotations

import asyncio
import threading

from starlette.types import ASGIApp, Receive, Scope, Send

from gridgeo_server.errors import refusal
from gridgeo_server.texts import language_of, say

LOOK_S = 0.05
"""Seconds between two looks at whether it is ready."""
SAFE = {"GET", "HEAD", "OPTIONS"}


class AwaitReady:
    """ASGI middleware: a request that writes waits until `ready` is set, `wait_s` seconds at the most, then is told to come again."""

    def __init__(self, app: ASGIApp, ready: threading.Event, wait_s: float = 15.0) -> None:
        self._app = app
        self._ready = ready
        self._wait_s = wait_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self._ready.is_set() or scope["type"] != "http" or scope["method"] in SAFE or await self._became_ready():
            await self._app(scope, receive, send)
            return
        lang = language_of(dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1"))
        title, detail = say("title.not-ready"), say("ready.compiling")
        refused = refusal(scope["path"], 503, "not-ready", title, detail, None, lang=lang, **{"Retry-After": "10"})
        await refused(scope, receive, send)

    async def _became_ready(self) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._wait_s
        while not self._ready.is_set() and loop.time() < end:
            await asyncio.sleep(LOOK_S)
        return self._ready.is_set()
