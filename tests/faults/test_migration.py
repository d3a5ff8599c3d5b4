"""A server is killed while it brings an older store up to date."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from faults.servers import Nursery, alive, wait_gone
from gridgeo_server.store import migrations
from gridgeo_server.store.folder import STORE

CASES = 2_000


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as the first version left it, with cases."""
    path = tmp_path_factory.mktemp("old") / STORE
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            """INSERT INTO cases ("case", category, description, lon, lat, grid, grid_name, area, owner_name, stage,
            reported_at, due_at, limit_s, snapped_m, simulated, version) VALUES (?, 'noise', '', 7.4, 43.7,
            '01', '01', 'west', 'A', 'accepted', '2026-11-18T09:00:00.000Z', '2026-11-18T10:00:00.000Z', 3600, 0, 0, 2)""",
            [(f"20261118-{number:04d}",) for number in range(CASES)],
        )
        connection.commit()
    engine.dispose()
    return path


def _tables(path: Path) -> tuple[str, ...]:
    """Every table as it was made, and the version that the store says it has."""
    with closing(sqlite3.connect(path)) as connection:
        made = [
            row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        ]
        return (*made, connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_a_migration_that_is_killed_leaves_the_store_old_or_new_and_completes_when_it_is_opened_again(
    nursery: Nursery, folder: Path, old: Path, rounds: int
) -> None:
    shutil.copy(old, folder / STORE)
    whole, span = _migrated(nursery, folder)
    assert whole != _tables(old)
    seen = set()
    for moment in np.linspace(0, span, 2 * rounds):
        for name in (STORE, f"{STORE}-wal", f"{STORE}-shm", "address"):
            (folder / name).unlink(missing_ok=True)
        shutil.copy(old, folder / STORE)
        process = nursery.order(do="migrate", data=str(folder))
        time.sleep(float(moment))
        _kill(process)
        after = _tables(folder / STORE)
        assert after in (_tables(old), whole)
        seen.add(after == whole)
        assert _migrated(nursery, folder)[0] == whole
        with closing(sqlite3.connect(folder / STORE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("SELECT count(*) FROM cases").fetchone() == (CASES,)
    assert False in seen


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    wait_gone(process)


def _migrated(nursery: Nursery, folder: Path) -> tuple[tuple[str, ...], float]:
    """The tables after the store was opened, and how long that took."""
    begin = time.monotonic()
    process = nursery.order(do="migrate", data=str(folder))
    while alive(process):
        time.sleep(0.002)
    span = time.monotonic() - begin
    assert (folder / "address").exists(), (folder / "log.txt").read_text()
    return _tables(folder / STORE), span
