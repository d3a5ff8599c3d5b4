"""A real process on a real port: the stream, a stop while viewers watch; `tests/faults` kills it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from boards import lattice_plan
from gridgeo import cli

TESTS = Path(__file__).resolve().parent.parent


class Process:
    """The server in a process of its own, on a free port."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder = folder
        self.log = (folder / "log.txt").open("ab")
        command = [sys.executable, "-m", "gridgeo", "serve", "--data", str(folder), "--port", "0", "--json", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, cwd=TESTS)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (folder / "log.txt").read_text()
        self.address = json.loads(line)["address"].rstrip("/")

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self, seconds: float = 30) -> int:
        status = self.process.wait(seconds)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()
        return status


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lattice town and its plan as `gridgeo import` and `gridgeo partition` leave them."""
    from gridgeo.sources import write_jurisdiction

    folder = tmp_path_factory.mktemp("town")
    plan = lattice_plan()
    write_jurisdiction(plan.jurisdiction, folder / "town.gpkg")
    plan.to_file(folder / "plan.gpkg")
    return folder


def _copy(files: Path, folder: Path) -> Path:
    for name in ("town.gpkg", "plan.gpkg"):
        (folder / name).write_bytes((files / name).read_bytes())
    return folder


@pytest.fixture
def folder(files: Path, tmp_path: Path) -> Path:
    """A data folder of its own."""
    return _copy(files, tmp_path)


@pytest.fixture(scope="module")
def shared_server(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A running server that no test stops."""
    made = Process(_copy(files, tmp_path_factory.mktemp("served")))
    yield made
    made.kill()


@pytest.fixture
def server(folder: Path) -> Iterator[Process]:
    """A running server."""
    made = Process(folder)
    yield made
    if made.process.poll() is None:
        made.kill()


def _events(response: httpx.Response) -> Iterator[tuple[str, int, Any]]:
    """Name, number and values of each server-sent event."""
    name, number = "", 0
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("data: "):
            yield name, number, json.loads(line[6:])


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """A client that keeps its connections; to make one for each request takes longer than the request."""
    with httpx.Client(timeout=30) as client:
        yield client


def _report(http: httpx.Client, server: Process, at: Any, **headers: str) -> httpx.Response:
    lon, lat = at(480, 200)
    body = {"category": "noise", "lon": lon, "lat": lat}
    return http.post(f"{server.address}/api/v1/cases", json=body, headers=headers)


def test_a_viewer_sees_a_snapshot_then_each_hand_over_and_can_resume(
    http: httpx.Client, shared_server: Process, at: Any
) -> None:
    first = _report(http, shared_server, at).json()["case"]
    with http.stream("GET", f"{shared_server.address}/api/v1/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = _events(stream)
        name, _, snapshot = next(events)
        assert name == "snapshot"
        assert [case["case"] for case in snapshot["cases"]] == [first]
        assert len(snapshot["responders"]) == 6
        assert snapshot["indicators"]["ok"] == 1
        http.post(f"{shared_server.address}/api/v1/cases/{first}/actions", json={"action": "start"})
        number, told = next((n, values) for name, n, values in events if name == "case")
        assert (told["stage"], told["event"]["action"]) == ("handling", "start")
    http.post(f"{shared_server.address}/api/v1/cases/{first}/actions", json={"action": "handle"})
    resume = {"Last-Event-ID": str(number)}
    with http.stream("GET", f"{shared_server.address}/api/v1/live", headers=resume) as stream:
        events = _events(stream)
        name, later, told = next((n, i, v) for n, i, v in events if n in {"case", "snapshot"})
        assert name == "case"
        assert later > number
        assert told["event"]["action"] == "handle"
    with http.stream(
        "GET", f"{shared_server.address}/api/v1/live", headers={"Last-Event-ID": "12"}, timeout=30
    ) as stream:
        assert next(_events(stream))[0] == "snapshot"


def test_it_stops_at_once_when_asked_though_viewers_watch(http: httpx.Client, server: Process) -> None:
    with http.stream("GET", f"{server.address}/api/v1/live") as stream:
        events = _events(stream)
        assert next(events)[0] == "snapshot"
        start = time.monotonic()
        os.kill(server.process.pid, signal.SIGINT)
        for _ in events:
            pass  # the stream ends by itself
        status = server.end()
    assert time.monotonic() - start < 10
    assert status in {0, 1, 130, -signal.SIGINT}
    assert "Traceback" not in (server.folder / "log.txt").read_text()


def _serve(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[object, str]:
    """Exit status and message of `gridgeo serve` where it does not come to serve, in this process."""
    monkeypatch.setattr(sys, "argv", ["gridgeo", "serve", *more])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return left.value.code, capsys.readouterr().err


def test_a_port_in_use_is_told_with_the_mend(
    shared_server: Process, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = shared_server.address.rsplit(":", 1)[1]
    status, told = _serve(monkeypatch, capsys, "--data", str(folder), "--port", port)
    assert status == 2
    assert f"port {port}" in told
    assert "choose another --port" in told


def test_a_folder_that_another_server_uses_is_told_with_the_mend(
    http: httpx.Client, shared_server: Process, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told = _serve(monkeypatch, capsys, "--data", str(shared_server.folder), "--port", "0")
    assert status == 2
    assert f"{shared_server.folder} is in use by another gridgeo server; stop that one" in told
    assert http.get(f"{shared_server.address}/healthz").status_code == 200


@pytest.mark.parametrize(("missing", "verb"), [("town.gpkg", "gridgeo import"), ("plan.gpkg", "gridgeo partition")])
def test_a_missing_file_is_told_with_the_command_that_makes_it(
    folder: Path, missing: str, verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / missing).unlink()
    status, told = _serve(monkeypatch, capsys, "--data", str(folder), "--port", "0")
    assert status == 2
    assert missing in told
    assert verb in told
    assert not (folder / "gridgeo.sqlite").exists()
