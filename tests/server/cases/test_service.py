from __future__ import annotations

import gc
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.categories import Categories, Category
from gridgeo_server.cases.model import Case, rebuild
from gridgeo_server.cases.rebuilding import differences
from gridgeo_server.cases.responsibility import Responsibility
from gridgeo_server.cases.sweeping import climb
from gridgeo_server.cases.wishes import Actor, Report, Wish
from gridgeo_server.responders import service as responder_service
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.service import Fix
from gridgeo_server.state import State
from gridgeo_server.store import Transaction, tables


@pytest.fixture
def place(state: State, at: Any) -> Any:
    """Puts officers at places in metres; all others go off duty."""

    def put(**places: tuple[float, float]) -> None:
        def work(transaction: Any) -> None:
            for officer in responder_store.everybody(transaction.connection):
                here = places.get(officer.responder.replace("officer-", "o"))
                responder_service.set_duty(transaction, officer.responder, here is not None)
                if here is not None:
                    lon, lat = at(*here)
                    fix = Fix(officer.responder, lon, lat, state.clock())
                    responder_service.move(transaction, [fix], state.clock())

        state.store.write(work)

    return put


def _report(state: State, at: Any, east_m: float, south_m: float):
    lon, lat = at(east_m, south_m)
    return state.store.write(lambda t: state.desk.report(t, Report("noise", lon, lat), state.clock(), Actor()))


def test_the_nearest_by_road_goes_not_the_nearest_by_air(state: State, place: Any, at: Any) -> None:
    # The case lies on a street; o01 stands 67 m away inside the block, beside a street that lies farther round,
    # o02 is 110 m away along the street.
    place(o01=(450, 260), o02=(590, 200))
    case = _report(state, at, 480, 200)
    assert case.responder == "officer-02"
    assert case.road_m == pytest.approx(110, abs=1)
    assert case.road_s == pytest.approx(110 / 1.25, abs=1)


def test_among_equals_the_one_with_less_to_do_goes(state: State, place: Any, at: Any) -> None:
    place(o01=(300, 200), o02=(500, 200))
    first = _report(state, at, 400, 200)
    second = _report(state, at, 400, 200)
    assert {first.responder, second.responder} == {"officer-01", "officer-02"}


def test_a_desk_that_spreads_work_passes_over_a_busy_officer_for_a_free_one_farther_off(
    state: State, place: Any, at: Any
) -> None:
    place(o01=(300, 200), o02=(700, 200))
    desk = replace(state.desk, busy_min=8)
    lon, lat = at(400, 200)
    sent = [
        state.store.write(lambda t: desk.report(t, Report("noise", lon, lat), state.clock(), Actor())).responder
        for _ in range(3)
    ]
    assert sent == ["officer-01", "officer-02", "officer-01"]


def test_with_nobody_on_duty_a_case_waits_accepted_and_says_so_until_somebody_comes(
    state: State, place: Any, at: Any
) -> None:
    place()
    case = _report(state, at, 480, 200)
    assert (case.stage, case.responder) == ("accepted", None)
    with state.store.reading() as connection:
        assert "nobody on duty" in str(case_store.events_of(connection, case.case)[-1].note)

    def come(transaction: Any) -> None:
        responder_service.set_duty(transaction, "officer-06", True)
        state.desk.sending.waiting(transaction, state.clock(), Actor())

    state.store.write(come)
    with state.store.reading() as connection:
        sent = case_store.get(connection, case.case)
    assert (sent.stage, sent.responder) == ("dispatched", "officer-06")


def test_a_report_keeps_nothing_of_its_transaction_until_garbage_is_searched_for(state: State, at: Any) -> None:
    gc.collect()
    gc.disable()
    try:
        for i in range(20):
            _report(state, at, 50 + i, 300)
        # The writer may still hold the last one.
        assert sum(isinstance(one, Transaction) for one in gc.get_objects()) <= 1
    finally:
        gc.enable()


def test_every_row_of_a_case_is_what_its_events_rebuild(state: State, at: Any) -> None:
    names = [_report(state, at, 100 * i + 50, 300).case for i in range(4)]
    wishes = [
        ("start", "handle", "check", "close"),
        ("start", "return", "dispatch"),
        ("withdraw",),
        ("start", "handle", "rework"),
    ]
    for name, actions in zip(names, wishes, strict=True):
        for action in actions:
            state.clock.pass_seconds(61.5)
            state.store.write(lambda t, n=name, a=action: state.desk.act(t, n, a, state.clock(), Actor("x", "X")))
    with state.store.reading() as connection:
        for name in names:
            row = case_store.get(connection, name)
            assert rebuild(case_store.events_of(connection, name)) == row


def test_events_can_neither_be_changed_nor_deleted(state: State, at: Any) -> None:
    _report(state, at, 50, 50)
    for statement in (tables.events.update().values(note="other"), tables.events.delete()):
        with pytest.raises(sa.exc.IntegrityError, match="events are appended, never"):
            state.store.write(lambda t, s=statement: t.connection.execute(s))


def test_a_case_goes_on_by_the_row_of_its_kind_that_holds_now_not_by_one_of_later(state: State, at: Any) -> None:
    now = {**vars(state.desk.categories["noise"]), "department": "works", "valid_to": date(2026, 12, 31)}
    later = {**now, "department": "water", "skills": ("diving",), "verify": True, "limit": 9.0, "limit_s": 32_400}
    rows = [Category(**now), Category(**{**later, "valid_from": date(2027, 1, 1), "valid_to": None})]
    kinds = Categories(rows, "")
    desk = replace(state.desk, categories=kinds, responsibility=Responsibility([], kinds))
    lon, lat = at(480, 200)
    seen = []
    for _ in range(2):
        case = state.store.write(lambda t: desk.report(t, Report("noise", lon, lat), state.clock(), Actor()))
        found = (case.department, case.stage, case.level)
        for action in ("withdraw", "reopen"):
            wish = Wish(action, "why")
            case = state.store.write(
                lambda t, case=case, wish=wish: desk.act(t, case.case, wish, state.clock(), Actor())
            )
        seen.append((*found, case.limit_s, (case.due_at - state.clock()).total_seconds()))
        state.clock.pass_seconds(50 * 86_400)
    assert seen == [("works", "dispatched", 0, 3_600, 3_600), ("water", "accepted", 0, 32_400, 32_400)]


def test_cases_are_numbered_by_day(state: State, at: Any) -> None:
    assert [_report(state, at, 50, 50).case for _ in range(2)] == ["20261118-0001", "20261118-0002"]
    state.clock.pass_seconds(86_400)
    assert _report(state, at, 50, 50).case == "20261119-0001"


def test_an_officer_whose_streets_do_not_join_is_not_offered_with_the_reason(state: State, place: Any, at: Any) -> None:
    place(o01=(50, 50))
    case = _report(state, at, 480, 200)
    with state.store.reading() as connection:
        officers = [replace(one, mode="boat") if one.on_duty else one for one in responder_store.everybody(connection)]
    from gridgeo_server.cases.dispatch import choice

    able, refused = choice(state.town, case, officers, {}).everybody()
    assert able == []
    reasons = {one.officer.responder: (one.code, one.reason) for one in refused}
    assert reasons["officer-01"] == ("no_street", "the map has no street for boat")
    assert reasons["officer-02"] == ("off_duty", "off duty")


def _events(state: State, case: str, action: str) -> list[Any]:
    with state.store.reading() as connection:
        return [one for one in case_store.events_of(connection, case) if one.action == action]


def _act(state: State, case: str, action: str, **more: Any) -> Case:
    wish = Wish(action, note="why", **more)
    return state.store.write(lambda t: state.desk.act(t, case, wish, state.clock(), Actor()))


def test_who_reported_a_duplicate_is_told_when_the_main_case_ends_and_is_taken_up_again(state: State, at: Any) -> None:
    main, one, two = (_report(state, at, 480, 200).case for _ in range(3))
    _act(state, two, "merge", into=one)
    _act(state, one, "merge", into=main)
    for action in ("start", "handle", "check", "close", "reopen"):
        _act(state, main, action)
    for name in (one, two):
        told = [(event.data["main"], event.data["stage"]) for event in _events(state, name, "follow")]
        assert told == [(main, "closed"), (main, "reported")]
    _act(state, one, "unmerge")
    _act(state, main, "withdraw")
    assert [len(_events(state, name, "follow")) for name in (main, one, two)] == [0, 2, 2]
    with state.store.reading() as connection:
        assert list(differences(connection)) == []


def test_a_transferred_case_is_sent_again_at_once_to_whoever_goes_first_now(state: State, at: Any) -> None:
    case = _report(state, at, 480, 200)
    sent = _act(state, case.case, "transfer", department="works")
    assert (sent.stage, sent.department) == ("dispatched", "works")
    assert len(_events(state, case.case, "dispatch")) == 2


def test_open_cases_of_an_older_store_are_given_their_levels_at_the_next_start_once(state: State, at: Any) -> None:
    case = _report(state, at, 480, 200)
    older = tables.cases.update().values(escalate_at=None)
    state.store.write(lambda t: t.connection.execute(older))
    assert state.store.write(lambda t: state.desk.climbing.set_clocks(t, state.clock())) == 1
    assert state.store.write(lambda t: state.desk.climbing.set_clocks(t, state.clock())) == 0
    with state.store.reading() as connection:
        assert case_store.get(connection, case.case).escalate_at == case.due_at
        assert list(differences(connection)) == []
    state.clock.pass_seconds(3 * 3_600)
    assert climb(state) == 1
    assert [one.data["to"] for one in _events(state, case.case, "escalate")] == ["community", "subdistrict", "district"]
