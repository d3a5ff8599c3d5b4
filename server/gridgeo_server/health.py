"""Liveness, readiness, and figures for Prometheus."""

from __future__ import annotations

import threading
import time
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridgeo_server.auth.guard import AskerOf
from gridgeo_server.board.indicators import current
from gridgeo_server.errors import NotReady
from gridgeo_server.state import StateOf
from gridgeo_server.texts import say

router = APIRouter(tags=["health"])

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Meters:
    """Counters of one app, in a registry of its own, so that two apps in one process never mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gridgeo_requests_total", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "gridgeo_request_seconds", "Time to the answer's first byte", ["route"], registry=self.registry
        )
        self.viewers = Gauge("gridgeo_live_viewers", "Open live streams", registry=self.registry)
        self.indicators = Gauge("gridgeo_board", "Indicators of the board", ["indicator"], registry=self.registry)
        self._known: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: str, seconds: float) -> None:
        """Count a request, and the seconds until its answer began."""
        known = self._known.get((method, route, status))
        if known is None:
            known = self.requests.labels(method, route, status), self.seconds.labels(route)
            self._known[method, route, status] = known
        known[0].inc()
        known[1].observe(seconds)


class Measure:
    """ASGI middleware that counts and times requests by the route's pattern, never by their address."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()

        async def counted_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._meters.answered(method, route, str(message["status"]), time.perf_counter() - start)
            await send(message)

        await self._app(scope, receive, counted_send)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers; asynchronous, so that it does while every thread waits for the store."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request, state: StateOf) -> dict[str, Any]:
    """The store answers, the layers are there, and what is compiled on first use has been."""
    ready: threading.Event = request.app.state.ready
    if not ready.is_set():
        raise NotReady(say("ready.compiling"))
    with state.store.reading() as connection:
        connection.execute(sa.text("SELECT 1 FROM events LIMIT 1"))
    return {"status": "ready", "jurisdiction": state.town.jurisdiction.name, "grids": len(state.town.grids)}


@router.get("/metrics", response_class=Response)
def metrics(request: Request, state: StateOf, bearer: AskerOf) -> Response:
    """Figures in Prometheus' text format; those of the board for who may see them whole, of all areas."""
    meters: Meters = request.app.state.meters
    meters.viewers.set(state.hub.viewers)
    if bearer.area is not None or not bearer.holds("figures.whole"):
        meters.indicators.clear()
        return Response(generate_latest(meters.registry), media_type=CONTENT_TYPE_LATEST)
    with state.store.reading() as connection:
        now = state.clock()
        figures = current(connection, state.town.grid_names, now, state.zone, None, state.desk.sending.away(now))
    for name, value in figures.items():
        if isinstance(value, int | float):
            meters.indicators.labels(name).set(value)
    return Response(generate_latest(meters.registry), media_type=CONTENT_TYPE_LATEST)
