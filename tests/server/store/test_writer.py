from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo_server.errors import Overloaded, StoreUnavailable, Undecided
from gridgeo_server.store import Store, Transaction, database, tables, writer
from gridgeo_server.store.memo import memo_of
from loops import run as run_alone

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


class Gate:
    """Work that has begun and doesn't end before it is let."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()
        self.answer: Future[str] = Future()

    def __call__(self, transaction: Transaction) -> str:
        self.begun.set()
        assert self.open.wait(30)
        return keep(transaction, "gate")


def keep(transaction: Transaction, key: str) -> str:
    transaction.connection.execute(tables.replies.insert().values(key=key, request="r", status=200, body="{}", at=NOW))
    return key


def keys(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(sa.select(tables.replies.c.key).order_by("key")).scalars())


@pytest.fixture
def path(tmp_path: Path, empty_store: Path) -> Path:
    """An empty store's file."""
    (tmp_path / "s.sqlite").write_bytes(empty_store.read_bytes())
    return tmp_path / "s.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """A store whose callers don't wait long."""
    made = Store(path, wait_s=0.2)
    yield made
    made.close()


@pytest.fixture
def gate(store: Store) -> Iterator[Gate]:
    """The writer held up in the middle of a job."""
    made = Gate()
    with ThreadPoolExecutor(1) as pool:
        made.answer = pool.submit(store.write, made)
        assert made.begun.wait(30)
        yield made
        made.open.set()


def test_a_full_queue_refuses_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "QUEUE", 2)
    store, held = Store(path), Gate()
    with ThreadPoolExecutor(3) as pool:
        running = pool.submit(store.write, held)
        assert held.begun.wait(30)
        waiting = [store._writer.put(lambda t, k=key: keep(t, k)) for key in "ab"]
        with pytest.raises(Overloaded, match="wait to be written; nothing was kept"):
            store.write(lambda t: keep(t, "c"))
        held.open.set()
        assert [running.result(), *(job.future.result(30) for job in waiting)] == ["gate", "a", "b"]
    assert keys(store) == ["a", "b", "gate"]
    store.close()


def test_what_was_given_up_before_it_began_is_never_done(store: Store, gate: Gate) -> None:
    with pytest.raises(StoreUnavailable, match="nothing was kept") as told:
        store.write(lambda t: keep(t, "late"))
    assert not isinstance(told.value, Undecided)
    gate.open.set()
    while "gate" not in keys(store):
        pass
    store.write(lambda t: keep(t, "next"))
    assert keys(store) == ["gate", "next"]


def test_what_began_and_does_not_end_is_called_undecided_and_is_found_by_its_key(store: Store, gate: Gate) -> None:
    with pytest.raises(Undecided, match="may yet be kept"):
        gate.answer.result()
    gate.open.set()
    while "gate" not in keys(store):
        pass
    assert keys(store) == ["gate"]


def test_a_file_held_by_another_program_is_told_and_the_store_goes_on_when_it_is_let_go(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "STALL_S", 0.05)
    store._wait_s = 30
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(2) as pool:
            waiting = pool.submit(store.write, lambda t: keep(t, "a"))
            told: StoreUnavailable | None = None
            while told is None and not waiting.done():
                time.sleep(0.01)
                try:
                    job = store._writer.put(lambda t: keep(t, "b"))
                except Overloaded as error:
                    told = error
                else:
                    job.future.cancel()
            assert "another program that holds it" in str(told)
            assert keys(store) == []  # reading goes on
            with pytest.raises(StoreUnavailable, match="another program holds its file; nothing was kept"):
                waiting.result()
        other.execute("ROLLBACK")
    assert store.write(lambda t: keep(t, "after")) == "after"
    assert keys(store) == ["after"]


def test_a_file_that_was_moved_away_is_named_and_used_again_when_it_is_back(store: Store, path: Path) -> None:
    store.write(lambda t: keep(t, "before"))
    away = path.with_name("away.sqlite")
    os.replace(path, away)
    for ask in (lambda: store.write(lambda t: keep(t, "lost")), lambda: keys(store)):
        with pytest.raises(StoreUnavailable, match=r"s\.sqlite is gone .* bring it back"):
            ask()
    assert not path.exists()
    os.replace(away, path)
    assert store.write(lambda t: keep(t, "again")) == "again"
    assert keys(store) == ["again", "before"]


def test_another_file_in_its_place_is_not_written(store: Store, path: Path, empty_store: Path) -> None:
    os.replace(path, path.with_name("away.sqlite"))
    path.write_bytes(empty_store.read_bytes())
    with pytest.raises(StoreUnavailable, match="another file lies at"):
        store.write(lambda t: keep(t, "lost"))


def test_a_commit_into_a_file_that_went_meanwhile_is_not_acknowledged(store: Store, path: Path) -> None:
    def moves(transaction: Transaction) -> str:
        os.replace(path, path.with_name("away.sqlite"))
        return keep(transaction, "a")

    with pytest.raises(Undecided, match="is gone"):
        store.write(moves)
    os.replace(path.with_name("away.sqlite"), path)
    assert keys(store) == ["a"]


def test_news_that_can_not_be_told_cost_nobody_the_answer(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def fails(news: Any) -> None:
        raise ValueError(news)

    store = Store(path, fails)
    assert store.write(lambda t: (keep(t, "a"), t.announce("x"))[0]) == "a"
    assert store.write(lambda t: keep(t, "b")) == "b"
    store.close()
    assert "news could not be told" in caplog.text


def test_a_lock_that_lasts_is_told_when_the_store_is_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OPENING_S", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="end the program that holds it"):
            Store(path)
        other.execute("ROLLBACK")


def test_a_write_on_an_event_loop_is_answered_like_one_in_a_thread(store: Store) -> None:
    def refuse(transaction: Transaction) -> None:
        keep(transaction, "bad")
        raise KeyError("no")

    async def run() -> None:
        found = await asyncio.gather(*(store.write_soon(lambda t, k=key: keep(t, k)) for key in "abc"))
        assert found == ["a", "b", "c"]
        with pytest.raises(KeyError):
            await store.write_soon(refuse)

    run_alone(run())
    assert keys(store) == ["a", "b", "c"]


def test_on_an_event_loop_what_did_not_begin_is_never_done_and_what_did_is_undecided(store: Store, gate: Gate) -> None:
    async def run() -> None:
        with pytest.raises(StoreUnavailable, match="nothing was kept"):
            await store.write_soon(lambda t: keep(t, "late"))

    run_alone(run())
    gate.open.set()
    second = Gate()

    async def stuck() -> None:
        with pytest.raises(Undecided):
            await store.write_soon(second)

    run_alone(stuck())
    second.open.set()
    store._wait_s = 30
    store.write(lambda t: keep(t, "next"))
    assert "late" not in keys(store)


def test_what_a_job_remembers_is_there_for_the_next_until_one_fails_or_another_program_writes(
    store: Store, path: Path
) -> None:
    def remember(transaction: Transaction) -> None:
        memo = memo_of(transaction.connection)
        assert memo is not None
        memo["a"] = 1

    def remembered(transaction: Transaction) -> bool:
        return "a" in (memo_of(transaction.connection) or {})

    def fails(transaction: Transaction) -> None:
        raise KeyError("no")

    store.write(remember)
    assert store.write(remembered)
    with pytest.raises(KeyError):
        store.write(fails)
    assert not store.write(remembered)
    store.write(remember)

    def takes_a_part_back(transaction: Transaction) -> None:
        with pytest.raises(KeyError), transaction.connection.begin_nested():
            fails(transaction)

    store.write(takes_a_part_back)
    assert not store.write(remembered)
    store.write(remember)
    with closing(sqlite3.connect(path)) as other:
        other.execute("INSERT INTO about VALUES ('x', 'y')")
        other.commit()
    assert not store.write(remembered)
    with store.reading() as connection:
        assert memo_of(connection) is None
