"""Servers on the lattice town for every fault, and how long each fault lasts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from faults.servers import Nursery, Server, Told
from gridgeo import crs
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from towns import BLOCK, CRS, EAST, NORTH


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is marked."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> int:
    """How often a server is killed."""
    return int(pytestconfig.getoption("--rounds"))


@pytest.fixture(scope="session")
def seconds(pytestconfig: pytest.Config) -> float:
    """How long a load, a lock or an absence lasts."""
    return float(pytestconfig.getoption("--seconds"))


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Keeps a figure beside a test's result, where ``--junitxml FILE`` shows it."""
    return lambda name, value: request.node.user_properties.append((name, value))


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Makes servers."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without a row."""
    path = tmp_path_factory.mktemp("empty") / STORE
    Store(path).close()
    return path


@pytest.fixture
def folder(tmp_path: Path, empty: Path) -> Path:
    """A data folder with an empty store."""
    shutil.copy(empty, tmp_path)
    return tmp_path


@pytest.fixture
def start(nursery: Nursery, folder: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers on the folder; whatever runs at the end is killed."""
    made: list[Server] = []

    def begin(**more: Any) -> Server:
        made.append(Server(nursery, folder, **more))
        return made[-1]

    yield begin
    for server in made:
        server.kill()


@pytest.fixture
def told() -> Told:
    """Nothing asked yet; what will be reported lies in the middle of the town."""
    lon, lat = crs.transform(EAST + 480, NORTH + 8 * BLOCK - 200, CRS, crs.WGS84)
    return Told((round(float(lon), 7), round(float(lat), 7)))
