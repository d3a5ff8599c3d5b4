"""`/api/v1/live`: server-sent events, by the WHATWG HTML standard, section 9.2."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from gridgeo_server.errors import Overloaded
from gridgeo_server.live.audiences import Audience, Role
from gridgeo_server.live.hub import Viewer
from gridgeo_server.live.snapshots import Snapshots
from gridgeo_server.state import State, StateOf

router = APIRouter(prefix="/api/v1", tags=["live"])


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def live(
    request: Request,
    state: StateOf,
    last_event_id: Annotated[str | None, Header(max_length=32)] = None,
    area: Annotated[str | None, Query(max_length=64, description="An area with all areas below it.")] = None,
    role: Annotated[Role, Query(description="What is shown: all, or nothing that tells of a person.")] = "staff",
) -> StreamingResponse:
    """What happens, as it happens: a `snapshot`, then `case`, `responder`, `indicators` and `plan` events."""
    if state.hub.viewers >= state.settings.viewers:
        raise Overloaded(f"{state.settings.viewers} viewers are watching, no more are let in; try again later")
    after = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else None
    viewer = Viewer(Audience.of(state.town, area, role), after)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(state, viewer, area, request.app.state.snapshots)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(state: State, viewer: Viewer, area: str | None, snapshots: Snapshots) -> AsyncIterator[bytes]:
    hub, settings = state.hub, state.settings
    end = time.monotonic() + settings.stream_life_s
    served, spoke = state.served, time.monotonic()
    hub.join(viewer)
    try:
        yield b"retry: 2000\n\n"
        while not hub.closing and time.monotonic() < end:
            if area is not None and served is not state.slot.served:
                # Another plan came into force: other grids lie in the area.
                served = state.slot.served
                viewer.audience = Audience.of(served.town, area, viewer.audience.role)
            told = hub.take(viewer)
            if told is None:
                viewer.seen, told = await snapshots.newest(state, viewer.audience)
            if not told and not await _news(viewer, min(spoke + settings.ping_s, end) - time.monotonic()):
                told = b": ping\n\n"
            if told:
                yield told
                spoke = time.monotonic()
    finally:
        hub.leave(viewer)


async def _news(viewer: Viewer, seconds: float) -> bool:
    """Wait for news; false when none came in time."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await viewer.awake.wait()
    except TimeoutError:
        return False
    return True
