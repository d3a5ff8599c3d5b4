"""Everybody is told of shifts and leave what the choice of who is sent goes by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.board.indicators import snapshot
from gridgeo_server.responders.duty import DutyCalendar, Shift
from gridgeo_server.responders.shifts import ShiftWatch, as_on_shift
from gridgeo_server.state import State


@pytest.fixture
def shifted(client: TestClient) -> State:
    """Officer 01 works in four hours, officer 02 is on leave today, all others are always there."""
    state: State = client.app.state.gridgeo  # type: ignore[attr-defined]
    zone = state.desk.calendar.zone
    here = state.clock().astimezone(zone)
    begin = here.hour * 60 + 240
    duty = DutyCalendar(zone, {"officer-01": (Shift(begin, begin + 60),)}, {"officer-02": frozenset({here.date()})})
    state = replace(state, desk=replace(state.desk, duty=duty))
    client.app.state.gridgeo = state  # type: ignore[attr-defined]
    return state


def test_list_map_snapshot_and_indicators_agree_with_the_candidates_on_who_is_there(
    client: TestClient, shifted: State, report: Any
) -> None:
    case = report(480, 200)["case"]
    refused = client.get(f"/api/v1/cases/{case}/candidates").json()["not_offered"]
    reasons = {one["responder"]: (one["code"], one["reason"], one["reason_zh"]) for one in refused}
    assert {name: why[0] for name, why in reasons.items()} == {"officer-01": "off_shift", "officer-02": "on_leave"}
    listed = client.get("/api/v1/responders").json()["responders"]
    away = {one["responder"]: one["away"] for one in listed if one["away"]}
    assert {name: (one["code"], one["reason"], one["reason_zh"]) for name, one in away.items()} == reasons
    assert {one["responder"] for one in listed if not one["on_duty"]} == set(away)
    assert all(one["lon"] is one["fix_at"] is None and one["status"] == "off" for one in listed if one["away"])
    told = snapshot(shifted)
    assert {one["responder"]: one["away"] for one in told["responders"] if one["away"]} == away
    assert told["indicators"]["on_duty"] == client.get("/api/v1/indicators").json()["on_duty"] == 4
    on_map = client.get("/ogc/collections/responders/items").json()["features"]
    assert {one["properties"]["responder"] for one in on_map} == {f"officer-0{n}" for n in range(3, 7)}


def test_it_is_told_until_when_somebody_is_away(shifted: State) -> None:
    now = shifted.clock()
    officers = [{"responder": f"officer-0{n}", "on_duty": True} for n in (1, 2, 3)]
    one, two, three = as_on_shift(shifted.desk.duty, officers, now)
    hour = (now.astimezone(shifted.desk.calendar.zone) + timedelta(hours=4)).strftime("%H:00")
    assert (one["away"]["reason"], one["away"]["reason_zh"]) == (f"off shift until {hour}", f"不在班次内，{hour}上班")
    assert two["away"]["reason"].startswith("on leave until ")
    assert three == {"responder": "officer-03", "on_duty": True, "away": None}


def test_who_ended_duty_is_off_duty_whatever_the_shift(shifted: State) -> None:
    officer = {"responder": "officer-01", "on_duty": False}
    assert as_on_shift(shifted.desk.duty, [officer], shifted.clock()) == [{**officer, "away": None}]


def test_a_shift_that_begins_is_noticed_once(shifted: State) -> None:
    watch, now = ShiftWatch(), shifted.clock()
    moments = (0, 60, 239, 245, 246, 305)
    seen = [watch.changed(shifted.desk.duty, now + timedelta(minutes=after)) for after in moments]
    assert seen == [False, False, False, True, False, True]
