from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gridgeo_server.app import create_app
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.model import rebuild
from gridgeo_server.cases.views import case_view, event_view
from gridgeo_server.cases.wishes import Actor, Report
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import view
from gridgeo_server.settings import Settings
from gridgeo_server.simulation import run
from gridgeo_server.simulation.incidents import Incidents
from gridgeo_server.simulation.run import Simulation
from gridgeo_server.state import State
from gridgeo_server.store import Transaction
from gridgeo_server.town import Town
from loops import run as run_alone


def _run(folder: Path, town: Town, clock: Any, minutes: int, *, reports: int = 0) -> tuple[State, Simulation]:
    """A simulation of its own, ticked every ten seconds."""
    folder.mkdir()
    settings = Settings(data=folder, simulate=True, simulation_seed=3)
    state = create_app(settings, town, clock).state.gridgeo
    simulation = Simulation(state, np.random.default_rng(3), Incidents(town, state.desk.categories))
    state.store.write(lambda t: simulation.begin(t, clock()))
    report = Report("noise", town.bounds[0] + 0.002, town.bounds[1] + 0.002)
    for _ in range(reports):
        state.store.write(lambda t: state.desk.report(t, report, clock(), Actor()))
    for _ in range(6 * minutes):
        clock.pass_seconds(10)
        state.store.write(lambda t: simulation.tick(t, clock(), 10.0))
    return state, simulation


def _history(state: State) -> list[Any]:
    with state.store.reading() as connection:
        cases, _ = case_store.search(connection)
        return [event for case in cases for event in case_store.events_of(connection, case.case)]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, town: Town, new_clock: Any) -> Iterator[State]:
    """Half an hour of simulation and one report by a person; read only."""
    state, _ = _run(tmp_path_factory.mktemp("ran") / "a", town, new_clock(), 30, reports=1)
    yield state
    state.store.close()


def test_a_new_board_shows_all_three_lights_and_cases_of_all_ages(tmp_path: Path, town: Town, clock: Any) -> None:
    state, _ = _run(tmp_path / "b", town, clock, 0)
    with state.store.reading() as connection:
        cases, _ = case_store.search(connection)
    state.store.close()
    pending = [case for case in cases if case.closed_at is None and case.handled_at is None]
    assert {case.light(clock()) for case in pending} == {"ok", "soon", "over"}
    assert any(case.stage == "closed" for case in cases)
    assert all(case.simulated for case in cases)
    assert min(case.reported_at for case in cases) >= clock() - timedelta(hours=3)


def test_everything_the_simulation_does_is_flagged_and_everything_a_person_does_is_not(ran: State) -> None:
    with ran.store.reading() as connection:
        cases, _ = case_store.search(connection)
        own = [case for case in cases if not case.simulated]
        assert len(own) == 1
        flags = [event.simulated for event in case_store.events_of(connection, own[0].case)]
        officers = responder_store.everybody(connection)
    # The report, acceptance and dispatch are the person's doing; the simulated officer's steps are not.
    assert flags[:3] == [False, False, False]
    assert all(flags[3:])
    assert len(flags) > 4
    assert all(officer.simulated for officer in officers)
    assert all("simulated" in officer.name for officer in officers)


def test_names_are_kept_with_their_mark_and_served_without_it_beside_the_flag(ran: State) -> None:
    with ran.store.reading() as connection:
        officers = responder_store.everybody(connection)
        cases, _ = case_store.search(connection)
        events = [event for case in cases for event in case_store.events_of(connection, case.case)]
    assert {officer.name_zh[-4:] for officer in officers} == {"（模拟）"}
    assert view(officers[0], 0)["name"] == "Officer 01"
    assert view(officers[0], 0)["name_zh"] == "网格员01"
    assert view(officers[0], 0)["simulated"] is True
    views = [case_view(case, ran.desk.categories[case.category], case.reported_at) for case in cases]
    assert all(case.owner_name is not None and case.owner_name.endswith("(simulated)") for case in cases)
    assert {one["owner_name_zh"] for one in views} <= {f"网格员0{number}" for number in range(1, 7)}
    assert {one["responder_name_zh"] for one in views} <= {None, *(f"网格员0{number}" for number in range(1, 7))}
    told = json.dumps([*views, *map(event_view, events)], ensure_ascii=False)
    assert "Officer 0" in told
    assert "(simulated)" not in told
    assert "（模拟）" not in told


def test_cases_come_are_worked_on_and_closed(ran: State) -> None:
    actions = [event.action for event in _history(ran)]
    for action in ("report", "dispatch", "start", "handle", "check", "close"):
        assert actions.count(action) > 3


def test_rows_are_still_what_their_events_rebuild(ran: State) -> None:
    with ran.store.reading() as connection:
        cases, _ = case_store.search(connection)
        for case in cases:
            assert rebuild(case_store.events_of(connection, case.case)) == case


def test_officers_walk_no_faster_than_their_pace(tmp_path: Path, town: Town, clock: Any) -> None:
    state, simulation = _run(tmp_path / "c", town, clock, 1)
    before = {name: walker.place for name, walker in simulation.walkers.items()}
    moved = 0.0
    for _ in range(20):
        clock.pass_seconds(1)
        state.store.write(lambda t: simulation.tick(t, clock(), 1.0))
        for name, walker in simulation.walkers.items():
            assert walker.place.distance(before[name]) <= 1.25 * state.settings.simulation_speed + 1.0
            moved += walker.place.distance(before[name])
            before[name] = walker.place
    state.store.close()
    assert moved > 100


def test_the_same_seed_and_clock_give_the_same_town(tmp_path: Path, town: Town, clock: Any) -> None:
    start = clock.now
    first, _ = _run(tmp_path / "d", town, clock, 5)
    clock.now = start
    second, _ = _run(tmp_path / "e", town, clock, 5)
    assert _history(first) == _history(second)
    first.store.close()
    second.store.close()


def test_a_tick_that_fails_is_logged_and_the_next_one_goes_on(
    tmp_path: Path, town: Town, clock: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    state = create_app(Settings(data=tmp_path, simulate=True), town, clock).state.gridgeo
    monkeypatch.setattr(run, "TICK_S", 0.005)
    ticks = []
    real = Simulation.tick

    def stumbling(self: Simulation, transaction: Transaction, now: datetime, seconds: float) -> None:
        real(self, transaction, now, seconds)
        ticks.append(seconds)
        if len(ticks) in {2, 3}:
            raise ArithmeticError("the ground gave way")

    monkeypatch.setattr(Simulation, "tick", stumbling)

    async def some_ticks() -> None:
        task = asyncio.create_task(run.simulate(state))
        async with asyncio.timeout(30):
            while len(ticks) < 6:
                await asyncio.sleep(0.005)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    run_alone(some_ticks())
    state.store.close()
    told = [record for record in caplog.records if record.exc_info]
    assert len(told) == 2
    assert all("the ground gave way" in str(record.exc_info) for record in told)


def test_officers_who_are_sent_to_where_they_stand_arrive(tmp_path: Path, town: Town, clock: Any) -> None:
    state, simulation = _run(tmp_path / "f", town, clock, 1)
    for walker in simulation.walkers.values():
        place = walker.place
        for apart in (0.0, 1e-9, 1e-7):
            walker.go_to("a case", shapely.Point(place.x + apart, place.y))
            walker.step(60)
            assert walker.arrived
            spot = walker.roads.snap_at(np.array([[place.x, place.y]]), within_m=np.inf)
            assert walker.place.distance(walker.roads.points(spot).iloc[0]) < 1e-3
    state.store.close()
