from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.security import HEADERS, Guard
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from loops import run as run_alone


@pytest.mark.parametrize(
    "path",
    ["/", "/api/v1/board", "/api/v1/cases/none", "/ogc/", "/healthz", "/nowhere", "/assets/none.js", "/openapi.json"],
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


def test_the_policy_lets_pages_load_nothing_from_elsewhere_and_run_no_script_of_their_own() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["worker-src"] == "'self' blob:"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert "http" not in HEADERS["Content-Security-Policy"]


def test_documentation_pages_that_load_foreign_scripts_are_not_served(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
    assert client.get("/openapi.json").status_code == 200


def test_a_body_beyond_the_limit_is_a_413_whether_its_length_is_told_or_not(client: TestClient) -> None:
    told = client.post("/api/v1/cases", content=b"x" * 70_000)
    untold = client.post("/api/v1/cases", content=(b"x" * 1_000 for _ in range(70)))
    assert told.status_code == untold.status_code == 413
    assert "65,536" in told.json()["detail"]


def test_a_body_that_does_not_arrive_is_a_408() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("never reached")

    async def receive() -> Any:
        await asyncio.sleep(30)

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    run_alone(Guard(app, 100, 1_000, 0.05, 1_000, 0.05)(scope, receive, send))
    assert sent[0]["status"] == 408


def test_a_request_under_a_foreign_name_does_not_reach_a_server_that_listens_on_this_machine_alone(
    client: TestClient, tmp_path: Path, town: Town
) -> None:
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/healthz", headers={"host": "localhost:8000"}).status_code == 200
    # A name that was let in is known again, and no other by it.
    assert client.get("/healthz", headers={"host": "localhost:8000"}).status_code == 200
    for foreign in ("evil.example", "localhost:8000.evil.example", "localhost:8000@evil.example", ""):
        assert client.get("/healthz", headers={"host": foreign}).status_code == 400
    told = client.get("/healthz", headers={"host": "evil.example", "accept-language": "zh"})
    assert told.headers["content-type"] == "application/problem+json"
    assert (told.json()["type"], told.json()["errors"][0]["field"]) == ("urn:gridgeo:problem:bad-head", "Host")
    assert "请求头 Host" in told.json()["detail"]
    (tmp_path / "open").mkdir()
    with TestClient(create_app(Settings(data=tmp_path / "open", host="0.0.0.0", auth="required"), town)) as other:
        assert other.get("/healthz", headers={"host": "board.example"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2fapp.py", "/assets//etc/passwd"]
)
def test_files_outside_the_pages_are_not_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_more_writing_requests_than_are_served_at_once_are_told_to_come_again_while_reading_goes_on() -> None:
    opened = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            await opened.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    guard = Guard(app, body_limit=100, plan_limit=1_000, body_wait_s=5, photo_limit=1_000, photo_wait_s=5, writes=2)

    async def ask(method: str) -> Any:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await guard({"type": "http", "method": method, "path": "/", "headers": []}, receive, send)
        return sent[0]

    async def run() -> None:
        held = [asyncio.create_task(ask("POST")) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        refused = await ask("POST")
        assert refused["status"] == 503
        assert (b"retry-after", b"1") in refused["headers"]
        assert (await ask("GET"))["status"] == 200
        opened.set()
        assert [(await one)["status"] for one in held] == [200, 200]
        assert (await ask("POST"))["status"] == 200

    run_alone(run())


def _guarded(headers: list[tuple[bytes, bytes]], chunks: Any, **limits: float) -> tuple[int, int]:
    """The status that a guard answers to a POST, and how many pieces of its body it read."""
    read, sent = 0, []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("never reached")

    async def receive() -> Any:
        nonlocal read
        read += 1
        await asyncio.sleep(0)
        return {"type": "http.request", "body": next(chunks), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    guard = Guard(app, 65_536, 65_536, limits.get("wait_s", 60), 65_536, 60)
    run_alone(guard({"type": "http", "method": "POST", "path": "/x", "headers": headers}, receive, send))
    return sent[0]["status"], read


def test_of_a_body_that_is_told_to_be_too_long_or_is_packed_nothing_is_read() -> None:
    endless = itertools.repeat(b"x" * 1_000)
    assert _guarded([(b"content-length", b"100000000")], endless) == (413, 0)
    assert _guarded([(b"content-encoding", b"gzip")], endless) == (415, 0)


def test_endless_pieces_are_read_no_further_than_the_limit_or_the_time() -> None:
    assert _guarded([], itertools.repeat(b"x" * 1_000)) == (413, 66)
    assert _guarded([], itertools.repeat(b""), wait_s=0.05)[0] == 408


@pytest.mark.parametrize(
    "name", ["Host", "Authorization", "Content-Type", "Idempotency-Key", "Origin", "Sec-Fetch-Site", "Follow-Up"]
)
def test_a_header_that_two_readers_would_read_differently_stands_once(client: TestClient, name: str) -> None:
    # A body that one reader takes for JSON and another for text would be looked at by neither.
    value = {"Host": "127.0.0.1", "Content-Type": "application/json"}.get(name, "a")
    refused = client.post(
        "/api/v1/cases", content=b"{}", headers=[(name, value), (name, "text/plain"), ("Accept-Language", "zh")]
    )
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:gridgeo:problem:bad-head")
    assert refused.json()["detail"] == f"请求头 {name} 出现多次；请只发送一次"
    assert refused.json()["errors"][0]["field"] == name
    assert client.get("/api/v1/me", headers=[("If-None-Match", "a"), ("If-None-Match", "b")]).status_code == 200
