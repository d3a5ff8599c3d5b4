"""A Dask cluster of real processes on the loopback, for tests."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 60
"""Seconds that processes may take to start on a busy machine."""


class Processes:
    """A scheduler without a dashboard, and workers of one thread that nobody restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.address = ""

    def start(self, workers: int) -> None:
        """Start the scheduler on a free port, then `workers` workers, named w0, w1, …."""
        card = self.folder / "scheduler.json"
        self._run("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(card))
        end = time.monotonic() + PATIENCE
        while not self.address:
            assert self.running["scheduler"].poll() is None, self.said("scheduler")
            assert time.monotonic() < end, self.said("scheduler")
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                self.address = json.loads(card.read_text(encoding="utf-8"))["address"]
            time.sleep(0.05)
        for number in range(workers):
            name = f"w{number}"
            self._run(
                name, self.address, "--host", "127.0.0.1", "--no-nanny", "--nthreads", "1", "--no-dashboard",
                "--name", name, "--local-directory", str(self.folder), "--death-timeout", str(PATIENCE),
            )  # fmt: skip

    def await_workers(self, count: int) -> None:
        """Wait until as many workers have reported to the scheduler."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=PATIENCE)

    def kill(self, name: str) -> None:
        """End a process at once, without a word to the others (SIGKILL)."""
        self.running[name].kill()
        self.running[name].wait()

    def said(self, name: str) -> str:
        """What a process wrote."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def close(self) -> None:
        """End all that still run."""
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait()

    def _run(self, name: str, *options: str) -> None:
        module = "dask_scheduler" if name == "scheduler" else "dask_worker"
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *options], stdout=log, stderr=log, cwd=self.folder
            )


@contextlib.contextmanager
def dask_processes(folder: Path, workers: int) -> Iterator[Processes]:
    """A running cluster, ended by process when the test is done."""
    cluster = Processes(folder)
    try:
        cluster.start(workers)
        yield cluster
    finally:
        cluster.close()
