"""Fixtures that every test folder may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from gridgeo.jurisdictions import Jurisdiction
from towns import lattice_town

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes says more of the machine than of the code.
settings.register_profile("gridgeo", deadline=None)
settings.load_profile("gridgeo")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the faults go on: ``pytest -m faults --rounds 100 --seconds 60``."""
    parser.addoption("--rounds", type=int, default=3, help="How often a server is killed in the middle of work.")
    parser.addoption("--seconds", type=float, default=2.0, help="How long a load, a lock or an absence lasts.")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of benchmark instances and extra map extracts that stands beside the checkout, where it does."""
    folder = Path(os.environ.get("GRIDGEO_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; set GRIDGEO_SHARED to run this test")
    return folder


@pytest.fixture(scope="session")
def lattice() -> Jurisdiction:
    """A town of 4 × 6 square blocks in two quarters."""
    return lattice_town()


@pytest.fixture(scope="session")
def divided() -> Jurisdiction:
    """The same town with a railway down the middle that can be crossed in the northernmost row only."""
    return lattice_town(railway=True)


@pytest.fixture(scope="session")
def monaco_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Monaco sample as a jurisdiction file, imported once for all test processes."""
    from gridgeo.importing import import_osm
    from gridgeo.sources import sample_map, write_jurisdiction

    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    path = base / "monaco.gpkg"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            write_jurisdiction(import_osm(sample_map()), path)
    return path


@pytest.fixture(scope="session")
def monaco(monaco_file: Path) -> Jurisdiction:
    """The Monaco sample."""
    from gridgeo.sources import read_jurisdiction

    return read_jurisdiction(monaco_file)
