"""A limit of time that costs nothing where nothing is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

Answer = TypeVar("Answer")


async def in_time(work: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
    """What `work` gives; `TimeoutError` where it isn't done in `seconds`.

    Most bodies lie there already when they are asked for. A timer for each that never rings costs as much as reading it.
    """
    try:
        first = work.send(None)
    except StopIteration as done:
        answer: Answer = done.value
        return answer
    async with asyncio.timeout(seconds):
        return await _Begun(work, first)


class _Begun(Generator[Any, Any, Any]):
    """Work that was begun and waits for `first`: awaited, it says so to whoever awaits it, and goes on."""

    def __init__(self, work: Coroutine[Any, Any, Any], first: Any) -> None:
        self._work = work
        self._first = first
        self._told = False

    def __await__(self) -> Generator[Any, Any, Any]:
        return self

    def send(self, given: Any) -> Any:
        """Go on to what is waited for next."""
        if self._told:
            return self._work.send(given)
        self._told = True
        return self._first

    def throw(self, *error: Any) -> Any:
        """Let an error, or the end of the time, come up where it waits."""
        return self._work.throw(*error)
