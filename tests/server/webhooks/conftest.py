"""A receiver of webhooks on this machine, and a server that may send to it."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.plans.conftest import make_key


@dataclass
class Receiver:
    """An HTTP server that keeps what it gets and answers as it is told, then 204.

    An answer is a status; ``cut`` closes the connection, ``slow`` answers after half a second, ``held`` when it is
    let go, ``noise`` is no HTTP.
    """

    answers: list[int | str] = field(default_factory=list)
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    address: str = ""
    let_go: threading.Event = field(default_factory=threading.Event)

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        answer = receiver.answers.pop(0) if receiver.answers else 204
        if answer == "noise":
            self.wfile.write(b"SSH-2.0-OpenSSH\r\n")
        elif answer == "cut":
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            if answer == "slow":
                time.sleep(0.5)
            if answer == "held":
                receiver.let_go.wait(60)
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")
            self.send_response(200 if isinstance(answer, str) else answer)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Whoever sent was in a hurry and is gone."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port."""
    made = Receiver()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.receiver = made  # type: ignore[attr-defined]
    made.address = f"http://127.0.0.1:{server.server_address[1]}/hook?of=test"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.let_go.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path, empty_store: Path) -> Settings:
    """A folder with an empty store, and leave to send to this machine."""
    shutil.copy(empty_store, tmp_path)
    return Settings(
        data=tmp_path,
        indicators_s=3_600,
        webhooks_s=0.02,
        webhook_wait_s=5,
        webhook_attempts=4,
        webhook_hosts=("127.0.0.1",),
    )


@pytest.fixture
def client(settings: Settings, town: Town, clock: Any) -> Iterator[TestClient]:
    """A client of the app."""
    app = create_app(settings, town, clock)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def ask(client: TestClient) -> Callable[..., Any]:
    """Asks with an administrator's key for something under /api/v1/webhooks, and proves the status."""
    _, token = make_key(client.app.state.gridgeo.store, "admin", "Admin Li")  # type: ignore[attr-defined]

    def send(method: str, path: str = "", status: int = 200, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        answer = client.request(method, f"/api/v1/webhooks{path}", headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    return send


@pytest.fixture
def hook(ask: Callable[..., Any], receiver: Receiver) -> dict[str, Any]:
    """A webhook for everything, to the receiver."""
    return dict(ask("POST", "", 201, json={"url": receiver.address}))


def until(fact: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait for a fact."""
    end = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
    return found
