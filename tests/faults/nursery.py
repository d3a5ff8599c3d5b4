"""Starts servers without reading their libraries anew: a process that has them, and becomes a server by each order.

An order is a line of JSON: `do` (``serve`` or ``migrate``), `data`, `town`, `settings`, and `clock`, a file that says
how many seconds the server's clock is ahead. The answer is the process's number. A server leaves its address in the file
``address`` of its folder. What still runs ends with the nursery.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from boards import lattice_plan
from gridgeo_server.serving import serve
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from gridgeo_server.town import Town
from server.plans.conftest import quartered_town

TOWNS: dict[str, Callable[[], Town]] = {"lattice": lambda: Town(lattice_plan()), "quartered": quartered_town}


def ahead(path: Path) -> Callable[[], datetime]:
    """A clock that is ahead by the seconds that the file says."""
    return lambda: datetime.now(UTC) + timedelta(seconds=float(path.read_text() or 0))


def do(order: dict[str, Any]) -> None:
    """Be the server that was ordered."""
    folder = Path(order["data"])
    log = os.open(folder / "log.txt", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order.get("environment", {}))
    time.tzset()

    def ready(address: str) -> None:
        (folder / "address.new").write_text(address)
        os.replace(folder / "address.new", folder / "address")

    if order["do"] == "migrate":
        Store(folder / STORE).close()
        ready("done")
        return
    town = TOWNS[order["town"]]()
    clock = {"clock": ahead(Path(order["clock"]))} if order.get("clock") else {}
    serve(Settings(data=folder, port=0, **order.get("settings", {})), town, ready, **clock)


def _bury() -> None:
    """Let go of the processes that ended; what they cost counts as the nursery's."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    """Take orders until there are no more."""
    children: list[int] = []
    signal.signal(signal.SIGCHLD, lambda *_: _bury())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                do(json.loads(line))
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        children.append(process)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
    for process in children:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.wait()


if __name__ == "__main__":
    main()
