"""A limit of time that costs nothing where nothing is waited for."""

from __future__ import annotations

import asyncio

import pytest

from gridgeo_server import haste
from loops import run

pytestmark = pytest.mark.filterwarnings("error")


async def _after(*naps: float) -> str:
    for nap in naps:
        await asyncio.sleep(nap)
    return "done"


def test_work_that_waits_for_nothing_is_done_without_a_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(asyncio, "timeout")
    assert run(haste.in_time(_after(), 0.01)) == "done"


def test_work_that_waits_ends_within_its_time_whether_it_waits_for_a_timer_or_for_its_turn() -> None:
    assert run(haste.in_time(_after(0.001, 0, 0.001), 30)) == "done"
    assert run(haste.in_time(_after(0, 0), 30)) == "done"


def test_work_that_takes_too_long_is_cancelled_where_it_waits() -> None:
    seen = []

    async def slow() -> None:
        await asyncio.sleep(0.001)
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    for work in (slow(), asyncio.sleep(30)):
        with pytest.raises(TimeoutError):
            run(haste.in_time(work, 0.05))
    assert seen == ["cancelled"]


def test_an_error_of_the_work_is_raised_as_it_is_at_once_and_later() -> None:
    async def failing(*naps: float) -> None:
        await _after(*naps)
        raise KeyError("why")

    for work in (failing(), failing(0, 0.001)):
        with pytest.raises(KeyError, match="why"):
            run(haste.in_time(work, 30))


def test_whoever_cancels_cancels_the_work() -> None:
    async def cancelled() -> bool:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            begun.set()
            try:
                await asyncio.sleep(30)
            finally:
                ended.set()

        task = asyncio.create_task(haste.in_time(work(), 30))
        await begun.wait()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return ended.is_set()

    assert run(cancelled())
