"""What anybody reports without a key: counted, hidden, followed and withdrawn by whoever has its secret."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.auth import keys, store
from gridgeo_server.buckets import Buckets
from gridgeo_server.cases.quota import Quota
from gridgeo_server.errors import TooMany
from gridgeo_server.settings import Settings
from gridgeo_server.store import tables
from gridgeo_server.town import Town
from server.offices import DESCRIPTION, REPORTER


@pytest.fixture
def public(tmp_path: Path, empty_store: Path, town: Town, clock: Any) -> Iterator[TestClient]:
    """A client without a key of a server that takes keys; nine reports an hour, three at once."""
    shutil.copy(empty_store, tmp_path)
    settings = Settings(data=tmp_path, indicators_s=3_600, auth="required", reports_hour=9)
    with TestClient(create_app(settings, town, clock), base_url="http://127.0.0.1") as client:
        client.app.state.quota = Quota(9, 3_000, clock=lambda: clock.now.timestamp())  # type: ignore[attr-defined]
        yield client


@pytest.fixture
def body(at: Any) -> dict[str, Any]:
    """A report with words and a reporter."""
    lon, lat = at(480, 200)
    return {"category": "noise", "lon": lon, "lat": lat, "description": DESCRIPTION, "reporter": REPORTER}


def test_anybody_reports_and_follows_the_report_by_its_secret_and_nobody_else(
    public: TestClient, body: dict[str, Any]
) -> None:
    answer = public.post("/api/v1/reports", json=body)
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/v1/reports/{made['case']}")
    assert (made["stage"], made["description"], made["responder"]) == ("dispatched", DESCRIPTION, None)
    assert "owner_name" in made["hidden"]
    assert made["actions"] == ["withdraw"]
    path = f"/api/v1/reports/{made['case']}"
    told = public.get(path, headers={"Follow-Up": made["follow_up"]})
    assert {**told.json(), "follow_up": made["follow_up"]} == made
    assert REPORTER not in told.text + answer.text
    second = public.post("/api/v1/reports", json=body).json()
    for secret in (second["follow_up"], "made up secret", made["follow_up"][:-1]):
        for method, more in (("GET", ""), ("POST", "/withdraw")):
            refused = public.request(method, path + more, json={}, headers={"Follow-Up": secret})
            assert refused.status_code == 404, (method, secret)
    seen = public.get(f"/api/v1/cases/{made['case']}").json()
    assert (seen["description"], seen["events"][0]["actor_role"]) == (None, None)


def test_whoever_reported_withdraws_it_and_that_stands_in_its_events_without_a_name(
    public: TestClient, body: dict[str, Any]
) -> None:
    made = public.post("/api/v1/reports", json=body).json()
    headers = {"Follow-Up": made["follow_up"]}
    assert public.post(f"/api/v1/cases/{made['case']}/actions", json={"action": "withdraw"}).status_code == 401
    told = public.post(f"/api/v1/reports/{made['case']}/withdraw", json={"note": "gone"}, headers=headers).json()
    assert (told["stage"], told["actions"]) == ("withdrawn", [])
    again = public.post(f"/api/v1/reports/{made['case']}/withdraw", json={}, headers=headers)
    assert again.status_code == 409
    with public.app.state.gridgeo.store.reading() as connection:  # type: ignore[attr-defined]
        rows = connection.execute(sa.select(tables.events).order_by(tables.events.c.seq)).all()
    assert (rows[-1].action, rows[-1].actor, rows[-1].actor_role) == ("withdraw", None, "public")


def test_a_report_that_is_sent_again_is_one_case_with_one_secret(public: TestClient, body: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "once"}
    first, again = (public.post("/api/v1/reports", json=body, headers=headers).json() for _ in range(2))
    assert (again["case"], again["follow_up"]) == (first["case"], first["follow_up"])
    with public.app.state.gridgeo.store.reading() as connection:  # type: ignore[attr-defined]
        kept = connection.execute(sa.select(tables.replies.c.body)).scalars().all()
    assert not any(first["follow_up"] in text for text in kept)


def test_too_many_reports_are_told_when_to_come_again_whatever_the_door(
    public: TestClient, body: dict[str, Any], clock: Any
) -> None:
    assert [public.post(f"/api/v1/{path}", json=body).status_code for path in ("reports", "cases", "reports")] == [
        201
    ] * 3
    for path in ("reports", "cases"):
        refused = public.post(f"/api/v1/{path}", json=body, headers={"Accept-Language": "zh"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "400")
        assert refused.json()["type"] == "urn:gridgeo:problem:too-many"
        assert "400 秒" in refused.json()["detail"]
    clock.pass_seconds(400)
    assert [public.post("/api/v1/reports", json=body).status_code for _ in range(2)] == [201, 429]


def test_open311_shares_the_limit_for_keys_of_the_public(public: TestClient, body: dict[str, Any]) -> None:
    state = public.app.state.gridgeo  # type: ignore[attr-defined]
    statuses = {}
    for role in ("public", "dispatcher"):
        identifier, secret, token = keys.new_token()
        key = keys.Key(identifier, "App", role, state.clock())
        state.store.write(lambda t, k=key, s=secret: store.insert(t.connection, k, keys.hashed(s)))
        form = {"api_key": token, "service_code": "noise", "lat": body["lat"], "long": body["lon"]}
        statuses[role] = [public.post("/open311/v2/requests.json", data=form).status_code for _ in range(4)]
    assert statuses == {"public": [201, 201, 201, 429], "dispatcher": [201] * 4}


def test_all_together_are_limited_too_and_what_was_refused_costs_nothing() -> None:
    now = [0.0]
    quota = Quota(30, 6, clock=lambda: now[0])
    for who in ("192.0.2.1", "192.0.2.2"):
        quota.spend(who)
    with pytest.raises(TooMany, match="at once"):
        quota.spend("192.0.2.3")
    now[0] = 600.0
    quota.spend("192.0.2.3")


def test_a_network_of_ipv6_is_one_and_buckets_are_bounded() -> None:
    quota = Quota(3, 3_000, clock=lambda: 0.0)
    quota.spend("2001:db8::1")
    with pytest.raises(TooMany):
        quota.spend("2001:db8::ffff:2")
    quota.spend("2001:db8:0:1::1")
    buckets = Buckets(60, most=10, clock=lambda: 0.0)
    for number in range(100):
        buckets.take(str(number))
    assert len(buckets) == 10


def test_a_name_that_is_too_long_is_told_in_characters(public: TestClient, body: dict[str, Any]) -> None:
    answer = public.post("/api/v1/reports", json={**body, "reporter": "x" * 201})
    assert answer.json()["detail"] == "reporter: must be 200 or fewer characters long"
