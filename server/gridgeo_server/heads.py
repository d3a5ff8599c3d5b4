"""HEAD: the answer to a GET without its body (RFC 9110, 9.3.2)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let `app` answer a HEAD as it would a GET; of a body that comes in pieces nothing is made after the first, so that a stream ends."""
    ended = False

    async def bare(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.body":
            if message.get("more_body", False):
                answering.cancel()
            if ended:
                return
            ended, message = True, {"type": "http.response.body"}
        await send(message)

    answering = asyncio.ensure_future(app({**scope, "method": "GET"}, receive, bare))
    with suppress(asyncio.CancelledError):
        await answering
