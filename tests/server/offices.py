"""People with keys of each role at one server that takes keys, for tests of who may do and see what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from gridgeo_server.auth import keys, store
from gridgeo_server.auth.roles import roles_of_keys
from gridgeo_server.state import State
from server.conftest import degrees

DESCRIPTION = "Mrs Wang fell"
REPORTER = "Zhang San 13800000000"


@dataclass
class People:
    """The people, and a client of their server; `None` is somebody without a key."""

    client: TestClient
    tokens: dict[str, str]
    names: dict[str, str]

    @property
    def state(self) -> State:
        """The state of the server."""
        found = self.client.app.state.gridgeo  # type: ignore[attr-defined]
        assert isinstance(found, State)
        return found

    def join(self, who: str, role: str, **more: Any) -> None:
        """Give somebody a key."""
        identifier, secret, self.tokens[who] = keys.new_token()
        self.names[who] = identifier
        key = keys.Key(identifier, f"{who} Li", role, datetime(2026, 1, 1, tzinfo=UTC), **more)
        # Tests make many keys and prove each often: the cost of a guess is no matter here.
        self.state.store.write(lambda t: store.insert(t.connection, key, keys.hashed(secret)))

    def ask(self, who: str | None, method: str, path: str, **more: Any) -> Response:
        """What the server answers to somebody."""
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        address = path if path.startswith(("/ogc", "/open311", "/metrics")) else f"/api/v1{path}"
        return self.client.request(method, address, headers=headers, **more)

    def get(self, who: str | None, path: str) -> Any:
        """What somebody is told."""
        answer = self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, who: str | None, case: str, action: str, **more: Any) -> Response:
        """What becomes of what somebody does with a case."""
        return self.ask(who, "POST", f"/cases/{case}/actions", json={"action": action, **more})

    def report(self, east_m: float = 480, south_m: float = 200, who: str = "dispatcher", **more: Any) -> dict[str, Any]:
        """A case, as the dispatcher sees it; with words and a reporter."""
        lon, lat = degrees(east_m, south_m)
        told = {"category": "noise", "lon": lon, "lat": lat, "description": DESCRIPTION, "reporter": REPORTER}
        answer = self.ask(who, "POST", "/cases", json={**told, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def people_of(client: TestClient) -> People:
    """One of each role at a server; the officer is nobody's before a case says whose."""
    found = People(client, {}, {})
    for role in roles_of_keys():
        found.join(role, role, officer="officer-01" if role == "officer" else None)
    return found
