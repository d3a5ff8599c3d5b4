"""`/api/v1/routes`: planned patrols and visit rounds, and their stops."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from shapely.geometry import mapping

from gridgeo.crs import to_wgs84
from gridgeo_server.errors import NotFound
from gridgeo_server.state import StateOf
from gridgeo_server.town import plain

router = APIRouter(prefix="/api/v1/routes", tags=["routes"])

_STOP = ("order", "what", "name", "arrive_min", "leave_min")
_LISTED = ("route", "grid", "kind", "mode", "minutes", "length_m", "service_m", "stops")


@router.get("")
def routes(
    state: StateOf,
    grid: Annotated[str | None, Query(max_length=64)] = None,
    kind: Literal["patrol", "visits"] | None = None,
) -> dict[str, Any]:
    """Planned routes, without their lines."""
    if state.town.planned is None:
        return {"routes": []}
    table = state.town.planned.routes
    if grid is not None:
        table = table[table["grid"].astype(str) == grid]
    if kind is not None:
        table = table[table["kind"] == kind]
    return {"routes": [_listed(row) for row in table.to_dict("records")]}


@router.get("/{route}")
def one_route(route: str, state: StateOf) -> dict[str, Any]:
    """One route with its line (degrees) and its stops in order."""
    planned = state.town.planned
    rows = None if planned is None else planned.routes[planned.routes["route"].astype(str) == route]
    if planned is None or rows is None or rows.empty:
        raise NotFound(f"no route '{route}'; /api/v1/routes lists them")
    row = rows.iloc[0]
    stops = planned.stops[planned.stops["route"].astype(str) == route].sort_values("order")
    return {
        **_listed(row.to_dict()),
        "geometry": mapping(state.town.to_degrees(row.geometry)),
        "stop_list": [
            {**{name: plain(stop[name]) for name in _STOP}, "geometry": mapping(stop["geometry"])}
            for stop in to_wgs84(stops).to_dict("records")
        ],
    }


def _listed(row: dict[Any, Any]) -> dict[str, Any]:
    return {name: plain(row[name]) for name in _LISTED}
