"""Many reports in one file become cases, each once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from gridgeo_server.cases import bulk
from gridgeo_server.cases.categories import Categories
from gridgeo_server.cases.sending import Sending
from gridgeo_server.errors import NotFound, StoreUnavailable
from gridgeo_server.state import State

HEADING = "id,category,lon,lat,description,reporter"


@pytest.fixture
def rows(at: Any) -> list[str]:
    """Three reports in three grids."""
    return [f"r{n},noise,{','.join(map(str, at(200 + 400 * n, 200)))},loud {n},Li" for n in range(3)]


def send(client: TestClient, *rows: str, lang: str = "en", query: str = "", **more: Any) -> Response:
    headers = {"Content-Type": "text/csv; charset=utf-8", "Accept-Language": lang, **more.pop("headers", {})}
    body = "\n".join([HEADING, *rows]).encode()
    answer: Response = client.post(f"/api/v1/cases/bulk{query}", content=more.pop("content", body), headers=headers)
    return answer


def count(client: TestClient) -> int:
    return len(client.get("/api/v1/cases").json()["cases"])


def test_each_row_becomes_a_case_in_its_grid(client: TestClient, rows: list[str]) -> None:
    answer = send(client, *rows)
    assert answer.status_code == 201, answer.text
    filed = answer.json()["filed"]
    assert [(one["row"], one["id"], one["grid"], one["replayed"]) for one in filed] == [
        (2, "r0", "01", False), (3, "r1", "02", False), (4, "r2", "03", False),
    ]  # fmt: skip
    assert client.get(f"/api/v1/cases/{filed[1]['case']}").json()["description"] == "loud 1"
    assert count(client) == 3


def test_points_of_a_geojson_become_cases_too(client: TestClient, at: Any) -> None:
    point = {"type": "Point", "coordinates": at(200, 200)}
    feature = {"type": "Feature", "id": 7, "geometry": point, "properties": {"category": "noise"}}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    for kind in ("application/geo+json", "application/json"):
        answer = send(client, content=text, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["filed"][0]["id"]) == (201, "7")
    assert count(client) == 1


def test_a_kind_that_is_no_longer_reported_keeps_the_whole_file_from_being_taken_but_not_what_was_taken_before(
    client: TestClient, state: State, clock: Any, rows: list[str]
) -> None:
    desk = state.desk
    noise, rubbish = desk.categories["noise"], desk.categories["exposed_rubbish"]
    over = Categories([replace(noise, valid_to=clock.now.date()), rubbish], "")
    client.app.state.gridgeo = replace(state, desk=replace(desk, categories=over))  # type: ignore[attr-defined]
    other = rows[1].replace("noise", "exposed_rubbish").replace("r1", "r9")
    assert send(client, rows[0]).status_code == 201
    clock.pass_seconds(86_400)
    answer = send(client, rows[0], other, rows[2])
    assert (answer.status_code, count(client)) == (422, 1), answer.text
    assert [(one["row"], one["field"]) for one in answer.json()["errors"]] == [(4, "category")]
    taken = send(client, rows[0], other, rows[2], query="?partial=true").json()
    assert [(one["id"], one["replayed"]) for one in taken["filed"]] == [("r0", True), ("r9", False)]


def test_a_file_that_is_sent_again_makes_no_second_case(client: TestClient, rows: list[str]) -> None:
    first = send(client, *rows[:2]).json()["filed"]
    again = send(client, *rows).json()["filed"]
    assert [one["replayed"] for one in again] == [True, True, False]
    assert [one["case"] for one in again[:2]] == [one["case"] for one in first]
    assert count(client) == 3


@pytest.mark.parametrize("query", ["", "?partial=true"])
def test_an_id_with_another_content_is_refused(client: TestClient, rows: list[str], query: str) -> None:
    send(client, rows[0])
    answer = send(client, rows[1], rows[0].replace("loud", "quiet"), query=query)
    told = answer.json()
    fault = told["faults"][0] if query else told["errors"][0]
    assert (answer.status_code, fault["row"], fault["field"]) == (200 if query else 422, 3, "id")
    assert count(client) == (2 if query else 1)


def test_one_fault_keeps_every_row_from_being_filed(client: TestClient, rows: list[str], at: Any) -> None:
    (lon, lat), (x, y) = at(-300, 200), at(200, 200)
    answer = send(client, *rows, f"far,noise,{lon},{lat},,", f"turned,noise,{y},{x},,", "bad,noise,1,x,,", lang="zh")
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    told = answer.json()
    assert told["detail"] == "未立案任何上报；发现错误 3 处"
    assert [(one["row"], one["id"], one["field"]) for one in told["errors"]] == [
        (5, "far", "lon"), (6, "turned", "lon"), (7, "bad", "lat"),
    ]  # fmt: skip
    assert "最近的网格为 01，相距 300 米" in told["errors"][0]["message"]
    assert "经度与纬度似乎颠倒" in told["errors"][1]["message"]
    assert count(client) == 0


def test_with_partial_the_good_rows_are_filed_and_the_faults_told(
    client: TestClient, rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_TOGETHER", 2)
    answer = send(client, rows[0], "bad,fire,7.4,43.7,,", *rows[1:], "far,noise,-172.6,0,,", query="?partial=true")
    told = answer.json()
    assert answer.status_code == 200
    assert [one["id"] for one in told["filed"]] == ["r0", "r1", "r2"]
    assert [(one["row"], one["id"], one["field"]) for one in told["faults"]] == [
        (3, "bad", "category"),
        (6, "far", "lon"),
    ]
    assert count(client) == 3


def test_a_row_that_the_desk_refuses_late_leaves_no_half_case(
    client: TestClient, rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Sending.nearest

    def refused(self: Sending, deed: Any, case: Any) -> Any:
        if case.description == "loud 1":
            raise NotFound("gone")
        return step(self, deed, case)

    monkeypatch.setattr(Sending, "nearest", refused)
    answer = send(client, *rows)
    assert (answer.status_code, [one["id"] for one in answer.json()["filed"]]) == (200, ["r0", "r2"])
    assert answer.json()["faults"] == [{"row": 3, "id": "r1", "field": None, "message": "refused: gone"}]
    assert count(client) == 2
    monkeypatch.undo()
    assert len(send(client, *rows).json()["filed"]) == 3
    assert count(client) == 3


def test_two_senders_of_one_file_at_once_make_each_case_once(
    client: TestClient, rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_sent_before", lambda connection, rows, now, actor: ([], list(rows), []))
    first, again = (send(client, *rows).json()["filed"] for _ in range(2))
    assert [one["case"] for one in again] == [one["case"] for one in first]
    assert all(one["replayed"] for one in again)
    assert send(client, rows[0].replace("loud", "quiet")).status_code == 422
    assert count(client) == 3


def test_days_later_an_id_may_come_again(client: TestClient, rows: list[str], clock: Any) -> None:
    send(client, rows[0])
    clock.pass_seconds(50 * 3600)
    assert [one["replayed"] for one in send(client, rows[0]).json()["filed"]] == [False]


def test_a_store_that_cant_write_is_a_503_and_the_file_can_be_sent_again(
    client: TestClient, rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: Any) -> Any:
        raise StoreUnavailable("full")

    monkeypatch.setattr(Sending, "nearest", closed)
    assert send(client, *rows, query="?partial=true").status_code == 503
    monkeypatch.undo()
    assert len(send(client, *rows).json()["filed"]) == 3


def test_a_file_of_another_kind_is_refused(client: TestClient, rows: list[str]) -> None:
    for kind in ("text/plain", "", "application/octet-stream"):
        answer = send(client, *rows, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Content-Type")


def test_a_long_file_needs_a_key_that_is_good(client: TestClient, rows: list[str]) -> None:
    long = [rows[0].replace("r0", f"r{n}").replace("loud", "loud " * 200) for n in range(80)]
    assert send(client, *long).status_code == 413
    assert send(client, *rows, headers={"Authorization": "Bearer gg_no_key"}).status_code == 401


def test_a_csv_is_kept_in_the_words_of_its_declared_charset_and_refused_where_that_isnt_known(
    client: TestClient, rows: list[str]
) -> None:
    french = f"{HEADING}\n{rows[0].replace('loud', 'déchets près')}".encode("cp1252")
    answer = send(client, content=french, headers={"Content-Type": "text/csv; charset=Windows-1252"})
    case = client.get(f"/api/v1/cases/{answer.json()['filed'][0]['case']}").json()
    assert case["description"] == "déchets près 0"
    answer = send(client, content=french, headers={"Content-Type": "text/csv; charset=ebcdic"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Content-Type")
