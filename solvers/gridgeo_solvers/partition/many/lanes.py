"""Work handed to an executor a little at a time, and taken back from those of its workers that die.

A handful of jobs is run again when its worker died, each of its jobs alone; a job over which a worker dies a second time,
with no other job at work, is named and left out. The rest goes on in fresh processes.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from gridgeo_solvers.processes import Bell, pool, processors
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import StopRule

PER_WORKER = 3
"""Handfuls handed out for each process: one at work, others waiting, so that no process waits for this one."""

ON_A_CLUSTER = 64
"""Handfuls handed out to an executor whose number of workers isn't known."""

LOOK = 0.2
"""Seconds between two looks at the stopping rule."""

J = TypeVar("J")
R = TypeVar("R")

Ended = tuple[tuple[J, ...], list[R] | None, str | None]
"""Jobs with their results; or with None and what went wrong; or with None twice where the run was stopped."""


class Here(Executor):
    """An executor that works at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call `fn` and give its result as a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class _Handful(Generic[J]):
    """Jobs that travel together; `second` when they failed before."""

    jobs: tuple[J, ...]
    second: bool = False


@dataclass
class _Flight(Generic[J]):
    """What is still to do, and what is at work now."""

    fresh: Iterator[_Handful[J]]
    alone: deque[_Handful[J]] = field(default_factory=deque)
    again: deque[_Handful[J]] = field(default_factory=deque)
    flying: dict[Future[Any], _Handful[J]] = field(default_factory=dict)

    def next(self, most: int) -> _Handful[J] | None:
        """A handful that may be handed out now, while `most` may be at work at once."""
        if self.alone:
            return self.alone.popleft() if not self.flying else None
        if len(self.flying) >= most:
            return None
        return self.again.popleft() if self.again else next(self.fresh, None)

    def rest(self) -> Iterator[_Handful[J]]:
        """Everything that wasn't handed out."""
        yield from self.alone
        yield from self.again
        yield from self.fresh

    def landed(self) -> Iterator[tuple[_Handful[J], Future[Any]]]:
        """Handfuls whose work has ended, in the order they were handed out."""
        for future in [future for future in self.flying if future.done()]:
            yield self.flying.pop(future), future


@dataclass
class Lanes:
    """Where work is done: a given executor, or processes of this machine.

    Parameters
    ----------
    executor
        Any executor; None starts processes.
    workers
        Number of processes where no executor is given, as many as processors where None; 1 works in this process.
    stop
        Asked while waiting; true rings the bell that the workers hear.
    progress
        Hears of processes that died.
    """

    executor: Executor | None
    workers: int | None
    stop: StopRule | None
    progress: Progress
    _own: Executor | None = field(default=None, init=False, repr=False)

    def run(
        self, work: Callable[[tuple[J, ...], Any, StopRule], list[R]], handfuls: Iterator[tuple[J, ...]], choices: Any
    ) -> Iterator[Ended[J, R]]:
        """What every handful of jobs comes to, as they end.

        `work` is a function of a module, called in the workers with a handful, `choices` and a stopping rule.
        """
        with tempfile.TemporaryDirectory(prefix="gridgeo-") as folder:
            bell = Bell(str(Path(folder) / "stop"))
            flight = _Flight(_Handful(jobs) for jobs in handfuls)
            try:
                yield from self._fly(flight, work, choices, bell)
                for handful in flight.rest():
                    yield handful.jobs, None, None
            finally:
                bell.ring()
                for future in flight.flying:
                    future.cancel()
                self._close()

    def _fly(self, flight: _Flight[J], work: Callable[..., list[R]], choices: Any, bell: Bell) -> Iterator[Ended[J, R]]:
        stopped = False
        while True:
            stopped = stopped or (self.stop is not None and self.stop())
            if stopped:
                bell.ring()
                for future in flight.flying:
                    future.cancel()
            else:
                self._hand_out(flight, work, choices, bell)
            if not flight.flying:
                return
            wait(flight.flying, timeout=LOOK, return_when=FIRST_COMPLETED)
            died: list[_Handful[J]] = []
            dropped: list[_Handful[J]] = []
            for handful, future in flight.landed():
                error = _error(future)
                if error is None:
                    yield handful.jobs, future.result(), None
                elif stopped:
                    yield handful.jobs, None, None
                elif isinstance(error, CancelledError):
                    dropped.append(handful)
                elif isinstance(error, BrokenExecutor):
                    died.append(handful)
                elif handful.second:
                    yield handful.jobs, None, f"its worker failed twice: {type(error).__name__}: {error}"
                else:
                    # E.g. a cluster that gave it up: each of its jobs by itself, once more.
                    flight.again.extend(_Handful((job,), second=True) for job in handful.jobs)
            if dropped:
                # Nobody here cancelled it: the cluster is gone, and with it all that it had at work.
                for future in flight.flying:
                    future.cancel()
                flight.again.extend([*dropped, *flight.flying.values()])
                flight.flying.clear()
                self._replace("the executor dropped its work")
            if died:
                yield from self._mourn(flight, died)

    def _hand_out(self, flight: _Flight[J], work: Callable[..., list[R]], choices: Any, bell: Bell) -> None:
        workers, most = self._pool()
        # In this process nobody could ring while a job is at work.
        rule = self.stop or bell if isinstance(workers, Here) else bell
        while (handful := flight.next(most)) is not None:
            try:
                flight.flying[workers.submit(work, handful.jobs, choices, rule)] = handful
            except Exception as error:
                # Broken or shut down since the last handful: what is at work tells why, and this one waits its turn.
                (flight.alone if handful.second else flight.again).appendleft(handful)
                if flight.flying:
                    return
                self._replace(f"the executor takes no more work ({type(error).__name__}: {error})")
                workers, most = self._pool()
                rule = bell

    def _mourn(self, flight: _Flight[J], died: list[_Handful[J]]) -> Iterator[Ended[J, R]]:
        """A process died: whatever was at work may have killed it; a job that was alone at work has."""
        # The others that this pool had at work end with it.
        wait(flight.flying)
        for handful, future in flight.landed():
            if _error(future) is None:
                yield handful.jobs, future.result(), None
            else:
                died.append(handful)
        self._replace("a process that solved jobs died")
        if len(died) == 1 and died[0].second:
            yield died[0].jobs, None, "it ends the process that solves it (crashed, or killed for want of memory)"
        else:
            flight.alone.extend(_Handful((job,), second=True) for handful in died for job in handful.jobs)

    def _pool(self) -> tuple[Executor, int]:
        if self.executor is not None:
            return self.executor, ON_A_CLUSTER
        count = self.workers or processors()
        if self._own is None:
            if count == 1 and self.workers == 1:
                self._own = Here()
            else:
                self._own = pool(count)
                _prove_it_works(self._own)
        return self._own, 1 if isinstance(self._own, Here) else PER_WORKER * count

    def _replace(self, why: str) -> None:
        if self.executor is not None:
            self.progress.note(f"{why}; the rest is solved on processes of this machine")
            # In this process, a job that kills would kill the caller.
            self.executor, self.workers = None, max(self.workers or processors(), 2)
        else:
            self.progress.note(f"{why}; fresh ones go on")
        self._close()

    def _close(self) -> None:
        if self._own is not None:
            self._own.shutdown(wait=True, cancel_futures=True)
            self._own = None


def _error(future: Future[Any]) -> BaseException | None:
    return CancelledError() if future.cancelled() else future.exception()


def _prove_it_works(started: Executor) -> None:
    """Tell processes that can't even start from jobs that kill them."""
    try:
        started.submit(processors).result()
    except BrokenExecutor as error:
        started.shutdown()
        raise RuntimeError(
            'processes can\'t be started from here: put the call under `if __name__ == "__main__":` in a script that is a '
            "file, or work in this process with workers=1"
        ) from error
