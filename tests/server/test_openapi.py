"""Requests made up from the server's own description: whatever comes, never a 500."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.auth import keys, store
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from gridgeo_server.town import Town

KNOWN = {"plan": "P-2026-001", "other": "P-2026-001", "code": "01"}
"""Parts of paths that lead somewhere, so that what is behind them is reached."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the app."""
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="module")
def token(folder: Path, api: Any) -> str:
    """The key of an administrator."""
    identifier, secret, text = keys.new_token()
    opened = Store(folder / STORE)
    key = keys.Key(identifier, "Admin", "admin", datetime.now(UTC))
    opened.write(lambda t: store.insert(t.connection, key, keys.hashed(secret)))
    opened.close()
    return text


@pytest.fixture(scope="module")
def api(folder: Path, town: Town) -> Iterator[Any]:
    """The description of a running app; the live stream, which doesn't end, is left out."""
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


def _forms(path: str) -> set[str]:
    """How errors of `path` are told: as Open311 wants them below its own, as problems elsewhere."""
    if path.startswith("/open311/"):
        return {"text/xml; charset=utf-8", "application/json; charset=utf-8"}
    return {"application/problem+json"}


def test_whatever_is_sent_the_server_answers_without_failing_and_refuses_in_one_form(api: Any) -> None:
    asked = 0
    for found in api.get_all_operations():
        operation = found.ok()

        @given(operation.as_strategy())
        @settings(
            max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
        )
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            answer = case.call()
            told = f"{case.method} {case.formatted_path} {case.query} {case.body}: {answer.content[:500]!r}"
            assert answer.status_code < 500, told
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0] in _forms(case.path), told

        ask()
    assert asked > 100


def test_whatever_the_bearer_of_a_key_sends_the_server_answers_without_failing(api: Any, token: str) -> None:
    asked = 0
    for found in api.get_all_operations():
        operation = found.ok()
        if not operation.path.startswith(
            ("/api/v1/plans", "/api/v1/register", "/api/v1/rosters", "/api/v1/me", "/api/v1/webhooks")
        ):
            continue

        @given(operation.as_strategy(), st.booleans())
        @settings(
            max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
        )
        def ask(case: Any, known: bool) -> None:
            nonlocal asked
            asked += 1
            if known:
                case.path_parameters = {**(case.path_parameters or {}), **KNOWN}
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            told = f"{case.method} {case.formatted_path} {case.query} {case.body}: {answer.content[:500]!r}"
            assert answer.status_code < 500, told
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"], told

        ask()
    assert asked > 300


def test_every_operation_says_what_it_is_for(api: Any) -> None:
    for path, item in api.raw_schema["paths"].items():
        for method, operation in item.items():
            assert operation.get("description"), f"{method} {path} has no description"
