"""`/api/v1/routes`: planned patrols and visit rounds, and their stops."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from shapely.geometry import mapping

from gridgeo.crs import to_wgs84
from gridgeo_server.cases.asking import AskingOf
from gridgeo_server.days import Day, Moment
from gridgeo_server.doors import Door
from gridgeo_server.errors import NotFound
from gridgeo_server.routes.next_stops import NextStop, next_stops
from gridgeo_server.state import StateOf
from gridgeo_server.town import RouteTables, plain


def _planned(state: StateOf, asking: AskingOf) -> RouteTables | None:
    """What is planned, as far as whoever asks may see it: of the grids of their area, where they speak for one."""
    asking.check("routes.see")
    planned, grids = state.town.planned, asking.looker.grids
    if planned is None or grids is None:
        return planned
    own = planned.routes[planned.routes["grid"].astype(str).isin(grids)]
    return RouteTables(own, planned.stops[planned.stops["route"].isin(own["route"])])


PlannedOf = Annotated[RouteTables | None, Depends(_planned)]


router = APIRouter(prefix="/api/v1/routes", tags=["routes"], route_class=Door)

_STOP = ("order", "what", "name", "arrive_min", "leave_min")
_DATED = ("officer", "date")
"""Of rounds that were planned for a day; null for others."""
_CLOCK = ("begin", "leave")
"""Times of day, HH:MM, of stops of rounds with dates; null for others."""
_LISTED = ("route", "grid", "kind", "mode", "minutes", "length_m", "service_m", "stops")


@router.get("")
def routes(
    planned: PlannedOf,
    grid: Annotated[str | None, Query(max_length=64)] = None,
    kind: Literal["patrol", "visits"] | None = None,
    on: Annotated[Day | None, Query(description="Day; routes without dates are of any day.")] = None,
) -> dict[str, Any]:
    """Planned routes, without their lines; where a day is asked for, `days` tells the first and the last that has any."""
    if planned is None:
        return {"routes": []} | ({} if on is None else {"days": []})
    table = planned.routes
    if grid is not None:
        table = table[table["grid"].astype(str) == grid]
    if kind is not None:
        table = table[table["kind"] == kind]
    days: dict[str, Any] = {}
    if on is not None:
        dated = table["date"].dropna().astype(str) if "date" in table.columns else table["route"].iloc[:0]
        days = {"days": [dated.min(), dated.max()] if len(dated) else []}
        table = table[~table.index.isin(dated.index[dated != on.isoformat()])]
    return {"routes": [_listed(row) for row in table.to_dict("records")]} | days


@router.get("/next")
def stops_ahead(
    state: StateOf,
    planned: PlannedOf,
    officer: Annotated[str | None, Query(max_length=128)] = None,
    grid: Annotated[str | None, Query(max_length=64)] = None,
    at: Annotated[Moment | None, Query(description="Moment, in the town's time; now where left out.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> dict[str, Any]:
    """The visits that lie ahead of an officer, or of the officers of a grid, on the day of `at`: first the one that is going on."""
    moment = (
        at
        if at is not None and at.tzinfo is None
        else (at or state.clock()).astimezone(state.zone).replace(tzinfo=None)
    )
    found = [] if planned is None else next_stops(planned, moment, officer=officer, grid=grid)
    return {"at": moment.isoformat(timespec="minutes"), "stops": [_ahead(one) for one in found[:limit]]}


@router.get("/{route}")
def one_route(route: str, state: StateOf, planned: PlannedOf) -> dict[str, Any]:
    """One route with its line (degrees) and its stops in order."""
    rows = None if planned is None else planned.routes[planned.routes["route"].astype(str) == route]
    if planned is None or rows is None or rows.empty:
        raise NotFound(f"no route '{route}'; /api/v1/routes lists them")
    row = rows.iloc[0]
    stops = planned.stops[planned.stops["route"].astype(str) == route].sort_values("order")
    return {
        **_listed(row.to_dict()),
        "geometry": mapping(state.town.to_degrees(row.geometry)),
        "stop_list": [
            {
                **{name: plain(stop[name]) for name in _STOP},
                **{name: plain(stop.get(name)) for name in _CLOCK},
                "geometry": mapping(stop["geometry"]),
            }
            for stop in to_wgs84(stops).to_dict("records")
        ],
    }


def _listed(row: dict[Any, Any]) -> dict[str, Any]:
    return {name: plain(row[name]) for name in _LISTED} | {name: plain(row.get(name)) for name in _DATED}


def _ahead(one: NextStop) -> dict[str, Any]:
    values = {name: plain(value) for name, value in vars(one).items() if name != "point"}
    return {**values, "geometry": mapping(one.point)}
