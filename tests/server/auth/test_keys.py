from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.auth import keys, store
from gridgeo_server.auth.roles import permissions, roles
from gridgeo_server.errors import NotFound
from gridgeo_server.plans.model import STEPS
from gridgeo_server.state import State

Made = Callable[..., tuple[str, str]]


@pytest.fixture
def make(state: State) -> Made:
    """Makes a key in the store of the client's app and returns its identifier and its text."""

    def made(role: str = "planner", until: datetime | None = None) -> tuple[str, str]:
        identifier, secret, token = keys.new_token()
        key = keys.Key(identifier, "Li", role, datetime(2026, 1, 1, tzinfo=UTC), None, until)
        state.store.write(lambda t: store.insert(t.connection, key, keys.hashed(secret)))
        return identifier, token

    return made


def _me(client: TestClient, token: str | None) -> Any:
    return client.get("/api/v1/me", headers={} if token is None else {"Authorization": f"Bearer {token}"})


def test_a_secret_proves_itself_against_its_salted_hash_and_no_other(tmp_path: Path) -> None:
    _, secret, _ = keys.new_token()
    kept, again = keys.hashed(secret), keys.hashed(secret)
    assert kept != again
    assert keys.proves(secret, kept)
    assert keys.proves(secret, again)
    assert not keys.proves(secret + "x", kept)
    assert not keys.proves("", keys.NOBODY)
    assert secret not in kept


def test_the_text_of_a_key_comes_apart_into_identifier_and_secret() -> None:
    for _ in range(50):
        identifier, secret, token = keys.new_token()
        assert keys.split(token) == (identifier, secret)
        assert len(secret) >= 43
    for wrong in ("", "gridgeo", "gridgeo__x", "gridgeo_x_", "other_a_b", "gridgeo_é_b"):
        assert keys.split(wrong) is None


def test_a_good_key_says_who_its_bearer_is_and_what_they_may_do(client: TestClient, make: Made) -> None:
    identifier, token = make("reviewer")
    told = _me(client, token).json()
    assert told == {
        "key": identifier,
        "name": "Li",
        "role": "reviewer",
        "area": None,
        "officer": None,
        "may": [
            "cases.inside",
            "cases.report",
            "cases.see",
            "plans.comment",
            "plans.consult",
            "rosters.see",
            "routes.see",
        ],
        "own": [],
        "signed_in_by": "key",
        "sign_in": "optional",
    }


def test_no_key_a_wrong_one_one_that_is_over_and_one_that_was_revoked_are_a_401(
    client: TestClient, state: State, make: Made, clock: Any
) -> None:
    identifier, token = make(until=clock.now + timedelta(days=1))
    assert _me(client, token).status_code == 200
    _, unknown_secret = make()
    wrong = f"gridgeo_{identifier}_{unknown_secret.split('_', 2)[2]}"
    for bad in ("x", "gridgeo_a_b", wrong, token[:-1], "é"):
        if bad is not None and not bad.isascii():
            continue
        answer = _me(client, bad)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["type"] == "urn:gridgeo:problem:not-signed-in"
    clock.pass_seconds(86_400)
    assert "is expired" in _me(client, token).json()["detail"]
    identifier, token = make()
    state.store.write(lambda t: store.revoke(t.connection, identifier, clock.now))
    assert "is revoked" in _me(client, token).json()["detail"]


def test_the_store_keeps_no_secret_and_no_key_is_changed_or_deleted(
    client: TestClient, make: Made, tmp_path: Path, state: State
) -> None:
    identifier, token = make()
    secret = token.split("_", 2)[2]
    with sqlite3.connect(tmp_path / "gridgeo.sqlite") as connection:
        assert all(secret not in str(row) for row in connection.execute("SELECT * FROM api_keys"))
        for statement in (
            "UPDATE api_keys SET role = 'admin' WHERE key = ?",
            "UPDATE api_keys SET expires_at = NULL WHERE key = ?",
            "DELETE FROM api_keys WHERE key = ?",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement, (identifier,))
    connection.close()
    first = state.store.write(lambda t: store.revoke(t.connection, identifier, datetime(2026, 2, 1, tzinfo=UTC)))
    later = state.store.write(lambda t: store.revoke(t.connection, identifier, datetime(2026, 3, 1, tzinfo=UTC)))
    assert first == later
    with pytest.raises(NotFound):
        state.store.write(lambda t: store.revoke(t.connection, "nobody", datetime(2026, 3, 1, tzinfo=UTC)))


def test_every_permission_of_a_step_and_of_a_role_is_declared(client: TestClient) -> None:
    assert {step.permission for step in STEPS} <= set(permissions())
    assert {name for role in roles().values() for name in role.may} == set(permissions())
    told = client.get("/api/v1/roles").json()
    assert [role["role"] for role in told["roles"]] == list(roles())
    assert {one["permission"] for one in told["permissions"]} == set(permissions())


def test_what_was_open_before_stays_open_and_plan_writes_are_not(client: TestClient, report: Any) -> None:
    assert report(100, 100)["stage"] == "dispatched"
    for path in ("/plans", "/plans/P-2026-001", "/plans/P-2026-001/grids", "/register/areas"):
        assert client.get(f"/api/v1{path}").status_code == 200
    for method, path, body in (
        ("POST", "/plans", {"name": "x", "assignment": {}}),
        ("POST", "/plans/P-2026-001/transitions", {"to": "retired"}),
        ("POST", "/plans/P-2026-001/comments", {"text": "x"}),
        ("PATCH", "/plans/P-2026-001", {"name": "x"}),
        ("PUT", "/plans/P-2026-001/assignment", {"assignment": {}}),
        ("POST", "/plans/P-2026-001/versions", {}),
        ("POST", "/plans/P-2026-001/proposals", {"area": "west", "assignment": {}}),
        ("POST", "/plans/P-2026-001/merge", {}),
    ):
        assert client.request(method, f"/api/v1{path}", json=body).status_code == 401
