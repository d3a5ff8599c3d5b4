"""Cases and their events in the store: rows in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import groupby

import sqlalchemy as sa

from gridgeo_server.cases.model import FINISHED, WITH_OFFICER, Case, Event
from gridgeo_server.copies import replace
from gridgeo_server.errors import NotFound
from gridgeo_server.store import tables
from gridgeo_server.store.held import add
from gridgeo_server.store.memo import memo_of
from gridgeo_server.store.prepared import Prepared
from gridgeo_server.texts import say

_CASE_COLUMNS = [tables.cases.c[field.name] for field in fields(Case)]
_EVENT_COLUMNS = [tables.events.c[field.name] for field in fields(Event)]
_CASE_NAMES = [field.name for field in fields(Case)]
_EVENT_NAMES = [field.name for field in fields(Event)]
_APPEND = Prepared(tables.events.insert(), _EVENT_NAMES)
_INSERT = Prepared(tables.cases.insert(), _CASE_NAMES)
_REPORTER = Prepared(tables.reporters.insert(), ["case", "reporter"])
_NEWEST = Prepared(
    sa.select(tables.cases.c.case).where(
        tables.cases.c.number == sa.select(sa.func.max(tables.cases.c.number)).scalar_subquery()
    )
)
_LAST_SEQ = Prepared(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'events'"))
_LOAD = "open cases by responder"
_LAST = "name of the newest case"
_SEQ = "number of the newest event"
_CHANGED = "cases that an act changes: what each was, None where it is new, and is"


@contextmanager
def together(connection: sa.Connection) -> Iterator[None]:
    """Write the rows of the cases that one act changes at its end, each once; nobody may read them within.

    A report makes three states of its case, and each row that is written touches every index of the table.
    """
    memo = memo_of(connection)
    if memo is None or _CHANGED in memo:
        yield
        return
    changed: dict[str, tuple[Case | None, Case]] = {}
    memo[_CHANGED] = changed
    try:
        yield
    finally:
        memo.pop(_CHANGED, None)
    for before, case in changed.values():
        _write(connection, case, before)


@cache
def _updating(columns: tuple[str, ...]) -> Prepared:
    """What changes these columns: an index of none of them needn't be touched. Each verb has few sets of them."""
    return Prepared(tables.cases.update().where(tables.cases.c.case == sa.bindparam("of_case")), columns)


def append(connection: sa.Connection, event: Event) -> Event:
    """Append `event`; the returned one carries its number."""
    memo = memo_of(connection)
    last = None if memo is None else memo.get(_SEQ)
    if last is None:
        last = next((int(row[0]) for row in _LAST_SEQ.run(connection, {})), 0)
    event = replace(event, seq=last + 1)
    if memo is not None:
        memo[_SEQ] = event.seq
    add(connection, _APPEND, {**vars(event), "data": dict(event.data)})
    return event


def insert(connection: sa.Connection, case: Case) -> None:
    """Add the row of a new case."""
    memo = memo_of(connection)
    if memo is not None:
        memo[_LAST] = case.case
    _write_or_hold(connection, case, None)


def _write_or_hold(connection: sa.Connection, case: Case, before: Case | None) -> None:
    memo = memo_of(connection)
    changed: dict[str, tuple[Case | None, Case]] | None = None if memo is None else memo.get(_CHANGED)
    if changed is None:
        _write(connection, case, before)
    else:
        first = changed.get(case.case)
        changed[case.case] = (before if first is None else first[0]), case


def _write(connection: sa.Connection, case: Case, before: Case | None) -> None:
    now = vars(case)
    if before is None:
        add(connection, _INSERT, now)
        return
    then = vars(before)
    changed = tuple(name for name in _CASE_NAMES if now[name] != then[name])
    if changed:
        _updating(changed).run(connection, {**now, "of_case": case.case})


def update(connection: sa.Connection, case: Case, before: Case) -> None:
    """Bring the row of a case up to date; `before` is what it was."""
    _write_or_hold(connection, case, before)
    memo = memo_of(connection)
    if memo is not None and _LOAD in memo:
        load: dict[str, int] = memo[_LOAD]
        for one, more in ((before, -1), (case, 1)):
            if one.responder is not None and one.stage in WITH_OFFICER:
                load[one.responder] = load.get(one.responder, 0) + more


def add_reporter(connection: sa.Connection, case: str, reporter: str) -> None:
    """Keep who reported, apart from the case."""
    add(connection, _REPORTER, {"case": case, "reporter": reporter})


def reporters_of(connection: sa.Connection, case: str) -> list[str]:
    """Who reported a case or one of its duplicates, in the order of the reports."""
    table, kept = tables.cases, tables.reporters
    names = [case, *duplicates_of(connection, case)]
    query = sa.select(kept.c.reporter).join(table, table.c.case == kept.c.case).where(kept.c.case.in_(names))
    return [str(row[0]) for row in connection.execute(query.order_by(table.c.number))]


def duplicates_of(connection: sa.Connection, case: str) -> list[str]:
    """Cases merged into a case, and those merged into them, in the order of the reports."""
    table = tables.cases
    found: list[str] = []
    rest = [case]
    while rest:
        query = sa.select(table.c.case).where(table.c.main.in_(rest)).order_by(table.c.number)
        rest = [str(row[0]) for row in connection.execute(query)]
        found += rest
    return sorted(found)


def get(connection: sa.Connection, case: str) -> Case:
    """One case, or `NotFound`."""
    row = connection.execute(sa.select(*_CASE_COLUMNS).where(tables.cases.c.case == case)).one_or_none()
    if row is None:
        raise NotFound(say("case.unknown", case=case))
    return Case(**row._mapping)


def events_of(connection: sa.Connection, case: str) -> list[Event]:
    """Events of one case, oldest first."""
    query = sa.select(*_EVENT_COLUMNS).where(tables.events.c.case == case).order_by(tables.events.c.seq)
    return [Event(**row._mapping) for row in connection.execute(query)]


def histories(connection: sa.Connection) -> Iterator[tuple[str, list[Event]]]:
    """Every case with its events, oldest first."""
    query = sa.select(*_EVENT_COLUMNS).order_by(tables.events.c.case, tables.events.c.seq)
    rows = (Event(**row._mapping) for row in connection.execute(query))
    for case, events in groupby(rows, key=lambda event: event.case):
        yield case, list(events)


def search(
    connection: sa.Connection,
    *,
    is_open: bool | None = None,
    grid: str | None = None,
    stages: Sequence[str] = (),
    responder: str | None = None,
    reported_since: datetime | None = None,
    where: Sequence[sa.ColumnElement[bool]] = (),
    before: int | None = None,
    limit: int | None = None,
    skip: int = 0,
) -> tuple[list[Case], int | None]:
    """Cases, newest first, and the number to give as `before` for the next page (None at the end).

    Pages join whatever is reported in between, as they go by the number that a case keeps. `where` are further conditions on
    the row of a case, see `gridgeo_server.cases.filters`; the first `skip` cases of a limited page are left out.
    """
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
    query = query.where(*where)
    if limit is not None:
        query = query.limit(limit + 1).offset(skip)
    rows = [dict(row._mapping) for row in connection.execute(query)]
    more = limit is not None and len(rows) > limit
    rows = rows[:limit] if more else rows
    numbers = [row.pop("number") for row in rows]
    return [Case(**row) for row in rows], (numbers[-1] if more else None)


def to_escalate(connection: sa.Connection, now: datetime, limit: int) -> list[Case]:
    """Cases that should have gone up a level by `now`, the longest waiting first."""
    table = tables.cases
    handling = sa.and_(table.c.escalate_at <= now, table.c.handled_at.is_(None))
    running = sa.and_(table.c.closed_at.is_(None), table.c.paused_at.is_(None))
    query = (
        sa.select(*_CASE_COLUMNS)
        .where(sa.or_(sa.and_(handling, running), sa.and_(table.c.desk_due_at <= now, running)))
        .order_by(sa.func.coalesce(table.c.escalate_at, table.c.desk_due_at))
        .limit(limit)
    )
    return [Case(**row._mapping) for row in connection.execute(query)]


def to_ask(connection: sa.Connection, now: datetime, limit: int) -> list[Case]:
    """Cases whose officer should have answered by `now`, the longest waiting first."""
    at = tables.cases.c.answer_at
    query = sa.select(*_CASE_COLUMNS).where(at <= now).order_by(at).limit(limit)
    return [Case(**row._mapping) for row in connection.execute(query)]


def without_levels(connection: sa.Connection, top: int) -> list[Case]:
    """Open cases below the level `top` that don't know when they go up one."""
    table = tables.cases
    query = sa.select(*_CASE_COLUMNS).where(
        table.c.stage.not_in((*FINISHED, "shelved")), table.c.escalate_at.is_(None), table.c.level < top
    )
    return [Case(**row._mapping) for row in connection.execute(query)]


def next_name(connection: sa.Connection, now: datetime) -> str:
    """Day and serial number in it: 20261122-0007."""
    table, day = tables.cases, f"{_day(now.date())}-"
    memo = memo_of(connection) or {}
    newest = [memo[_LAST]] if _LAST in memo else [row[0] for row in _NEWEST.run(connection, {})]
    for last in newest:
        if last.startswith(day):
            return f"{day}{int(last.removeprefix(day)) + 1:04d}"
    # Another day than that of the newest case, perhaps an earlier one: the clock may have been moved.
    query = sa.select(sa.func.count()).where(table.c.case > day, table.c.case < f"{now:%Y%m%d}.")
    return f"{day}{int(connection.execute(query).scalar_one()) + 1:04d}"


@lru_cache(8)
def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


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
