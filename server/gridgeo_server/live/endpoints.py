"""`/api/v1/live`: server-sent events, by the WHATWG HTML standard, section 9.2."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from gridgeo_server.board.indicators import snapshot
from gridgeo_server.errors import StoreUnavailable
from gridgeo_server.live.hub import Hub, Viewer, encode
from gridgeo_server.state import State, StateOf

router = APIRouter(prefix="/api/v1", tags=["live"])


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def live(
    request: Request, state: StateOf, last_event_id: Annotated[str | None, Header(max_length=32)] = None
) -> StreamingResponse:
    """What happens, as it happens: a `snapshot`, then `case`, `responder`, `indicators` and `plan` events."""
    if state.hub.viewers >= state.settings.viewers:
        raise StoreUnavailable(f"{state.settings.viewers} viewers are watching, no more are let in; try again later")
    after = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(state, after), media_type="text/event-stream", headers=headers)


async def _stream(state: State, after: int | None) -> AsyncIterator[bytes]:
    hub, settings = state.hub, state.settings
    end = time.monotonic() + settings.stream_life_s
    viewer, needs_snapshot = hub.join(after)
    try:
        yield b"retry: 2000\n\n"
        while not hub.closing and time.monotonic() < end:
            if needs_snapshot or viewer.lost:
                needs_snapshot, viewer.lost = False, False
                # News that arrive while the snapshot is read are queued: told twice does no harm, since each holds
                # the whole state of a case or an officer.
                yield await _snapshot(hub, state)
            elif viewer.waiting:
                yield b"".join(message.wire for message in _taken(viewer))
            elif not await _wait(viewer, min(settings.ping_s, end - time.monotonic())):
                yield b": ping\n\n"
    finally:
        hub.leave(viewer)


async def _snapshot(hub: Hub, state: State) -> bytes:
    sequence = hub.sequence
    values: dict[str, Any] = await run_in_threadpool(snapshot, state.fresh())
    return encode("snapshot", sequence, values)


def _taken(viewer: Viewer) -> list[Any]:
    taken = list(viewer.waiting)
    viewer.waiting.clear()
    return taken


async def _wait(viewer: Viewer, seconds: float) -> bool:
    """Wait for news; false when none came in time."""
    viewer.awake.clear()
    if viewer.waiting or viewer.lost:
        return True
    try:
        await asyncio.wait_for(viewer.awake.wait(), max(0.0, seconds))
    except TimeoutError:
        return False
    return True
