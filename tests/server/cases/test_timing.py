"""Clocks of cases on a real store: work time, shelving, extension, and going up a level once for each step."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gridgeo_server.cases import store as case_store
from gridgeo_server.cases import timing
from gridgeo_server.cases.categories import Categories
from gridgeo_server.cases.model import Case, Event
from gridgeo_server.cases.rebuilding import differences
from gridgeo_server.cases.sweeping import climb
from gridgeo_server.cases.wishes import Actor, Report, Wish
from gridgeo_server.clocks import Calendar
from gridgeo_server.responders import service as responder_service
from gridgeo_server.responders import store as responder_store
from gridgeo_server.state import State

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def working(state: State) -> State:
    """A server by the limits of city A on the calendar of Shanghai, on a Friday at four in the afternoon."""
    calendar = Calendar(SHANGHAI)
    desk = replace(state.desk, calendar=calendar, categories=Categories.packaged(calendar, "city_a"))
    state.clock.now = datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI).astimezone(UTC)
    return replace(state, desk=desk)


@pytest.fixture
def open_case(at: Any) -> Any:
    """Reports a case."""

    def report(state: State, category: str = "exposed_rubbish") -> Case:
        lon, lat = at(480, 200)
        return state.store.write(lambda t: state.desk.report(t, Report(category, lon, lat), state.clock(), Actor()))

    return report


def act(state: State, case: Case, action: str, **more: Any) -> Case:
    wish = Wish(action, note="why", **more)
    return state.store.write(lambda t: state.desk.act(t, case.case, wish, state.clock(), Actor()))


def events(state: State, case: Case, action: str = "escalate") -> list[Event]:
    with state.store.reading() as connection:
        return [one for one in case_store.events_of(connection, case.case) if one.action == action]


def here(moment: datetime | None) -> str:
    assert moment is not None
    return f"{moment.astimezone(SHANGHAI):%a %H:%M}"


def test_four_working_hours_from_friday_at_four_end_on_monday_at_ten(working: State, open_case: Any) -> None:
    case = open_case(working)
    assert (here(case.soon_at), here(case.due_at), here(case.escalate_at)) == ("Mon 09:12", "Mon 10:00", "Mon 10:00")
    lights = [case.light(datetime(2026, 11, 23, *at, tzinfo=SHANGHAI)) for at in ((9, 11), (9, 12), (9, 59), (10, 0))]
    assert lights == ["ok", "soon", "soon", "over"]


def test_a_clock_stands_while_the_case_is_shelved_however_long(working: State, open_case: Any) -> None:
    case = open_case(working)
    working.clock.pass_seconds(3_600)
    shelved = act(working, case, "shelve")
    assert shelved.left_s == 3 * 3_600
    working.clock.now = datetime(2027, 3, 3, 11, 30, tzinfo=SHANGHAI).astimezone(UTC)
    assert shelved.light(working.clock()) == "ok"
    assert climb(working) == 0
    back = act(working, shelved, "unshelve")
    assert (back.stage, here(back.due_at), here(back.soon_at)) == ("dispatched", "Wed 16:30", "Wed 15:42")
    assert timing.left(working.desk.calendar, back, working.clock()) == timedelta(hours=3)


def test_a_case_that_was_late_when_it_was_shelved_is_late_when_it_is_taken_up_again(
    working: State, open_case: Any
) -> None:
    case = open_case(working)
    working.clock.now = datetime(2026, 11, 23, 11, 0, tzinfo=SHANGHAI).astimezone(UTC)
    shelved = act(working, case, "shelve")
    assert shelved.left_s == -3_600
    working.clock.pass_seconds(30 * 86_400)
    assert act(working, shelved, "unshelve").light(working.clock()) == "over"


def test_an_extension_adds_to_what_is_left(working: State, open_case: Any) -> None:
    case = open_case(working)
    longer = act(working, case, "extend", amount=2.5)
    assert (here(longer.due_at), longer.limit_s, longer.limit_amount) == ("Mon 14:30", 23_400, 6.5)
    assert timing.limit_of(longer).words()["en"] == "6.5 working hours"


def test_a_transfer_to_another_kind_counts_what_its_clock_would_have_counted(working: State, open_case: Any) -> None:
    case = open_case(working)
    working.clock.pass_seconds(3_600)
    case = act(working, case, "shelve")
    working.clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI).astimezone(UTC)
    case = act(working, case, "unshelve")
    other = act(working, case, "transfer", category="greenery")
    # Five working days, one hour of which was used on Friday, none while it was shelved.
    assert here(other.due_at) == "Fri 18:00"
    assert (other.department, other.stage) == ("parks", "dispatched")  # the new department need not send by hand
    assert timing.left(working.desk.calendar, other, working.clock()) == timedelta(hours=39)


def test_two_hours_of_downtime_leave_no_step_out_and_none_is_done_twice(state: State, open_case: Any) -> None:
    case = open_case(state, "noise")  # one hour
    state.clock.pass_seconds(2 * 3_600 + 1)
    assert climb(state) == 1
    assert climb(state) == 0
    steps = events(state, case)
    assert [(one.data["from"], one.data["to"], one.rung) for one in steps] == [
        ("grid", "community", 1),
        ("community", "subdistrict", 2),
        ("subdistrict", "district", 3),
    ]
    assert [one.data["since"] for one in steps] == [f"2026-11-18T{at}:00.000Z" for at in ("10:00", "10:30", "11:00")]
    state.clock.pass_seconds(86_400)
    assert climb(state) == 0


def test_a_clock_that_jumps_ahead_and_back_repeats_no_step(state: State, open_case: Any) -> None:
    case = open_case(state, "noise")
    state.clock.pass_seconds(-86_400)
    assert climb(state) == 0
    for seconds in (2 * 86_400, -86_400, 0, 3_700, 86_400):
        state.clock.pass_seconds(seconds)
        climb(state)
    assert [one.rung for one in events(state, case)] == [1, 2, 3]
    with state.store.reading() as connection:
        assert list(differences(connection)) == []


def test_the_store_itself_refuses_a_step_a_second_time(state: State, open_case: Any) -> None:
    case = open_case(state, "noise")
    state.clock.pass_seconds(3_600)
    climb(state)
    (step,) = events(state, case)
    with pytest.raises(sqlite3.IntegrityError):
        state.store.write(lambda t: case_store.append(t.connection, replace(step, seq=None)))


def test_handled_and_shelved_cases_stay_where_they_are_and_rework_goes_on_climbing(
    state: State, open_case: Any
) -> None:
    case = open_case(state, "noise")
    act(state, case, "start")
    state.clock.pass_seconds(200)
    act(state, case, "handle")
    state.clock.pass_seconds(3_500)
    assert climb(state) == 0
    act(state, case, "rework")
    assert climb(state) == 1
    assert events(state, case)[0].data["to"] == "community"


def test_a_reopened_case_has_its_whole_time_and_climbs_anew(state: State, open_case: Any) -> None:
    case = open_case(state, "noise")
    state.clock.pass_seconds(3_700)
    climb(state)
    for action in ("start", "handle", "check", "close"):
        act(state, case, action)
    again = act(state, case, "reopen")
    assert (again.level, again.light(state.clock())) == (0, "ok")
    assert again.due_at == state.clock() + timedelta(hours=1)
    state.clock.pass_seconds(3_600)
    climb(state)
    assert [one.rung for one in events(state, case)] == [1, 4]


def test_a_case_that_nobody_on_duty_can_take_goes_up_a_level_at_once_and_says_why(state: State, open_case: Any) -> None:
    def leave(transaction: Any) -> None:
        for officer in responder_store.everybody(transaction.connection):
            responder_service.set_duty(transaction, officer.responder, False)

    state.store.write(leave)
    case = open_case(state, "noise")
    (step,) = events(state, case)
    assert (step.data["why"], step.data["to"], case.level) == ("nobody", "community", 1)
    state.clock.pass_seconds(3_600)
    assert climb(state) == 0  # it stands where its time would have brought it
    state.clock.pass_seconds(1_800)
    assert climb(state) == 1
    assert [one.rung for one in events(state, case)] == [1, 2]
