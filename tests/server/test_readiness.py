from __future__ import annotations

import threading

from fastapi.testclient import TestClient

from gridgeo_server.readiness import AwaitReady
from gridgeo_server.state import State


def test_a_server_that_compiles_says_so_answers_readers_and_keeps_nothing(client: TestClient, state: State) -> None:
    ready: threading.Event = client.app.state.ready  # type: ignore[attr-defined]
    ready.clear()
    shown = client.get("/readyz")
    assert (shown.status_code, shown.json()["type"]) == (503, "urn:gridgeo:problem:not-ready")
    assert "compiled" in shown.json()["detail"]
    assert client.get("/healthz").status_code == client.get("/api/v1/cases").status_code == 200
    ready.set()
    assert client.get("/readyz").status_code == 200


def test_a_request_that_writes_waits_until_the_server_is_ready(client: TestClient, report: object) -> None:
    ready: threading.Event = client.app.state.ready  # type: ignore[attr-defined]
    ready.clear()
    threading.Timer(0.2, ready.set).start()
    assert client.patch("/api/v1/responders/officer-01", json={"on_duty": False}).status_code == 200


def test_who_has_waited_long_enough_is_told_to_come_again(client: TestClient) -> None:
    waiting = TestClient(AwaitReady(client.app, threading.Event(), wait_s=0.05))
    answer = waiting.patch("/api/v1/responders/officer-01", json={"on_duty": False}, headers={"Accept-Language": "zh"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "编译" in answer.json()["detail"]
    assert client.get("/api/v1/responders").json()["responders"][0]["on_duty"] is True
