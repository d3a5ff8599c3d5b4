"""The register of what is in force: rows appended that begin today or later, and the questions about grids on any day.

No answer about the past ever changes. Whose shapes hold a place is found by the squares of `cells`; when they were in force,
the calendar knows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa

from gridgeo.location import SNAP_M
from gridgeo_server.errors import Clash
from gridgeo_server.plans.calendar import Calendar, Period
from gridgeo_server.plans.cells import cells_near
from gridgeo_server.plans.packing import unpack_shape
from gridgeo_server.plans.store import GRID_COLUMNS
from gridgeo_server.store import plan_tables as tables

_METRES_A_DEGREE = 111_195.0

_GRIDS, _CELLS = tables.plan_grids, tables.plan_cells
_OF_CODE = sa.select(*GRID_COLUMNS).where(_GRIDS.c.code == sa.bindparam("code"))
"""The grids of all plans that have a code."""
_HERE = (
    sa.select(_CELLS.c.plan, _CELLS.c.row)
    .where(_CELLS.c.cell.in_(sa.bindparam("cells", expanding=True)))
    .where(_CELLS.c.plan.in_(sa.bindparam("plans", expanding=True)))
    .distinct()
    .subquery()
)
_AROUND = sa.select(*GRID_COLUMNS, _GRIDS.c.shape).join(
    _HERE, sa.and_(_GRIDS.c.plan == _HERE.c.plan, _GRIDS.c.row == _HERE.c.row)
)
"""The grids of `plans` that lie in squares of `cells`, with their packed shapes."""
_OF_PLANS = sa.select(*GRID_COLUMNS, _GRIDS.c.shape).where(_GRIDS.c.plan.in_(sa.bindparam("plans", expanding=True)))
"""All grids of `plans`, with their packed shapes."""


def begin(connection: sa.Connection, areas: Iterable[str], plan: str | None, since: date, event: int) -> None:
    """Let `plan` (or none) be in force in `areas` from `since` on.

    A plan that the server found in its folder gives way to one that is put in force on the very day.

    Raises
    ------
    Clash
        Another period of one of the areas begins on the same day.
    """
    table, events, gone = tables.plan_periods, tables.plan_events, tables.plan_withdrawals
    wanted = sorted(areas)
    query = (
        sa.select(table.c.area, table.c.plan)
        .join(events, events.c.seq == table.c.event)
        .where(table.c.from_date == since.isoformat(), events.c.action != "import")
        .where(table.c.period.not_in(sa.select(gone.c.period)))
    )
    taken = {area: other for area, other in connection.execute(query) if area in set(wanted)}
    if taken:
        area, other = min(taken.items())
        raise Clash(
            f"in area '{area}' {other or 'no plan'} is already registered from {since} on; choose another date or area"
        )
    append(connection, wanted, plan, since, event)


def append(connection: sa.Connection, areas: Iterable[str], plan: str | None, since: date, event: int) -> None:
    """Add the rows of `begin` whatever else begins on that day."""
    rows = [{"area": area, "plan": plan, "from_date": since.isoformat(), "event": event} for area in areas]
    connection.execute(tables.plan_periods.insert(), rows)


def withdraw(connection: sa.Connection, periods: Iterable[Period], event: int) -> None:
    """Let starts be as if they had never been registered."""
    rows = [{"period": one.number, "event": event} for one in periods]
    connection.execute(tables.plan_withdrawals.insert(), rows)


def hand_over(
    connection: sa.Connection, grid: Mapping[str, Any], since: date, owner: str | None, name: str | None, event: int
) -> None:
    """Give a grid of a plan another owner or name from a day on; None leaves it as it is."""
    values = {"plan": grid["plan"], "grid": grid["grid"], "from_date": since.isoformat(), "owner": owner, "name": name}
    connection.execute(tables.grid_handovers.insert().values(**values, event=event))


def history_of_code(connection: sa.Connection, calendar: Calendar, code: str) -> list[dict[str, Any]]:
    """Every period of every grid registered as `code`, with its `since` and `to`, the oldest first."""
    found = connection.execute(_OF_CODE, {"code": code})
    held = [one for row in found for one in calendar.held(dict(row._mapping))]
    return sorted(held, key=lambda one: (one["since"], str(one["grid"])))


def holding(rows: Iterable[Mapping[str, Any]], day: date) -> Mapping[str, Any] | None:
    """That one of a code's periods that holds on `day`; the first, were a code ever given twice."""
    return next((one for one in rows if one["since"] <= day and (one["to"] is None or day < one["to"])), None)


def revision(calendar: Calendar, rows: Iterable[Mapping[str, Any]]) -> int:
    """Number of the last event that changed what the register says of the grids of `rows`; 0 where there are none."""
    events = [0]
    for plan, grid, area in {(one["plan"], one["grid"], one["area"]) for one in rows}:
        events += [one.event for one in calendar.rows.get(area, ()) if one.plan == plan]
        events += [one.event for one in calendar.handovers.get((plan, grid), ())]
    return max(events)


def grid_at(
    connection: sa.Connection, calendar: Calendar, lon: float, lat: float, day: date
) -> tuple[Mapping[str, Any], float] | None:
    """The grid in force at a place on `day`, and how far outside it the place lies, metres (0 inside).

    A place within 30 m outside every grid counts to the nearest; among grids that share the place the first by identifier has it.
    """
    near = grids_near(connection, calendar, lon, lat, day, SNAP_M)
    return (near[0][0], round(near[0][1], 1)) if near else None


def grids_near(
    connection: sa.Connection, calendar: Calendar, lon: float, lat: float, day: date, reach_m: float
) -> list[tuple[Mapping[str, Any], float]]:
    """The grids in force on `day` within reach of a place, and how far each is, metres; the nearest first, then by identifier."""
    north = reach_m / _METRES_A_DEGREE
    east = north / max(0.01, math.cos(math.radians(lat)))
    asked = {"cells": cells_near(lon, lat, east, north), "plans": sorted(calendar.plans_on(day))}
    rows = _in_force(connection, calendar, day, _AROUND, asked)
    shapes = np.array([unpack_shape(one.shape) for one in rows], dtype=object)
    near = shapely.intersects(shapes, shapely.box(lon - east, lat - north, lon + east, lat + north))
    spot = shapely.Point(lon, lat)
    found = []
    for number in np.flatnonzero(near).tolist():
        gap = 0.0 if shapely.intersects(shapes[number], spot) else _metres(spot, shapes[number])
        if gap <= reach_m:
            found.append((gap, str(rows[number].grid), number))
    return [(_held(calendar, rows[number], day), gap) for gap, _, number in sorted(found)]


def nearest_grid(
    connection: sa.Connection, calendar: Calendar, lon: float, lat: float, day: date
) -> tuple[Mapping[str, Any], float] | None:
    """The grid in force on `day` that is nearest to a place however far, and the metres to it; None where none is in force.

    It looks at every grid: for places that lie outside all of them.
    """
    rows = _in_force(connection, calendar, day, _OF_PLANS, {"plans": sorted(calendar.plans_on(day))})
    if not rows:
        return None
    scale = (math.cos(math.radians(lat)), 1.0)
    shapes = np.array([unpack_shape(one.shape) for one in rows], dtype=object)
    flat, spot = shapely.transform(shapes, lambda points: points * scale), shapely.Point(lon * scale[0], lat)
    row = int(np.argmin(shapely.distance(flat, spot)))
    foot = shapely.get_coordinates(shapely.shortest_line(flat[row], spot))[0] / scale
    # Along a great circle (haversine): what is far away is far from flat.
    a, b = np.radians(foot), np.radians((lon, lat))
    half = math.sin((a[1] - b[1]) / 2) ** 2 + math.cos(a[1]) * math.cos(b[1]) * math.sin((a[0] - b[0]) / 2) ** 2
    return _held(calendar, rows[row], day), 2 * math.degrees(math.asin(min(1.0, math.sqrt(half)))) * _METRES_A_DEGREE


def _in_force(
    connection: sa.Connection, calendar: Calendar, day: date, query: sa.Select[Any], asked: Mapping[str, Any]
) -> list[Any]:
    return [one for one in connection.execute(query, dict(asked)) if calendar.plan_in(one.area, day) == one.plan]


def _held(calendar: Calendar, row: Any, day: date) -> Mapping[str, Any]:
    grid = {column.name: getattr(row, column.name) for column in GRID_COLUMNS}
    held = holding(calendar.held(grid), day)
    assert held is not None
    return held


def _metres(spot: shapely.Point, shape: shapely.Geometry) -> float:
    """Distance between places in degrees that lie close together, metres."""
    scale = math.cos(math.radians(spot.y))

    def flat(points: Any) -> Any:
        return (points - [spot.x, spot.y]) * [scale * _METRES_A_DEGREE, _METRES_A_DEGREE]

    return float(shapely.distance(shapely.transform(spot, flat), shapely.transform(shape, flat)))
