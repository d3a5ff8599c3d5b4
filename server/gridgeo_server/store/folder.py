"""The data folder's store: whose it is, and that one server uses it at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gridgeo.errors import BadInput
from gridgeo_server.store import tables
from gridgeo_server.store.database import Store

STORE = "gridgeo.sqlite"
"""Name of the store in the data folder."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold `folder` for one server.

    The lock is an SQLite file held in an exclusive transaction: the operating system lets go of it when the process
    ends, however it ends, and it works alike on all systems.

    Raises
    ------
    BadInput
        Another server holds the folder.
    """
    with closing(_lock(folder / "gridgeo.lock")):
        yield


def _lock(path: Path) -> sqlite3.Connection:
    try:
        lock = sqlite3.connect(path, timeout=0, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise BadInput(f"{path} can't be written ({error}); give a folder that may be written") from None
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if "locked" not in str(error):
            raise BadInput(f"{path} can't be written ({error}); give a folder that may be written") from None
        raise BadInput(
            f"{path.parent} is in use by another gridgeo server; stop that one, or give another folder"
        ) from None
    return lock


def check_own_of_demo(folder: Path) -> None:
    """Prove that a store in `folder`, if there is one, was made by the demonstration.

    Raises
    ------
    BadInput
        It was not: it may hold what people reported.
    """
    path = folder / STORE
    if path.exists() and _purpose(path) != "demo":
        raise BadInput(
            f"{path} was not made by 'gridgeo demo' and may hold real cases; move it away, or give another --out"
        )


def begin_demo_store(folder: Path) -> None:
    """Begin an empty store, flagged as the demonstration's own; the one before is kept as ``gridgeo-before.sqlite``."""
    check_own_of_demo(folder)
    path = folder / STORE
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            # Leaving write-ahead mode leaves one file: what is moved is whole.
            connection.execute("PRAGMA journal_mode=DELETE")
        os.replace(path, folder / "gridgeo-before.sqlite")
    store = Store(path)
    try:
        store.write(lambda t: t.connection.execute(tables.about.insert().values(name="purpose", value="demo")) and None)
    finally:
        store.close()


def _purpose(path: Path) -> str | None:
    """What the store at `path` is for; None where it doesn't say."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            row = connection.execute("SELECT value FROM about WHERE name = 'purpose'").fetchone()
    except sqlite3.DatabaseError:
        return None
    return None if row is None else str(row[0])
