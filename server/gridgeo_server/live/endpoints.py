"""`/api/v1/live`: server-sent events, by the WHATWG HTML standard, section 9.2."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from gridgeo_server.auth.bearers import HERE, Bearer
from gridgeo_server.auth.guard import AskerOf, session_of, still_good
from gridgeo_server.cases.looking import looker_of
from gridgeo_server.doors import Door
from gridgeo_server.errors import Overloaded
from gridgeo_server.live.audiences import Audience, Shown
from gridgeo_server.live.hub import Viewer
from gridgeo_server.live.snapshots import Snapshots
from gridgeo_server.state import State, StateOf
from gridgeo_server.town import Town

router = APIRouter(prefix="/api/v1", tags=["live"], route_class=Door)

ASK_S = 5.0
"""Seconds after which it is asked again whether the key or session of a viewer is still good: with the next message, and if none
comes with the next sign of life."""

PING = b": ping\n\n"
"""A sign of life: a comment, which is no event."""

FORGET = b"id\n\n"
"""Empties what a client sends as `Last-Event-ID`: whoever it comes back as is given a snapshot of what they may see."""


def greeting(ping_s: float) -> bytes:
    r"""The first words of a stream: after how many milliseconds it is tried again, and in how many something is heard at least.

    ``ping`` is a field of our own, which the standard has others ignore.

    Examples
    --------
    >>> greeting(4.0)
    b'retry: 2000\nping: 4000\n\n'
    """
    return f"retry: 2000\nping: {ping_s * 1000:.0f}\n\n".encode()


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def live(
    request: Request,
    state: StateOf,
    bearer: AskerOf,
    last_event_id: Annotated[str | None, Header(max_length=32)] = None,
    area: Annotated[str | None, Query(max_length=64, description="An area with all areas below it.")] = None,
    role: Annotated[Shown, Query(description="What is shown: all that one may see, or what the public may.")] = "staff",
) -> StreamingResponse:
    """What happens, as it happens: a `snapshot`, then `case`, `responder`, `indicators` and `plan` events."""
    if state.hub.viewers >= state.settings.viewers:
        raise Overloaded(f"{state.settings.viewers} viewers are watching, no more are let in; try again later")
    after = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else None
    watch = Watch(area, role, bearer, session_of(request, bearer))
    viewer = Viewer(watch.audience(state.town), after)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(state, viewer, watch, request.app.state.snapshots)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(state: State, viewer: Viewer, watch: Watch, snapshots: Snapshots) -> AsyncIterator[bytes]:
    hub, settings = state.hub, state.settings
    end = time.monotonic() + settings.stream_life_s
    served, spoke = state.served, time.monotonic()
    # Who carries nothing isn't asked.
    asked = spoke if watch.bearer.key else math.inf
    rest_s = max(ASK_S, settings.ping_s)
    hub.join(viewer)
    try:
        yield greeting(settings.ping_s)
        while not hub.closing and time.monotonic() < end:
            if time.monotonic() - asked >= ASK_S:
                # Whoever's key, session or token is over is shown nothing more.
                asked = time.monotonic()
                if not await run_in_threadpool(still_good, state, watch.bearer, watch.session):
                    yield FORGET
                    return
            if served is not state.slot.served:
                # Another plan came into force: other grids lie in the area.
                served = state.slot.served
                viewer.audience = watch.audience(served.town)
            told = hub.take(viewer)
            if told is None:
                making = asyncio.ensure_future(snapshots.newest(state, viewer.audience))
                try:
                    # A large town's snapshot may take longer than a line may be silent.
                    while not (await asyncio.wait({making}, timeout=settings.ping_s))[0]:
                        yield PING
                    viewer.seen, told = making.result()
                finally:
                    making.cancel()
            wake = min(spoke + settings.ping_s, asked + rest_s, end)
            if not told and not await _news(viewer, wake - time.monotonic()):
                told = PING
            if told:
                yield told
                spoke = time.monotonic()
    finally:
        hub.leave(viewer)


@dataclass(frozen=True)
class Watch:
    """What somebody watches: an area or all, as they may see it or as the public does, and by what they were let in."""

    area: str | None = None
    shown: Shown = "staff"
    bearer: Bearer = HERE
    session: str | None = None

    def audience(self, town: Town) -> Audience:
        """To which audience of `town` they belong."""
        return Audience.of(town, self.area, self.shown, looker_of(town, self.bearer))


async def _news(viewer: Viewer, seconds: float) -> bool:
    """Wait for news; false when none came in time."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await viewer.awake.wait()
    except TimeoutError:
        return False
    return True
