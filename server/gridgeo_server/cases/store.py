"""Cases and their events in the store: rows in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime

import sqlalchemy as sa

from gridgeo_server.cases.model import FINISHED, Case, Event
from gridgeo_server.errors import NotFound
from gridgeo_server.store import tables

_CASE_COLUMNS = [tables.cases.c[field.name] for field in fields(Case)]
_EVENT_COLUMNS = [tables.events.c[field.name] for field in fields(Event)]


def append(connection: sa.Connection, event: Event) -> Event:
    """Append `event`; the returned one carries its number."""
    values = asdict(event)
    values.pop("seq")
    values["data"] = dict(event.data)
    seq = connection.execute(tables.events.insert().values(**values).returning(tables.events.c.seq)).scalar_one()
    return replace(event, seq=int(seq))


def insert(connection: sa.Connection, case: Case) -> None:
    """Add the row of a new case."""
    connection.execute(tables.cases.insert().values(**asdict(case)))


def update(connection: sa.Connection, case: Case) -> None:
    """Bring the row of a case up to date."""
    values = asdict(case)
    values.pop("case")
    connection.execute(tables.cases.update().where(tables.cases.c.case == case.case).values(**values))


def add_reporter(connection: sa.Connection, case: str, reporter: str) -> None:
    """Keep who reported, apart from the case."""
    connection.execute(tables.reporters.insert().values(case=case, reporter=reporter))


def get(connection: sa.Connection, case: str) -> Case:
    """One case, or `NotFound`."""
    row = connection.execute(sa.select(*_CASE_COLUMNS).where(tables.cases.c.case == case)).one_or_none()
    if row is None:
        raise NotFound(f"no case '{case}'")
    return Case(**row._mapping)


def events_of(connection: sa.Connection, case: str) -> list[Event]:
    """Events of one case, oldest first."""
    query = sa.select(*_EVENT_COLUMNS).where(tables.events.c.case == case).order_by(tables.events.c.seq)
    return [Event(**row._mapping) for row in connection.execute(query)]


def search(
    connection: sa.Connection,
    *,
    is_open: bool | None = None,
    grid: str | None = None,
    stages: Sequence[str] = (),
    responder: str | None = None,
    reported_since: datetime | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> tuple[list[Case], int | None]:
    """Cases, newest first, and the number to give as `before` for the next page (None at the end)."""
    table = tables.cases
    query = sa.select(table.c.number, *_CASE_COLUMNS).order_by(table.c.number.desc())
    if is_open is not None:
        query = query.where(table.c.stage.not_in(FINISHED) if is_open else table.c.stage.in_(FINISHED))
    if grid is not None:
        query = query.where(table.c.grid == grid)
    if stages:
        query = query.where(table.c.stage.in_(stages))
    if responder is not None:
        query = query.where(table.c.responder == responder)
    if reported_since is not None:
        query = query.where(table.c.reported_at >= reported_since)
    if before is not None:
        query = query.where(table.c.number < before)
    if limit is not None:
        query = query.limit(limit + 1)
    rows = [dict(row._mapping) for row in connection.execute(query)]
    more = limit is not None and len(rows) > limit
    rows = rows[:limit] if more else rows
    numbers = [row.pop("number") for row in rows]
    return [Case(**row) for row in rows], (numbers[-1] if more else None)


def count_on_day(connection: sa.Connection, prefix: str) -> int:
    """How many cases carry an identifier that begins with `prefix`."""
    query = sa.select(sa.func.count()).where(tables.cases.c.case.startswith(prefix, autoescape=True))
    return int(connection.execute(query).scalar_one())


def open_by_responder(connection: sa.Connection) -> dict[str, int]:
    """Number of unfinished cases on each officer's hands (dispatched or handling)."""
    table = tables.cases
    query = (
        sa.select(table.c.responder, sa.func.count())
        .where(table.c.stage.in_(("dispatched", "handling")), table.c.responder.is_not(None))
        .group_by(table.c.responder)
    )
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}
