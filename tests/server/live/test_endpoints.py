from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.auth import store
from gridgeo_server.auth.guard import _of_session, proven, session_of
from gridgeo_server.auth.sessions import COOKIE
from gridgeo_server.live import endpoints as live_endpoints
from gridgeo_server.live import snapshots as snapshots_module
from gridgeo_server.live.audiences import Audience
from gridgeo_server.live.endpoints import FORGET, PING, Watch, _stream, greeting
from gridgeo_server.live.hub import Viewer
from gridgeo_server.live.news import CaseChanged, IndicatorsChanged
from gridgeo_server.live.snapshots import Snapshots
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.texts import say
from gridgeo_server.town import Town
from loops import run as run_alone
from server.plans.conftest import make_key, quartered
from towns import lattice_town


def _watching(state: State, area: str | None = None, seen: int | None = None, **settings: Any) -> AsyncIterator[bytes]:
    """A stream of the state, whose hub lives on the running loop."""
    state.hub.bind(asyncio.get_running_loop())
    state = replace(state, settings=state.settings.model_copy(update=settings))
    watch = Watch(area)
    return _stream(state, Viewer(watch.audience(state.town), seen), watch, Snapshots())


async def _sign_of_life(stream: AsyncIterator[bytes]) -> None:
    """Read on to the next sign of life, whatever is told before it."""
    while not (await anext(stream)).startswith(b": ping"):
        pass


def _values(wire: bytes) -> dict[str, Any]:
    return dict(json.loads(wire.split(b"data: ")[1]))


@pytest.fixture
def quarters(settings: Settings) -> Iterator[TestClient]:
    """The app on a town whose grids keep to its quarters, west and east."""
    assignment = pd.Series(quartered()).rename_axis("unit")
    town = Town(Plan(lattice_town(8, 12), assignment, Rules(k=8, within="quarter")))
    with TestClient(create_app(settings, town), base_url="http://127.0.0.1") as made:
        yield made


def test_a_viewer_of_an_area_is_given_its_cases_and_officers_and_no_others(quarters: TestClient, at: Any) -> None:
    state: State = quarters.app.state.gridgeo  # type: ignore[attr-defined]
    west, east = (
        quarters.post("/api/v1/cases", json={"category": "noise", "lon": lon, "lat": lat}).json()
        for lon, lat in (at(50, 50), at(1_150, 750))
    )
    assert (west["area"], east["area"]) == ("west", "east")

    async def run() -> None:
        stream = _watching(state, "west")
        assert await anext(stream) == greeting(4.0)
        snapshot = _values(await anext(stream))
        assert [case["case"] for case in snapshot["cases"]] == [west["case"]]
        grids = Audience.of(state.town, "west", "staff").grids or frozenset()
        assert snapshot["responders"]
        assert all(grids & set(one["grids"]) for one in snapshot["responders"])
        state.hub.tell(*(CaseChanged(lambda case=case: (case, {"seq": 9})) for case in (east, west)))
        # Moves of officers that the reports caused may be told before.
        while "case" not in (told := _values(await anext(stream))):
            assert {"responders", "overdue"} & told.keys()
        assert told["case"] == west["case"]
        await stream.aclose()
        assert state.hub.viewers == 0

    run_alone(run())


def test_a_quiet_stream_gives_signs_of_life_though_others_are_told_things_and_ends_after_its_life(
    state: State,
) -> None:
    async def run() -> None:
        stream = _watching(state, "west", state.hub.sequence, ping_s=0.05, stream_life_s=0.4)
        told = [await anext(stream)]

        async def elsewhere() -> None:
            for _ in range(40):
                state.hub.tell(CaseChanged(lambda: ({"case": "c", "area": "east"}, {"seq": 1})))
                await asyncio.sleep(0.01)

        busy = asyncio.create_task(elsewhere())
        told += [wire async for wire in stream]
        await busy
        assert told[0] == greeting(0.05)
        # The app's own first look at the indicators may come in between.
        assert {wire for wire in told[1:] if not wire.startswith(b"event: indicators")} == {b": ping\n\n"}
        assert state.hub.viewers == 0

    run_alone(run())


def test_one_snapshot_serves_all_who_come_at_once_and_what_happens_after_it_follows(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(snapshots_module, "FRESH_S", 60.0)
    real = snapshots_module.snapshot
    monkeypatch.setattr(snapshots_module, "snapshot", lambda *given: made.append(1) or real(*given))

    async def run() -> None:
        state.hub.bind(asyncio.get_running_loop())
        kept = Snapshots()
        told = await asyncio.gather(*(kept.newest(state, Audience()) for _ in range(20)))
        assert len(made) == 1
        assert len(set(told)) == 1
        state.hub.tell(IndicatorsChanged({"overdue": 1}))
        await asyncio.sleep(0.01)
        late = Viewer()
        late.seen, wire = await kept.newest(state, Audience())
        assert wire == told[0][1]
        assert b'"overdue":1' in (state.hub.take(late) or b"")
        _, public = await kept.newest(state, Audience("public"))
        assert public != wire
        # Another audience is told of the same look at the store.
        assert len(made) == 1

    run_alone(run())


def test_an_unknown_area_or_role_is_refused_by_name(client: TestClient) -> None:
    answer = client.get("/api/v1/live?area=north")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "area"
    assert client.get("/api/v1/live?role=king").status_code == 422


def test_a_quiet_stream_of_a_session_ends_within_a_sign_of_life_of_signing_out_and_no_other_does(
    client: TestClient, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_endpoints, "ASK_S", 0.05)
    watching = replace(state, settings=state.settings.model_copy(update={"ping_s": 0.1, "stream_life_s": 2.0}))
    _, token = make_key(state.store, "dispatcher", "Li")
    cookies = []
    for _ in range(2):
        client.cookies.clear()
        assert client.post("/api/v1/session", json={"key": token}).status_code == 204
        cookies.append(client.cookies[COOKIE])

    def watch(cookie: str) -> Watch:
        request = Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={cookie}".encode())]})
        who = _of_session(state, cookie, "")
        assert who is not None
        return Watch(bearer=who, session=session_of(request, who))

    async def run() -> None:
        state.hub.bind(asyncio.get_running_loop())
        streams = [_stream(watching, Viewer(one.audience(state.town)), one, Snapshots()) for one in map(watch, cookies)]
        for stream in streams:
            await _sign_of_life(stream)
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"{COOKIE}={cookies[0]}"}
        client.cookies.clear()
        out = await asyncio.to_thread(client.delete, "/api/v1/session", headers=headers)
        assert (out.status_code, out.headers["clear-site-data"]) == (204, '"cache"')
        rest = [wire async for wire in streams[0]]
        assert (len(rest) <= 3, rest[-1]) == (True, FORGET)
        await _sign_of_life(streams[1])
        await streams[1].aclose()

    run_alone(run())


async def _until_it_rests(stream: AsyncIterator[bytes]) -> None:
    """Read past the snapshot, before which signs of life may come, to the sign of life that follows it."""
    while not (await anext(stream)).startswith(b"event: snapshot"):
        pass
    while await anext(stream) != PING:
        pass


def test_a_stream_ends_when_the_time_of_its_key_is_over(
    state: State, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_endpoints, "ASK_S", 0.0)
    watching = replace(state, settings=state.settings.model_copy(update={"ping_s": 0.02, "stream_life_s": 3_600.0}))
    _, token = make_key(state.store, "dispatcher", "Li", until=clock.now + timedelta(hours=1))
    watch = Watch(bearer=proven(state, token, say("auth.how"), ""))

    async def run() -> None:
        state.hub.bind(asyncio.get_running_loop())
        stream = _stream(watching, Viewer(watch.audience(state.town)), watch, Snapshots())
        await _until_it_rests(stream)
        clock.pass_seconds(3_600)
        # It looks before it says anything more, and lives long enough otherwise, however slow the machine is.
        assert await anext(stream) == FORGET
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    run_alone(run())


def test_a_stream_ends_when_the_key_that_let_its_viewer_in_is_revoked(
    state: State, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_endpoints, "ASK_S", 0.0)
    key, token = make_key(state.store, "dispatcher", "Li")
    watch = Watch(bearer=proven(state, token, say("auth.how"), ""))
    watching = replace(state, settings=state.settings.model_copy(update={"ping_s": 0.02, "stream_life_s": 3_600.0}))

    async def run() -> None:
        state.hub.bind(asyncio.get_running_loop())
        stream = _stream(watching, Viewer(watch.audience(state.town)), watch, Snapshots())
        await _until_it_rests(stream)
        state.store.write(lambda t: store.revoke(t.connection, key, clock.now))
        # It looks before it says anything more, and lives long enough otherwise, however slow the machine is.
        assert await anext(stream) == FORGET
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    run_alone(run())
