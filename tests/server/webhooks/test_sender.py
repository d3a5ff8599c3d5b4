from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from gridgeo_server.webhooks import store as hooks
from gridgeo_server.webhooks.model import headers as signed
from server.plans.conftest import make_key
from server.test_serving import Process, _copy, files
from server.webhooks.conftest import Receiver, until

__all__ = ["files"]


def messages(ask: Callable[..., Any], hook: dict[str, Any], state: str | None = None) -> list[dict[str, Any]]:
    found = ask("GET", f"/{hook['webhook']}/messages", params={} if state is None else {"state": state})
    return list(found["messages"])


def test_events_arrive_signed_in_their_order(
    hook: dict[str, Any], receiver: Receiver, report: Callable[..., Any], ask: Callable[..., Any], clock: Any
) -> None:
    report(480, 200)
    report(100, 200)
    until(lambda: len(receiver.got) == 6)
    seqs = [body["data"]["event"]["seq"] for body in receiver.bodies()]
    assert seqs == sorted(set(seqs))
    for headers, body in receiver.got:
        expected = signed(headers["webhook-id"], hook["secret"], body, clock())
        assert {name: headers[name] for name in expected} == expected
    until(lambda: len(messages(ask, hook, "delivered")) == 6)


def test_while_a_secret_is_changed_a_receiver_with_either_proves_each_message_then_the_old_one_is_forgotten(
    hook: dict[str, Any],
    receiver: Receiver,
    report: Callable[..., Any],
    ask: Callable[..., Any],
    clock: Any,
    client: TestClient,
) -> None:
    def given() -> list[str]:
        return receiver.got[-1][0]["webhook-signature"].split(" ")

    def by(secret: str) -> str:
        headers, body = receiver.got[-1]
        return signed(headers["webhook-id"], secret, body, clock())["webhook-signature"]

    def kept() -> str:
        with client.app.state.gridgeo.store.reading() as connection:  # type: ignore[attr-defined]
            return str(connection.exec_driver_sql("SELECT secret, former FROM webhooks").one())

    new = ask("POST", f"/{hook['webhook']}/secret", json={"overlap_h": 1})["secret"]
    report(480, 200)
    until(lambda: len(receiver.got) == 3)
    assert given() == [by(new), by(hook["secret"])]
    until(lambda: len(messages(ask, hook, "delivered")) == 3)
    assert hook["secret"] in kept()
    clock.pass_seconds(3_600)
    report(100, 200)
    until(lambda: len(receiver.got) == 6)
    assert given() == [by(new)]
    until(lambda: hook["secret"] not in kept())
    assert new in kept()


def test_a_webhook_that_was_read_before_its_secret_was_changed_is_stopped_with_the_new_one(
    hook: dict[str, Any], ask: Callable[..., Any], clock: Any, client: TestClient
) -> None:
    opened = client.app.state.gridgeo.store  # type: ignore[attr-defined]
    with opened.reading() as connection:
        read = hooks.get(connection, hook["webhook"])
    new = ask("POST", f"/{hook['webhook']}/secret", json={})["secret"]
    opened.write(lambda transaction: hooks.stop(transaction.connection, read, clock(), "it wants nothing more"))
    with opened.reading() as connection:
        found = hooks.get(connection, hook["webhook"])
    assert (found.state, found.secret, [one.secret for one in found.former]) == ("stopped", new, [hook["secret"]])


def test_what_fails_is_tried_again_later_and_later_with_the_same_id_and_holds_up_what_is_behind_it(
    hook: dict[str, Any], receiver: Receiver, report: Callable[..., Any], ask: Callable[..., Any], clock: Any
) -> None:
    receiver.answers = [500, "cut", 429]
    report(480, 200)
    for attempts, pause_s in ((1, 5), (2, 20), (3, 80)):
        until(lambda n=attempts: messages(ask, hook)[-1]["attempts"] == n)
        assert len(receiver.got) == attempts
        clock.pass_seconds(pause_s)
    until(lambda: len(receiver.got) == 6)
    assert len(set(receiver.ids()[:4])) == 1
    assert [body["type"] for body in receiver.bodies()[3:]] == ["case.report", "case.accept", "case.dispatch"]
    assert until(lambda: messages(ask, hook, "delivered"))[-1]["attempts"] == 4


def test_a_message_that_always_fails_is_given_up_listed_and_can_be_replayed(
    hook: dict[str, Any], receiver: Receiver, report: Callable[..., Any], ask: Callable[..., Any], clock: Any
) -> None:
    receiver.answers = [500, 500, 500, 503]
    report(480, 200)
    for attempts in range(1, 4):
        until(lambda n=attempts: messages(ask, hook)[-1]["attempts"] == n)
        clock.pass_seconds(80)
    dead = until(lambda: messages(ask, hook, "dead"))
    assert [(one["type"], one["answer"], one["attempts"]) for one in dead] == [("case.report", 503, 4)]
    assert dead[0]["fault"] == "the receiver answered 503"
    until(lambda: len(receiver.got) == 6)  # what is behind it goes on
    assert ask("POST", f"/{hook['webhook']}/replay", json={"messages": ["msg_other"]}) == {"replayed": 0}
    assert ask("POST", f"/{hook['webhook']}/replay", json={}) == {"replayed": 1}
    until(lambda: len(receiver.got) == 7)
    assert receiver.ids()[6] == receiver.ids()[0]
    until(lambda: len(messages(ask, hook, "delivered")) == 3)


def test_a_receiver_that_is_gone_stops_the_webhook(
    hook: dict[str, Any], receiver: Receiver, report: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    receiver.answers = [410]
    report(480, 200)
    stopped = until(lambda: (found := ask("GET", f"/{hook['webhook']}"))["state"] == "stopped" and found)
    assert "410" in stopped["stopped_why"]
    assert stopped["messages"] == {"waiting": 2, "delivered": 0, "dead": 1}
    report(100, 200)
    assert len(messages(ask, hook)) == 3
    assert len(receiver.got) == 1
    assert ask("PATCH", f"/{hook['webhook']}", json={"state": "active"})["stopped_why"] is None
    until(lambda: len(receiver.got) == 3)


def test_a_slow_receiver_holds_nobody_else_up(
    ask: Callable[..., Any], receiver: Receiver, report: Callable[..., Any], hook: dict[str, Any]
) -> None:
    deaf = ask("POST", "", 201, json={"url": "http://127.0.0.1:1/"})
    receiver.answers = ["slow"]
    report(480, 200)
    until(lambda: len(receiver.got) == 3)
    assert "no connection" in until(lambda: messages(ask, deaf)[-1]["fault"])


@pytest.fixture
def folder(files: Path, tmp_path: Path) -> Path:
    """A data folder with a town, and no server yet."""
    return _copy(files, tmp_path)


def test_a_server_that_is_killed_loses_no_message_of_a_report_that_it_acknowledged(
    folder: Path, receiver: Receiver, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Store(folder / STORE)
    _, token = make_key(opened, "admin", "Admin Li")
    opened.close()
    monkeypatch.setenv("GRIDGEO_WEBHOOK_HOSTS", '["127.0.0.1"]')
    monkeypatch.setenv("GRIDGEO_WEBHOOKS_S", "0.05")
    receiver.answers = ["held", *["cut"] * 50]
    server = Process(folder)
    lon, lat = at(480, 200)
    try:
        with httpx.Client(timeout=30) as http:
            key = {"Authorization": f"Bearer {token}"}
            made = http.post(f"{server.address}/api/v1/webhooks", json={"url": receiver.address}, headers=key)
            assert made.status_code == 201, made.text
            report = {"category": "noise", "lon": lon, "lat": lat}
            cases = {http.post(f"{server.address}/api/v1/cases", json=report).json()["case"] for _ in range(5)}
        until(lambda: receiver.got)
    finally:
        server.kill()
    first = receiver.ids()[0]
    receiver.answers.clear()
    receiver.let_go.set()
    hosts = ("127.0.0.1",)
    with TestClient(create_app(Settings(data=folder, webhooks_s=0.05, webhook_hosts=hosts))):
        until(lambda: len({body["data"]["event"]["seq"] for body in receiver.bodies()}) == 15, 40)
    told = [(body["data"]["event"]["case"], body["type"]) for body in receiver.bodies()]
    assert set(told) == {(case, f"case.{kind}") for case in cases for kind in ("report", "accept", "dispatch")}
    assert first in receiver.ids()[1:]  # its answer was never seen, so it comes again
