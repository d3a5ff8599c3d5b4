"""Cases and their events in the store: rows in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

import sqlalchemy as sa

from gridgeo_server.cases.model import FINISHED, WITH_OFFICER, Case, Event
from gridgeo_server.errors import NotFound
from gridgeo_server.store import tables
from gridgeo_server.store.prepared import Prepared
from gridgeo_server.store.writer import memo_of

_CASE_COLUMNS = [tables.cases.c[field.name] for field in fields(Case)]
_EVENT_COLUMNS = [tables.events.c[field.name] for field in fields(Event)]
_CASE_NAMES = [field.name for field in fields(Case)]
_EVENT_NAMES = [field.name for field in fields(Event) if field.name != "seq"]
_APPEND = Prepared(tables.events.insert(), _EVENT_NAMES)
_INSERT = Prepared(tables.cases.insert(), _CASE_NAMES)
_UPDATE = Prepared(
    tables.cases.update().where(tables.cases.c.case == sa.bindparam("of_case")),
    [name for name in _CASE_NAMES if name != "case"],
)
_NEWEST = Prepared(
    sa.select(tables.cases.c.case).where(
        tables.cases.c.number == sa.select(sa.func.max(tables.cases.c.number)).scalar_subquery()
    )
)
_LOAD = "open cases by responder"


def append(connection: sa.Connection, event: Event) -> Event:
    """Append `event`; the returned one carries its number."""
    return replace(event, seq=_APPEND.run(connection, {**vars(event), "data": dict(event.data)}).lastrowid)


def insert(connection: sa.Connection, case: Case) -> None:
    """Add the row of a new case."""
    _INSERT.run(connection, vars(case))


def update(connection: sa.Connection, case: Case, before: Case) -> None:
    """Bring the row of a case up to date; `before` is what it was."""
    _UPDATE.run(connection, {**vars(case), "of_case": case.case})
    memo = memo_of(connection)
    if memo is not None and _LOAD in memo:
        load: dict[str, int] = memo[_LOAD]
        for one, more in ((before, -1), (case, 1)):
            if one.responder is not None and one.stage in WITH_OFFICER:
                load[one.responder] = load.get(one.responder, 0) + more


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


def next_name(connection: sa.Connection, now: datetime) -> str:
    """Day and serial number in it: 20261122-0007."""
    table, day = tables.cases, f"{now:%Y%m%d}-"
    for (last,) in _NEWEST.run(connection, {}):
        if last.startswith(day):
            return f"{day}{int(last.removeprefix(day)) + 1:04d}"
    # Another day than that of the newest case, perhaps an earlier one: the clock may have been moved.
    query = sa.select(sa.func.count()).where(table.c.case > day, table.c.case < f"{now:%Y%m%d}.")
    return f"{day}{int(connection.execute(query).scalar_one()) + 1:04d}"


def open_by_responder(connection: sa.Connection) -> dict[str, int]:
    """Number of unfinished cases on each officer's hands (dispatched or handling)."""
    memo = memo_of(connection)
    if memo is not None and _LOAD in memo:
        return dict(memo[_LOAD])
    table = tables.cases
    query = (
        sa.select(table.c.responder, sa.func.count())
        .where(table.c.stage.in_(WITH_OFFICER), table.c.responder.is_not(None))
        .group_by(table.c.responder)
    )
    load = {str(row[0]): int(row[1]) for row in connection.execute(query)}
    if memo is not None:
        memo[_LOAD] = dict(load)
    return load
