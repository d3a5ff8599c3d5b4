from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from gridgeo_server.state import State
from gridgeo_server.store import tables
from gridgeo_server.store.instants import to_text


def _one(client: TestClient, name: str) -> dict[str, Any]:
    return next(one for one in client.get("/api/v1/responders").json()["responders"] if one["responder"] == name)


def _tracks(state: State) -> int:
    with state.store.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(tables.tracks)).scalar_one())


def test_each_grid_of_the_plan_has_an_officer(client: TestClient) -> None:
    officers = client.get("/api/v1/responders").json()["responders"]
    assert [one["grids"] for one in officers] == [["01"], ["02"], ["03"], ["04"], ["05"], ["06"]]
    assert {one["status"] for one in officers} == {"free"}
    assert all(one["fix_at"] is None for one in officers)
    assert officers[0]["name_zh"] == "网格员01"


def test_a_fix_moves_the_officer_and_the_nearest_changes_with_it(
    client: TestClient, report: Any, at: Any, clock: Any
) -> None:
    lon, lat = at(1190, 790)
    body = {"lon": lon, "lat": lat, "heading": 90, "at": to_text(clock())}
    assert client.post("/api/v1/responders/officer-01/positions", json=body).status_code == 202
    found = _one(client, "officer-01")
    assert (found["lon"], found["lat"], found["heading"]) == (lon, lat, 90)
    assert found["fix_at"] == to_text(clock())
    assert report(1190, 750)["responder"] == "officer-01"
    assert _one(client, "officer-01")["status"] == "busy"


def test_a_fix_that_comes_late_does_not_move_the_officer_back(client: TestClient, at: Any, clock: Any) -> None:
    here, there = at(100, 100), at(900, 100)
    send = "/api/v1/responders/officer-01/positions"
    client.post(send, json={"lon": here[0], "lat": here[1]})
    client.post(send, json={"lon": there[0], "lat": there[1], "at": to_text(clock() - timedelta(minutes=5))})
    assert _one(client, "officer-01")["lon"] == here[0]


def test_a_fix_from_the_future_is_refused(client: TestClient, at: Any, clock: Any) -> None:
    lon, lat = at(100, 100)
    body = {"lon": lon, "lat": lat, "at": to_text(clock() + timedelta(minutes=5))}
    answer = client.post("/api/v1/responders/officer-01/positions", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "at"


def test_off_duty_nothing_is_kept_and_the_last_place_is_forgotten(client: TestClient, state: State, at: Any) -> None:
    lon, lat = at(100, 100)
    client.post("/api/v1/responders/officer-01/positions", json={"lon": lon, "lat": lat})
    before = _tracks(state)
    off = client.patch("/api/v1/responders/officer-01", json={"on_duty": False}).json()
    assert (off["status"], off["fix_at"]) == ("off", None)
    assert off["lon"] != lon
    refused = client.post("/api/v1/responders/officer-01/positions", json={"lon": lon, "lat": lat})
    assert refused.status_code == 409
    assert _tracks(state) == before
    shown = client.get("/ogc/collections/responders/items").json()["features"]
    assert "officer-01" not in {feature["id"] for feature in shown}


def test_a_track_has_a_point_every_quarter_of_a_minute_and_no_day_old_ones(
    client: TestClient, state: State, at: Any, clock: Any
) -> None:
    lon, lat = at(100, 100)
    send = "/api/v1/responders/officer-01/positions"
    for _ in range(31):
        client.post(send, json={"lon": lon, "lat": lat})
        clock.pass_seconds(1)
    assert _tracks(state) == 3
    clock.pass_seconds(25 * 3_600)
    client.post(send, json={"lon": lon, "lat": lat})
    assert _tracks(state) == 1


def test_whoever_comes_on_duty_is_sent_to_the_cases_that_wait(client: TestClient, report: Any) -> None:
    for number in range(1, 7):
        client.patch(f"/api/v1/responders/officer-0{number}", json={"on_duty": False})
    waiting = report(480, 200)
    assert waiting["stage"] == "accepted"
    assert client.patch("/api/v1/responders/officer-05", json={"on_duty": True}).json()["status"] == "busy"
    case = client.get(f"/api/v1/cases/{waiting['case']}").json()
    assert (case["stage"], case["responder"]) == ("dispatched", "officer-05")
    assert "nobody on duty" in case["events"][2]["note"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v1/responders/nobody/positions", {"lon": 7.4, "lat": 43.7}, 404),
        ("PATCH", "/api/v1/responders/nobody", {"on_duty": True}, 404),
        ("PATCH", "/api/v1/responders/officer-01", {"on_duty": "yes"}, 422),
        ("PATCH", "/api/v1/responders/officer-01", {}, 422),
        ("POST", "/api/v1/responders/officer-01/positions", {"lon": 7.4}, 422),
        ("POST", "/api/v1/responders/officer-01/positions", {"lon": 7.4, "lat": 43.7, "at": "yesterday"}, 422),
        (
            "POST",
            "/api/v1/responders/officer-01/positions",
            {"lon": 7.4, "lat": 43.7, "at": "0001-01-01T00:00:00+14:00"},
            202,
        ),
    ],
)
def test_bad_requests_are_told_as_such(client: TestClient, method: str, path: str, body: Any, status: int) -> None:
    assert client.request(method, path, json=body).status_code == status
