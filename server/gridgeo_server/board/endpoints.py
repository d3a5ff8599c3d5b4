"""What the board asks once, and its indicators."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from gridgeo_server.board import figures, period
from gridgeo_server.board.indicators import current
from gridgeo_server.board.small import without_small
from gridgeo_server.cases.asking import AskingOf
from gridgeo_server.cases.filters import in_utc
from gridgeo_server.days import Moment
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest
from gridgeo_server.live.audiences import Audience
from gridgeo_server.state import StateOf
from gridgeo_server.store.instants import to_text
from gridgeo_server.texts import say

router = APIRouter(prefix="/api/v1", tags=["board"], route_class=Door)


@router.get("/board")
def board(state: StateOf) -> dict[str, Any]:
    """The jurisdiction, the plan's figures, the kinds of case and the server's time."""
    now = state.clock()
    return {
        **state.town.summary(),
        "simulated": state.settings.simulate,
        "server_time": to_text(now),
        "time_zone": state.zone.key,
        "version": version("gridgeo"),
        "categories": [category.as_json() for category in state.desk.categories.on(state.desk.calendar.day_of(now))],
        "categories_source": state.desk.categories.source,
        "departments": state.desk.categories.departments,
    }


@router.get("/indicators")
def indicators(
    state: StateOf,
    asking: AskingOf,
    by: Annotated[Literal["grid", "area", "department", "officer", "category", "month", "day"] | None, Query()] = None,
    start: Annotated[Moment | None, Query(alias="from", description="30 days before the end where left out.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Now where left out; no longer part of it.")] = None,
) -> dict[str, Any]:
    """The strip of indicators; with `by`, those of a period, each with the request for its cases."""
    now, looker = state.clock(), asking.looker
    if by == "officer":
        asking.check("cases.people")
    if by == "department":
        asking.check("cases.inside")
    zone = state.zone
    if by is None:
        if start is not None or end is not None:
            raise BadRequest(say("figures.by"), "by")
        with state.store.reading() as connection:
            audience = Audience.of(state.town, None, looker=looker)
            figures_now = current(
                connection, state.town.grid_names, now, zone, audience.scope, state.desk.sending.away(now)
            )
        return figures_now if looker.holds("figures.whole") else without_small(figures_now)
    asked = figures.period(in_utc(start, zone), in_utc(end, zone), now)
    with state.store.reading() as connection:
        return period.table(state, connection, by, asked, now, looker)
