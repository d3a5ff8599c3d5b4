"""What is in force where and from when: the register of periods, and the questions asked of it for any day.

A row says from which day on a plan is in force in an area; it holds until the next row of that area, and of two rows of one day
the later counts. Rows are appended and begin today or later, so that no answer about the past ever changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
import sqlalchemy as sa

from gridgeo.location import SNAP_M
from gridgeo_server.errors import Clash
from gridgeo_server.plans.cells import cells_near
from gridgeo_server.plans.packing import unpack_shape
from gridgeo_server.plans.store import GRID_COLUMNS
from gridgeo_server.store import plan_tables as tables

_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True)
class Period:
    """A plan in force in an area: from a day on, until the day before `to` (None: until further notice)."""

    area: str
    plan: str | None
    since: date
    to: date | None

    def covers(self, day: date) -> bool:
        """Whether it holds on `day`."""
        return self.since <= day and (self.to is None or day < self.to)


def periods(connection: sa.Connection, areas: Iterable[str] | None = None) -> list[Period]:
    """All periods, by area and day; those of `areas` where they are given."""
    table = tables.plan_periods
    following = sa.func.lead(table.c.from_date).over(
        partition_by=table.c.area, order_by=(table.c.from_date, table.c.period)
    )
    query = sa.select(table.c.area, table.c.plan, table.c.from_date, following).order_by(
        table.c.area, table.c.from_date, table.c.period
    )
    if areas is not None:
        query = query.where(table.c.area.in_(list(areas)))
    return [
        Period(area, plan, date.fromisoformat(since), None if to is None else date.fromisoformat(to))
        for area, plan, since, to in connection.execute(query)
    ]


def in_force(connection: sa.Connection, day: date) -> dict[str, str]:
    """The plan in force in each area on `day`; areas without one are left out."""
    return {one.area: one.plan for one in periods(connection) if one.plan is not None and one.covers(day)}


def begin(connection: sa.Connection, areas: Iterable[str], plan: str | None, since: date, event: int) -> None:
    """Let `plan` (or none) be in force in `areas` from `since` on.

    A plan that the server found in its folder gives way to one that is put in force on the very day.

    Raises
    ------
    Clash
        Another period of one of the areas begins on the same day.
    """
    table, events = tables.plan_periods, tables.plan_events
    wanted = sorted(areas)
    query = (
        sa.select(table.c.area, table.c.plan)
        .join(events, events.c.seq == table.c.event)
        .where(table.c.from_date == since.isoformat(), events.c.action != "import")
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


def grids_by_code(connection: sa.Connection, code: str, day: date) -> list[Mapping[str, Any]]:
    """The grids registered as `code` in force on `day`, with `since` and `to`; one, unless codes were given twice."""
    return _held(connection, tables.plan_grids.c.code == code, day)


def history_of_code(connection: sa.Connection, code: str) -> list[Mapping[str, Any]]:
    """Every period of every grid registered as `code`, the oldest first."""
    return _held(connection, tables.plan_grids.c.code == code, None)


def grids_at(connection: sa.Connection, lon: float, lat: float, day: date) -> tuple[Mapping[str, Any], float] | None:
    """The grid in force at a place on `day`, and how far outside it the place lies, metres (0 inside).

    A place within 30 m outside every grid counts to the nearest; among grids that share the place the first by identifier has it.
    """
    spot = shapely.Point(lon, lat)
    north = SNAP_M / _METRES_A_DEGREE
    east = north / max(0.01, math.cos(math.radians(lat)))
    cells, grid = tables.plan_cells, tables.plan_grids
    here = sa.select(cells.c.plan, cells.c.row).where(cells.c.cell.in_(cells_near(lon, lat, east, north)))
    near = sa.tuple_(grid.c.plan, grid.c.row).in_(here.distinct())
    candidates = []
    for row in _held(connection, near, day, shapes=True):
        shape = unpack_shape(row["shape"])
        gap = 0.0 if shapely.intersects(shape, spot) else _metres(spot, shape)
        if gap <= SNAP_M:
            candidates.append((gap, str(row["grid"]), row))
    if not candidates:
        return None
    gap, _, row = min(candidates, key=lambda one: one[:2])
    return row, round(gap, 1)


def _held(
    connection: sa.Connection, which: sa.ColumnElement[bool], day: date | None, *, shapes: bool = False
) -> list[Mapping[str, Any]]:
    """Grids with the periods in which they were in force; on `day` alone where it is given."""
    period, grid = tables.plan_periods, tables.plan_grids
    later = period.alias("later")
    follows = sa.and_(
        later.c.area == period.c.area,
        sa.tuple_(later.c.from_date, later.c.period) > sa.tuple_(period.c.from_date, period.c.period),
    )
    to = sa.select(sa.func.min(later.c.from_date)).where(follows).correlate(period).scalar_subquery()
    columns = [*GRID_COLUMNS, grid.c.shape] if shapes else GRID_COLUMNS
    query = (
        sa.select(*columns, period.c.from_date.label("since"), to.label("to"))
        .join(period, sa.and_(period.c.plan == grid.c.plan, period.c.area == grid.c.area))
        .where(which)
        .order_by(period.c.from_date, grid.c.grid)
    )
    if day is not None:
        over = sa.select(later.c.period).where(follows, later.c.from_date <= day.isoformat()).correlate(period)
        query = query.where(period.c.from_date <= day.isoformat(), ~over.exists())
    return [dict(row._mapping) for row in connection.execute(query)]


def _metres(spot: shapely.Point, shape: shapely.Geometry) -> float:
    """Distance between places in degrees that lie close together, metres."""
    scale = math.cos(math.radians(spot.y))

    def flat(points: Any) -> Any:
        return (points - [spot.x, spot.y]) * [scale * _METRES_A_DEGREE, _METRES_A_DEGREE]

    return float(shapely.distance(shapely.transform(spot, flat), shapely.transform(shape, flat)))
