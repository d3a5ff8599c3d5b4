"""The store: one SQLite file in write-ahead mode, one thread that writes, any number that read.

An answer is given only after its transaction is on the disk (`synchronous=FULL`). Writes that wait while
one is being synced share the next sync (group commit), each in a savepoint of its own, so that one refused
write never takes another with it. What a write announces is handed on after its commit, in commit order.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from gridgeo_server.errors import StoreUnavailable

Answer = TypeVar("Answer")

_GROUP = 64
"""Most writes that share one commit."""


@dataclass
class Transaction:
    """What a piece of writing work is given: a connection, and a list of what to tell others after the commit."""

    connection: sa.Connection
    announcements: list[Any] = field(default_factory=list)

    def announce(self, news: Any) -> None:
        """Tell `news` once this transaction is durable; nothing is told when it fails."""
        self.announcements.append(news)


@dataclass(frozen=True)
class _Job:
    work: Callable[[Transaction], Any]
    future: Future[Any]
    last: bool = False
    """Nothing shares a commit with it after it."""


class Store:
    """The server's memory in the file `path`; made and brought up to date when opened.

    Parameters
    ----------
    path
        The SQLite file.
    on_commit
        Called from the writing thread with each announcement, after its commit.
    wait_s
        Longest time that a write may take before `StoreUnavailable` is raised.
    """

    def __init__(self, path: Path, on_commit: Callable[[Any], None] = lambda news: None, wait_s: float = 20.0) -> None:
        self._engine = _engine(path)
        self._on_commit = on_commit
        self._wait_s = wait_s
        self._jobs: queue.Queue[_Job | None] = queue.Queue(maxsize=10_000)
        self._closed = threading.Event()
        with _told_plainly(path):
            self._migrate()
        self._writer = threading.Thread(target=self._write_all, name="gridgeo-store-writer", daemon=True)
        self._writer.start()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one consistent state; nothing it does is kept."""
        try:
            with self._engine.connect() as connection:
                yield connection
                connection.rollback()
        except sa.exc.OperationalError as error:
            raise StoreUnavailable(f"the store can't be read: {error.orig}") from error

    def write(self, work: Callable[[Transaction], Answer], *, last: bool = False) -> Answer:
        """Do `work` in a transaction and return its answer once it is durable.

        Parameters
        ----------
        last
            Whatever is written next comes after this commit, and after what it announces was heard.

        Raises
        ------
        StoreUnavailable
            The store is closed, full or too slow. Any other exception of `work` is raised as it is, and
            nothing of that work is kept.
        """
        if self._closed.is_set():
            raise StoreUnavailable("the server is stopping; try again when it is back")
        job = _Job(work, Future(), last)
        try:
            self._jobs.put(job, timeout=self._wait_s)
            answer: Answer = job.future.result(timeout=self._wait_s)
        except (TimeoutError, queue.Full):
            job.future.cancel()
            raise StoreUnavailable(f"the store did not answer within {self._wait_s:g} s; try again") from None
        return answer

    def close(self) -> None:
        """Finish what is queued, then stop writing."""
        if not self._closed.is_set():
            self._closed.set()
            self._jobs.put(None)
            self._writer.join(timeout=self._wait_s)
            self._engine.dispose()

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        with self._engine.connect().execution_options(writes=True) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    def _write_all(self) -> None:
        with self._engine.connect().execution_options(writes=True) as connection:
            while (job := self._jobs.get()) is not None:
                group = [job]
                while len(group) < _GROUP and not group[-1].last and not self._jobs.empty():
                    follower = self._jobs.get()
                    if follower is None:
                        self._jobs.put(None)
                        break
                    group.append(follower)
                self._write_group(connection, [one for one in group if one.future.set_running_or_notify_cancel()])

    def _write_group(self, connection: sa.Connection, group: list[_Job]) -> None:
        done: list[tuple[_Job, Any, list[Any]]] = []
        try:
            with connection.begin():
                for job in group:
                    transaction = Transaction(connection)
                    try:
                        with connection.begin_nested():
                            answer = job.work(transaction)
                    except sa.exc.OperationalError:
                        raise
                    except Exception as error:
                        job.future.set_exception(error)
                    else:
                        done.append((job, answer, transaction.announcements))
        except Exception as error:
            refused = StoreUnavailable(f"the store can't be written: {_first_cause(error)}")
            for job in group:
                if not job.future.done():
                    job.future.set_exception(refused)
            return
        for job, answer, announcements in done:
            for news in announcements:
                self._on_commit(news)
            job.future.set_result(answer)


def _first_cause(error: BaseException) -> object:
    """What went wrong first: a full disk ends the whole transaction, and the rollback of its savepoint fails after it."""
    first: BaseException = error
    earlier: BaseException | None = error
    while earlier is not None:
        first = earlier if isinstance(earlier, sa.exc.DBAPIError) else first
        earlier = earlier.__context__
    return getattr(first, "orig", first)


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite+pysqlite", database=str(path)),
        pool_size=8,
        max_overflow=40,
        connect_args={"check_same_thread": False, "timeout": 10.0},
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy begins transactions itself (below): sqlite3's own guesses at when to begin would break savepoints.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    """Turn a failure to open the file into a message that names it."""
    try:
        yield
    except sa.exc.DatabaseError as error:
        raise StoreUnavailable(
            f"{path} can't be used as the server's store ({error.orig}); move it away to begin a new one"
        ) from error
