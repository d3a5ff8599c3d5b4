"""The clocks of filing, dispatch and checking: stored, lit, and each telling the level above once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo.errors import BadInput
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.categories import Categories
from gridgeo_server.cases.desk_limits import DESK_CLOCKS, packaged
from gridgeo_server.cases.files import desk_limits_of
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.rebuilding import differences
from gridgeo_server.cases.sweeping import climb
from gridgeo_server.cases.views import clocks_view
from gridgeo_server.cases.wishes import Actor, Report, Wish
from gridgeo_server.state import State


@pytest.fixture
def verifying(state: State) -> State:
    """A server of a town in which every report is verified before it is filed."""
    rows = [replace(row, verify=True) for row in state.desk.categories.all()]
    return replace(state, desk=replace(state.desk, categories=Categories(rows, "")))


@pytest.fixture
def open_case(at: Any) -> Any:
    """Reports a case."""

    def report(state: State, category: str = "greenery") -> Case:
        lon, lat = at(480, 200)
        return state.store.write(lambda t: state.desk.report(t, Report(category, lon, lat), state.clock(), Actor()))

    return report


def act(state: State, case: Case, action: str) -> Case:
    return state.store.write(lambda t: state.desk.act(t, case.case, Wish(action, "why"), state.clock(), Actor()))


def lights(state: State, case: Case) -> dict[str, tuple[str, float]]:
    rows = clocks_view(case, state.desk.calendar, state.clock())
    return {row["clock"]: (row["light"], row["left_s"]) for row in rows if row["clock"] != "handling"}


def steps(state: State, case: Case) -> list[Mapping[str, Any]]:
    with state.store.reading() as connection:
        assert list(differences(connection)) == []
        return [one.data for one in case_store.events_of(connection, case.case) if one.action == "escalate"]


def test_filing_and_dispatch_take_ten_minutes_where_urgent_and_thirty_otherwise(
    verifying: State, open_case: Any
) -> None:
    urgent, other = open_case(verifying, "fire_hazard"), open_case(verifying)
    assert lights(verifying, urgent) == {"filing": ("ok", 600), "dispatch": ("ok", 600)}
    assert lights(verifying, other) == {"filing": ("ok", 1_800), "dispatch": ("ok", 1_800)}
    verifying.clock.pass_seconds(480)
    assert lights(verifying, urgent)["filing"] == ("soon", 120)
    verifying.clock.pass_seconds(120)
    assert lights(verifying, urgent)["dispatch"] == ("over", 0)
    verified = act(verifying, urgent, "verify")
    filed = act(verifying, verified, "file")
    verifying.clock.pass_seconds(3_600)
    assert lights(verifying, filed) == {"filing": ("over", 0), "dispatch": ("over", 0)}


def test_a_report_that_is_sent_at_once_has_kept_both(state: State, report: Any, client: TestClient) -> None:
    name = report(480, 200)["case"]
    rows = {row["clock"]: row for row in client.get(f"/api/v1/cases/{name}").json()["clocks"]}
    assert list(rows) == ["filing", "dispatch", "handling"]
    assert rows["dispatch"] == {
        "clock": "dispatch",
        "due_at": "2026-11-18T09:30:00.000Z",
        "light": "ok",
        "done_at": "2026-11-18T09:00:00.000Z",
        "left_s": 1_800,
    }
    assert (rows["handling"]["done_at"], rows["handling"]["left_s"]) == (None, 3_600)


def test_a_case_that_isnt_sent_in_time_goes_up_a_level_once(verifying: State, open_case: Any) -> None:
    case = open_case(verifying)
    verifying.clock.pass_seconds(1_799)
    assert climb(verifying) == 0
    verifying.clock.pass_seconds(7_200)
    assert [climb(verifying), climb(verifying)] == [1, 0]
    (step,) = steps(verifying, case)
    assert (step["why"], step["to"], step["since"]) == ("dispatch", "community", "2026-11-18T09:30:00.000Z")
    verifying.clock.pass_seconds(-86_400)
    assert climb(verifying) == 0


def test_checking_takes_an_hour_after_handling_and_begins_anew_after_rework(state: State, open_case: Any) -> None:
    case = act(state, act(state, open_case(state), "start"), "handle")
    assert lights(state, case)["checking"] == ("ok", 3_600)
    state.clock.pass_seconds(3_600)
    assert climb(state) == 1
    assert [one["why"] for one in steps(state, case)] == ["checking"]
    case = act(state, case, "rework")
    assert lights(state, case)["checking"] == ("over", 0)
    state.clock.pass_seconds(600)
    case = act(state, act(state, case, "start"), "handle")
    state.clock.pass_seconds(600)
    case = act(state, case, "check")
    state.clock.pass_seconds(86_400)
    assert lights(state, case)["checking"] == ("ok", 3_000)
    assert climb(state) == 0


def test_the_clocks_of_the_desk_stand_while_a_case_is_shelved(verifying: State, open_case: Any) -> None:
    case = open_case(verifying)
    verifying.clock.pass_seconds(600)
    case = act(verifying, case, "shelve")
    verifying.clock.pass_seconds(86_400)
    assert (climb(verifying), lights(verifying, case)["dispatch"]) == (0, ("ok", 1_200))
    case = act(verifying, case, "unshelve")
    assert lights(verifying, case)["dispatch"] == ("ok", 1_200)
    verifying.clock.pass_seconds(1_200)
    assert climb(verifying) == 1


def test_time_on_the_shelf_counts_for_nothing_when_a_case_is_withdrawn_from_it(
    verifying: State, open_case: Any
) -> None:
    case = open_case(verifying, "noise")
    verifying.clock.pass_seconds(600)
    act(verifying, case, "shelve")
    verifying.clock.pass_seconds(86_400)
    case = act(verifying, case, "withdraw")
    verifying.clock.pass_seconds(86_400)
    rows = {row["clock"]: row for row in clocks_view(case, verifying.desk.calendar, verifying.clock())}
    assert {name: (row["light"], row["left_s"]) for name, row in rows.items()} == {
        "filing": ("ok", 1_200),
        "dispatch": ("ok", 1_200),
        "handling": ("ok", 3_000),
    }
    assert (climb(verifying), steps(verifying, case)) == (0, [])


def test_a_reopened_case_has_the_whole_time_to_be_sent(state: State, open_case: Any) -> None:
    case = open_case(state)
    for action in ("start", "handle", "check", "close"):
        case = act(state, case, action)
    state.clock.pass_seconds(86_400)
    case = act(state, case, "reopen")
    assert lights(state, case)["dispatch"] == ("ok", 1_800)


def test_a_check_that_was_never_made_doesnt_take_a_reopened_case_up_a_level(state: State, open_case: Any) -> None:
    case = open_case(state)
    for action in ("start", "handle", "withdraw"):
        case = act(state, case, action)
    state.clock.pass_seconds(86_400)
    case = act(state, case, "reopen")
    assert set(lights(state, case)) == {"filing", "dispatch"}
    assert (climb(state), steps(state, case)) == (0, [])


def test_the_limits_that_come_along_are_marked_as_a_secondary_source_and_speak_of_every_clock() -> None:
    assert "secondary source" in packaged().source
    assert {row.name for row in packaged().rows} == set(DESK_CLOCKS)


def test_a_town_has_limits_of_its_own_by_day(tmp_path: Path, verifying: State, open_case: Any) -> None:
    rows = ["checking,45,working_hours,,no,,", "dispatch,20,,,,,2026-11-17", "dispatch,5,,yes,,2026-11-18,"]
    head = "name,limit_min,clock,urgent,climbs,valid_from,valid_to"
    (tmp_path / "desk_limits.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    state = replace(verifying, desk=replace(verifying.desk, desk_limits=desk_limits_of(tmp_path)))
    assert lights(state, open_case(state, "fire_hazard")) == {"dispatch": ("ok", 300)}
    assert lights(state, open_case(state)) == {}
    (checking, *_) = state.desk.desk_limits.rows
    assert (checking.clock, checking.climbs, checking.urgent) == ("working_hours", False, None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("lunch,30,", "line 2: name 'lunch' is unknown; choose filing, dispatch, checking"),
        ("filing,0,", "line 2: limit_min '0' must be a number above 0"),
        ("filing,5,\nfiling,6,", "line 3: 'filing' has a limit for such cases at that time"),
    ],
)
def test_a_limit_that_cant_be_used_is_refused_with_the_line(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "desk_limits.csv").write_text(f"name,limit_min,urgent\n{row}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        desk_limits_of(tmp_path)
