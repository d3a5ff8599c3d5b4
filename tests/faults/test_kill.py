"""kill -9 at random under eight writers, again and again, on one store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from faults.judge import judge
from faults.servers import Client, Server, Told, writers
from gridgeo_server.store.folder import STORE


def test_nothing_acknowledged_is_lost_and_nothing_done_twice_however_often_the_server_is_killed(
    start: Callable[..., Server], folder: Path, told: Told, rounds: int, note: Callable[[str, object], None]
) -> None:
    random, recovery = np.random.default_rng(rounds), []
    for number in range(rounds):
        server = start()
        recovery.append(server.seconds_to_ready)
        # Whoever was cut off asks again, and is told the one case of the key.
        client = Client(server.port)
        for key in [key for key in told.asked if key not in told.cases]:
            assert told.report(client, key) is not None
        stop = threading.Event()
        threads = writers(server.port, told, f"round-{number}", stop)
        enough = len(told.cases) + int(random.integers(4, 60))
        while len(told.cases) < enough and any(thread.is_alive() for thread in threads):
            time.sleep(0.002)
        time.sleep(float(random.uniform(0, 0.02)))
        server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        client.close()
        judge(folder / STORE, told)
    server = start()
    recovery.append(server.seconds_to_ready)
    client = Client(server.port)
    for key in told.asked:
        assert told.report(client, key) is not None
    client.close()
    server.kill()
    assert judge(folder / STORE, told) == len(told.asked)
    assert "Traceback" not in server.log()
    note("recovery_s", [round(one, 2) for one in recovery])
