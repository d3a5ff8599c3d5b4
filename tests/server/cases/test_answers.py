"""Whoever is sent acknowledges, declines or lets the time pass; then the next one is asked, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo.dispatch import Asked
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.answers import asked, in_vain
from gridgeo_server.cases.model import Case, Event
from gridgeo_server.cases.rebuilding import differences
from gridgeo_server.cases.sweeping import Sweep, ask
from gridgeo_server.cases.wishes import Actor, Report, Wish
from gridgeo_server.errors import Changed, WrongStage
from gridgeo_server.responders import service as responder_service
from gridgeo_server.responders import store as responder_store
from gridgeo_server.state import State

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.fixture
def waiting(state: State) -> State:
    """A server that waits two minutes for an answer."""
    return replace(state, desk=replace(state.desk, rules=replace(state.desk.rules, answer_s=120)))


@pytest.fixture
def crew(waiting: State) -> Any:
    """Leaves only some officers on duty."""

    def stay(*officers: str) -> None:
        def work(transaction: Any) -> None:
            for officer in responder_store.everybody(transaction.connection):
                responder_service.set_duty(transaction, officer.responder, officer.responder in officers)

        waiting.store.write(work)

    return stay


@pytest.fixture
def open_case(waiting: State, at: Any) -> Any:
    """Reports a case in grid 02."""

    def report() -> Case:
        lon, lat = at(480, 200)
        desk = waiting.desk
        return waiting.store.write(lambda t: desk.report(t, Report("noise", lon, lat), waiting.clock(), Actor()))

    return report


def act(state: State, case: Case, action: str, note: str | None = "why", actor: Actor = Actor(), **more: Any) -> Case:  # noqa: B008
    wish = Wish(action, note=note, **more)
    return state.store.write(lambda t: state.desk.act(t, case.case, wish, state.clock(), actor))


def history(state: State, case: Case) -> list[Event]:
    with state.store.reading() as connection:
        assert list(differences(connection)) == []
        return case_store.events_of(connection, case.case)


def done(state: State, case: Case) -> list[str]:
    return [event.action for event in history(state, case)[2:]]


def now_of(state: State, case: Case) -> Case:
    with state.store.reading() as connection:
        return case_store.get(connection, case.case)


def test_whom_a_case_asked_is_told_from_its_events() -> None:
    def event(action: str, who: str = "") -> Event:
        return Event("c", NOON, action, "dispatched", data={"responder": who})

    events = [event("dispatch", "a"), event("decline"), event("dispatch", "b"), event("time_out")]
    events += [event("dispatch", "c"), event("start"), event("handle")]
    told = [Asked("a", NOON, "decline"), Asked("b", NOON, "timeout"), Asked("c", NOON, "acknowledge")]
    assert asked(events) == told
    assert {who: why.code for who, why in in_vain(events).items()} == {"a": "declined", "b": "no_answer"}
    assert in_vain([*events, event("transfer")]) == {}


def test_who_acknowledges_is_no_longer_waited_for(waiting: State, open_case: Any) -> None:
    case = open_case()
    assert (case.asked_at, case.answer_at) == (waiting.clock(), waiting.clock() + timedelta(seconds=120))
    waiting.clock.pass_seconds(30)
    case = act(waiting, case, "acknowledge")
    assert (case.stage, case.acknowledged_at, case.answer_at) == ("dispatched", waiting.clock(), None)
    waiting.clock.pass_seconds(3_600)
    assert ask(waiting) == 0
    with pytest.raises(WrongStage, match="can't be given 'acknowledge'"):
        act(waiting, case, "acknowledge")
    with pytest.raises(WrongStage, match="can't be given 'decline'"):
        act(waiting, case, "decline")


def test_who_begins_has_acknowledged_by_it(waiting: State, open_case: Any) -> None:
    case = act(waiting, open_case(), "start")
    assert (case.acknowledged_at, case.answer_at) == (waiting.clock(), None)


def test_who_declines_with_a_reason_is_followed_by_the_next_and_not_offered_again(
    waiting: State, open_case: Any, client: TestClient
) -> None:
    case = open_case()
    with waiting.store.reading() as connection:
        order = [one.officer.responder for one in waiting.desk.sending.candidates(connection, case)[0]]
    missing = client.post(f"/api/v1/cases/{case.case}/actions", json={"action": "decline"})
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "note")
    following = act(waiting, case, "decline", "too far")
    assert (case.responder, following.responder) == (order[0], order[1])
    assert (following.stage, following.declined) == ("dispatched", 1)
    assert done(waiting, case) == ["dispatch", "decline", "dispatch"]
    told = client.get(f"/api/v1/cases/{case.case}/candidates").json()["not_offered"]
    (row,) = (one for one in told if one["responder"] == case.responder)
    assert (row["code"], row["reason"], row["reason_zh"]) == ("declined", "declined this case", "已拒绝此事件")


def test_two_hours_of_downtime_are_one_time_out_for_each_who_was_asked(waiting: State, open_case: Any) -> None:
    case = open_case()
    waiting.clock.pass_seconds(119)
    assert ask(waiting) == 0
    waiting.clock.pass_seconds(7_200)
    assert [ask(waiting), ask(waiting)] == [1, 0]
    assert done(waiting, case) == ["dispatch", "time_out", "dispatch"]
    late = history(waiting, case)[3]
    assert (late.data["responder"], late.data["since"]) == (case.responder, "2026-11-18T09:02:00.000Z")
    waiting.clock.pass_seconds(-86_400)
    assert ask(waiting) == 0
    waiting.clock.pass_seconds(2 * 86_400)
    assert [ask(waiting), ask(waiting)] == [1, 0]
    sent = [event.data["responder"] for event in history(waiting, case) if event.action == "dispatch"]
    assert len(set(sent)) == len(sent) == 3


def test_with_nobody_left_the_case_goes_up_a_level_and_waits_with_the_reason_until_somebody_else_comes(
    waiting: State, open_case: Any, crew: Any
) -> None:
    crew("officer-01", "officer-02")
    case = open_case()
    act(waiting, case, "decline")
    waiting.clock.pass_seconds(121)
    assert Sweep().look(waiting) == 1
    left = now_of(waiting, case)
    assert (left.stage, left.responder, left.level) == ("filed", None, 1)
    (step,) = (event for event in history(waiting, case) if event.action == "escalate")
    assert (step.data["why"], step.data["to"]) == ("nobody_left", "community")
    assert "declined or gave no answer" in str(step.note)
    assert "超时未接单" in step.data["note_zh"]
    waiting.store.write(lambda t: waiting.desk.sending.waiting(t, waiting.clock(), Actor()))
    assert now_of(waiting, case).stage == "filed"

    def come(transaction: Any) -> None:
        responder_service.set_duty(transaction, "officer-06", True)
        waiting.desk.sending.waiting(transaction, waiting.clock(), Actor())

    waiting.store.write(come)
    assert now_of(waiting, case).responder == "officer-06"


def test_the_desk_may_insist_on_somebody_who_declined_with_a_reason(waiting: State, open_case: Any) -> None:
    case = open_case()
    act(waiting, case, "decline")
    again = act(waiting, case, "dispatch", "agreed by phone", responder=case.responder)
    assert again.responder == case.responder
    assert history(waiting, case)[-1].data["rank"] == 0


def test_an_answer_of_somebody_who_is_no_longer_asked_is_refused(waiting: State, open_case: Any) -> None:
    case = open_case()
    following = act(waiting, case, "decline")
    with pytest.raises(Changed, match=f"asks {following.responder} now, not {case.responder}"):
        act(waiting, case, "acknowledge", responder=case.responder)
    with pytest.raises(Changed):
        act(waiting, case, "decline", actor=Actor(case.responder))
    assert act(waiting, case, "acknowledge", responder=following.responder).acknowledged_at is not None


def test_of_two_answers_to_one_state_the_second_is_a_412(open_case: Any, client: TestClient) -> None:
    case = open_case()
    send, headers = f"/api/v1/cases/{case.case}/actions", {"If-Match": f'"{case.version}"'}
    answers = [
        client.post(send, json={"action": action, "note": "why"}, headers=headers).status_code
        for action in ("decline", "acknowledge")
    ]
    assert answers == [200, 412]


def test_nobody_is_waited_for_while_a_case_is_shelved_and_the_time_begins_anew_with_it(
    waiting: State, open_case: Any
) -> None:
    case = act(waiting, open_case(), "shelve")
    assert case.answer_at is None
    waiting.clock.pass_seconds(600)
    assert ask(waiting) == 0
    case = act(waiting, case, "unshelve")
    assert case.answer_at == waiting.clock() + timedelta(seconds=120)
    waiting.clock.pass_seconds(120)
    assert ask(waiting) == 1


def test_without_the_setting_nobody_is_waited_for(state: State, at: Any) -> None:
    lon, lat = at(480, 200)
    case = state.store.write(lambda t: state.desk.report(t, Report("noise", lon, lat), state.clock(), Actor()))
    assert (case.asked_at, case.answer_at) == (state.clock(), None)
