"""Snapshots for those who come: made once for all who come within a moment."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from gridgeo_server.board.indicators import snapshot
from gridgeo_server.live.audiences import Audience
from gridgeo_server.live.hub import encode
from gridgeo_server.state import State

FRESH_S = 1.0
"""Seconds for which a snapshot serves whoever comes; what happened since follows it."""


@dataclass(frozen=True)
class _Made:
    at: float
    sequence: int
    wire: bytes


class Snapshots:
    """The newest snapshot of each audience."""

    def __init__(self) -> None:
        self._making: dict[Audience, asyncio.Lock] = {}
        self._made: dict[Audience, _Made] = {}

    async def newest(self, state: State, audience: Audience) -> tuple[int, bytes]:
        """The number up to which it tells everything, and its bytes."""
        async with self._making.setdefault(audience, asyncio.Lock()):
            made = self._made.get(audience)
            now = time.monotonic()
            if made is None or now - made.at > FRESH_S or not state.hub.remembers(made.sequence):
                self._made = {one: kept for one, kept in self._made.items() if now - kept.at <= FRESH_S}
                # News that arrive while it is made follow it: told twice does no harm, since each holds a whole state.
                sequence = state.hub.sequence
                wire = await run_in_threadpool(_wire, state.fresh(), audience, sequence)
                made = self._made[audience] = _Made(now, sequence, wire)
            return made.sequence, made.wire


def _wire(state: State, audience: Audience, sequence: int) -> bytes:
    seen = audience.told("snapshot", snapshot(state, audience.scope))
    assert seen is not None
    return encode("snapshot", sequence, seen)
