"""Backups of a server under load, by the command; each restored and served elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from faults.judge import judge
from faults.servers import Client, Nursery, Server, Told, writers
from gridgeo import cli
from gridgeo_server.store.folder import STORE


def _command(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["gridgeo", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code in {0, None}


def test_backups_under_load_hold_everything_acknowledged_before_and_nothing_in_half(
    start: Callable[..., Server], nursery: Nursery, folder: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start()
    stop = threading.Event()
    threads = writers(server.port, told, "load", stop)
    before = []
    for number in range(2):
        while len(told.cases) < 20 * (number + 1):
            time.sleep(0.01)
        before.append(replace(told, cases=dict(told.cases), steps=dict(told.steps)))
        _command(monkeypatch, "backup", str(folder / f"{number}.backup"), "--data", str(folder), "--json")
    after = len(told.cases)
    while len(told.cases) < after + 10:  # it goes on
        time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    for number, known in enumerate(before):
        place = folder / f"restored-{number}"
        _command(monkeypatch, "restore", str(folder / f"{number}.backup"), "--data", str(place), "--json")
        stored = judge(place / STORE, replace(known, asked=told.asked))
        assert len(known.cases) <= stored <= len(told.asked)
    again = Server(nursery, place)
    client = Client(again.port)
    for key in list(known.cases)[:5]:
        assert known.report(client, key) is not None
    client.close()
    again.kill()
    server.kill()
    assert judge(folder / STORE, told) == len(told.asked)
