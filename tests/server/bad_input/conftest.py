from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.bad_input.asking import Server


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, empty_store: Path, town: Town, new_clock: Callable[[], Any]
) -> Iterator[Server]:
    """A server on the lattice town."""
    folder = tmp_path_factory.mktemp("bad")
    copy(empty_store, folder)
    settings = Settings(data=folder, indicators_s=3_600, webhooks_s=3_600)
    app = create_app(settings, town, new_clock())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield Server(client)
