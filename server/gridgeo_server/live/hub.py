"""The hub of the live stream: news come in from any thread, bytes go out to every viewer.

There is one log of bounded length and no queue for a viewer: each reads on from the last number it has seen, and whoever
falls behind what the log holds, or was away for longer, is given a snapshot. Moves of officers are gathered for a moment
and told together.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from gridgeo_server.encoding import to_json
from gridgeo_server.live.audiences import AREAS, Audience
from gridgeo_server.live.news import ALL, CaseChanged, IndicatorsChanged, News, PlanChanged, RespondersMoved

BACKLOG = 4_000
"""Most messages kept."""
OFFICERS = 20_000
"""Most officers in the messages kept, each as often as a message tells of them."""
TICK_S = 0.25
"""Seconds for which moves of officers are gathered."""


@dataclass(frozen=True, eq=False)
class Message:
    """One event of the stream; for each audience it is put into bytes once, when the first of them is sent it."""

    sequence: int
    name: str
    news: dict[str, Any] | CaseChanged
    wires: dict[Audience, bytes] = field(default_factory=dict)

    def wire(self, audience: Audience) -> bytes:
        """The event as it goes over the wire; nothing where it is not for this audience."""
        audience = audience.of_message(self.name, self.values)
        known = self.wires.get(audience)
        if known is None:
            seen = audience.told(self.name, self.values)
            known = self.wires[audience] = b"" if seen is None else encode(self.name, self.sequence, seen)
        return known

    @cached_property
    def values(self) -> dict[str, Any]:
        """What it tells; of a case put together when it is first asked for."""
        return self.news.values if isinstance(self.news, CaseChanged) else self.news

    @property
    def officers(self) -> int:
        """How many officers it tells of."""
        return len(self.values["responders"]) if self.name == "responder" else 0


@dataclass(eq=False)
class Viewer:
    """One open stream, and the number up to which it has seen everything; None before its first message."""

    audience: Audience = field(default_factory=Audience)
    seen: int | None = None
    awake: asyncio.Event = field(default_factory=asyncio.Event)


def encode(name: str, sequence: int, values: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return f"event: {name}\nid: {sequence}\ndata: {to_json(values)}\n\n".encode()


class Hub:
    """Hands news to viewers; lives on one event loop, is told news from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        # Beginning with the time makes a number of this run greater than every number of an earlier one.
        self.sequence = time.time_ns() // 1_000_000
        self._backlog: deque[Message] = deque()
        self._officers = 0
        self._moved: dict[str, dict[str, Any]] = {}
        self._everybody = False
        self._joined: dict[tuple[Audience, int], bytes] = {}
        self._viewers: set[Viewer] = set()
        self.closing = False

    @property
    def viewers(self) -> int:
        """Number of open streams."""
        return len(self._viewers)

    @property
    def scopes(self) -> set[Audience]:
        """Audiences that are told figures of their own areas; asked for on the hub's loop."""
        return {scope for viewer in self._viewers if (scope := viewer.audience.scope) is not None}

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to hand out news, on `loop`."""
        self._loop = loop

    def tell(self, *news: News) -> None:
        """Hand `news` to every viewer; safe from any thread. Without a loop there are no viewers to tell."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._deliver, news)

    def close(self) -> None:
        """End every stream; safe from any thread and from a signal handler."""
        self.closing = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_all)

    def join(self, viewer: Viewer) -> None:
        """Tell a viewer from now on when there is something to take."""
        self._viewers.add(viewer)

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._viewers.discard(viewer)

    def take(self, viewer: Viewer) -> bytes | None:
        """What `viewer` hasn't seen yet, or None where only a snapshot helps."""
        seen = viewer.seen
        if seen is None or not self.remembers(seen):
            return None
        viewer.seen = self.sequence
        viewer.awake.clear()
        key = viewer.audience, seen
        joined = self._joined.get(key)
        if joined is None:
            fresh = islice(self._backlog, len(self._backlog) - (self.sequence - seen), None)
            joined = self._joined[key] = b"".join(message.wire(viewer.audience) for message in fresh)
        return joined

    def remembers(self, after: int) -> bool:
        """Whether everything since `after` is still held."""
        return self.sequence - len(self._backlog) <= after <= self.sequence

    def _deliver(self, all_news: tuple[News, ...]) -> None:
        before = self.sequence
        for news in all_news:
            match news:
                case RespondersMoved(responders, everybody):
                    if responders and not self._moved:
                        asyncio.get_running_loop().call_later(TICK_S, self._tell_moves)
                    self._moved.update((one["responder"], one) for one in responders)
                    self._everybody |= everybody
                case CaseChanged():
                    self._append("case", news)
                case IndicatorsChanged(indicators, areas):
                    self._append("indicators", {**indicators, AREAS: areas} if areas else indicators)
                case PlanChanged(plan, _):
                    self._append("plan", plan)
        # Moves are gathered: nobody is woken for what isn't told yet.
        if self.sequence != before:
            self._wake_all()

    def _tell_moves(self) -> None:
        told = {"responders": list(self._moved.values()), **({ALL: True} if self._everybody else {})}
        self._moved, self._everybody = {}, False
        self._append("responder", told)
        self._wake_all()

    def _append(self, name: str, news: dict[str, Any] | CaseChanged) -> None:
        self.sequence += 1
        message = Message(self.sequence, name, news)
        self._backlog.append(message)
        self._officers += message.officers
        while len(self._backlog) > BACKLOG or self._officers > OFFICERS:
            self._officers -= self._backlog.popleft().officers

    def _wake_all(self) -> None:
        self._joined.clear()
        for viewer in self._viewers:
            viewer.awake.set()
