from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

AT = "2026-11-18T07:30:00+00:00"


@pytest.fixture
def replay(client: TestClient) -> Any:
    """Sends items of a batch and returns their results."""

    def sent(*items: dict[str, Any]) -> list[dict[str, Any]]:
        answer = client.post("/api/v1/cases/batch", json={"items": [{"at": AT, **item} for item in items]})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["results"])

    return sent


@pytest.fixture
def noise(at: Any) -> dict[str, Any]:
    """A report."""
    lon, lat = at(480, 200)
    return {"category": "noise", "lon": lon, "lat": lat, "channel": "field"}


def test_a_day_offline_is_replayed_in_order_once(client: TestClient, replay: Any, noise: dict[str, Any]) -> None:
    items = [
        {"client_id": "r1", "report": noise},
        {"client_id": "a1", "of": "r1", "action": {"action": "start"}},
        {"client_id": "a2", "of": "r1", "action": {"action": "handle", "note": "done"}},
    ]
    first = replay(*items)
    assert [(one["client_id"], one["status"], one.get("stage")) for one in first] == [
        ("r1", 201, "dispatched"),
        ("a1", 200, "handling"),
        ("a2", 200, "handled"),
    ]
    assert replay(*items) == first
    (case,) = client.get("/api/v1/cases").json()["cases"]
    events = client.get(f"/api/v1/cases/{case['case']}").json()["events"]
    assert [one["action"] for one in events] == ["report", "accept", "dispatch", "start", "handle"]
    assert events[0]["data"]["channel"] == "field"
    assert (events[3]["data"]["client_id"], events[3]["data"]["made_at"]) == ("a1", "2026-11-18T07:30:00.000Z")


def test_an_action_may_follow_a_report_of_an_earlier_batch_or_name_its_case(replay: Any, noise: dict[str, Any]) -> None:
    (made,) = replay({"client_id": "r1", "report": noise})
    start, handle = replay(
        {"client_id": "a1", "of": "r1", "action": {"action": "start"}},
        {"client_id": "a2", "case": made["case"], "action": {"action": "handle"}},
    )
    assert (start["stage"], handle["stage"]) == ("handling", "handled")


def test_a_refused_item_keeps_no_other_back_and_may_be_sent_again(
    client: TestClient, replay: Any, noise: dict[str, Any]
) -> None:
    results = replay(
        {"client_id": "r1", "report": {**noise, "lat": 91}},
        {"client_id": "a1", "of": "r1", "action": {"action": "start"}},
        {"client_id": "r2", "report": noise},
        {"client_id": "a2", "of": "r2", "action": {"action": "close"}},
        {"client_id": "r2", "report": {**noise, "description": "other"}},
        {"client_id": "x y", "report": noise},
        {"client_id": "x", "report": noise, "action": {"action": "start"}},
        {"client_id": "y", "at": "2026-11-18T07:30:00", "report": noise},
        {"client_id": "z", "report": {**noise, "caller": "Li", "reporter": "Wang"}},
        {"client_id": "a3", "of": "r2", "action": {"action": "start"}},
    )
    assert [one["status"] for one in results] == [422, 404, 201, 409, 422, 422, 422, 422, 422, 200]
    assert "lat" in results[0]["detail"]
    assert all(one["type"].startswith("urn:gridgeo:problem:") for one in results if one["status"] >= 400)
    again = replay({"client_id": "r1", "report": noise}, {"client_id": "a1", "of": "r1", "action": {"action": "start"}})
    assert [one["status"] for one in again] == [201, 200]
    assert len(client.get("/api/v1/cases").json()["cases"]) == 2


def test_signs_and_times_that_no_answer_can_hold_are_no_failure(client: TestClient, noise: dict[str, Any]) -> None:
    half = "\\ud800"
    for item in (
        f'{{"client_id": "{half}"}}',
        f'{{"client_id": "a", "{half}": 1}}',
        '{"client_id": "b", "at": "0001-01-01T00:00:00+14:00", "case": "x", "action": {"action": "start"}}',
    ):
        answer = client.post(
            "/api/v1/cases/batch", content=f'{{"items": [{item}]}}', headers={"content-type": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["results"][0]["status"] in {404, 422}
    for path in ("/api/v1/cases", "/api/v1/cases/batch"):
        sent = {"content": f'{{"{half}": 1}}', "headers": {"content-type": "application/json"}}
        assert client.post(path, **sent).status_code == 422


def test_reports_alone_are_each_done_once_though_one_between_them_is_refused_or_comes_twice(
    client: TestClient, replay: Any, noise: dict[str, Any]
) -> None:
    far = {**noise, "lon": noise["lon"] + 5}
    items = [
        {"client_id": "r1", "report": noise},
        {"client_id": "r1", "report": noise},
        {"client_id": "far", "report": far},
        {"client_id": "r2", "report": noise},
        {"client_id": "r2", "report": {**noise, "description": "other"}},
        {"client_id": "r3", "report": noise},
        {"client_id": "r3", "report": noise},
    ]
    first = replay(*items)
    assert [one["status"] for one in first] == [201, 201, 422, 201, 422, 201, 201]
    assert (first[0]["case"], first[5]["case"]) == (first[1]["case"], first[6]["case"])
    assert replay(*items) == first
    found = client.get("/api/v1/cases").json()["cases"]
    assert sorted(one["case"] for one in found) == sorted({one["case"] for one in first if "case" in one})
    for one in found:
        events = client.get(f"/api/v1/cases/{one['case']}").json()["events"]
        assert [event["action"] for event in events] == ["report", "accept", "dispatch"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "the client_id 'r1' came before"), ("zh", "client_id“r1”曾用于")]
)
def test_a_client_id_that_came_before_with_another_content_is_refused_by_its_own_name(
    client: TestClient, noise: dict[str, Any], language: str, words: str
) -> None:
    items = [
        {"client_id": "r1", "at": AT, "report": noise},
        {"client_id": "r1", "at": AT, "report": {**noise, "description": "other"}},
    ]
    answer = client.post("/api/v1/cases/batch", json={"items": items}, headers={"accept-language": language})
    refused = answer.json()["results"][1]
    assert (refused["status"], refused["type"]) == (422, "urn:gridgeo:problem:key-reused")
    assert words in refused["detail"]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/api/v1/cases/batch", {"items": []}, "至少 1 项"),
        ("/api/v1/cases/actions", {"action": "extend", "note": "n", "amount": 0, "cases": [{"case": "x"}]}, "须大于 0"),
    ],
)
def test_what_is_too_few_or_too_little_is_told_in_the_language_that_is_asked_for(
    client: TestClient, path: str, body: dict[str, Any], words: str
) -> None:
    answer = client.post(path, json=body, headers={"accept-language": "zh"})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
