from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient

from gridgeo_server.state import State
from gridgeo_server.store import tables
from gridgeo_server.store.instants import to_text
from server.offices import people_of

DOOR = "/api/v1/positions"


def _fixes(at: Any, clock: Any, *ages_s: int, responder: str = "officer-01") -> list[dict[str, Any]]:
    """Fixes of one officer who walks east, so many seconds old."""
    places = [at(600 - age, 100) for age in ages_s]
    return [
        {"responder": responder, "lon": lon, "lat": lat, "at": to_text(clock() - timedelta(seconds=age))}
        for (lon, lat), age in zip(places, ages_s, strict=True)
    ]


def _place(client: TestClient, name: str = "officer-01") -> float:
    found = client.get("/api/v1/responders").json()["responders"]
    return float(next(one["lon"] for one in found if one["responder"] == name))


def _track(state: State) -> list[str]:
    with state.store.reading() as connection:
        found = connection.execute(sa.select(tables.tracks.c.at).order_by(tables.tracks.c.at)).scalars()
        return [to_text(one) for one in found]


def test_each_fix_is_taken_or_refused_by_itself(client: TestClient, at: Any, clock: Any) -> None:
    client.patch("/api/v1/responders/officer-02", json={"on_duty": False})
    good, off, nobody = (
        _fixes(at, clock, 10, responder=f"officer-0{number}")[0] for number in (1, 2, 9)
    )  # fmt: skip
    ahead = _fixes(at, clock, -500)[0]
    answer = client.post(
        DOOR, json={"positions": [{"lon": 1}, off, good, nobody, ahead]}, headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 202
    told = answer.json()
    assert told["accepted"] == 1
    assert [(one["position"], one["status"]) for one in told["refused"]] == [(0, 422), (1, 409), (3, 404), (4, 422)]
    assert "responder" in told["refused"][0]["detail"]
    assert _place(client) == good["lon"]


def test_a_backlog_in_any_order_and_sent_twice_leaves_the_newest_place_and_each_point_of_the_track_once(
    client: TestClient, state: State, at: Any, clock: Any
) -> None:
    backlog = _fixes(at, clock, 200, 20, 140, 80, 85, 26)
    assert client.post(DOOR, json={"positions": backlog}).json() == {"accepted": 6, "refused": []}
    assert _place(client) == backlog[1]["lon"]
    track = _track(state)
    assert track == [one["at"] for one in (backlog[0], backlog[2], backlog[3], backlog[1])]
    assert client.post(DOOR, json={"positions": backlog[::-1]}).json()["accepted"] == 6
    assert _place(client) == backlog[1]["lon"]
    assert _track(state) == track


def test_a_batch_with_a_key_is_answered_alike_though_the_officer_went_off_duty(
    client: TestClient, at: Any, clock: Any
) -> None:
    body, key = {"positions": _fixes(at, clock, 5)}, {"Idempotency-Key": "tour-7"}
    first = client.post(DOOR, json=body, headers=key)
    client.patch("/api/v1/responders/officer-01", json={"on_duty": False})
    again = client.post(DOOR, json=body, headers=key)
    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert client.post(DOOR, json=body).json()["accepted"] == 0
    assert client.post(DOOR, json={"positions": _fixes(at, clock, 6)}, headers=key).status_code == 422


def test_a_batch_tells_viewers_of_each_officer_once(client: TestClient, state: State, at: Any, clock: Any) -> None:
    heard: list[Any] = []
    state.hub.tell = lambda *news: heard.extend(news)  # type: ignore[method-assign]
    two = _fixes(at, clock, 9, 6, 3) + _fixes(at, clock, 4, responder="officer-02")
    client.post(DOOR, json={"positions": two})
    (news,) = heard
    assert [(one["responder"], one["lon"]) for one in news.responders] == [
        ("officer-01", two[2]["lon"]),
        ("officer-02", two[3]["lon"]),
    ]


def test_no_more_than_500_fixes_come_in_one_batch(client: TestClient, at: Any, clock: Any) -> None:
    one = _fixes(at, clock, 5)
    assert client.post(DOOR, json={"positions": one * 501}).status_code == 422
    assert client.post(DOOR, json={"positions": one * 500}).json()["accepted"] == 500
    assert client.post(DOOR, json={"positions": []}).status_code == 422


def test_an_officer_sends_their_own_fixes_alone(client: TestClient, at: Any, clock: Any) -> None:
    people = people_of(client)
    two = _fixes(at, clock, 5) + _fixes(at, clock, 4, responder="officer-02")
    told = people.ask("officer", "POST", "/positions", json={"positions": two})
    assert (told.status_code, told.json()["accepted"]) == (202, 1)
    assert [(one["position"], one["status"]) for one in told.json()["refused"]] == [(1, 403)]
    assert people.ask("dispatcher", "POST", "/positions", json={"positions": two}).json()["accepted"] == 2
    assert people.ask("planner", "POST", "/positions", json={"positions": two}).status_code == 403
