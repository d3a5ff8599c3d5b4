from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.board.indicators import snapshot
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.town import Town


def _figures(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/api/v1/indicators").json())


def test_a_rate_without_a_base_is_unknown_not_zero(client: TestClient, report: Any) -> None:
    assert _figures(client)["on_time"] == {"rate": None, "on_time": 0, "due": 0}
    report(480, 200)
    assert _figures(client)["on_time"]["rate"] is None


def test_lights_follow_the_clock(client: TestClient, report: Any, clock: Any) -> None:
    report(480, 200, "noise")  # one hour
    report(480, 600, "manhole_cover")  # two hours
    lights = []
    for _ in range(5):
        figures = _figures(client)
        lights.append((figures["ok"], figures["soon"], figures["overdue"]))
        clock.pass_seconds(49 * 60)
    assert lights == [(2, 0, 0), (1, 1, 0), (0, 1, 1), (0, 0, 2), (0, 0, 2)]


def test_on_time_is_handled_before_its_time_over_all_that_is_due(client: TestClient, report: Any, clock: Any) -> None:
    early, late, never = (report(480, 200)["case"] for _ in range(3))
    report(480, 200, "greenery")  # not due for days
    withdrawn = report(480, 200)["case"]
    for case in (early, late):
        client.post(f"/api/v1/cases/{case}/actions", json={"action": "start"})
    client.post(f"/api/v1/cases/{withdrawn}/actions", json={"action": "withdraw"})
    client.post(f"/api/v1/cases/{early}/actions", json={"action": "handle"})
    clock.pass_seconds(3_700)
    client.post(f"/api/v1/cases/{late}/actions", json={"action": "handle"})
    figures = _figures(client)
    assert figures["on_time"] == {"rate": 0.3333, "on_time": 1, "due": 3}
    assert figures["overdue"] == 1
    assert client.get(f"/api/v1/cases/{never}").json()["light"] == "over"


def test_officers_are_counted_free_busy_and_stale(client: TestClient, report: Any, clock: Any, at: Any) -> None:
    lon, lat = at(480, 200)
    client.post("/api/v1/responders/officer-02/positions", json={"lon": lon, "lat": lat})
    report(480, 200)
    client.patch("/api/v1/responders/officer-06", json={"on_duty": False})
    figures = _figures(client)
    assert (figures["on_duty"], figures["free"], figures["busy"], figures["stale"]) == (5, 4, 1, 0)
    clock.pass_seconds(61)
    assert _figures(client)["stale"] == 1


def test_grids_without_a_report_today_are_counted_by_themselves(client: TestClient, report: Any, clock: Any) -> None:
    assert _figures(client)["grids_at_zero"] == 6
    report(480, 200)
    report(490, 200)
    figures = _figures(client)
    assert (figures["reported_today"], figures["grids_at_zero"]) == (2, 5)
    clock.pass_seconds(48 * 3_600)
    assert _figures(client)["grids_at_zero"] == 6


def test_a_grid_whose_officer_has_been_silent_for_a_day_is_not_counted_as_one_without_a_report(
    client: TestClient, clock: Any, at: Any
) -> None:
    lon, lat = at(480, 200)
    client.post("/api/v1/responders/officer-02/positions", json={"lon": lon, "lat": lat})
    assert _figures(client)["grids_at_zero"] == 6
    clock.pass_seconds(25 * 3_600)
    assert _figures(client)["grids_at_zero"] == 5
    rows = client.get("/api/v1/indicators", params={"by": "grid"}).json()["rows"]
    assert [row["key"] for row in rows if row["state"] == "zero"] == ["01", "03", "04", "05", "06"]


def test_what_was_refused_withdrawn_merged_or_shelved_was_not_due(client: TestClient, report: Any, clock: Any) -> None:
    main, double, shelved = report(480, 200)["case"], report(480, 200)["case"], report(480, 600)["case"]
    for case, wish in ((double, {"action": "merge", "into": main}), (shelved, {"action": "shelve", "note": "why"})):
        assert client.post(f"/api/v1/cases/{case}/actions", json=wish).status_code == 200
    clock.pass_seconds(3_700)
    assert _figures(client)["on_time"] == {"rate": 0.0, "on_time": 0, "due": 1}
    assert client.get("/api/v1/indicators", params={"by": "day"}).json()["total"]["figures"]["due"] == 1


def test_today_begins_at_midnight_in_the_towns_zone_also_on_a_day_of_25_hours(
    settings: Settings, town: Town, clock: Any, at: Any
) -> None:
    lon, lat = at(480, 200)
    seen = []
    there = settings.model_copy(update={"time_zone": "America/New_York"})
    with TestClient(create_app(there, town, clock), base_url="http://127.0.0.1") as client:
        for moment in (
            datetime(2026, 11, 1, 3, 50, tzinfo=UTC),  # 23:50 of the day before
            datetime(2026, 11, 1, 4, 10, tzinfo=UTC),  # 00:10
            datetime(2026, 11, 2, 4, 50, tzinfo=UTC),  # 23:50, 24 h 40 min later
        ):
            clock.now = moment
            body = {"category": "noise", "lon": lon, "lat": lat}
            assert client.post("/api/v1/cases", json=body).status_code == 201
            seen.append(_figures(client)["reported_today"])
        clock.pass_seconds(600)
        seen.append(_figures(client)["reported_today"])
    assert seen == [1, 1, 2, 0]


def test_a_snapshot_agrees_with_the_lists(client: TestClient, state: State, report: Any) -> None:
    report(480, 200)
    closed = report(480, 200)["case"]
    client.post(f"/api/v1/cases/{closed}/actions", json={"action": "withdraw"})
    found = snapshot(state)
    assert found["cases"] == client.get("/api/v1/cases", params={"open": True}).json()["cases"]
    assert found["responders"] == client.get("/api/v1/responders").json()["responders"]
    assert found["indicators"] == _figures(client)


def test_the_board_tells_the_plan_and_the_kinds_of_case(client: TestClient) -> None:
    board = client.get("/api/v1/board").json()
    assert board["jurisdiction"]["name_zh"] == "格镇"
    assert board["plan"]["k"] == 6
    assert board["plan"]["measures"]["households"]["band"] == 0.1
    assert board["plan"]["gap"] is None
    assert board["simulated"] is False
    assert "OpenStreetMap" in board["attribution"]
    assert all(kind["limit_s"] > 0 for kind in board["categories"])
