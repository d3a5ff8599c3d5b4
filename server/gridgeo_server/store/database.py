"""The store: one SQLite file in write-ahead mode, one thread that writes, any number that read.

An answer is given only after its transaction is on the disk (`synchronous=FULL`), by the group commit of `writer`.
What a write announces is handed on after its commit, in commit order. Where the file is moved away nothing is written
until it is back: a connection would go on writing into a file that nobody finds again.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from gridgeo_server.errors import StoreUnavailable, Undecided
from gridgeo_server.store.jobs import Transaction
from gridgeo_server.store.writer import Writer, is_locked, release

Answer = TypeVar("Answer")

LOCK_S = 2.0
"""Seconds to wait for another program that holds the file."""
OPENING_S = 10.0
"""The same while the store is opened, when nobody waits for an answer yet."""


class Store:
    """The server's memory in the file `path`; made and brought up to date when opened.

    Parameters
    ----------
    path
        The SQLite file.
    on_commit
        Called from the writing thread with the announcements of each commit, after it.
    wait_s
        Longest time that a write may wait for its turn, and again that it may take, seconds.
    """

    def __init__(
        self, path: Path, on_commit: Callable[[list[Any]], None] = lambda news: None, wait_s: float = 20.0
    ) -> None:
        self._path = path
        self._wait_s = wait_s
        with _told_plainly(path):
            _make_private(path)
            sqlite3.connect(path).close()
            _migrate(path)
        self._file = _identity(path)
        self._engine = _engine(path, LOCK_S)
        self._writer = Writer(self._engine.connect, self._check, on_commit)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one consistent state; nothing it does is kept."""
        self._check()
        try:
            with self._engine.connect() as connection:
                yield connection
                connection.rollback()
        except (sa.exc.OperationalError, sqlite3.OperationalError) as error:
            raise StoreUnavailable(f"the store can't be read: {getattr(error, 'orig', error)}") from error

    def write(self, work: Callable[[Transaction], Answer], *, last: bool = False, adds: bool = False) -> Answer:
        """Do `work` in a transaction and return its answer once it is durable.

        Parameters
        ----------
        last
            Whatever is written next comes after this commit, and after what it announces was heard.
        adds
            `work` only adds rows, all of them by `held.add`: they are written together with those of others.

        Raises
        ------
        Overloaded
            Too much waits to be written; nothing of it was done.
        Undecided
            It was begun and didn't end in time: it may or may not be kept.
        StoreUnavailable
            The store is closed, full or gone; nothing is kept. Any other exception of `work` is raised as it is,
            and nothing of that work is kept.
        """
        future = self._writer.put(work, last, adds=adds).future
        wait((future,), self._wait_s)
        self._give_up_unless_begun(future)
        wait((future,), self._wait_s)
        answer: Answer = self._ended(future)
        return answer

    async def write_soon(self, work: Callable[[Transaction], Answer], *, adds: bool = False) -> Answer:
        """`write` for an event loop: no thread waits meanwhile.

        Parameters
        ----------
        adds
            As for `write`.
        """
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        future = self._writer.put(work, waiter=waiter, adds=adds).future
        limit = loop.call_later(self._wait_s, release, [waiter])
        await waiter
        limit.cancel()
        self._give_up_unless_begun(future)
        end = loop.time() + self._wait_s
        while not future.done() and loop.time() < end:
            await asyncio.sleep(0.05)
        answer: Answer = self._ended(future)
        return answer

    def close(self) -> None:
        """Finish what is queued, then stop writing."""
        self._writer.close(self._wait_s)
        self._engine.dispose()

    def _give_up_unless_begun(self, future: Future[Any]) -> None:
        if not future.done() and future.cancel():
            told = f"the store did not come to it within {self._wait_s:g} s; nothing was kept, try again"
            raise StoreUnavailable(told)

    def _ended(self, future: Future[Any]) -> Any:
        if not future.done():
            raise Undecided(f"the store did not end it within {2 * self._wait_s:g} s; it may yet be kept")
        return future.result()

    def _check(self) -> None:
        """Raise `StoreUnavailable` where the file that was opened no longer lies at its place."""
        try:
            there = _identity(self._path)
        except OSError as error:
            told = f"the store {self._path} is gone ({error.strerror}); bring it back, the server goes on then"
            raise StoreUnavailable(told) from None
        if there != self._file:
            raise StoreUnavailable(f"another file lies at {self._path}; bring the former back or restart the server")


def _identity(path: Path) -> tuple[int, int]:
    """What names a file whatever its path; raises OSError where there is none."""
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _make_private(path: Path) -> None:
    """Begin a new store as a file of its owner alone: it holds who reported, and secrets that are signed with."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:  # it is there; or it can't be made, and SQLite tells why
        return


def _migrate(path: Path) -> None:
    """Make the tables, or bring those of an older server up to date: in one transaction, whole or not at all."""
    config = _migrations()
    engine = _engine(path, OPENING_S)
    try:
        # Begun here: Alembic would commit after each revision.
        with engine.execution_options(writes=True).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def revisions() -> set[str]:
    """Every revision of the tables that this version knows."""
    return {script.revision for script in ScriptDirectory.from_config(_migrations()).walk_revisions()}


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _engine(path: Path, lock_s: float) -> sa.Engine:
    # mode=rw: a file that is gone is an error, never begun anew in silence.
    address = f"file:{quote(str(path.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        # SQLAlchemy begins transactions itself (below): sqlite3's own guesses at when to begin would break savepoints.
        connection = sqlite3.connect(
            address, uri=True, timeout=lock_s, check_same_thread=False, isolation_level=None, cached_statements=512
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = sa.create_engine(
        "sqlite+pysqlite://", creator=connect, poolclass=sa.pool.QueuePool, pool_size=8, max_overflow=40
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    """Turn a failure to open the file into a message that names it and the mend."""
    try:
        yield
    except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
        cause = getattr(error, "orig", error)
        mend = (
            "end the program that holds it, then try again" if is_locked(cause) else "move it away to begin a new one"
        )
        raise StoreUnavailable(f"{path} can't be used as the server's store ({cause}); {mend}") from error
