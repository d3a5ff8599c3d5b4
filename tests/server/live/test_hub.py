from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

from gridgeo_server.live import hub as hub_module
from gridgeo_server.live.audiences import Audience
from gridgeo_server.live.hub import Hub, Viewer
from gridgeo_server.live.news import CaseChanged, IndicatorsChanged, RespondersMoved
from loops import run as run_alone


def _news(number: int) -> IndicatorsChanged:
    return IndicatorsChanged({"overdue": number})


async def _settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def _bound() -> Hub:
    hub = Hub()
    hub.bind(asyncio.get_running_loop())
    return hub


def _viewer(hub: Hub, **more: Any) -> Viewer:
    """A viewer who has seen everything so far."""
    viewer = Viewer(seen=hub.sequence, **more)
    hub.join(viewer)
    return viewer


def _taken(hub: Hub, viewer: Viewer) -> list[tuple[int, Any]]:
    """Numbers and values that a viewer is given."""
    wire = hub.take(viewer)
    assert wire is not None
    events = [event.split("\nid: ")[1].split("\ndata: ") for event in wire.decode().split("\n\n") if event]
    return [(int(number), json.loads(data)) for number, data in events]


def test_all_viewers_of_an_audience_are_given_the_very_same_bytes() -> None:
    async def run() -> None:
        hub = _bound()
        viewers = [_viewer(hub) for _ in range(5)]
        hub.tell(_news(1), _news(2))
        await _settled()
        assert len({id(hub.take(viewer)) for viewer in viewers}) == 1

    run_alone(run())


def test_news_from_many_threads_arrive_once_each_with_rising_numbers() -> None:
    async def run() -> None:
        hub = _bound()
        viewer = _viewer(hub)

        def tell(first: int) -> None:
            for number in range(first, first + 20):
                hub.tell(_news(number))

        threads = [threading.Thread(target=tell, args=(100 * t,)) for t in range(5)]
        for thread in threads:
            thread.start()
        await asyncio.to_thread(lambda: [thread.join() for thread in threads])
        await _settled()
        told = _taken(hub, viewer)
        numbers = [number for number, _ in told]
        assert numbers == list(range(numbers[0], numbers[0] + 100))
        assert len({values["overdue"] for _, values in told}) == 100
        assert hub.take(viewer) == b""

    run_alone(run())


def test_who_lost_the_line_goes_on_where_it_was() -> None:
    async def run() -> None:
        hub = _bound()
        hub.tell(*map(_news, range(5)))
        await _settled()
        last = hub.sequence - 2
        assert [number for number, _ in _taken(hub, Viewer(seen=last))] == [last + 1, last + 2]
        assert hub.take(Viewer(seen=hub.sequence)) == b""

    run_alone(run())


def test_who_was_away_too_long_or_comes_from_another_run_needs_a_snapshot(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub_module, "BACKLOG", 3)

    async def run() -> None:
        hub = _bound()
        before = hub.sequence
        hub.tell(*map(_news, range(6)))
        await _settled()
        for seen in (before, before - 10_000_000, hub.sequence + 1, None):
            assert hub.take(Viewer(seen=seen)) is None
        assert len(_taken(hub, Viewer(seen=hub.sequence - 3))) == 3

    run_alone(run())


def test_a_later_run_begins_with_greater_numbers() -> None:
    first = Hub().sequence
    assert Hub().sequence >= first > 1_700_000_000_000


def test_a_slow_viewer_costs_nothing_that_grows_and_falls_back_to_a_snapshot_while_others_go_on(
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(hub_module, "BACKLOG", 4)

    async def run() -> None:
        hub = _bound()
        slow, quick = _viewer(hub), _viewer(hub)
        seen = 0
        for number in range(10):
            hub.tell(_news(number))
            await _settled()
            seen += len(_taken(hub, quick))
        assert seen == 10
        assert hub.take(slow) is None
        assert len(hub._backlog) == 4

    run_alone(run())


def test_what_is_kept_is_bounded_by_the_officers_it_tells_of_too(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub_module, "OFFICERS", 25)
    monkeypatch.setattr(hub_module, "TICK_S", 0.0)

    async def run() -> None:
        hub = _bound()
        for _ in range(6):
            hub.tell(RespondersMoved([{"responder": str(one)} for one in range(10)]))
            await asyncio.sleep(0.005)
        assert [message.officers for message in hub._backlog] == [10, 10]

    run_alone(run())


def test_moves_are_gathered_and_the_newest_of_each_officer_is_told(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub_module, "TICK_S", 0.02)

    async def run() -> None:
        hub = _bound()
        viewer = _viewer(hub)
        hub.tell(RespondersMoved([{"responder": "a", "lon": 1}, {"responder": "b", "lon": 1}]))
        hub.tell(CaseChanged(lambda: ({"case": "c"}, {"seq": 1})))
        hub.tell(RespondersMoved([{"responder": "a", "lon": 2}], everybody=True))
        await _settled()
        assert [values for _, values in _taken(hub, viewer)] == [{"case": "c", "event": {"seq": 1}}]
        await asyncio.sleep(0.1)
        assert [values for _, values in _taken(hub, viewer)] == [
            {"responders": [{"responder": "a", "lon": 2}, {"responder": "b", "lon": 1}], "all": True}
        ]
        hub.tell(RespondersMoved([{"responder": "a", "lon": 3}]))
        await asyncio.sleep(0.1)
        assert [values for _, values in _taken(hub, viewer)] == [{"responders": [{"responder": "a", "lon": 3}]}]

    run_alone(run())


def test_an_audience_is_given_what_is_its_own_under_the_same_numbers() -> None:
    async def run() -> None:
        hub = _bound()
        west = _viewer(hub, audience=Audience(areas=frozenset({"west"}), grids=frozenset()))
        everybody = _viewer(hub)
        for area in ("west", "east", "west"):
            hub.tell(CaseChanged(lambda area=area: ({"case": "c", "area": area}, {"seq": 1})))
        await _settled()
        all_told = _taken(hub, everybody)
        assert [one for one in all_told if one[1]["area"] == "west"] == _taken(hub, west)
        assert west.seen == everybody.seen == hub.sequence

    run_alone(run())


def test_news_before_the_server_runs_reach_nobody_and_do_no_harm() -> None:
    hub = Hub()
    hub.tell(_news(1))

    async def run() -> None:
        hub.bind(asyncio.get_running_loop())
        viewer = _viewer(hub)
        hub.tell(_news(2))
        await _settled()
        assert [values for _, values in _taken(hub, viewer)] == [{"overdue": 2}]

    run_alone(run())
