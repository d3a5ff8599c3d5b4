"""The app: `create_app(settings, town)` puts the parts of one server together."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gridgeo import __version__
from gridgeo_server import errors, health, links, outcomes, pages_endpoint
from gridgeo_server.auth import endpoints as auth
from gridgeo_server.auth.guesses import Guesses
from gridgeo_server.auth.listening import check_listening
from gridgeo_server.auth.oidc import Issuer
from gridgeo_server.board import endpoints as board
from gridgeo_server.board.indicators import current
from gridgeo_server.cases import batch_endpoints as batch
from gridgeo_server.cases import bulk_endpoints as bulk
from gridgeo_server.cases import endpoints as cases
from gridgeo_server.cases import report_endpoints as reports
from gridgeo_server.cases import reporter_endpoints as reporters
from gridgeo_server.cases.dispatch import rules_of
from gridgeo_server.cases.files import categories_of, desk_limits_of, responsibility_of
from gridgeo_server.cases.quota import Quota
from gridgeo_server.cases.service import Desk
from gridgeo_server.cases.sweeping import Sweep
from gridgeo_server.clocks.files import calendar_of, doubt
from gridgeo_server.errors import StoreUnavailable
from gridgeo_server.hosts import OwnHosts
from gridgeo_server.layers import endpoints as features
from gridgeo_server.layers import openapi, tile_endpoints
from gridgeo_server.layers.shelf import Shelf
from gridgeo_server.layers.tiles import Tiles
from gridgeo_server.live import endpoints as live
from gridgeo_server.live.audiences import Audience
from gridgeo_server.live.hub import Hub
from gridgeo_server.live.news import IndicatorsChanged, News, PlanChanged, RespondersMoved
from gridgeo_server.live.snapshots import Snapshots
from gridgeo_server.open311 import endpoints as open311
from gridgeo_server.open311.catalogue import catalogue_of
from gridgeo_server.packing import Packing
from gridgeo_server.photos import endpoints as photos
from gridgeo_server.photos import files as photo_files
from gridgeo_server.photos import store as photo_store
from gridgeo_server.plans import endpoints as plans
from gridgeo_server.plans import import_endpoints as plan_import
from gridgeo_server.plans import life_endpoints as plan_life
from gridgeo_server.plans import locate_endpoints as locating
from gridgeo_server.plans import register_endpoints as plan_register
from gridgeo_server.plans import service
from gridgeo_server.plans.calendar import Calendars
from gridgeo_server.plans.opening import open_plans
from gridgeo_server.plans.taking_up import held_on, owners_of, settle_and_take_up
from gridgeo_server.readiness import AwaitReady
from gridgeo_server.responders import endpoints as responders
from gridgeo_server.responders import position_endpoints as positions
from gridgeo_server.responders import service as responder_service
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.duty import duty_of
from gridgeo_server.responders.roster import roster
from gridgeo_server.responders.shifts import ShiftWatch, as_on_shift
from gridgeo_server.rosters import endpoints as rosters
from gridgeo_server.rosters import file_endpoints as roster_files
from gridgeo_server.rosters.setting import roles_of_town
from gridgeo_server.routes import endpoints as routes
from gridgeo_server.security import Guard
from gridgeo_server.settings import Settings
from gridgeo_server.state import Served, Slot, State
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from gridgeo_server.town import Town, read_town
from gridgeo_server.webhooks import endpoints as webhooks
from gridgeo_server.webhooks.sender import Sender

logger = logging.getLogger(__name__)

_DAY_LOOK_S = 30.0
"""Seconds between two looks at whether a new day has begun."""


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def create_app(settings: Settings, town: Town | None = None, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The server of one town.

    Parameters
    ----------
    settings
        What can be set.
    town
        What is served; read from ``settings.data`` where left out.
    clock
        The time it is, UTC.

    Raises
    ------
    UnreadableSource, BadInput
        The folder or a file in it is missing or can't be used, or others could reach cases without a key.
    StoreUnavailable
        The store in the folder can't be opened.
    """
    check_listening(settings)
    issuer = Issuer.of(settings)
    found = read_town(settings.data) if town is None else town
    hub = Hub()

    def tell(all_news: list[News]) -> None:
        for news in all_news:
            if isinstance(news, PlanChanged):
                news.swap()
        hub.tell(*(_on_shift(news, desk, clock()) for news in all_news))

    store = Store(settings.data / STORE, tell)
    now = clock()
    calendar = calendar_of(settings.data, settings.time_zone)
    town = open_plans(
        store,
        found,
        {grid: one.name for one in roster(settings, found, strict=False) for grid in one.grids},
        now,
        calendar.zone,
    )
    officers = roster(settings, town, strict=town.plan.assignment.equals(found.plan.assignment))
    store.write(lambda transaction: responder_store.match_plan(transaction.connection, officers))
    calendars = Calendars()
    with store.reading() as connection:
        held = held_on(calendars.at(connection), service.today(now, calendar.zone))
        known = [one.responder for one in responder_store.everybody(connection)]
    served = Served(town, Shelf(town), Tiles(town, owners_of(officers), settings.tile_cache), held)
    slot = Slot(served)
    if words := doubt(calendar, (town.bounds[0] + town.bounds[2]) / 2):
        logger.warning(words)
    kinds = categories_of(settings.data, calendar, settings.limits)
    responsibility = responsibility_of(settings.data, kinds, town.jurisdiction.areas["area"].astype(str))
    desk = Desk(
        lambda: slot.served.town,
        kinds,
        calendar,
        responsibility,
        settings.busy_min,
        rules_of(settings),
        desk_limits_of(settings.data),
        duty_of(settings.data, calendar.zone, known),
    )
    store.write(lambda transaction: desk.climbing.set_clocks(transaction, now))
    # No documentation pages: they would load scripts from elsewhere. /openapi.json says what can be asked.
    app = FastAPI(
        title="gridgeo",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # Newer versions of FastAPI would look for a collector at each request, and send to it unasked.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    guesses = Guesses(settings.guesses_hour, settings.guesses_hour_all)
    app.state.gridgeo = State(settings, store, desk, hub, calendars, clock, slot, served, guesses, issuer=issuer)
    app.state.roster_roles = roles_of_town(settings.data)
    app.state.open311 = catalogue_of(settings.data, kinds)
    app.state.quota = Quota(settings.reports_hour, settings.reports_hour_all)
    app.state.meters = health.Meters()
    # Whoever serves the app takes it back until what is compiled on first use is there.
    app.state.ready = threading.Event()
    app.state.ready.set()
    app.state.snapshots = Snapshots()
    errors.install(app)
    # The doors that are knocked at most stand first: the way to one leads past all before it.
    for part in (
        cases,
        positions,
        responders,
        board,
        batch,
        bulk,
        reports,
        reporters,
        photos,
        routes,
        plan_import,
        plans,
        plan_life,
        plan_register,
        locating,
        rosters,
        roster_files,
        auth,
        webhooks,
        live,
        open311,
        features,
        openapi,
        tile_endpoints,
        health,
    ):
        # Not included: a router within a router looks for the door twice.
        app.router.routes += part.router.routes
    links.install(app)
    outcomes.install(app)
    pages_endpoint.mount(app, Path(__file__).parent / "pages")
    app.add_middleware(AwaitReady, ready=app.state.ready)
    app.add_middleware(health.Measure, meters=app.state.meters)
    app.add_middleware(Packing)
    app.add_middleware(OwnHosts, allowed_hosts=_hosts(settings))
    app.add_middleware(
        Guard,
        body_limit=settings.body_limit,
        plan_limit=settings.plan_limit,
        body_wait_s=settings.body_wait_s,
        writes=settings.writes,
        photo_limit=settings.photo_limit,
        photo_wait_s=settings.photo_wait_s,
    )
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state: State = app.state.gridgeo
    state.hub.bind(asyncio.get_running_loop())
    await run_in_threadpool(_sweep_photos, state)
    watches = (_watch_indicators(state), _watch_register(state), _watch_clocks(state), Sender(state).run())
    tasks = [asyncio.create_task(watch) for watch in watches]
    if state.settings.simulate:
        from gridgeo_server.simulation.run import simulate

        tasks.append(asyncio.create_task(simulate(state)))
    try:
        yield
    finally:
        state.hub.close()
        for task in tasks:
            task.cancel()
        # Whatever a task died of, the store is closed.
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                logger.error("a task of the server ended early", exc_info=ended)
        await run_in_threadpool(state.store.close)


def _sweep_photos(state: State) -> None:
    """Put files of photos aside that no row names: those of requests that never came to their end."""
    try:
        with state.store.reading() as connection:
            photo_files.sweep(state.settings.data, photo_store.names(connection), state.clock().timestamp())
    except (OSError, StoreUnavailable) as error:
        logger.warning("files of photos that nobody needs stay: %s", error)


async def _watch_indicators(state: State) -> None:
    """Tell viewers the indicators whenever they changed, and officers whose shifts did: both change with time alone."""
    told: IndicatorsChanged | None = None
    shifts = ShiftWatch()
    while True:
        try:
            if shifts.changed(state.desk.duty, state.clock()):
                state.hub.tell(await run_in_threadpool(_officers, state))
            figures = await run_in_threadpool(_figures, state, state.hub.scopes) if state.hub.viewers else told
            if figures is not None and figures != told:
                told = figures
                state.hub.tell(figures)
        except StoreUnavailable as error:
            logger.warning("the indicators wait: %s", error)
        except Exception:
            logger.exception("the indicators could not be told; they are tried again")
        await asyncio.sleep(state.settings.indicators_s)


async def _watch_clocks(state: State) -> None:
    """Do what time alone brings about; what was missed while the server stood still is made up for."""
    sweep = Sweep()
    while True:
        try:
            while await run_in_threadpool(sweep.look, state.fresh()):
                await asyncio.sleep(0)
        except StoreUnavailable as error:
            logger.warning("what is due waits: %s", error)
        except Exception:
            logger.exception("what is due could not be done; it is tried again")
        await asyncio.sleep(state.settings.clocks_s)


async def _watch_register(state: State) -> None:
    """Once a day has begun, retire the plans whose place others took, and serve those that come into force."""
    settled = service.today(state.clock(), state.zone)
    while True:
        await asyncio.sleep(min(_DAY_LOOK_S, _seconds_of_day_left(state.clock(), state.zone)))
        today = service.today(state.clock(), state.zone)
        if today == settled:
            continue
        try:
            await run_in_threadpool(settle_and_take_up, state)
            settled = today
        except StoreUnavailable as error:
            logger.warning("the register waits: %s", error)
        except Exception:
            logger.exception("the register could not be looked at; it is tried again")


def _seconds_of_day_left(now: datetime, zone: ZoneInfo) -> float:
    """Seconds until the town's next day begins."""
    following = datetime.combine(service.today(now, zone) + timedelta(days=1), time(), zone)
    return max(0.01, (following.astimezone(UTC) - now).total_seconds())


def _on_shift(news: News, desk: Desk, now: datetime) -> News:
    if isinstance(news, RespondersMoved):
        return replace(news, responders=as_on_shift(desk.duty, news.responders, now))
    return news


def _officers(state: State) -> RespondersMoved:
    with state.store.reading() as connection:
        found = responder_service.views(connection)
    return RespondersMoved(as_on_shift(state.desk.duty, found, state.clock()))


def _figures(state: State, scopes: set[Audience]) -> IndicatorsChanged:
    grids, now, zone = state.fresh().town.grid_names, state.clock(), state.zone
    with state.store.reading() as connection:
        away = state.desk.sending.away(now)
        areas = {one.areas: current(connection, grids, now, zone, one, away) for one in scopes}
        return IndicatorsChanged(current(connection, grids, now, zone, None, away), areas)


def _hosts(settings: Settings) -> tuple[str, ...]:
    """Names a request may be addressed to: a foreign page must not reach a server that listens on this machine alone."""
    if settings.allowed_hosts:
        return settings.allowed_hosts
    own = ("127.0.0.1", "localhost", "[::1]", "::1")
    return own if settings.host in own else ("*",)
