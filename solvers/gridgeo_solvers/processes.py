"""Processes of this machine that work for this one, and a bell that stops them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path


@dataclass(frozen=True)
class Bell:
    """A stopping rule that crosses processes: true once the file at `path` exists."""

    path: str

    def __call__(self) -> bool:
        """Whether the bell was rung."""
        return os.path.exists(self.path)

    def ring(self) -> None:
        """Make every holder of the bell hear it."""
        Path(self.path).touch()


def processors() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pool(count: int) -> ProcessPoolExecutor:
    """Up to `count` processes, each started when there is work for it.

    Spawned, not forked: threads of the caller can't leave locks behind, and all systems work alike.
    """
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_deaf)


@contextmanager
def helpers(count: int | None, module: str) -> Iterator[Executor | None]:
    """An executor of `count` processes, as many as processors where None; None where one alone would work.

    One of them begins to load `module` at once. All end with the block, whatever they are at.
    """
    count = processors() if count is None else count
    if count < 2:
        yield None
        return
    before = set(multiprocessing.active_children())
    executor = pool(count)
    executor.submit(import_module, module)
    try:
        yield executor
    finally:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        # With its processes gone it ends at once; waited for, since what keeps it would else end amid the interpreter's end.
        executor.shutdown(cancel_futures=True)


def _deaf() -> None:
    """In a worker: Ctrl-C is for the caller, who rings the bell."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
