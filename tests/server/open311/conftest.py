"""Keys of apps, and reports sent as they send them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.auth import keys, store
from gridgeo_server.state import State


@pytest.fixture
def token(state: State) -> str:
    """The text of the key of an app."""
    identifier, secret, text = keys.new_token()
    key = keys.Key(identifier, "City app", "planner", datetime(2026, 1, 1, tzinfo=UTC))
    state.store.write(lambda t: store.insert(t.connection, key, keys.hashed(secret)))
    return text


@pytest.fixture
def form(token: str, at: Any) -> dict[str, str]:
    """A report that is accepted."""
    lon, lat = at(480, 200)
    return {"api_key": token, "service_code": "noise", "lat": str(lat), "long": str(lon), "description": "Loud music"}


@pytest.fixture
def send(client: TestClient, form: dict[str, str]) -> Callable[..., Any]:
    """Sends the report `form` with some fields changed, or left out where they are None, and returns the answer."""

    def sent(ending: str = "json", headers: dict[str, str] | None = None, **changed: str | list[str] | None) -> Any:
        fields = {name: value for name, value in {**form, **changed}.items() if value is not None}
        return client.post(f"/open311/v2/requests.{ending}", data=fields, headers=headers)

    return sent
