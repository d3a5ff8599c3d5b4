"""Clients that send a byte at a time, say nothing, stop reading or vanish: others are served, and the server lets go of them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from faults.judge import judge
from faults.servers import Client, Server, Told
from gridgeo_server.store.folder import STORE

HEAD = (
    b"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
)


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    """A server that doesn't wait long."""
    return start(settings={"body_wait_s": 0.5, "reader_wait_s": 0.5, "connections": 60, "indicators_s": 3_600})


@pytest.fixture
def lines(server: Server) -> Iterator[Callable[[bytes], socket.socket]]:
    """Opens connections and sends something over each."""
    with ExitStack() as opened:

        def send(first: bytes) -> socket.socket:
            line = opened.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            line.sendall(first)
            return line

        yield send


def _ended(line: socket.socket) -> bytes:
    """What came until the server closed the connection."""
    found = bytearray()
    try:
        while data := line.recv(65_536):
            found += data
    except ConnectionResetError:
        pass
    return bytes(found)


def test_whoever_is_slow_to_ask_is_let_go_while_others_are_served(
    server: Server, lines: Callable[[bytes], socket.socket], folder: Path, told: Told
) -> None:
    silent = [lines(b"") for _ in range(15)]
    dripping = [lines(HEAD[:number]) for number in range(1, 16)]
    bodiless = [lines(HEAD + b"{") for _ in range(15)]
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.1):
            for line in dripping:
                try:
                    line.sendall(b"x")
                except OSError:
                    return

    dropping = threading.Thread(target=drip)
    dropping.start()
    client = Client(server.port)
    try:
        for number in range(5):
            assert told.report(client, f"meanwhile-{number}") is not None
        assert [_ended(line) for line in silent] == [b""] * 15
        for line in dripping:
            _ended(line)
        assert all(_ended(line).startswith(b"HTTP/1.1 408") for line in bodiless)
    finally:
        stop.set()
        dropping.join()
        client.close()
    server.kill()
    assert judge(folder / STORE, told) == 5


def test_connections_beyond_the_most_are_told_to_come_again(
    server: Server, lines: Callable[[bytes], socket.socket], told: Told
) -> None:
    held = [lines(b"") for _ in range(60)]
    refused = _ended(lines(b""))
    assert refused.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 2" in refused
    for line in held:
        _ended(line)
    client = Client(server.port)
    assert told.report(client, "after") is not None
    client.close()


def test_a_viewer_that_stops_reading_is_let_go_while_others_hear_everything(
    server: Server, lines: Callable[[bytes], socket.socket], told: Told
) -> None:
    ask = b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.socket() as stuck, socket.create_connection(("127.0.0.1", server.port), timeout=30) as live:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        stuck.connect(("127.0.0.1", server.port))
        stuck.sendall(ask)
        live.sendall(ask)
        heard = bytearray()
        reading = threading.Thread(target=lambda: heard.extend(_until(live, b'"description":"last"')))
        reading.start()
        client = Client(server.port)
        body = "网" * 2_000
        told.asked[body] = None
        lon, lat = told.place
        watching = _viewers(client)
        assert watching == 2
        end = time.monotonic() + 60
        # The kernel takes some megabytes before the server is told that nobody reads.
        while _viewers(client) == 2 and time.monotonic() < end:
            for _ in range(10):
                client.ask("POST", "/api/v1/cases", {"category": "noise", "lon": lon, "lat": lat, "description": body})
        assert _viewers(client) == 1
        assert told.report(client, "last") is not None
        client.close()
        reading.join()
    assert bytes(heard).count(b"event: case") >= 30
    assert "Traceback" not in server.log()


def _until(line: socket.socket, end: bytes) -> bytes:
    found = bytearray()
    while end not in found and (data := line.recv(65_536)):
        found += data
    return bytes(found)


def _viewers(client: Client) -> int:
    text = client.get("/metrics").values.decode()
    return int(float(text.split("\ngridgeo_live_viewers ")[1].split("\n")[0]))
