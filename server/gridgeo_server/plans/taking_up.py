"""A running server takes up what comes into force: prepared beside what is served, then swapped whole and told."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import date

from gridgeo_server.errors import StoreUnavailable
from gridgeo_server.live.news import PlanChanged, RespondersMoved
from gridgeo_server.plans import service
from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.plans.opening import current_plan
from gridgeo_server.responders import service as responder_service
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import Responder
from gridgeo_server.responders.roster import roster
from gridgeo_server.state import Served, State
from gridgeo_server.store import Transaction

logger = logging.getLogger(__name__)


def held_on(calendar: Calendar, day: date) -> Hashable:
    """Names what is in force on a day: the plan of every area, and what hand-overs made of their grids."""
    plans = calendar.plans_on(day)
    changed = [
        (plan, grid, *sorted(identity.items()))
        for plan, grid in sorted(calendar.handovers)
        if plan in plans and (identity := calendar.identity(plan, grid, day))
    ]
    return tuple(calendar.on(day).items()), tuple(changed)


def take_up(state: State) -> bool:
    """Serve what is in force today, if something else is served; whether anything changed.

    Grids, layers and tiles are made ready while the old ones go on answering. Officers are matched to the new grids in a
    transaction; the swap comes right after it, before anything else is written, so that no case is ever taken in half by the
    old and half by the new. Where what is in force can't be served (it was drawn on other units, or has ended without
    another), the old goes on.
    """
    slot = state.slot
    with slot.changing:
        served, now = slot.served, state.clock()
        day = service.today(now, state.zone)
        with state.store.reading() as connection:
            calendar = state.calendars.at(connection)
            held = held_on(calendar, day)
            if held == served.held:
                return False
            plan = current_plan(connection, calendar, served.town, day)
        if plan is None:
            logger.warning("what is in force since %s can't be served; the grids before go on", day)
            slot.served = replace(served, held=held)
            return False
        town = served.town.with_plan(plan)
        officers = roster(state.settings, town, strict=False)
        fresh = Served(town, served.shelf.of(town), served.tiles.of(town, owners_of(officers)), held)
        fresh.shelf.prepare()
        fresh.tiles.names()
        _ = town.locator, town.grid_names
        told = {"on": day.isoformat(), "grids": len(town.grids), "plans": calendar.on(day)}

        def swap() -> None:
            slot.served = fresh

        def work(transaction: Transaction) -> None:
            responder_store.match_plan(transaction.connection, officers)
            transaction.announce(PlanChanged(told, swap))
            transaction.announce(RespondersMoved(responder_service.views(transaction.connection), everybody=True))

        state.store.write(work, last=True)
        return True


def settle_and_take_up(state: State) -> None:
    """What is due when a day has begun: plans that ended are retired, those that begin are served."""
    now = state.clock()
    state.store.write(lambda transaction: service.settle(transaction, now, state.zone))
    take_up(state)


def after_step(state: State) -> None:
    """Take up what a step has put in force at once; the step stands, whatever comes of it."""
    try:
        take_up(state)
    except StoreUnavailable as error:
        logger.warning("the plan in force is taken up later: %s", error)
    except Exception:
        logger.exception("the plan in force could not be taken up; the grids before go on")


def owners_of(officers: Iterable[Responder]) -> dict[str, Responder]:
    """Who owns each grid: of several the first."""
    return {grid: one for one in reversed(list(officers)) for grid in one.grids}
