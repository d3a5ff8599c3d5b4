"""The line is cut after the request was sent and before its reply came; the client asks again with its key."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from faults.judge import judge
from faults.servers import Client, Server, Told
from gridgeo_server.store.folder import STORE


def _cut(port: int, told: Told, key: str, wait_s: float) -> None:
    """Send a report and break the connection after `wait_s`, unread: with a reset, as a phone in a tunnel does."""
    lon, lat = told.place
    told.asked[key] = None
    body = json.dumps({"category": "noise", "lon": lon, "lat": lat, "description": key})
    head = (
        f"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.sendall((head + body).encode())
        time.sleep(wait_s)


def test_a_client_whose_reply_was_cut_asks_again_and_is_told_the_one_case(
    start: Callable[..., Server], folder: Path, told: Told, rounds: int
) -> None:
    server = start()
    client = Client(server.port)
    told.report(client, "first")
    for number, wait_s in enumerate(np.linspace(0, 0.04, 8 * rounds)):
        _cut(server.port, told, f"cut-{number}", float(wait_s))
        first = told.report(client, f"cut-{number}")
        assert first is not None
        assert told.report(client, f"cut-{number}") == first
    client.close()
    server.kill()
    assert judge(folder / STORE, told) == len(told.asked)
    assert "Traceback" not in server.log()
