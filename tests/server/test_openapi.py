"""Requests made up from the server's own description: whatever comes, never a 500."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.auth import keys, store
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from gridgeo_server.town import Town

ORDINARY = 3
"""Rounds of an ordinary run; ``pytest tests/server/test_openapi.py --rounds 300 --timeout 0`` asks a hundred times as much, at random."""
DESCRIBED = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
"""What of an answer has to be as the description says."""
WAIT_S = 600
"""How long an answer may take, seconds: it says more of the machine than of the code."""
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
    # What is made up must not use up how many guesses and reports there may be: all that came after would be refused alike.
    many = dict.fromkeys(("guesses_hour", "guesses_hour_all", "reports_hour", "reports_hour_all"), 10**6)
    app = create_app(Settings(data=folder, indicators_s=3_600, allowed_hosts=("*",), **many), town)
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


@pytest.fixture(scope="module")
def ask_for(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Settings of hypothesis for so many examples in an ordinary run."""
    rounds = int(request.config.getoption("rounds"))

    def made(examples: int, **more: Any) -> Any:
        return settings(
            max_examples=max(1, examples * rounds // ORDINARY),
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=rounds <= ORDINARY,
            database=None,
            **more,
        )

    return made


def _forms(path: str) -> set[str]:
    """How errors of `path` are told: as Open311 wants them below its own, as problems elsewhere."""
    if path.startswith("/open311/"):
        return {"text/xml; charset=utf-8", "application/json; charset=utf-8"}
    return {"application/problem+json"}


def test_whatever_is_sent_the_server_answers_without_failing_and_refuses_in_one_form(
    api: Any, ask_for: Callable[..., Any]
) -> None:
    asked = 0
    for found in api.get_all_operations():
        operation = found.ok()

        @given(operation.as_strategy())
        @ask_for(10)
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            answer = case.call(timeout=WAIT_S)
            told = f"{case.method} {case.formatted_path} {case.query} {case.body}: {answer.content[:500]!r}"
            assert answer.status_code < 500, told
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0] in _forms(case.path), told
            case.validate_response(answer, checks=DESCRIBED)

        ask()
    assert asked > 100


def test_whatever_the_bearer_of_a_key_sends_the_server_answers_without_failing(
    api: Any, token: str, ask_for: Callable[..., Any]
) -> None:
    asked: Counter[int] = Counter()
    for found in api.get_all_operations():
        operation = found.ok()
        if not operation.path.startswith(
            ("/api/v1/plans", "/api/v1/register", "/api/v1/rosters", "/api/v1/me", "/api/v1/webhooks")
        ):
            continue

        @given(operation.as_strategy(), st.booleans())
        @ask_for(25)
        def ask(case: Any, known: bool) -> None:
            if known:
                case.path_parameters = {**(case.path_parameters or {}), **KNOWN}
            answer = case.call(headers={"Authorization": f"Bearer {token}"}, timeout=WAIT_S)
            asked[answer.status_code] += 1
            told = f"{case.method} {case.formatted_path} {case.query} {case.body}: {answer.content[:500]!r}"
            assert answer.status_code < 500, told
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"], told
            case.validate_response(answer, checks=DESCRIBED)

        ask()
    assert asked.total() > 300
    assert asked[200] > 30, asked
    assert asked[401] + asked[429] == 0, asked


def _arrives(case: Any) -> bool:
    """Whether what is wrong with a request reaches the server: the key is put back, and an empty list in a query is no parameter."""
    made = case.meta.phase.data
    changed = {made.parameter, *(one.parameter for one in getattr(made, "mutations", ()))}
    return "Authorization" not in changed and [] not in (case.query or {}).values()


def test_what_the_description_rules_out_is_refused(api: Any, token: str, ask_for: Callable[..., Any]) -> None:
    asked = 0
    for found in api.get_all_operations():
        operation = found.ok()
        if not operation.body and not list(operation.iter_parameters()):
            continue

        @given(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        @ask_for(5)
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            answer = case.call(headers={"Authorization": f"Bearer {token}"}, timeout=WAIT_S)
            assert answer.status_code != 429, answer.content
            told = f"{case.method} {case.formatted_path} {case.query} {case.body}: {answer.content[:500]!r}"
            assert answer.status_code < 500, told
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0] in _forms(case.path), told
            elif case.path.startswith("/api/v1") and _arrives(case):
                case.validate_response(answer, checks=[negative_data_rejection])

        with suppress(Unsatisfiable):  # nothing about it can be wrong
            ask()
    assert asked > 100


def test_what_was_made_can_be_read_and_acted_on_whatever_is_asked_in_between(
    api: Any, token: str, at: Any, ask_for: Callable[..., Any]
) -> None:
    seen: Counter[str] = Counter()
    lon, lat = at(480, 200)

    class Walk(api.include(path_regex=r"^/api/v1/cases(/\{case\}.*)?$").as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Any) -> None:
            # What is made up lies nowhere; a good report has to be told of places and kinds that there are.
            if (case.method, case.path) == ("POST", "/api/v1/cases") and isinstance(case.body, dict):
                case.body = {**case.body, "category": "noise", "lon": lon, "lat": lat}
            if (case.method, case.path) == ("POST", "/api/v1/webhooks") and isinstance(case.body, dict):
                case.body = {"url": "https://example.org/hook"}
            if case.headers is not None:
                case.headers.pop("idempotency-key", None)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {token}"}, "timeout": WAIT_S}

        def validate_response(self, response: Any, case: Any, *_: Any, **__: Any) -> None:
            told = f"{case.method} {case.formatted_path} {case.query} {case.body}: {response.content[:500]!r}"
            assert response.status_code < 500, told
            if response.status_code >= 400:
                assert response.headers["content-type"][0] in _forms(case.path), told
            case.validate_response(response, checks=DESCRIBED)
            seen[f"{case.method} {case.path} {response.status_code // 100}xx"] += 1
            if (case.method, case.path, response.status_code) == ("POST", "/api/v1/cases", 201):
                made = response.json()
                read = case.operation.schema["/api/v1/cases/{case}"]["GET"].Case(path_parameters={"case": made["case"]})
                again = read.call(timeout=WAIT_S)
                assert again.status_code == 200, again.content
                assert [event["action"] for event in again.json()["events"]][:1] == ["report"]

    Walk.run(settings=ask_for(8, stateful_step_count=6))
    assert seen["POST /api/v1/cases 2xx"] > 0, seen
    assert sum(count for name, count in seen.items() if "{case}" in name and "2xx" in name) > 0, seen


def test_every_operation_says_what_it_is_for(api: Any) -> None:
    for path, item in api.raw_schema["paths"].items():
        for method, operation in item.items():
            assert operation.get("description"), f"{method} {path} has no description"


def test_no_refusal_is_described_that_is_never_sent(api: Any) -> None:
    document = api.raw_schema
    assert "HTTPValidationError" not in str(document)
    assert all({"4XX", "5XX"} <= set(one["responses"]) for item in document["paths"].values() for one in item.values())
