"""The one thread that writes: what waits while a commit is being synced shares the next one.

The queue is bounded, and nobody is let into it while the writer stands still: who can't be served is told at once.
How the jobs of a commit are done is in `jobs`.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from gridgeo_server.errors import Overloaded, StoreUnavailable, Undecided
from gridgeo_server.store.jobs import Doing, Job, Outcome, Transaction
from gridgeo_server.store.prepared import driver_of

logger = logging.getLogger(__name__)

GROUP = 64
"""Most jobs that share one commit."""
QUEUE = 1_024
"""Most jobs that wait."""
GATHER_S = 0.005
"""Seconds to wait for more jobs before a commit, while several come at once anyhow."""
CACHE_KB = 65_536
"""Kilobytes of the file that are kept in memory for writing; what isn't is read again for each row."""
LOG_PAGES = 4_000
"""Pages (4 KB each) of the write-ahead log after which it is brought into the file: a page that changes again and again goes there once."""
STALL_S = 1.0
"""Seconds that the writer may wait for the file's lock or the disk before new jobs are refused."""


class Writer:
    """Does jobs in the order they came, many to a commit.

    Parameters
    ----------
    connect
        Opens a connection that may write.
    check
        Raises `StoreUnavailable` when what is written would not get into the store's file.
    on_commit
        Called with the announcements of a commit, after it and in their order.
    """

    def __init__(
        self, connect: Callable[[], sa.Connection], check: Callable[[], None], on_commit: Callable[[list[Any]], None]
    ) -> None:
        self._connect = connect
        self._check = check
        self._on_commit = on_commit
        self._doing: Doing | None = None
        self._jobs: queue.Queue[Job | None] = queue.Queue(maxsize=QUEUE)
        self._closing = threading.Lock()
        self._closed = False
        self._still_since: float | None = None
        self._several = False
        self._thread = threading.Thread(target=self._run, name="gridgeo-store-writer", daemon=True)
        self._thread.start()

    def put(
        self,
        work: Callable[[Transaction], Any],
        last: bool = False,
        waiter: asyncio.Future[None] | None = None,
        adds: bool = False,
    ) -> Job:
        """Queue `work`.

        Raises
        ------
        Overloaded
            Too much waits already, or the writer stands still.
        StoreUnavailable
            The writer was closed.
        """
        still_since = self._still_since
        if still_since is not None and time.monotonic() - still_since > STALL_S:
            raise Overloaded("the store waits for its disk or for another program that holds it; nothing was kept")
        job = Job(work, Future(), last, waiter, adds)
        with self._closing:
            if self._closed:
                raise StoreUnavailable("the server is stopping; try again when it is back")
            try:
                self._jobs.put_nowait(job)
            except queue.Full:
                raise Overloaded(f"{QUEUE:,} requests wait to be written; nothing was kept of this one") from None
        return job

    def close(self, wait_s: float) -> None:
        """Finish what is queued, then stop."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        self._jobs.put(None)
        self._thread.join(wait_s)

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            # Who gave up waiting has cancelled: such a job is never begun, and who asked was told so.
            begun = [job for job in group if job.future.set_running_or_notify_cancel()]
            self._several = len(group) > 1
            if begun:
                self._write(begun)
        self._let_go()

    def _next_group(self) -> tuple[list[Job], bool]:
        """The next jobs, and whether more may come."""
        job = self._jobs.get()
        if self._several and self._jobs.qsize() < GROUP:
            time.sleep(GATHER_S)
        group: list[Job] = []
        while job is not None:
            group.append(job)
            if len(group) == GROUP or job.last:
                return group, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _write(self, group: list[Job]) -> None:
        try:
            outcomes = self._committed(group)
        except Exception as error:
            self._let_go()
            cause = first_cause(error)
            refused = error if isinstance(error, StoreUnavailable) else StoreUnavailable(_told(cause))
            for job in group:
                job.future.set_exception(refused)
            _wake(group)
            if is_locked(cause):
                self._refuse_waiting(refused)
            return
        self._tell([news for one in outcomes for news in one.announcements])
        for one in outcomes:
            if one.error is not None:
                one.job.future.set_exception(one.error)
            else:
                one.job.future.set_result(one.answer)
        _wake(group)

    def _committed(self, group: list[Job]) -> list[Outcome]:
        """Do the jobs of `group` and commit them."""
        self._check()
        try:
            transaction, outcomes = self._did(Doing.all, group)
        except (sa.exc.IntegrityError, sqlite3.IntegrityError):
            # A row that was held back can't stand beside another: whose it is comes to light where each job writes its own.
            transaction, outcomes = self._did(Doing.each, group)
        try:
            with self._standing_still():
                transaction.commit()
            self._check()
        except (sa.exc.DBAPIError, sqlite3.Error, StoreUnavailable) as error:
            # A commit whose sync failed may lie in the log and come to light when the file is opened again.
            raise Undecided(f"the store could not end a write: {getattr(error, 'orig', error)}") from error
        return outcomes

    def _did(
        self, do: Callable[[Doing, list[Job]], list[Outcome]], group: list[Job]
    ) -> tuple[sa.RootTransaction, list[Outcome]]:
        """What came of the jobs of `group`, and their transaction, still to be committed; where that fails nothing of it is left."""
        with self._standing_still():
            doing = self._doing = self._doing or self._opened()
            transaction = doing.connection.begin()
        try:
            doing.remember_what_still_holds()
            return transaction, do(doing, group)
        except BaseException:
            doing.forget()
            transaction.rollback()
            raise

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        """While the file's lock or the disk is waited for, which nothing here can hasten."""
        self._still_since = time.monotonic()
        try:
            yield
        finally:
            self._still_since = None

    def _opened(self) -> Doing:
        connection = self._connect()
        # What undoes a statement that fails half-way is kept in memory: statements of many rows write to it all the time.
        for pragma in (f"cache_size={-CACHE_KB}", f"wal_autocheckpoint={LOG_PAGES}", "temp_store=MEMORY"):
            driver_of(connection).execute(f"PRAGMA {pragma}")
        return Doing(connection)

    def _tell(self, announcements: list[Any]) -> None:
        if announcements:
            try:
                self._on_commit(announcements)
            except Exception:
                # It is committed: whoever asked must hear so, whatever becomes of the news.
                logger.exception("news could not be told")

    def _refuse_waiting(self, refused: StoreUnavailable) -> None:
        """Refuse what waits at this moment: it has waited as long as those who were refused."""
        for _ in range(self._jobs.qsize()):
            job = self._jobs.get()
            if job is None:
                self._jobs.put(None)
            elif job.future.set_running_or_notify_cancel():
                job.future.set_exception(refused)
                _wake([job])

    def _let_go(self) -> None:
        """Close the connection; the next job opens another."""
        doing, self._doing = self._doing, None
        if doing is not None:
            try:
                doing.connection.invalidate()
                doing.connection.close()
            except sa.exc.SQLAlchemyError:
                logger.exception("a connection to the store could not be closed")


def _wake(group: list[Job]) -> None:
    """Wake whoever waits on an event loop: once for each loop, not for each of them."""
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for job in group:
        if job.waiter is not None:
            waiting.setdefault(job.waiter.get_loop(), []).append(job.waiter)
    for loop, waiters in waiting.items():
        try:
            loop.call_soon_threadsafe(release, waiters)
        except RuntimeError:  # the loop was closed: nobody waits any more
            logger.debug("a loop ended before its writes did")


def release(waiters: list[asyncio.Future[None]]) -> None:
    """Wake those who wait and weren't woken yet."""
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)


def first_cause(error: BaseException) -> object:
    """What went wrong first: a full disk ends the whole transaction, and what is rolled back after it fails too."""
    first: BaseException = error
    earlier: BaseException | None = error
    while earlier is not None:
        first = earlier if isinstance(earlier, (sa.exc.DBAPIError, sqlite3.Error)) else first
        earlier = earlier.__context__
    return getattr(first, "orig", first)


def is_locked(cause: object) -> bool:
    """Whether another program holds the store's file."""
    return "locked" in str(cause)


def _told(cause: object) -> str:
    if is_locked(cause):
        return "the store can't be written: another program holds its file; nothing was kept, try again"
    return f"the store can't be written: {cause}; nothing was kept, try again when that is mended"
