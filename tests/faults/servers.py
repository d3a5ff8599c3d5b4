"""Servers that can be killed, and clients that remember what they were told."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
CUT = (OSError, http.client.HTTPException)
"""What a client sees when its server is killed."""


class Nursery:
    """A process that makes servers quickly, see `nursery.py`."""

    def __init__(self) -> None:
        root = TESTS.parent
        paths = [str(TESTS), str(root), str(root / "solvers"), str(root / "server"), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, str(TESTS / "faults" / "nursery.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        assert self._hear() == "ready"

    def order(self, **order: Any) -> int:
        """The number of a new process."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._hear())

    def close(self) -> None:
        """End it, and every process that it made."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


class Server:
    """A server in a process of its own; `seconds_to_ready` is how long it took to answer."""

    def __init__(self, nursery: Nursery, folder: Path, *, town: str = "lattice", **more: Any) -> None:
        self.folder = folder
        (folder / "address").unlink(missing_ok=True)
        start = time.monotonic()
        self.pid = nursery.order(do="serve", data=str(folder), town=town, **more)
        while not (folder / "address").exists():
            assert alive(self.pid), (folder / "log.txt").read_text()
            time.sleep(0.005)
        self.port = int((folder / "address").read_text().rstrip("/").rsplit(":", 1)[1])
        client = Client(self.port)
        while (status := client.get("/readyz").status) != 200:
            assert status == 503, status
            time.sleep(0.01)
        client.close()
        self.seconds_to_ready = time.monotonic() - start

    def kill(self) -> None:
        """End it as a power cut would."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        wait_gone(self.pid)

    def log(self) -> str:
        """What it wrote to its log."""
        return (self.folder / "log.txt").read_text()


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_gone(pid: int) -> None:
    """Wait until a process that was killed is gone, and its locks with it."""
    while alive(pid):
        time.sleep(0.002)


@dataclass
class Answer:
    """What a server answered."""

    status: int
    values: Any
    headers: dict[str, str]


class Client:
    """One connection that is kept and opened again when it was cut."""

    def __init__(self, port: int, timeout: float = 120) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask and wait for the answer."""
        text = None if body is None else json.dumps(body)
        sent = {"Content-Type": "application/json", **headers}
        try:
            self._connection.request(method, path, text, sent)
            answer = self._connection.getresponse()
            data = answer.read()
        except CUT:
            self._connection.close()
            raise
        values = json.loads(data) if "json" in answer.headers.get("content-type", "") else data
        return Answer(answer.status, values, {name.lower(): value for name, value in answer.headers.items()})

    def get(self, path: str) -> Answer:
        """Read."""
        return self.ask("GET", path)

    def close(self) -> None:
        """Let go."""
        self._connection.close()


@dataclass
class Told:
    """What clients asked, by key, and what they were told of it."""

    place: tuple[float, float]
    asked: dict[str, None] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    """Case → the version that was acknowledged last."""
    refused: list[Answer] = field(default_factory=list)

    def report(self, client: Client, key: str) -> str | None:
        """Report a case whose description is the key; the case, or None where it was refused."""
        lon, lat = self.place
        self.asked[key] = None
        body = {"category": "noise", "lon": lon, "lat": lat, "description": key}
        answer = client.ask("POST", "/api/v1/cases", body, **{"Idempotency-Key": key})
        if answer.status != 201:
            assert answer.status == 503, answer.values
            assert int(answer.headers["retry-after"]) >= 1
            self.refused.append(answer)
            return None
        case = str(answer.values["case"])
        assert self.cases.setdefault(key, case) == case, f"{key} was told two cases"
        self.steps[case] = max(self.steps.get(case, 0), answer.values["version"])
        return case

    def act(self, client: Client, case: str, action: str) -> int:
        """Give a case an action; the status of the answer."""
        key = {"Idempotency-Key": f"{case}-{action}"}
        answer = client.ask("POST", f"/api/v1/cases/{case}/actions", {"action": action}, **key)
        if answer.status == 200:
            self.steps[case] = max(self.steps.get(case, 0), answer.values["version"])
        return answer.status


def writers(port: int, told: Told, name: str, stop: threading.Event, count: int = 8) -> list[threading.Thread]:
    """So many clients that report, accept the way and begin to handle, until stopped or cut off."""

    def work(worker: int) -> None:
        client = Client(port)
        number = 0
        try:
            while not stop.is_set():
                case = told.report(client, f"{name}-{worker}-{number}")
                number += 1
                if case is not None and number % 3 == 0:
                    for action in ("start", "handle"):
                        told.act(client, case, action)
        except CUT:
            pass
        finally:
            client.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(count)]
    for thread in threads:
        thread.start()
    return threads
