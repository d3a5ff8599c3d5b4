from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.webhooks import endpoints
from gridgeo_server.webhooks.model import MOST_FORMER
from server.plans.conftest import make_key
from server.webhooks.conftest import Receiver


def test_the_secret_is_shown_when_it_is_made_and_never_again(ask: Callable[..., Any], hook: dict[str, Any]) -> None:
    assert hook["secret"].startswith("whsec_")
    listed = ask("GET")["webhooks"]
    assert [one["webhook"] for one in listed] == [hook["webhook"]]
    assert hook["secret"] not in json.dumps([listed, ask("GET", f"/{hook['webhook']}")])
    assert "secret" not in listed[0]


def test_only_an_administrator_of_the_whole_place_may_manage_webhooks(client: TestClient, receiver: Receiver) -> None:
    store = client.app.state.gridgeo.store  # type: ignore[attr-defined]
    _, planner = make_key(store, "planner", "Planner Li")
    _, western = make_key(store, "admin", "Admin West", area="west")
    body = {"url": receiver.address}
    assert client.post("/api/v1/webhooks", json=body).status_code == 401
    for token in (planner, western):
        headers = {"Authorization": f"Bearer {token}"}
        assert client.post("/api/v1/webhooks", json=body, headers=headers).status_code == 403
        assert client.get("/api/v1/webhooks", headers=headers).status_code == 403
    assert "webhooks.manage" in client.get("/api/v1/webhooks", headers={"Authorization": f"Bearer {planner}"}).text


def test_the_same_key_makes_one_webhook(ask: Callable[..., Any], receiver: Receiver) -> None:
    send = {"json": {"url": receiver.address}, "headers": {"Idempotency-Key": "w1"}}
    assert ask("POST", "", 201, **send) == ask("POST", "", 201, **send)
    assert len(ask("GET")["webhooks"]) == 1


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ({"url": "https://169.254.169.254/"}, "url", "inside"),
        ({"url": "http://example.org/"}, "url", "begin with https"),
        ({"url": "https://example.org/", "events": ["explode"]}, "events", "no event 'explode'; events are report"),
        ({"url": "https://example.org/", "areas": ["moon"]}, "areas", "moon"),
        ({"url": "https://example.org/", "secret": "mine"}, "secret", "leave it out"),
    ],
)
def test_what_can_not_be_used_is_refused_with_field_and_mend(
    ask: Callable[..., Any], body: dict[str, Any], field: str, told: str
) -> None:
    refused = ask("POST", "", 422, json=body)
    assert refused["errors"][0]["field"] == field
    assert told in refused["detail"]
    assert ask("GET")["webhooks"] == []


def test_a_removed_webhook_is_gone_with_its_messages(
    ask: Callable[..., Any], hook: dict[str, Any], report: Callable[..., Any]
) -> None:
    report(480, 200)
    ask("DELETE", f"/{hook['webhook']}", 204)
    for method, path in (("GET", ""), ("GET", "/messages"), ("DELETE", "")):
        assert "wh_" in ask(method, f"/{hook['webhook']}{path}", 404)["detail"]
    assert ask("GET")["webhooks"] == []


def test_messages_come_page_by_page(ask: Callable[..., Any], hook: dict[str, Any], report: Callable[..., Any]) -> None:
    report(480, 200)
    first = ask("GET", f"/{hook['webhook']}/messages", params={"limit": 2})
    rest = ask("GET", f"/{hook['webhook']}/messages", params={"limit": 2, "after": first["next"]})
    types = [one["type"] for one in first["messages"] + rest["messages"]]
    assert types == ["case.dispatch", "case.accept", "case.report"]
    assert rest["next"] is None


def test_webhooks_have_a_limit(
    ask: Callable[..., Any], hook: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST", 1)
    assert "remove one first" in ask("POST", "", 422, json={"url": receiver.address})["detail"]


def test_a_new_secret_is_shown_once_and_lists_say_until_when_the_one_of_before_signs(
    ask: Callable[..., Any], hook: dict[str, Any], clock: Any
) -> None:
    path = f"/{hook['webhook']}"
    made = ask("POST", f"{path}/secret", json={})
    assert made["secret"] not in ("", hook["secret"])
    assert made["former_until"] == "2026-11-19T09:00:00.000Z"
    shown = ask("GET", path)
    assert "secret" not in shown
    assert not {made["secret"], hook["secret"]} & set(json.dumps(shown).split('"'))
    clock.pass_seconds(24 * 3_600)
    assert ask("GET", path)["former_until"] is None
    assert ask("POST", f"{path}/secret", json={"overlap_h": 0})["former_until"] is None


def test_a_secret_is_changed_once_for_one_idempotency_key(ask: Callable[..., Any], hook: dict[str, Any]) -> None:
    path, key = f"/{hook['webhook']}/secret", {"headers": {"Idempotency-Key": "s1"}}
    assert ask("POST", path, json={}, **key) == ask("POST", path, json={}, **key)
    assert ask("POST", path, 422, json={"overlap_h": 1}, **key)["type"] == "urn:gridgeo:problem:key-reused"
    assert ask("POST", path, json={})["secret"] != ask("POST", path, json={})["secret"]


def test_secrets_of_before_have_a_limit_and_are_ended_all_at_once(
    ask: Callable[..., Any], hook: dict[str, Any]
) -> None:
    path = f"/{hook['webhook']}/secret"
    for _ in range(MOST_FORMER):
        ask("POST", path, json={"overlap_h": 2})
    refused = ask("POST", path, 422, json={"overlap_h": 2}, headers={"Accept-Language": "zh"})
    assert refused["errors"] == [{"field": "overlap_h", "message": refused["detail"]}]
    assert refused["detail"] == "已有 4 个旧密钥仍在签名；请等其中一个失效，或填 0 立即全部停用"
    assert ask("POST", path, json={"overlap_h": 0})["former_until"] is None
    assert ask("POST", path, json={"overlap_h": 2})["former_until"] == "2026-11-18T11:00:00.000Z"


@pytest.mark.parametrize("hours", [-1, 721, "soon", None])
def test_an_overlap_that_is_none_is_refused_by_its_field(
    ask: Callable[..., Any], hook: dict[str, Any], hours: Any
) -> None:
    refused = ask("POST", f"/{hook['webhook']}/secret", 422, json={"overlap_h": hours})
    assert refused["errors"][0]["field"] == "overlap_h"


def test_only_an_administrator_of_the_whole_place_changes_a_secret(client: TestClient, hook: dict[str, Any]) -> None:
    store = client.app.state.gridgeo.store  # type: ignore[attr-defined]
    path = f"/api/v1/webhooks/{hook['webhook']}/secret"
    assert client.post(path, json={}).status_code == 401
    for token in (make_key(store, "planner", "Li")[1], make_key(store, "admin", "West", area="west")[1]):
        assert client.post(path, json={}, headers={"Authorization": f"Bearer {token}"}).status_code == 403
