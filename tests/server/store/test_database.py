from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo_server.errors import StoreUnavailable
from gridgeo_server.store import Store, Transaction, tables

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def told() -> list[Any]:
    """What the store announced."""
    return []


@pytest.fixture
def store(tmp_path: Path, told: list[Any]) -> Iterator[Store]:
    """A new store."""
    made = Store(tmp_path / "s.sqlite", told.extend)
    yield made
    made.close()


def _keep(transaction: Transaction, key: str) -> str:
    transaction.connection.execute(tables.replies.insert().values(key=key, request="r", status=200, body="{}", at=NOW))
    return key


def _keys(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(sa.select(tables.replies.c.key).order_by("key")).scalars())


def test_the_file_is_kept_safely(store: Store) -> None:
    with store.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_what_is_answered_is_in_the_file(store: Store, tmp_path: Path) -> None:
    assert store.write(lambda t: _keep(t, "a")) == "a"
    with sqlite3.connect(tmp_path / "s.sqlite") as other:
        assert other.execute("SELECT key FROM replies").fetchall() == [("a",)]
    other.close()


def test_a_write_that_fails_keeps_nothing_and_spoils_no_other(store: Store, told: list[Any]) -> None:
    gate = threading.Event()

    def slow(transaction: Transaction) -> str:
        gate.wait(10)
        return _keep(transaction, "slow")

    def bad(transaction: Transaction) -> None:
        _keep(transaction, "bad")
        transaction.announce("bad")
        raise KeyError("no")

    def good(transaction: Transaction) -> str:
        transaction.announce("good")
        return _keep(transaction, "good")

    # While the first is held up, the others queue and share one commit.
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(store.write, slow)
        failing, fine = pool.submit(store.write, bad), pool.submit(store.write, good)
        gate.set()
        assert first.result() == "slow"
        assert fine.result() == "good"
        with pytest.raises(KeyError):
            failing.result()
    assert _keys(store) == ["good", "slow"]
    assert told == ["good"]


def test_news_are_told_after_the_commit_and_in_its_order(store: Store, tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []

    def look(news: list[str]) -> None:
        with sqlite3.connect(tmp_path / "t.sqlite") as other:
            seen.append((*news, other.execute("SELECT count(*) FROM replies").fetchone()[0]))
        other.close()

    watched = Store(tmp_path / "t.sqlite", look)
    for key in "abc":
        watched.write(lambda t, k=key: (_keep(t, k), t.announce(k)))
    watched.close()
    assert seen == [("a", 1), ("b", 2), ("c", 3)]


def test_many_writers_and_readers_never_meet_a_locked_file(store: Store) -> None:
    def both(number: int) -> int:
        store.write(lambda t: _keep(t, f"k{number:03d}"))
        return len(_keys(store))

    with ThreadPoolExecutor(16) as pool:
        counts = list(pool.map(both, range(120)))
    assert len(_keys(store)) == 120
    assert min(counts) >= 1


def test_a_full_disk_is_told_as_such_and_keeps_nothing_half(store: Store) -> None:
    store.write(lambda t: t.connection.exec_driver_sql("PRAGMA max_page_count = 30"))

    def much(transaction: Transaction) -> None:
        for number in range(400):
            transaction.connection.execute(
                tables.replies.insert().values(key=f"m{number}", request="r", status=200, body="x" * 2_000, at=NOW)
            )

    with pytest.raises(StoreUnavailable, match="database or disk is full"):
        store.write(much)
    assert _keys(store) == []
    store.write(lambda t: t.connection.exec_driver_sql("PRAGMA max_page_count = 100000"))
    assert store.write(lambda t: _keep(t, "after")) == "after"


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreUnavailable, match="stopping"):
        store.write(lambda t: _keep(t, "late"))


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(StoreUnavailable, match=r"s\.sqlite can't be used as the server's store"):
        Store(tmp_path / "s.sqlite")


def test_a_store_is_found_again_as_it_was_left(tmp_path: Path) -> None:
    first = Store(tmp_path / "s.sqlite")
    first.write(lambda t: _keep(t, "a"))
    first.close()
    second = Store(tmp_path / "s.sqlite")
    assert _keys(second) == ["a"]
    second.close()


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
def test_a_new_store_is_a_file_of_its_owner_alone_and_an_older_one_keeps_its_permissions(tmp_path: Path) -> None:
    store = Store(tmp_path / "new.sqlite")
    try:
        assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("new.sqlite*")} == {0o600}
    finally:
        store.close()
    (tmp_path / "new.sqlite").chmod(0o640)
    Store(tmp_path / "new.sqlite").close()
    assert (tmp_path / "new.sqlite").stat().st_mode & 0o777 == 0o640
