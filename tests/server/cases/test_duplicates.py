from __future__ import annotations

import math
import string
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.cells import CELL_M, M_A_DEGREE, cell_of, cells_within, metres_between
from gridgeo_server.cases.duplicates import likeness
from gridgeo_server.state import State

words = st.text(st.sampled_from(string.ascii_lowercase + " 路边有暴露垃圾堆"), max_size=12)


@given(words, words)
def test_likeness_is_the_same_both_ways_and_1_for_the_same_words(one: str, other: str) -> None:
    found = likeness(one, other)
    assert found == likeness(other, one)
    if one.strip() and other.strip():
        assert found is not None
        assert 0 <= found <= 1
        assert likeness(one, f"  {one.upper()} ") == 1
    else:
        assert found is None


def test_texts_about_the_same_thing_are_more_alike_than_others_in_both_languages() -> None:
    assert (likeness("小区门口垃圾堆积", "小区门口有垃圾堆积") or 0) > 0.6
    assert likeness("小区门口垃圾堆积", "路灯不亮") == 0
    assert (likeness("rubbish beside the stairs", "Rubbish by the stairs") or 0) > 0.6
    assert likeness("ＡＢＣ路", "abc路") == 1


@given(st.floats(-179, 179), st.floats(-85, 85), st.floats(-60, 60), st.floats(-60, 60))
def test_no_place_within_reach_lies_in_a_cell_that_is_not_looked_at(
    lon: float, lat: float, east: float, north: float
) -> None:
    there = lat + north / M_A_DEGREE
    other = (lon + east / (M_A_DEGREE * math.cos(math.radians(there))), there)
    cells = cells_within(lon, lat, 50)
    assert len(cells) <= 12
    if metres_between(lon, lat, *other) <= 50:
        assert cell_of(*other) in cells
    assert CELL_M == 100


def _offered(
    client: TestClient, at: Any, east: float, south: float, text: str = "", category: str = "noise"
) -> list[Any]:
    lon, lat = at(east, south)
    asked = {"category": category, "lon": lon, "lat": lat, "text": text}
    answer = client.get("/api/v1/cases/duplicates", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["cases"])


def test_the_same_kind_within_50_m_and_24_h_is_offered_the_most_alike_first(
    client: TestClient, report: Any, at: Any, clock: Any
) -> None:
    near = report(480, 200, description="Loud music from the bar")["case"]
    nearer = report(470, 200, description="A dog barks")["case"]
    report(480, 200, "greenery", description="Loud music")
    report(540, 200, description="Loud music")
    withdrawn = report(470, 200)["case"]
    client.post(f"/api/v1/cases/{withdrawn}/actions", json={"action": "withdraw"})
    found = _offered(client, at, 465, 200, "loud music at the bar")
    assert [one["case"] for one in found] == [near, nearer]
    assert found[0]["likeness"] > 0.5 > found[1]["likeness"]
    assert found[0]["metres"] == pytest.approx(15, abs=0.2)
    assert [one["case"] for one in _offered(client, at, 465, 200)] == [nearer, near]
    assert [one["metres"] <= 50 for one in _offered(client, at, 510, 200)] == [True] * 3
    clock.pass_seconds(24 * 3_600 + 1)
    assert _offered(client, at, 465, 200) == []


def test_an_unknown_kind_and_a_place_that_is_none_are_refused(client: TestClient) -> None:
    for asked in ({"category": "ufo", "lon": 7, "lat": 43}, {"category": "noise", "lon": "nan", "lat": 43}):
        assert client.get("/api/v1/cases/duplicates", params=asked).status_code == 422


def _act(client: TestClient, case: str, action: str, status: int = 200, **more: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/cases/{case}/actions", json={"action": action, **more})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def test_merging_and_unmerging_lose_no_reporter_and_stand_in_both_histories(
    client: TestClient, state: State, report: Any
) -> None:
    main, twin, third = (report(480, 200, reporter=f"person {n}")["case"] for n in range(3))
    _act(client, third, "merge", into=twin)
    merged = _act(client, twin, "merge", into=main)
    assert (merged["stage"], merged["main"]) == ("merged", main)
    with state.store.reading() as connection:
        assert case_store.reporters_of(connection, main) == ["person 0", "person 1", "person 2"]
    detail = client.get(f"/api/v1/cases/{main}").json()
    assert detail["duplicates"] == [twin, third]
    assert [event["data"]["duplicate"] for event in detail["events"] if event["action"] == "absorb"] == [twin]
    for action in ("start", "handle", "check", "close"):
        _act(client, main, action)
    assert client.get(f"/api/v1/cases/{twin}").json()["follows"] == {"case": main, "stage": "closed"}
    apart = _act(client, twin, "unmerge")
    assert (apart["stage"], apart["main"], apart["closed_at"]) == ("reported", None, None)
    assert client.get(f"/api/v1/cases/{main}").json()["events"][-1]["action"] == "release"
    with state.store.reading() as connection:
        assert case_store.reporters_of(connection, main) == ["person 0"]
        assert case_store.reporters_of(connection, twin) == ["person 1", "person 2"]


def test_merging_in_a_circle_into_itself_or_into_what_is_closed_is_refused(client: TestClient, report: Any) -> None:
    one, two = (report(480, 200)["case"] for _ in range(2))
    assert "itself" in _act(client, one, "merge", 422, into=one)["detail"]
    assert "needs the field into" in _act(client, one, "merge", 422)["detail"]
    _act(client, one, "merge", into=two)
    assert "into that one" in _act(client, two, "merge", 409, into=one)["detail"]
    closed = report(480, 200)["case"]
    _act(client, closed, "withdraw")
    before = client.get(f"/api/v1/cases/{two}").json()
    _act(client, two, "merge", 409, into=closed)
    _act(client, two, "merge", 404, into="none")
    assert client.get(f"/api/v1/cases/{two}").json() == before
