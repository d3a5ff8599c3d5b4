"""HEAD is answered as GET is, without a body."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server import heads
from gridgeo_server.state import State
from loops import run

GET_ALONE = {"/metrics"}
"""Where two answers differ whatever asks."""


def test_whatever_takes_a_get_answers_a_head_with_the_same_status_and_headers_and_no_body(client: TestClient) -> None:
    paths = [path for path, item in client.get("/openapi.json").json()["paths"].items() if "get" in item]
    asked = [path for path in paths if path not in {"/api/v1/live", *GET_ALONE}]
    asked += ["/", "/assets/none.js", "/api/v1/cases?limit=0", "/api/v1/cases?stage=none", "/nowhere"]
    for path in asked:
        for sent in ({}, {"Accept-Encoding": "gzip"}, {"Accept-Language": "zh"}, {"Authorization": "Bearer no"}):
            whole, bare = client.get(path, headers=sent), client.head(path, headers=sent)
            assert (bare.status_code, bare.content) == (whole.status_code, b""), path
            assert dict(bare.headers) == dict(whole.headers), path
    assert client.head("/metrics").status_code == 200
    assert len(asked) > 50


def test_what_takes_no_get_takes_no_head_and_allow_names_it_beside_get(client: TestClient) -> None:
    refused = client.head("/api/v1/cases/actions-of-none/actions")
    assert (refused.status_code, refused.headers["Allow"], refused.content) == (405, "POST", b"")
    assert client.put("/api/v1/cases").headers["Allow"] == "GET, HEAD, POST"
    assert client.delete("/healthz").headers["Allow"] == "GET, HEAD"


@pytest.mark.timeout(60)
def test_a_head_of_the_live_stream_is_answered_at_once_and_leaves_no_viewer(client: TestClient) -> None:
    answer = client.head("/api/v1/live")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    state: State = client.app.state.gridgeo  # type: ignore[attr-defined]
    for _ in range(100):
        if state.hub.viewers == 0:
            break
        client.head("/healthz")
    assert state.hub.viewers == 0


def test_of_an_answer_in_pieces_nothing_more_is_made_and_one_end_is_sent() -> None:
    sent: list[Any] = []
    made: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in range(1_000):
            made.append(piece)
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    run(heads.answer(app, {"type": "http", "method": "HEAD"}, receive, send))
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    assert sent[1] == {"type": "http.response.body"}
    assert made == [0]
