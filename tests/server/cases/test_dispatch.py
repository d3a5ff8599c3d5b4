from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridgeo_server.approaches import Approaches
from gridgeo_server.cases import model
from gridgeo_server.cases.dispatch import Rules, choice, first_ways, rules_of, together, way_to
from gridgeo_server.cases.model import Case
from gridgeo_server.responders.model import Responder, one_per_grid
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def case_at(at: Any) -> Any:
    """Makes a case at metres east and south of the town's corner."""

    def make(name: str, east_m: float, south_m: float, grid: str) -> Case:
        lon, lat = at(east_m, south_m)
        place = {"description": "", "lon": lon, "lat": lat, "address": None, "grid": grid, "grid_name": grid}
        place |= {"area": "west", "owner": None, "owner_name": None, "snapped_m": 0.0}
        return model.apply(None, model.report_event(name, "noise", 3_600, NOW, place, simulated=False))

    return make


@pytest.fixture
def officer_at(town: Town, at: Any) -> Any:
    """Makes the officer of a grid, at metres east and south of the town's corner."""

    def make(grid: str, east_m: float, south_m: float) -> Responder:
        officer = next(one for one in one_per_grid(town) if one.grids == (grid,))
        lon, lat = at(east_m, south_m)
        return replace(officer, lon=lon, lat=lat, fix_at=NOW)

    return make


def named(found: list[Any]) -> list[str]:
    return [one.officer.responder for one in found]


def test_candidates_are_ranked_by_the_policy_and_explained(town: Town, case_at: Any, officer_at: Any) -> None:
    case = case_at("a", 500, 200, "02")
    crew = [officer_at("01", 400, 200), officer_at("02", 700, 200)]
    nearest, _ = choice(town, case, crew, {"officer-01": 2}).everybody()
    owner, _ = choice(town, case, crew, {}, Rules("owner")).everybody()
    assert (named(nearest), [one.rank for one in nearest]) == (["officer-01", "officer-02"], [1, 2])
    assert named(owner) == ["officer-02", "officer-01"]
    assert nearest[0].explanation() == "1 min 20 s, 2 open cases"
    assert owner[0].explanation("zh") == "2分40秒，本网格，手上无事件"


def test_everybody_goes_by_their_own_mode_and_the_first_is_the_first_of_all(
    town: Town, case_at: Any, officer_at: Any
) -> None:
    case = case_at("a", 500, 200, "02")
    crew = [officer_at(grid, 100 + 150 * place, 200) for place, grid in enumerate(("01", "02", "03", "04", "05"))]
    crew[0], crew[3] = replace(crew[0], mode="ebike"), replace(crew[3], mode="ebike", on_duty=False)
    crew[4] = replace(crew[4], mode="boat")
    found = choice(town, case, crew, {})
    able, refused = found.everybody()
    for one in able:
        assert one.way.seconds == way_to(town, one.officer, case.lon, case.lat).seconds
        assert one.way.metres == pytest.approx(way_to(town, one.officer, case.lon, case.lat).metres)
    assert [one.way.seconds for one in able] == sorted(one.way.seconds for one in able)
    assert found.first is not None
    assert (found.first.officer, found.first.rank) == (able[0].officer, 1)
    assert {one.officer.responder: one.code for one in refused} == {
        "officer-04": "off_duty",
        "officer-05": "no_street",
    }


def test_coverage_keeps_the_officer_whom_nobody_replaces(town: Town, case_at: Any, officer_at: Any) -> None:
    # Two wait side by side in the west, one alone in the east, who is nearer.
    crew = [officer_at("01", 300, 200), officer_at("04", 300, 300), officer_at("03", 900, 200)]
    case = case_at("a", 650, 200, "02")
    assert named(choice(town, case, crew, {}).everybody()[0])[0] == "officer-03"
    assert named(choice(town, case, crew, {}, Rules("coverage", response_min=6)).everybody()[0])[0] != "officer-03"


def test_old_positions_and_full_hands_are_not_offered(town: Town, case_at: Any, officer_at: Any) -> None:
    crew = [officer_at("01", 300, 200), officer_at("02", 500, 200), officer_at("03", 900, 200)]
    crew[0] = replace(crew[0], fix_at=NOW - timedelta(minutes=40))
    rules = Rules(fix_age_min=30, open_cases=2)
    able, refused = choice(town, case_at("a", 500, 200, "02"), crew, {"officer-02": 2}, rules, NOW).everybody()
    assert named(able) == ["officer-03"]
    assert {one.officer.responder: (one.code, one.reason, one.reason_zh) for one in refused} == {
        "officer-01": ("old_position", "the last position is 40 min old", "最近定位已过去40分"),
        "officer-02": ("full", "has 2 open cases, 2 are the most", "手上已有2件事件，最多2件"),
    }


def test_cases_that_wait_are_sent_together_by_the_worst_arrival(town: Town, case_at: Any, officer_at: Any) -> None:
    # One after another the first case would take officer 1 away from the second, which is far from officer 2.
    crew = [officer_at("01", 200, 400), officer_at("02", 800, 400)]
    first, second = case_at("a", 400, 400, "01"), case_at("b", 0, 400, "01")
    sent = together(town, [first, second], crew, {})
    assert [(case.case, to.officer.responder) for case, to in sent] == [("a", "officer-02"), ("b", "officer-01")]


def test_more_cases_than_officers_are_taken_in_turns_and_never_beyond_full_hands(
    town: Town, case_at: Any, officer_at: Any
) -> None:
    crew = [officer_at("01", 200, 400)]
    cases = [case_at(name, 300, 400, "01") for name in "abc"]
    assert [to.open_cases for _, to in together(town, cases, crew, {})] == [0, 1, 2]
    sent = together(town, cases, crew, {"officer-01": 1}, Rules(open_cases=2))
    assert [(case.case, to.open_cases) for case, to in sent] == [("a", 1)]
    assert together(town, cases, crew, {"officer-01": 3}, Rules(open_cases=2)) == []
    assert together(town, [], crew, {}) == []
    assert together(town, cases, [replace(crew[0], on_duty=False)], {}) == []


def test_the_rules_are_those_of_the_settings() -> None:
    settings = Settings(policy="coverage", busy_min=3, response_min=20, fix_age_min=30, open_cases=4)
    assert rules_of(settings) == Rules("coverage", 3, 20, fix_age_min=30, open_cases=4)


def test_the_streets_of_every_mode_are_ready_before_the_first_case(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []
    asked = "gridgeo_server.approaches.Approaches.ways"
    ways = Approaches.ways
    monkeypatch.setattr(asked, lambda self, mode, *asked: found.append(mode) or ways(self, mode, *asked))
    first_ways(town, threading.Event())
    assert found == list(town.roads)


def test_a_server_that_stops_finds_no_more_ways(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []
    monkeypatch.setattr("gridgeo_server.approaches.Approaches.ways", lambda *asked: found.append(asked))
    stop = threading.Event()
    stop.set()
    first_ways(town, stop)
    assert not found


def test_ways_that_fail_ahead_are_written_to_the_log(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*asked: object) -> None:
        raise RuntimeError("no such street")

    monkeypatch.setattr("gridgeo_server.approaches.Approaches.ways", fail)
    first_ways(town, threading.Event())
    assert "could not be found ahead" in caplog.text
