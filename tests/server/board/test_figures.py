"""Every figure is what it opens, and what the events say when they are read one by one."""

from __future__ import annotations

import random as chance
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.board import figures
from gridgeo_server.board.figures import FIGURES, GROUPS, Period
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.filters import NONE
from gridgeo_server.cases.model import FINISHED, Case, Event, apply
from gridgeo_server.cases.wishes import Actor, Report, Wish
from gridgeo_server.errors import BadRequest, OffDuty, WrongStage
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.store.folder import STORE
from gridgeo_server.store.instants import from_text, to_text
from gridgeo_server.town import Town

KINDS = ["noise", "manhole_cover", "street_stall", "help_wanted"]
ACTIONS = [
    "start",
    "handle",
    "check",
    "close",
    "rework",
    "return",
    "dispatch",
    "withdraw",
    "self_handle",
    "shelve",
    "unshelve",
    "reopen",
    "accept",
    "merge",
    "unmerge",
    "transfer",
]


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, town: Town, empty_store: Path, new_clock: Any, at: Any
) -> Iterator[TestClient]:
    """A server on which thirty cases were reported in two days, and all sorts of things were done with them; read only."""
    folder = tmp_path_factory.mktemp("figures")
    shutil.copy(empty_store, folder / STORE)
    app = create_app(Settings(data=folder, indicators_s=3_600, clocks_s=3_600), town, new_clock())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        _live(app.state.gridgeo, at)
        yield client


@pytest.fixture
def lived(served: TestClient) -> State:
    """The state of that server."""
    found = served.app.state.gridgeo
    assert isinstance(found, State)
    return found


def _live(state: State, at: Any) -> None:
    random = chance.Random(6)
    names: list[str] = []
    for step in range(240):
        state.clock.pass_seconds(random.uniform(60, 1_300))
        if step % 8 == 0:
            lon, lat = at(random.uniform(10, 1_190), random.uniform(10, 790))
            wanted = Report(random.choice(KINDS), lon, lat)
            names.append(state.store.write(lambda t, r=wanted: state.desk.report(t, r, state.clock(), Actor())).case)
            if step % 24 == 0:  # the officer who found it mends it on the spot
                wish = Wish("self_handle", note="done")
                state.store.write(lambda t, w=wish: state.desk.act(t, names[-1], w, state.clock(), Actor()))
            continue
        action, name, other = random.choice(ACTIONS), random.choice(names), random.choice(names)
        told = (
            {"into": other} if action == "merge" else {"category": random.choice(KINDS)} if action == "transfer" else {}
        )
        wish = Wish(action, note="why", **told)
        with suppress(WrongStage, OffDuty, BadRequest):
            state.store.write(lambda t, n=name, w=wish: state.desk.act(t, n, w, state.clock(), Actor()))


def by_hand(history: list[Event], row: Case, period: Period, now: datetime) -> set[str]:
    """The figures that count a case, from its events one by one."""
    start, end = period.start, period.end
    within = [event for event in history if start <= event.at < end]
    done = {event.action for event in within}
    stages = {moment: [e.stage for e in history if e.at < moment][-1:] for moment in (start, end)}
    was, is_ = (stages[moment][0] if stages[moment] else None for moment in (start, end))
    filings = [e.at for e in history if e.action in {"accept", "self_handle"}][:1]
    filed = bool(filings) and start <= filings[0] < end
    opening, carried = was is not None and was not in FINISHED, is_ is not None and is_ not in FINISHED
    came = start <= history[0].at < end or (was in FINISHED and (carried or bool(done & {"reopen", "unmerge"})))
    known = history if end > now else [event for event in history if event.at < end]
    times = [event.data["clock"]["due_at"] for event in known if event.data.get("clock", {}).get("due_at")]
    ends = [event.at for event in known if event.action in {"handle", "self_handle"}]
    due_at = from_text(times[-1]) if times else row.due_at
    due = start <= due_at < min(end, now) and is_ not in {"refused", "withdrawn", "merged", "shelved"}
    handled = bool(done & {"handle", "self_handle"}) and is_ in {"handled", "checked", "closed"}
    pending = carried and is_ not in {"handled", "checked"}
    told = {
        "reported": start <= history[0].at < end,
        "filed": filed,
        "closed_of_filed": filed and is_ == "closed",
        "handled": handled,
        "pending": pending,
        "to_handle": handled or pending,
        "due": due and is_ is not None,
        "on_time": due and is_ in {"handled", "checked", "closed"} and ends[-1] <= due_at,
        "verdicts": bool(done & {"check", "rework"}),
        "reworked": "rework" in done,
        "opening": opening,
        "new": came,
        "closed": (opening or came) and not carried,
        "carried_over": carried,
    }
    return {name for name, held in told.items() if held}


def test_figures_are_what_the_events_say_one_by_one_and_what_they_open(lived: State) -> None:
    now = lived.clock()
    first = now - timedelta(hours=44)
    periods = [
        Period(first + timedelta(hours=h), first + timedelta(hours=h + n))
        for h, n in ((-9, 9), (0, 20), (15, 20), (20, 30))
    ]
    with lived.store.reading() as connection:
        cases, _ = case_store.search(connection)
        history = {case.case: case_store.events_of(connection, case.case) for case in cases}
        seen = set()
        for period in periods:
            right: dict[str, set[str]] = {name: set() for name in FIGURES}
            for case in cases:
                for name in by_hand(history[case.case], case, period, now):
                    right[name].add(case.case)
            counted = figures.counted(connection, None, period, now).get("", dict.fromkeys(FIGURES, 0))
            for name, expected in right.items():
                opened, _ = case_store.search(connection, where=[figures.condition(name, period, now)])
                assert {case.case for case in opened} == expected, name
                assert counted[name] == len(expected), name
                seen |= {name} if expected else set()
            assert counted["opening"] + counted["new"] - counted["closed"] == counted["carried_over"]
            assert counted["handled"] + counted["pending"] == counted["to_handle"]
    assert seen == set(FIGURES) - {"verified_of_filed"}


@pytest.mark.parametrize("by", GROUPS)
def test_a_case_counts_where_it_stood_at_the_end_of_the_period_whatever_came_of_it_later(lived: State, by: str) -> None:
    now = lived.clock()
    moved = 0
    with lived.store.reading() as connection:
        cases, _ = case_store.search(connection)
        history = {case.case: case_store.events_of(connection, case.case) for case in cases}
        for hours in (8, 16, 24, 32, 40):
            period = Period(now - timedelta(hours=hours), now - timedelta(hours=hours - 8))
            right: dict[str, dict[str, set[str]]] = {}
            for case in cases:
                held = reduce(apply, (event for event in history[case.case] if event.at < period.end), None)
                if held is not None:
                    group = getattr(held, GROUPS[by]) or NONE
                    moved += group != (getattr(case, GROUPS[by]) or NONE)
                    for name in by_hand(history[case.case], case, period, now):
                        right.setdefault(group, {}).setdefault(name, set()).add(case.case)
            counted = figures.counted(connection, by, period, now)
            told = {key: {name: n for name, n in row.items() if n} for key, row in counted.items() if any(row.values())}
            assert told == {key: {name: len(held) for name, held in row.items()} for key, row in right.items()}
            for key, row in right.items():
                where = figures.of_groups({GROUPS[by]: key}, period, now)
                for name in ("carried_over", "closed"):
                    opened, _ = case_store.search(connection, where=[figures.condition(name, period, now), *where])
                    assert {case.case for case in opened} == row.get(name, set())
                assert (
                    counted[key]["opening"] + counted[key]["new"] - counted[key]["closed"]
                    == counted[key]["carried_over"]
                )
    assert (moved > 0) == (by in {"department", "officer", "category"})


def test_what_was_on_time_stays_so_whatever_is_done_later(
    state: State, report: Any, client: TestClient, clock: Any
) -> None:
    kept, late, open_still = (report(480, 200)["case"] for _ in range(3))  # an hour each

    def act(case: str, *actions: str) -> None:
        for action in actions:
            body = {"action": action, "note": "why", **({"amount": 1} if action == "extend" else {})}
            assert client.post(f"/api/v1/cases/{case}/actions", json=body).status_code == 200

    act(kept, "start", "handle")
    clock.pass_seconds(2 * 3_600)
    act(late, "start", "handle")
    morning = Period(clock() - timedelta(hours=3), clock() + timedelta(seconds=1))
    clock.pass_seconds(60)

    def counts() -> tuple[int, int]:
        with state.store.reading() as connection:
            found = figures.counted(connection, None, morning, clock())[""]
        return found["on_time"], found["due"]

    assert counts() == (1, 3)
    act(open_still, "extend")
    act(kept, "rework")
    act(late, "check", "close", "reopen", "accept", "shelve")
    assert counts() == (1, 3)
    clock.pass_seconds(86_400)
    act(open_still, "start", "handle")
    assert counts() == (1, 3)


@pytest.mark.parametrize("by", ["grid", "area", "department", "officer", "category", "day", "month"])
def test_every_figure_of_every_group_opens_as_many_cases_as_it_counts(
    lived: State, served: TestClient, by: str
) -> None:
    start = to_text(lived.clock() - timedelta(hours=30))
    table = served.get("/api/v1/indicators", params={"by": by, "from": start}).json()
    for number, row in enumerate([*table["rows"], table["total"]]):
        # Three figures of each group, others of the next one, so that the whole stays quick.
        for name in list(FIGURES)[number % 5 :: 5]:
            answer = served.get(row["cases"][name])
            assert answer.status_code == 200, answer.text
            assert len(answer.json()["cases"]) == row["figures"][name]
    if by not in {"day", "month"}:
        for name in FIGURES:
            assert sum(row["figures"][name] for row in table["rows"]) == table["total"]["figures"][name]
    if by == "day":
        ends = [row["figures"]["carried_over"] for row in table["rows"]]
        assert [row["figures"]["opening"] for row in table["rows"][1:]] == ends[:-1]


def test_203_disputes_of_which_189_were_resolved_are_93_1_per_cent() -> None:
    counted: dict[str, int | None] = dict.fromkeys(FIGURES, 0)
    found = figures.rates({**counted, "filed": 203, "closed_of_filed": 189})
    assert f"{found['closing_rate']:.1%}" == "93.1%"
    assert found == {
        "on_time_rate": None,
        "handling_rate": None,
        "closing_rate": 0.931,
        "rework_rate": None,
        "verified_rate": 0.0,
    }


def test_a_grid_without_a_case_reports_0_by_itself_and_one_whose_data_are_stale_is_unknown(
    client: TestClient, report: Any, at: Any, clock: Any
) -> None:
    report(480, 200)  # grid 02
    lon, lat = at(50, 50)
    client.post("/api/v1/responders/officer-03/positions", json={"lon": lon, "lat": lat})

    def states() -> dict[str, str]:
        rows = client.get("/api/v1/indicators", params={"by": "grid", "from": "2026-11-17"}).json()["rows"]
        return {row["key"]: row["state"] for row in rows}

    assert states() == {"01": "zero", "02": "known", "03": "zero", "04": "zero", "05": "zero", "06": "zero"}
    clock.pass_seconds(25 * 3_600)
    assert states()["03"] == "unknown"
    table = client.get("/api/v1/indicators", params={"by": "grid", "from": "2026-11-17"}).json()
    (unknown,) = (row for row in table["rows"] if row["key"] == "03")
    assert set(unknown["figures"].values()) == {None}
    assert set(unknown["rates"].values()) == {None}
    before = client.get("/api/v1/indicators", params={"by": "grid", "from": "2026-11-01", "to": "2026-11-02"}).json()
    assert {row["state"] for row in before["rows"]} == {"unknown"}
    ahead = client.get("/api/v1/indicators", params={"by": "day", "from": "2026-11-19T00:00", "to": "2026-11-22T00:00"})
    assert [row["state"] for row in ahead.json()["rows"]] == ["known", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"by": "luck"}, "by"),
        ({"from": "2026-11-01"}, "needs by"),
        ({"by": "grid", "from": "2026-11-02", "to": "2026-11-01"}, "swap"),
        ({"by": "grid", "from": "1900-01-01"}, "ten years"),
        ({"by": "grid", "to": "0001-01-01"}, "between the years"),
        ({"by": "grid", "from": "9999-12-31T23:59:59-12:00"}, "between the years"),
        ({"by": "day", "from": "2026-01-01", "to": "2026-11-01"}, "go by month"),
        ({"by": "grid", "from": "yesterday"}, "from"),
    ],
)
def test_a_period_that_is_none_is_a_422_that_says_why(client: TestClient, asked: dict[str, str], said: str) -> None:
    answer = client.get("/api/v1/indicators", params=asked)
    assert answer.status_code == 422, answer.text
    assert said in answer.text


def test_whose_devices_were_silent_in_a_past_period_is_told_alike_before_and_after_the_tracks_are_forgotten(
    client: TestClient, clock: Any, at: Any
) -> None:
    lon, lat = at(480, 200)
    started = clock.now

    def tell() -> None:
        assert client.post("/api/v1/responders/officer-02/positions", json={"lon": lon, "lat": lat}).is_success

    def state_at(end: datetime) -> str:
        rows = client.get("/api/v1/indicators", params={"by": "grid", "to": to_text(end)}).json()["rows"]
        return next(row["state"] for row in rows if row["key"] == "02")

    client.post("/api/v1/cases", json={"category": "noise", "lon": at(480, 600)[0], "lat": at(480, 600)[1]})
    tell()
    clock.pass_seconds(40 * 3_600)
    silent, heard = clock.now - timedelta(hours=1), clock.now + timedelta(hours=1)
    tell()
    clock.pass_seconds(3_600)
    tell()
    ends = (started + timedelta(hours=2), silent, heard)
    assert [state_at(end) for end in ends] == ["zero", "unknown", "zero"]
    clock.pass_seconds(30 * 3_600)
    tell()  # forgets the points of a day ago
    assert [state_at(end) for end in ends] == ["zero", "unknown", "zero"]


def test_a_list_by_an_unknown_figure_is_refused_with_the_known_ones(client: TestClient) -> None:
    answer = client.get("/api/v1/cases", params={"figure": "luck"})
    assert answer.status_code == 422
    assert "carried_over" in answer.json()["detail"]
    alone = client.get("/api/v1/cases", params={"from": "2026-11-01"})
    assert alone.status_code == 422
    assert "name the figure" in alone.json()["detail"]
