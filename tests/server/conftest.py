"""A server on the lattice town, its clock in the test's hands."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from boards import lattice_plan
from gridgeo import crs
from gridgeo_server.app import create_app
from gridgeo_server.cases.dispatch import first_ways
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from gridgeo_server.town import Town
from towns import BLOCK, CRS, EAST, NORTH


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """Nine in the morning."""
    return Clock()


@pytest.fixture(scope="session")
def town() -> Town:
    """The lattice town of 8 × 12 blocks in six grids of 400 m: 01 02 03 in the north, 04 05 06 in the south.

    What is compiled on first use is compiled here, as `gridgeo serve` does it: a first case must not wait for it.
    """
    made = Town(lattice_plan())
    made.locator.warm()
    first_ways(made, threading.Event())
    return made


@pytest.fixture(scope="session")
def new_clock() -> Callable[[], Clock]:
    """Makes clocks for fixtures that live longer than one test."""
    return Clock


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without a row, made by the migrations once; opening a copy runs none of them."""
    path = tmp_path_factory.mktemp("store") / STORE
    Store(path).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_store: Path) -> Iterator[Store]:
    """An empty store."""
    made = Store(Path(shutil.copy(empty_store, tmp_path / STORE)))
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path, empty_store: Path) -> Settings:
    """A folder with an empty store."""
    shutil.copy(empty_store, tmp_path)
    return Settings(data=tmp_path, indicators_s=3_600)


@pytest.fixture
def client(settings: Settings, town: Town, clock: Clock) -> Iterator[TestClient]:
    """A client of the whole app, over a real SQLite file."""
    with TestClient(
        create_app(settings, town, clock), base_url="http://127.0.0.1", raise_server_exceptions=False
    ) as made:
        yield made


@pytest.fixture
def state(client: TestClient) -> State:
    """The state of the client's app."""
    found = client.app.state.gridgeo
    assert isinstance(found, State)
    return found


def degrees(east_m: float, south_m: float) -> tuple[float, float]:
    """Longitude and latitude of a place of the lattice town, metres east and south of its north-west corner."""
    x, y = crs.transform(EAST + east_m, NORTH + 8 * BLOCK - south_m, CRS, crs.WGS84)
    return round(float(x), 7), round(float(y), 7)


@pytest.fixture(scope="session")
def at() -> Any:
    """The function `degrees`."""
    return degrees


@pytest.fixture
def report(client: TestClient) -> Any:
    """Reports a case at metres east and south of the north-west corner and returns it."""

    def send(east_m: float, south_m: float, category: str = "noise", **more: Any) -> dict[str, Any]:
        lon, lat = degrees(east_m, south_m)
        answer = client.post("/api/v1/cases", json={"category": category, "lon": lon, "lat": lat, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return send


@pytest.fixture
def random() -> np.random.Generator:
    """Random numbers that are the same each time."""
    return np.random.default_rng(7)
