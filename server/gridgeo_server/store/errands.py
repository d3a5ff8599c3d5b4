"""Work that another thread lets an event loop do.

Two threads that both run Python take the interpreter's lock from each other thousands of times a second, and whoever gets it back finds
the caches full of what the other one used: together they take a tenth to a fifth more time than one of them for the work of both.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

BEGIN_S = 0.25
"""Seconds within which the loop must begin; else the work is done where it was asked for."""


def on_loop(loop: asyncio.AbstractEventLoop, work: Callable[[], Answer]) -> Answer:
    """The answer of `work`, done once: on `loop`, or here where the loop was closed or doesn't come to it.

    Never called on the loop itself. Whatever `work` raises is raised here.
    """
    errand = _Errand(work)
    try:
        loop.call_soon_threadsafe(errand.run)
    except RuntimeError:  # the loop was closed
        errand.run()
    else:
        wait((errand.future,), BEGIN_S)
        errand.run()
    return errand.future.result()


class _Errand(Generic[Answer]):
    """Work that whoever comes first does."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._work = work
        self._taken = threading.Lock()
        self.future: Future[Answer] = Future()

    def run(self) -> None:
        """Do it, unless somebody does or did."""
        if not self._taken.acquire(blocking=False):
            return
        try:
            self.future.set_result(self._work())
        except BaseException as error:
            self.future.set_exception(error)
            if not isinstance(error, Exception):
                raise
