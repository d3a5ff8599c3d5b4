from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

from gridgeo_server.live import hub as hub_module
from gridgeo_server.live.hub import Hub, Viewer
from gridgeo_server.live.news import CaseChanged, IndicatorsChanged, RespondersMoved
from loops import run as run_alone


def _news(number: int) -> IndicatorsChanged:
    return IndicatorsChanged({"overdue": number})


async def _settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def _values(viewer: Viewer) -> list[Any]:
    return [json.loads(message.wire.split(b"data: ")[1]) for message in viewer.waiting]


def test_all_viewers_are_given_the_very_same_bytes() -> None:
    async def run() -> None:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        viewers = [hub.join(None)[0] for _ in range(5)]
        hub.tell(_news(1))
        await _settled()
        assert len({id(viewer.waiting[0].wire) for viewer in viewers}) == 1

    run_alone(run())


def test_news_from_many_threads_arrive_once_each_with_rising_numbers() -> None:
    async def run() -> None:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        viewer, _ = hub.join(None)

        def tell(first: int) -> None:
            for number in range(first, first + 20):
                hub.tell(_news(number))

        threads = [threading.Thread(target=tell, args=(100 * t,)) for t in range(5)]
        for thread in threads:
            thread.start()
        await asyncio.to_thread(lambda: [thread.join() for thread in threads])
        await _settled()
        numbers = [message.sequence for message in viewer.waiting]
        assert numbers == list(range(numbers[0], numbers[0] + 100))
        assert len({value["overdue"] for value in _values(viewer)}) == 100

    run_alone(run())


def test_who_lost_the_line_goes_on_where_it_was() -> None:
    async def run() -> None:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        for number in range(5):
            hub.tell(_news(number))
        await _settled()
        last = hub.sequence - 2
        viewer, snapshot = hub.join(last)
        assert not snapshot
        assert [message.sequence for message in viewer.waiting] == [last + 1, last + 2]
        current, snapshot = hub.join(hub.sequence)
        assert not snapshot
        assert not current.waiting

    run_alone(run())


def test_who_was_away_too_long_or_comes_from_another_run_is_given_a_snapshot(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub_module, "BACKLOG", 3)

    async def run() -> None:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        before = hub.sequence
        for number in range(6):
            hub.tell(_news(number))
        await _settled()
        assert hub.join(before)[1]
        assert hub.join(before - 10_000_000)[1]
        assert hub.join(hub.sequence + 1)[1]
        assert hub.join(None)[1]
        assert not hub.join(hub.sequence - 3)[1]

    run_alone(run())


def test_a_later_run_begins_with_greater_numbers() -> None:
    first = Hub().sequence
    assert Hub().sequence >= first > 1_700_000_000_000


def test_a_slow_viewer_has_a_bounded_queue_and_loses_to_a_snapshot_while_others_go_on(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub_module, "QUEUE", 4)

    async def run() -> None:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        slow, quick = hub.join(None)[0], hub.join(None)[0]
        seen = 0
        for number in range(10):
            hub.tell(_news(number))
            await _settled()
            seen += len(quick.waiting)
            quick.waiting.clear()
        assert slow.lost
        assert len(slow.waiting) == 0
        assert seen == 10
        assert not quick.lost

    run_alone(run())


def test_one_officer_travels_alone_several_together() -> None:
    async def run() -> None:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        viewer, _ = hub.join(None)
        hub.tell(RespondersMoved([{"responder": "a"}]))
        hub.tell(RespondersMoved([{"responder": "a"}, {"responder": "b"}]))
        hub.tell(CaseChanged({"case": "c"}, {"seq": 1}))
        await _settled()
        assert _values(viewer) == [
            {"responder": "a"},
            {"responders": [{"responder": "a"}, {"responder": "b"}]},
            {"case": "c", "event": {"seq": 1}},
        ]

    run_alone(run())


def test_news_before_the_server_runs_reach_nobody_and_do_no_harm() -> None:
    hub = Hub()
    hub.tell(_news(1))

    async def run() -> None:
        hub.bind(asyncio.get_running_loop())
        viewer, _ = hub.join(None)
        hub.tell(_news(2))
        await _settled()
        assert _values(viewer) == [{"overdue": 2}]

    run_alone(run())
