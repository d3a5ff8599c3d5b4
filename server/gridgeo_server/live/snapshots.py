"""Snapshots for those who come: made once for all who come within a moment."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from gridgeo_server.board.indicators import snapshot
from gridgeo_server.live.audiences import Audience
from gridgeo_server.live.hub import encode
from gridgeo_server.state import State

FRESH_S = 1.0
"""Seconds for which a snapshot serves whoever comes; what happened since follows it."""


@dataclass(frozen=True)
class _Look:
    """What one look at the store found, before it is known who is told of it."""

    at: float
    sequence: int
    values: dict[str, Any]


@dataclass(frozen=True)
class _Made:
    at: float
    sequence: int
    wire: bytes


class Snapshots:
    """The newest snapshot of each audience; those of all who are told the same figures are made of one look at the store."""

    def __init__(self) -> None:
        self._making: dict[tuple[str, Audience | None], asyncio.Lock] = {}
        self._looks: dict[Audience | None, _Look] = {}
        self._made: dict[Audience, _Made] = {}

    async def newest(self, state: State, audience: Audience) -> tuple[int, bytes]:
        """The number up to which it tells everything, and its bytes."""
        async with self._making.setdefault(("made", audience), asyncio.Lock()):
            made = self._made.get(audience)
            if made is None or not _is_fresh(made, state):
                self._forget()
                look = await self._look(state, audience.scope)
                wire = await run_in_threadpool(_wire, look, audience)
                made = self._made[audience] = _Made(look.at, look.sequence, wire)
            return made.sequence, made.wire

    async def _look(self, state: State, scope: Audience | None) -> _Look:
        async with self._making.setdefault(("look", scope), asyncio.Lock()):
            look = self._looks.get(scope)
            if look is None or not _is_fresh(look, state):
                # News that arrive while it is made follow it: told twice does no harm, since each holds a whole state.
                now, sequence = time.monotonic(), state.hub.sequence
                values = await run_in_threadpool(snapshot, state.fresh(), scope)
                look = self._looks[scope] = _Look(now, sequence, values)
            return look

    def _forget(self) -> None:
        now = time.monotonic()
        self._made = {one: kept for one, kept in self._made.items() if now - kept.at <= FRESH_S}
        self._looks = {one: kept for one, kept in self._looks.items() if now - kept.at <= FRESH_S}
        self._making = {one: lock for one, lock in self._making.items() if lock.locked()}


def _is_fresh(one: _Look | _Made, state: State) -> bool:
    return time.monotonic() - one.at <= FRESH_S and state.hub.remembers(one.sequence)


def _wire(look: _Look, audience: Audience) -> bytes:
    seen = audience.told("snapshot", look.values)
    assert seen is not None
    return encode("snapshot", look.sequence, seen)
