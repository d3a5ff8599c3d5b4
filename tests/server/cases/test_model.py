from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.cases.model import (
    FINISHED,
    STAGES,
    Case,
    Event,
    apply,
    next_stage,
    possible_actions,
    rebuild,
    report_event,
)
from gridgeo_server.cases.stages import machine
from gridgeo_server.errors import WrongStage

START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
PLACE = {
    "description": "",
    "lon": 7.4,
    "lat": 43.7,
    "address": None,
    "grid": "01",
    "grid_name": "01",
    "area": "west",
    "owner": "a",
    "owner_name": "A",
    "snapped_m": 0.0,
}
SENT = {"responder": "b", "responder_name": "B", "road_s": 90.4, "road_m": 113.0}


def _report(limit_s: int = 100) -> Event:
    return report_event("c", "noise", limit_s, START, PLACE, simulated=False)


def _after(*actions: str) -> Case:
    case = apply(None, _report())
    for minute, action in enumerate(actions, start=1):
        data = SENT if action == "dispatch" else {}
        at = START + timedelta(minutes=minute)
        case = apply(case, Event("c", at, action, next_stage(case, action), data=data))
    return case


def test_the_straight_way_ends_closed() -> None:
    case = _after("accept", "dispatch", "start", "handle", "check", "close")
    assert case.stage == "closed"
    assert case.handled_at == START + timedelta(minutes=4)
    assert case.closed_at == START + timedelta(minutes=6)
    assert case.responder == "b"
    assert case.version == 7


@pytest.mark.parametrize(
    ("before", "action", "possible"),
    [
        ((), "dispatch", "accept, refuse, self_handle, withdraw, extend, supervise, merge"),
        (("accept", "dispatch", "start", "handle"), "start", "check, rework, withdraw, supervise"),
        (("accept", "dispatch", "start", "handle", "check", "close"), "rework", "reopen"),
        (("accept", "withdraw"), "accept", "reopen"),
        (("accept", "shelve"), "dispatch", "withdraw, unshelve, supervise"),
    ],
)
def test_a_wrong_order_is_refused_with_what_is_possible(before: tuple[str, ...], action: str, possible: str) -> None:
    with pytest.raises(WrongStage, match=f"possible: {possible}$"):
        next_stage(_after(*before), action)


def test_a_returned_case_has_no_officer_and_can_be_sent_again() -> None:
    case = _after("accept", "dispatch", "start", "return")
    assert (case.stage, case.responder, case.eta_at, case.road_s) == ("returned", None, None, None)
    assert next_stage(case, "dispatch") == "dispatched"


def test_rework_sends_the_same_officer_again_and_the_clock_runs_on() -> None:
    case = _after("accept", "dispatch", "start", "handle", "rework")
    assert (case.stage, case.responder, case.handled_at) == ("dispatched", "b", None)


def test_the_arrival_is_the_dispatch_and_the_seconds_of_the_way() -> None:
    assert _after("accept", "dispatch").eta_at == START + timedelta(minutes=2, seconds=90)


@pytest.mark.parametrize(
    ("seconds", "light"), [(0, "ok"), (79.9, "ok"), (80, "soon"), (99.9, "soon"), (100, "over"), (1e6, "over")]
)
def test_the_light_turns_at_80_and_at_100_per_cent_of_the_limit(seconds: float, light: str) -> None:
    assert apply(None, _report(100)).light(START + timedelta(seconds=seconds)) == light


def test_the_clock_stops_when_it_is_handled() -> None:
    case = _after("accept", "dispatch", "start", "handle")
    assert case.light(START + timedelta(days=3)) == "over"  # 4 minutes of 100 seconds
    assert not case.on_time


def test_a_case_that_must_be_verified_is_dispatched_only_once_it_is_filed() -> None:
    case = apply(None, _report())
    at = iter(START + timedelta(minutes=minute) for minute in range(1, 9))
    case = apply(case, Event("c", next(at), "accept", "accepted", data={"filed": False}))
    assert "dispatch" not in possible_actions(case)
    with pytest.raises(WrongStage, match="possible: refuse, verify, file"):
        next_stage(case, "dispatch")
    for action in ("verify", "file"):
        case = apply(case, Event("c", next(at), action, next_stage(case, action)))
    assert (case.stage, case.verified_at, case.filed_at) == (
        "filed",
        START + timedelta(minutes=2),
        START + timedelta(minutes=3),
    )
    assert next_stage(case, "dispatch") == "dispatched"


def test_a_shelved_case_goes_back_to_where_it_was() -> None:
    case = _after("accept", "dispatch", "start", "shelve")
    assert (case.stage, case.before, case.paused_at) == ("shelved", "handling", START + timedelta(minutes=4))
    assert case.light(START + timedelta(days=9)) == case.light(START + timedelta(minutes=4))
    assert next_stage(case, "unshelve") == "handling"


def test_a_case_handled_on_the_spot_is_handled_and_closed_at_once() -> None:
    case = _after("accept", "self_handle")
    assert (case.stage, case.self_handled, case.handled_at) == ("closed", True, case.closed_at)


def test_a_reopened_case_begins_again_without_officer() -> None:
    case = _after("accept", "dispatch", "start", "handle", "check", "close", "reopen")
    assert (case.stage, case.reopened, case.handled_at, case.closed_at, case.responder) == (
        "reported",
        1,
        None,
        None,
        None,
    )


DATA = {**SENT, "main": "d", "category": "noise", "department": "x", "territory": None, "level": 1}


@given(st.lists(st.sampled_from(sorted(machine().actions)), max_size=15))
def test_a_case_is_what_its_events_make_of_it(wishes: list[str]) -> None:
    events = [_report()]
    case = apply(None, events[0])
    for number, action in enumerate(wishes, start=1):
        if action not in possible_actions(case):
            continue
        event = Event("c", START + timedelta(seconds=number), action, next_stage(case, action), data=DATA)
        events.append(event)
        case = apply(case, event)
    assert rebuild(events) == case
    assert case.version == len(events)
    assert case.stage in STAGES
    assert (case.closed_at is not None) == (case.stage in FINISHED)


def test_a_case_without_events_is_none() -> None:
    with pytest.raises(ValueError, match="at least the event"):
        rebuild([])
