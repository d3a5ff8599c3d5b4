"""A real process that is killed in the middle of work: no acknowledged step is lost, none is done twice."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from server.plans.conftest import make_key, quartered, quartered_town

TESTS = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with the town of two quarters and its plan."""
    from gridgeo.sources import write_jurisdiction

    town = quartered_town()
    write_jurisdiction(town.jurisdiction, tmp_path / "town.gpkg")
    town.plan.to_file(tmp_path / "plan.gpkg")
    return tmp_path


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    command = [sys.executable, "-m", "gridgeo", "serve", "--data", str(folder), "--port", "0", "--json"]
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, cwd=TESTS)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, (folder / "log.txt").read_text()
    return process, json.loads(line)["address"].rstrip("/")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(30)
    assert process.stdout is not None
    process.stdout.close()


def test_no_acknowledged_step_is_lost_and_none_done_twice_when_the_server_is_killed(folder: Path) -> None:
    opened = Store(folder / STORE)
    headers = {"Authorization": f"Bearer {make_key(opened, 'admin', 'Admin')[1]}"}
    opened.close()
    process, address = _start(folder)
    kept: dict[str, int] = {}
    asked: list[tuple[str, str]] = []
    lock = threading.Lock()
    with httpx.Client(timeout=60, headers=headers) as client:
        body = {"name": "Redrawn", "assignment": quartered(1)}
        plans = [client.post(f"{address}/api/v1/plans", json=body).json()["plan"] for _ in range(3)]

        def keep_commenting(plan: str) -> None:
            for number in range(10_000):
                key = f"{plan}-{number}"
                with lock:
                    asked.append((plan, key))
                try:
                    answer = _comment(client, address, plan, key)
                except httpx.HTTPError:
                    return
                with lock:
                    kept[key] = answer

        workers = [threading.Thread(target=keep_commenting, args=(plan,)) for plan in plans]
        for worker in workers:
            worker.start()
        deadline = time.monotonic() + 60
        while len(kept) < 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        moved = client.post(f"{address}/api/v1/plans/{plans[0]}/transitions", json={"to": "proposed"})
        assert moved.status_code == 200
        _end(process)
        for worker in workers:
            worker.join()
        assert len(kept) >= 20

        process, address = _start(folder)
        try:
            assert client.get(f"{address}/api/v1/plans/{plans[0]}").json()["state"] == "proposed"
            for plan, key in asked[-6:]:
                again = _comment(client, address, plan, key)
                assert kept.setdefault(key, again) == again
            told = [
                c for plan in plans for c in client.get(f"{address}/api/v1/plans/{plan}/comments").json()["comments"]
            ]
        finally:
            _end(process)
    numbers = {c["comment"]: c["text"] for c in told}
    assert {numbers[number] for number in kept.values()} == set(kept)
    assert len({c["text"] for c in told}) == len(told)
    with sqlite3.connect(folder / STORE) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def _comment(client: httpx.Client, address: str, plan: str, key: str) -> int:
    answer = client.post(
        f"{address}/api/v1/plans/{plan}/comments", json={"text": key}, headers={"Idempotency-Key": key}
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["comment"])
