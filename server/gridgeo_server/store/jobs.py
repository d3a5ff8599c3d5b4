"""Jobs of one commit: each by itself in a savepoint, or, where they only add rows, all of them together.

Each job has a savepoint of its own in the shared transaction, so that one refused job never takes another with it. Jobs that only
add rows have none, and no statement of their own: their rows are held back and written together (`held`). Where those who wait for
them wait on an event loop, and they are quick, they are done there (`errands`). What a job has read may be remembered for the next
ones (`memo`), since nobody else writes in between.
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from gridgeo_server.store.errands import on_loop
from gridgeo_server.store.held import HELD, Held
from gridgeo_server.store.memo import AHEAD
from gridgeo_server.store.prepared import driver_of

SLICE = 64
"""Most jobs that an event loop does in one go."""
SLICE_S = 0.02
"""Seconds that it is kept from all else by them, as long as they take what those before took."""
QUICK_S = 0.002
"""Seconds that a job took on average where an event loop may do the next ones."""


@dataclass
class Transaction:
    """What a piece of writing work is given: a connection, and a list of what to tell others after the commit."""

    connection: sa.Connection
    announcements: list[Any] = field(default_factory=list)

    def announce(self, news: Any) -> None:
        """Tell `news` once this transaction is durable; nothing is told when it fails."""
        self.announcements.append(news)


@dataclass(frozen=True)
class Job:
    """Work that waits, and where its answer will be."""

    work: Callable[[Transaction], Any]
    future: Future[Any]
    last: bool = False
    """Nothing shares a commit with it after it."""
    waiter: asyncio.Future[None] | None = None
    """Who waits for it on an event loop; woken once `future` is done."""
    adds: bool = False
    """It only adds rows, all of them by `held.add`."""


@dataclass(frozen=True)
class Outcome:
    """What came of a job: its answer or an error, and what is to be told once it is durable."""

    job: Job
    answer: Any = None
    error: Exception | None = None
    announcements: tuple[Any, ...] = ()


class DoneOver(Exception):
    """A part of a job that adds rows failed: the job is done over, by statements of its own, and its parts in savepoints."""


class Doing:
    """Does the jobs of one commit after another on a connection, in transactions that whoever asks begins and ends."""

    def __init__(self, connection: sa.Connection) -> None:
        memo: dict[str, Any] = {}
        self.connection = connection.execution_options(writes=True, memo=memo)
        sa.event.listen(connection, "rollback_savepoint", lambda *_: memo.clear())
        self._memo = memo
        self._held = Held()
        self._version: int | None = None
        self._took_s = math.inf

    def forget(self) -> None:
        """Forget what a transaction that came to nothing held back and remembered."""
        self._held = Held()
        self._memo.clear()

    def remember_what_still_holds(self) -> None:
        """Forget what was remembered if another program has written since."""
        (version,) = driver_of(self.connection).execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._memo.clear()
            self._version = version

    def each(self, group: list[Job]) -> list[Outcome]:
        """Do jobs one by one, each in a savepoint."""
        outcomes = [self._done(job) for job in group]
        self._memo.pop(AHEAD, None)
        return outcomes

    def all(self, group: list[Job]) -> list[Outcome]:
        """Do jobs, and write what they held back."""
        self._look_ahead([job.work for job in group if job.adds])
        runs = groupby(group, _loop_of)
        outcomes = [one for loop, jobs in runs for one in self._run_of(loop, list(jobs))]
        self._held.write(self.connection)
        self._memo.pop(AHEAD, None)
        return outcomes

    def _run_of(self, loop: asyncio.AbstractEventLoop | None, jobs: list[Job]) -> list[Outcome]:
        """Do jobs, on the loop on which they are waited for where they only add rows; the first ones, and slow ones, here."""
        if loop is None:
            return [self._added(job) if job.adds else self._done(job) for job in jobs]
        outcomes: list[Outcome] = []
        while len(outcomes) < len(jobs):
            # So many that others on the loop needn't wait long, and as many as can be: what one leaves in the caches serves the next.
            most = min(SLICE, max(1, int(SLICE_S / self._took_s)))
            work = partial(self._timed, jobs[len(outcomes) : len(outcomes) + most])
            outcomes += on_loop(loop, work) if self._took_s < QUICK_S else work()
        return outcomes

    def _timed(self, jobs: list[Job]) -> list[Outcome]:
        """Do jobs that only add rows, and keep how long each took."""
        begun = time.perf_counter()
        outcomes = [self._added(job) for job in jobs]
        self._took_s = (time.perf_counter() - begun) / len(jobs)
        return outcomes

    def _look_ahead(self, works: list[Callable[[Transaction], Any]]) -> None:
        """Let the works that have an ``ahead`` read what they need for all of them at once."""
        kinds: dict[Any, list[Any]] = {}
        for work in works:
            if hasattr(work, "ahead"):
                kinds.setdefault(type(work), []).append(work)
        for kind, same in kinds.items():
            kind.ahead(self.connection, same)

    def _done(self, job: Job) -> Outcome:
        """Do one job in a savepoint; a failure of the store itself is raised, for it ends the whole transaction."""
        self._held.write(self.connection)
        transaction, driver = Transaction(self.connection), driver_of(self.connection)
        driver.execute("SAVEPOINT job")
        try:
            answer = job.work(transaction)
        except (sa.exc.OperationalError, sqlite3.OperationalError):
            raise
        except Exception as error:
            driver.execute("ROLLBACK TO job")
            self._memo.clear()
            outcome = Outcome(job, error=error)
        else:
            outcome = Outcome(job, answer, announcements=tuple(transaction.announcements))
        driver.execute("RELEASE job")
        return outcome

    def _added(self, job: Job) -> Outcome:
        """Do a job that only adds rows: where it fails its rows are dropped, and what others added before it is written."""
        transaction, driver = Transaction(self.connection), driver_of(self.connection)
        mark, changes = self._held.mark(), driver.total_changes
        self._memo[HELD] = self._held
        try:
            answer = job.work(transaction)
            outcome = Outcome(job, answer, announcements=tuple(transaction.announcements))
        except (sa.exc.OperationalError, sqlite3.OperationalError):
            raise
        except Exception as error:
            self._held.drop(mark)
            self._held.write(self.connection)
            self._memo.clear()
            if isinstance(error, DoneOver):
                return self._done(job)
            outcome = Outcome(job, error=error)
            changes = driver.total_changes
        self._memo.pop(HELD, None)
        if driver.total_changes != changes:
            raise RuntimeError("a job that was said to add rows alone has written by itself")
        return outcome


def _loop_of(job: Job) -> asyncio.AbstractEventLoop | None:
    """The event loop that may do a job; None where the writer does it itself."""
    return job.waiter.get_loop() if job.adds and job.waiter is not None else None
