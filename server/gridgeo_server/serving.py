"""Running the app under uvicorn, and stopping it at once."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from types import FrameType

import uvicorn
from fastapi import FastAPI

from gridgeo_server.app import create_app, utc_now
from gridgeo_server.auth.listening import check_listening
from gridgeo_server.cases.dispatch import first_ways
from gridgeo_server.connections import Connection
from gridgeo_server.layers.warming import warm
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.store.folder import held
from gridgeo_server.town import Town, read_town

_OTHER_FILES = 200
"""Most files that the server opens beside its connections."""
_MADE = 50_000
"""So many more objects made than given back, and those that refer to each other alone are looked for."""


class BoardServer(uvicorn.Server):
    """A server that tells when it answers, and that ends its live streams as soon as it is asked to stop.

    uvicorn alone would wait for the viewers.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._gridgeo = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop."""
        self._gridgeo.state.gridgeo.hub.close()
        super().handle_exit(sig, frame)


def serve(
    settings: Settings,
    town: Town | None = None,
    ready: Callable[[str], None] = print,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Serve until stopped by a signal.

    Parameters
    ----------
    ready
        Told the address as soon as requests are answered.
    clock
        The time it is, UTC.

    Raises
    ------
    OSError
        The port is in use or may not be used.
    BadInput
        Another server uses the data folder, or others could reach cases without a key.
    """
    check_listening(settings)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Before the town is read: a port in use is told at once.
        listener.bind((settings.host, settings.port))
        check_listening(settings, listener.getsockname()[0])
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}/"
        town = read_town(settings.data) if town is None else town
        with held(settings.data):
            app = create_app(settings, town, clock)
            # What was made so far stays to the end: looking through it for garbage again and again would cost every request.
            gc.freeze()
            config = uvicorn.Config(
                app,
                http=partial(  # type: ignore[arg-type]
                    Connection,
                    head_wait_s=settings.body_wait_s,
                    reader_wait_s=settings.reader_wait_s,
                    most=_within_limit(settings.connections),
                ),
                log_level="warning",
                access_log=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=3,
                server_header=False,
                # The app itself believes the proxies that its settings name; uvicorn would believe any on this machine.
                proxy_headers=False,
            )
            gc.enable()
            # Of what requests leave, almost nothing refers to itself: looked for as often as in a script, it would cost a sixth of all time.
            gc.set_threshold(_MADE, 10, 10)
            stop = threading.Event()
            app.state.ready.clear()
            ahead = threading.Thread(
                target=_ahead, args=(app.state.gridgeo, app.state.ready, stop), name="gridgeo-ahead"
            )
            ahead.start()
            try:
                BoardServer(config, app, lambda: ready(address)).run(sockets=[listener])
            finally:
                stop.set()
                app.state.gridgeo.store.close()
                ahead.join()


def _within_limit(connections: int) -> int:
    """So many connections as the system lets one process have files, less what the store and the town need."""
    try:
        import resource
    except ImportError:  # no such limit on this system
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, min(connections, soft - _OTHER_FILES))


def _ahead(state: State, ready: threading.Event, stop: threading.Event) -> None:
    """Make what the first case and the first viewer will ask for; `ready` is set when cases can come."""
    try:
        state.town.locator.warm()
        first_ways(state.town, stop)
    finally:
        ready.set()
    warm(state.tiles, state.town.bounds, stop)
    gc.freeze()
