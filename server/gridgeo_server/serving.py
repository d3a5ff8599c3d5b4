"""Running the app under uvicorn, and stopping it at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from gridgeo_server.app import create_app
from gridgeo_server.cases.dispatch import first_ways
from gridgeo_server.layers.warming import warm
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.store.folder import held
from gridgeo_server.town import Town, read_town


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


def serve(settings: Settings, town: Town | None = None, ready: Callable[[str], None] = print) -> None:
    """Serve until stopped by a signal.

    Parameters
    ----------
    ready
        Told the address as soon as requests are answered.

    Raises
    ------
    OSError
        The port is in use or may not be used.
    BadInput
        Another server uses the data folder.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Before the town is read: a port in use is told at once.
        listener.bind((settings.host, settings.port))
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}/"
        town = read_town(settings.data) if town is None else town
        with held(settings.data):
            app = create_app(settings, town)
            config = uvicorn.Config(
                app,
                log_level="warning",
                timeout_keep_alive=30,
                timeout_graceful_shutdown=3,
                h11_max_incomplete_event_size=32_768,
                server_header=False,
            )
            stop = threading.Event()
            ahead = threading.Thread(target=_ahead, args=(app.state.gridgeo, stop), name="gridgeo-ahead")
            ahead.start()
            try:
                BoardServer(config, app, lambda: ready(address)).run(sockets=[listener])
            finally:
                stop.set()
                app.state.gridgeo.store.close()
                ahead.join()


def _ahead(state: State, stop: threading.Event) -> None:
    """Make what the first viewer and the first case will ask for."""
    warm(state.tiles, state.town.bounds, stop)
    state.town.locator.warm()
    first_ways(state.town, stop)
