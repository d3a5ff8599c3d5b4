"""Requests made up from the server's own description: whatever comes, never a 500."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, town: Town) -> Iterator[Any]:
    """The description of a running app; the live stream, which doesn't end, is left out."""
    folder = tmp_path_factory.mktemp("api")
    app = create_app(Settings(data=folder, indicators_s=3_600, allowed_hosts=("*",)), town)
    with TestClient(app):

        async def kept_running(scope: Any, receive: Any, send: Any) -> None:
            # Every request made up comes with a client of its own, which must not start and stop the app.
            if scope["type"] == "lifespan":
                await receive()
                await send({"type": "lifespan.startup.complete"})
                await receive()
                await send({"type": "lifespan.shutdown.complete"})
            else:
                await app(scope, receive, send)

        yield schemathesis.openapi.from_asgi("/openapi.json", kept_running).exclude(path="/api/v1/live")


def test_whatever_is_sent_the_server_answers_without_failing_and_refuses_in_one_form(api: Any) -> None:
    asked = 0
    for found in api.get_all_operations():
        operation = found.ok()

        @given(operation.as_strategy())
        @settings(
            max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
        )
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            answer = case.call()
            told = f"{case.method} {case.formatted_path} {case.query} {case.body}: {answer.text}"
            assert answer.status_code < 500, told
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"], told

        ask()
    assert asked > 100


def test_every_operation_says_what_it_is_for(api: Any) -> None:
    for path, item in api.raw_schema["paths"].items():
        for method, operation in item.items():
            assert operation.get("description"), f"{method} {path} has no description"
