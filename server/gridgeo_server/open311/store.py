"""Cases as GeoReport v2 asks for them: rows in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo_server.cases import store
from gridgeo_server.cases.model import Case
from gridgeo_server.open311.model import Search
from gridgeo_server.store import tables

Condition = sa.ColumnElement[bool]


def shown(simulated: bool) -> list[Condition]:
    """Which cases are told at all: the standard has no mark for simulated ones, so only a test endpoint tells them."""
    return [] if simulated else [tables.cases.c.simulated.is_(False)]


def found(connection: sa.Connection, search: Search, also: Sequence[Condition]) -> list[Case]:
    """The cases of a search, newest first; those named if there are some, whatever else is asked."""
    table = tables.cases
    where = list(also)
    if search.names:
        return store.search(connection, where=[*where, table.c.case.in_(search.names)])[0]
    where.append(table.c.reported_at.between(search.start, search.end))
    if search.services:
        where.append(table.c.category.in_(search.services))
    wanted = set(search.statuses)
    is_open = wanted == {"open"} if len(wanted) == 1 else None
    return store.search(connection, is_open=is_open, where=where, limit=search.page_size, skip=search.skip)[0]


def one(connection: sa.Connection, name: str, also: Sequence[Condition]) -> Case | None:
    """The case called `name`, if it is told."""
    cases, _ = store.search(connection, where=[*also, tables.cases.c.case == name])
    return cases[0] if cases else None


def reports_of(connection: sa.Connection, names: Sequence[str]) -> dict[str, Any]:
    """Case → what the event that opened it says."""
    table = tables.events
    query = sa.select(table.c.case, table.c.data).where(table.c.action == "report", table.c.case.in_(names))
    return {str(row.case): row.data for row in connection.execute(query)}


def last_of(connection: sa.Connection, names: Sequence[str]) -> dict[str, datetime]:
    """Case → when something was last done with it."""
    table = tables.events
    query = sa.select(table.c.case, sa.func.max(table.c.at).label("at")).where(table.c.case.in_(names))
    return {str(row.case): row.at for row in connection.execute(query.group_by(table.c.case))}
