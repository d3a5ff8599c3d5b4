"""The hub of the live stream: news come in from any thread, bytes go out to every viewer.

A piece of news is turned into bytes once, whoever many watch. Each viewer has a queue of bounded length; who
reads too slowly is given a new snapshot instead of a growing queue. A bounded backlog lets a viewer
who lost the line go on where it was.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gridgeo_server.live.news import CaseChanged, IndicatorsChanged, News, PlanChanged, RespondersMoved

QUEUE = 2_000
"""Most messages that wait for one viewer."""
BACKLOG = 4_000
"""Most messages kept for viewers who come back."""


@dataclass(frozen=True)
class Message:
    """One event of the stream; it is put into bytes once, when the first viewer is sent it."""

    sequence: int
    name: str
    values: dict[str, Any]

    @cached_property
    def wire(self) -> bytes:
        """The event as it goes over the wire."""
        return encode(self.name, self.sequence, self.values)


@dataclass(eq=False)
class Viewer:
    """One open stream: what waits for it, and whether it fell behind."""

    waiting: deque[Message] = field(default_factory=deque)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False
    """It fell behind, so that only a new snapshot helps."""


def encode(name: str, sequence: int, values: dict[str, Any]) -> bytes:
    """One server-sent event."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"event: {name}\nid: {sequence}\ndata: {text}\n\n".encode()


class Hub:
    """Hands news to viewers; lives on one event loop, is told news from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        # Beginning with the time makes a number of this run greater than every number of an earlier one.
        self.sequence = time.time_ns() // 1_000_000
        self._backlog: deque[Message] = deque(maxlen=BACKLOG)
        self._viewers: set[Viewer] = set()
        self.closing = False

    @property
    def viewers(self) -> int:
        """Number of open streams."""
        return len(self._viewers)

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

    def join(self, after: int | None) -> tuple[Viewer, bool]:
        """A new viewer who has seen everything up to number `after`; whether a snapshot is needed first."""
        viewer = Viewer()
        resumes = after is not None and self._remembers(after)
        if resumes:
            viewer.waiting.extend(message for message in self._backlog if message.sequence > (after or 0))
            viewer.awake.set()
        self._viewers.add(viewer)
        return viewer, not resumes

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._viewers.discard(viewer)

    def _remembers(self, after: int) -> bool:
        """Whether the backlog holds everything since `after`."""
        oldest = self._backlog[0].sequence if self._backlog else self.sequence + 1
        return oldest - 1 <= after <= self.sequence

    def _deliver(self, all_news: tuple[News, ...]) -> None:
        messages = []
        for news in all_news:
            self.sequence += 1
            messages.append(Message(self.sequence, *_content(news)))
        self._backlog.extend(messages)
        for viewer in self._viewers:
            if len(viewer.waiting) + len(messages) > QUEUE:
                viewer.waiting.clear()
                viewer.lost = True
            if not viewer.lost:
                viewer.waiting.extend(messages)
            viewer.awake.set()

    def _wake_all(self) -> None:
        for viewer in self._viewers:
            viewer.awake.set()


def _content(news: News) -> tuple[str, dict[str, Any]]:
    match news:
        case CaseChanged(case, event):
            return "case", {**case, "event": event}
        case RespondersMoved([one]):
            return "responder", one
        case RespondersMoved(responders):
            return "responder", {"responders": responders}
        case IndicatorsChanged(indicators):
            return "indicators", indicators
        case PlanChanged(plan, _):
            return "plan", plan
