"""The disk is full, another program holds the store, the store's file goes away: clear errors, reading where it can, and no help needed after."""

from __future__ import annotations

import os
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from faults.judge import judge
from faults.servers import Client, Server, Told
from gridgeo_server.store.folder import STORE


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    """A running server."""
    return start()


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client of it."""
    made = Client(server.port)
    yield made
    made.close()


def _recovered(told: Told, client: Client, limit_s: float = 5) -> float:
    """Seconds until a report is acknowledged."""
    start = time.monotonic()
    while told.report(client, "after") is None:
        assert time.monotonic() - start < 6 * limit_s, "it didn't go on by itself"
        time.sleep(0.05)
    return time.monotonic() - start


def _judged(server: Server, folder: Path, told: Told) -> int:
    server.kill()
    assert "Traceback" not in server.log()
    return judge(folder / STORE, told)


def test_a_full_disk_is_told_and_writing_goes_on_when_there_is_room(
    server: Server, client: Client, folder: Path, told: Told, note: Callable[[str, object], None]
) -> None:
    assert told.report(client, "before") is not None
    # No process may make a file longer than its limit: writing fails as it does on a full disk.
    log = (folder / f"{STORE}-wal").stat().st_size
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (log + 30_000, before[1]))
    kept = 0
    for number in range(40):
        kept += told.report(client, f"full-{number}") is not None
    assert kept < 40
    assert {answer.status for answer in told.refused} == {503}
    assert any("disk" in answer.values["detail"] for answer in told.refused), told.refused[0].values
    assert client.get("/api/v1/cases").status == 200
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)
    note("recovery_s", round(_recovered(told, client), 2))
    for number in range(40):
        assert told.report(client, f"full-{number}") is not None
    assert _judged(server, folder, told) == len(told.asked)


def test_a_store_held_by_another_program_is_told_at_once_and_writing_goes_on_when_it_is_let_go(
    server: Server,
    client: Client,
    folder: Path,
    told: Told,
    seconds: float,
    note: Callable[[str, object], None],
) -> None:
    assert told.report(client, "before") is not None
    with closing(sqlite3.connect(folder / STORE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        end = time.monotonic() + seconds
        number = 0
        while number == 0 or time.monotonic() < end:
            assert told.report(client, f"held-{number}") is None
            assert client.get("/api/v1/cases").status == 200
            assert client.get("/healthz").status == 200
            number += 1
        other.execute("ROLLBACK")
    assert all("another program" in answer.values["detail"] for answer in told.refused)
    note("recovery_s", round(_recovered(told, client), 2))
    assert _judged(server, folder, told) == 2


def test_a_store_that_is_moved_away_is_named_and_used_again_when_it_is_back(
    server: Server,
    client: Client,
    folder: Path,
    told: Told,
    seconds: float,
    note: Callable[[str, object], None],
) -> None:
    names = [STORE, f"{STORE}-wal", f"{STORE}-shm"]
    assert told.report(client, "before") is not None
    (folder / "away").mkdir()
    for name in names:
        os.replace(folder / name, folder / "away" / name)
    end = time.monotonic() + seconds
    number = 0
    while number == 0 or time.monotonic() < end:
        assert told.report(client, f"gone-{number}") is None
        number += 1
        time.sleep(0.02)
    assert all("is gone" in answer.values["detail"] for answer in told.refused)
    assert client.get("/readyz").status == 503
    assert client.get("/healthz").status == 200
    assert not (folder / STORE).exists()
    for name in reversed(names):
        os.replace(folder / "away" / name, folder / name)
    note("recovery_s", round(_recovered(told, client), 2))
    assert client.get("/readyz").status == 200
    assert _judged(server, folder, told) == 2
