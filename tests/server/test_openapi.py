"""Requests made up from the server's own description: whatever comes, never a 500."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckContext  # noqa: F401
from schemathesis.core.transport import Response
from starlette.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, town: Town) -> Iterator[object]:
    """The description of a running app; the live stream, which doesn't end, is left out."""
    app = create_app(Settings(data=tmp_path_factory.mktemp("api"), indicators_s=3_600, allowed_hosts=("*",)), town)
    with TestClient(app):
        yield schemathesis.openapi.from_asgi("/openapi.json", app).exclude(path="/api/v1/live")


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_whatever_is_sent_the_server_answers_without_failing(case: schemathesis.Case) -> None:
    answer: Response = case.call()
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"][0].startswith("application/problem+json")
