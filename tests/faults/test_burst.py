"""Ten times what the server can do: every answer is a case or a 503 that says when to come again, and none is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from faults.judge import judge
from faults.servers import Client, Server, Told, writers
from gridgeo_server.store.folder import STORE


def test_a_burst_is_refused_in_part_and_at_once_and_what_was_acknowledged_is_kept(
    start: Callable[..., Server],
    folder: Path,
    told: Told,
    seconds: float,
    note: Callable[[str, object], None],
) -> None:
    # Ten clients for each place there is: nobody waits for an answer longer than the queue is.
    server = start(settings={"writes": 4})
    stop = threading.Event()
    threads = writers(server.port, told, "burst", stop, count=40)
    client = Client(server.port)
    end = time.monotonic() + seconds
    while time.monotonic() < end or not told.refused or not told.cases:
        assert client.get("/healthz").status == 200
        assert client.get("/readyz").status == 200
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert {answer.values["type"] for answer in told.refused} == {"urn:gridgeo:problem:overloaded"}
    assert told.report(client, "after") is not None
    client.close()
    server.kill()
    assert judge(folder / STORE, told) == len(told.cases)
    assert "Traceback" not in server.log()
    note("kept, refused", (len(told.cases), len(told.refused)))
