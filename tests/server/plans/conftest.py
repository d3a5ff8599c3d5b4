"""A town of two quarters whose grids keep to them, and a person in every role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from httpx import Response

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.auth import keys, store
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store
from gridgeo_server.town import Town
from towns import lattice_town

ROWS, COLUMNS = 8, 12


def quartered(shift: int = 0) -> dict[str, str]:
    """Eight grids, N1 to N4 over S1 to S4, three columns wide; `shift` rows of the north go to the south."""
    rows = ROWS // 2 - shift
    return {
        f"U{row * COLUMNS + column:03d}": f"{'N' if row < rows else 'S'}{column // 3 + 1}"
        for row in range(ROWS)
        for column in range(COLUMNS)
    }


def quartered_town() -> Town:
    """The lattice town with the plan of `quartered`."""
    place = lattice_town(ROWS, COLUMNS)
    assignment = pd.Series(quartered()).rename_axis("unit")
    return Town(Plan(place, assignment, Rules(k=8)))


def make_key(
    opened: Store, role: str, name: str, *, area: str | None = None, until: datetime | None = None
) -> tuple[str, str]:
    """A new key's identifier and its text."""
    identifier, secret, token = keys.new_token()
    made = datetime(2026, 1, 1, tzinfo=UTC)
    key = keys.Key(identifier, name, role, made, area, until)
    opened.write(lambda t: store.insert(t.connection, key, keys.hashed(secret)))
    return identifier, token


@dataclass
class Office:
    """The people who make plans, each with a key, at one server."""

    client: TestClient
    tokens: dict[str, str]

    def ask(self, who: str | None, method: str, path: str, **more: Any) -> Response:
        """What the server answers to somebody; None has no key."""
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        answer: Response = self.client.request(method, f"/api/v1{path}", headers=headers, **more)
        return answer

    def draft(self, shift: int = 1, name: str = "Redrawn", **more: Any) -> dict[str, Any]:
        """A new draft by the planner."""
        body = {"name": name, "assignment": quartered(shift), **more}
        answer = self.ask("planner", "POST", "/plans", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def move(self, who: str, plan: str, to: str, **more: Any) -> Response:
        """Ask for a transition."""
        headers = more.pop("headers", {})
        return self.ask(who, "POST", f"/plans/{plan}/transitions", json={"to": to, **more}, headers=headers)

    def approved(self, shift: int = 1, name: str = "Redrawn") -> str:
        """The number of a new plan that was approved."""
        plan = str(self.draft(shift, name)["plan"])
        for who, to in (("planner", "proposed"), ("reviewer", "consulted"), ("approver", "approved")):
            answer = self.move(who, plan, to, why=f"{to} in the test")
            assert answer.status_code == 200, answer.text
        return plan

    def read(self, plan: str) -> dict[str, Any]:
        """A plan as anybody sees it."""
        answer = self.ask(None, "GET", f"/plans/{plan}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture(scope="session")
def quarters() -> Town:
    """The town of two quarters, west and east, with four grids in each."""
    return quartered_town()


@pytest.fixture
def planning(tmp_path: Path, empty_store: Path, quarters: Town, clock: Callable[[], datetime]) -> Iterator[TestClient]:
    """A client of the app on that town."""
    shutil.copy(empty_store, tmp_path)
    app = create_app(Settings(data=tmp_path, indicators_s=3_600), quarters, clock)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def office(planning: TestClient) -> Office:
    """A planner, a reviewer, two approvers and an administrator at that app."""
    opened = planning.app.state.gridgeo.store  # type: ignore[attr-defined]
    people = {
        "planner": "planner",
        "reviewer": "reviewer",
        "approver": "approver",
        "second": "approver",
        "admin": "admin",
    }
    return Office(planning, {who: make_key(opened, role, f"{who} Li")[1] for who, role in people.items()})
