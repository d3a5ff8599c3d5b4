"""Work that an event loop does for another thread: once, wherever it is done."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from gridgeo_server.store import Store, Transaction, jobs, tables
from gridgeo_server.store import errands as module
from gridgeo_server.store.errands import on_loop
from gridgeo_server.store.held import add
from loops import run
from server.store.test_held import KEEP, ROW


def test_work_is_done_on_the_loop_and_its_answer_comes_back() -> None:
    async def asked() -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        return await asyncio.to_thread(on_loop, loop, threading.get_ident), threading.get_ident()

    done_by, loop_is = run(asked())
    assert done_by == loop_is


def test_what_work_raises_is_raised_where_it_was_asked_for_and_the_loop_goes_on() -> None:
    def refuse() -> None:
        raise KeyError("nothing")

    async def asked() -> str:
        with pytest.raises(KeyError, match="nothing"):
            await asyncio.to_thread(on_loop, asyncio.get_running_loop(), refuse)
        return "still here"

    assert run(asked()) == "still here"


def test_a_loop_that_was_closed_does_nothing_and_the_work_is_done_at_once() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    assert on_loop(loop, threading.get_ident) == threading.get_ident()


def test_a_loop_that_does_not_come_to_it_is_not_waited_for_and_finds_it_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEGIN_S", 0.02)
    done: list[int] = []

    async def stuck() -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        asking = threading.Thread(target=on_loop, args=(loop, lambda: done.append(threading.get_ident())))
        asking.start()
        time.sleep(0.3)  # nothing else runs on the loop meanwhile
        by_then = len(done)
        await asyncio.to_thread(asking.join)
        await asyncio.sleep(0.05)
        return by_then, threading.get_ident()

    by_then, loop_is = run(stuck())
    assert (by_then, len(done)) == (1, 1)
    assert done[0] != loop_is


def test_jobs_that_only_add_are_done_on_the_loop_of_those_who_wait_while_they_are_quick(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "QUICK_S", 0.2)
    by: dict[str, int] = {}

    def adding(key: str, pause_s: float = 0.0) -> Callable[[Transaction], str]:
        def work(transaction: Transaction) -> str:
            by[key] = threading.get_ident()
            time.sleep(pause_s)
            add(transaction.connection, KEEP, {"key": key, **ROW})
            return key

        return work

    async def asked() -> int:
        await store.write_soon(adding("first"), adds=True)
        assert await store.write_soon(adding("quick", 0.3), adds=True) == "quick"
        await store.write_soon(adding("after a slow one"), adds=True)
        await store.write_soon(lambda transaction: by.setdefault("other", threading.get_ident()))
        many = [store.write_soon(adding(f"k{i}"), adds=True) for i in range(100)]
        assert await asyncio.gather(*many) == [f"k{i}" for i in range(100)]
        return threading.get_ident()

    loop_is = run(asked())
    assert by["quick"] == loop_is
    assert loop_is not in (by["first"], by["after a slow one"], by["other"])
    assert {by[f"k{i}"] for i in range(100)} == {loop_is}
    with store.reading() as connection:
        kept = set(connection.execute(sa.select(tables.replies.c.key)).scalars())
    assert kept == {"first", "quick", "after a slow one", *(f"k{i}" for i in range(100))}
