"""Terms, what was done with them, and who looked, in the store: rows in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from gridgeo_server.auth import looks as log
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.errors import NotFound
from gridgeo_server.rosters.model import Term
from gridgeo_server.store import roster_tables as tables
from gridgeo_server.store.instants import to_millisecond, to_text
from gridgeo_server.texts import say

_TERMS = tables.roster_terms


def get(connection: sa.Connection, term: int) -> Term:
    """One term, or `NotFound`."""
    row = connection.execute(sa.select(_TERMS).where(_TERMS.c.term == term)).one_or_none()
    if row is None:
        raise NotFound(say("roster.no_term", term=term))
    return _value(row)


def everything(connection: sa.Connection, on: date | None = None) -> list[Term]:
    """All terms, or those that run on a day, by grid and number."""
    return list(search(connection, on=on))


def search(
    connection: sa.Connection, *, on: date | None = None, after: int | None = None, **equal: Any
) -> Iterator[Term]:
    """Terms by grid and number, those that run on a day alone, those behind a term, those of a `grid`, `role` or `person`."""
    query = sa.select(_TERMS).order_by(_TERMS.c.grid, _TERMS.c.term)
    query = query.where(*(_TERMS.c[name] == value for name, value in equal.items() if value is not None))
    if on is not None:
        day = on.isoformat()
        begun = sa.or_(_TERMS.c.from_date.is_(None), _TERMS.c.from_date <= day)
        query = query.where(begun, sa.or_(_TERMS.c.to_date.is_(None), _TERMS.c.to_date >= day))
    if after is not None:
        grid = get(connection, after).grid
        query = query.where(sa.tuple_(_TERMS.c.grid, _TERMS.c.term) > sa.tuple_(grid, after))
    return (_value(row) for row in connection.execute(query))


def beside(connection: sa.Connection, term: Term) -> list[Term]:
    """The terms of its grid and role, and those of its person."""
    of_place = sa.and_(_TERMS.c.grid == term.grid, _TERMS.c.role == term.role)
    of_person = sa.and_(_TERMS.c.person == term.person, _TERMS.c.person_id == term.person_id)
    query = sa.select(_TERMS).where(sa.or_(of_place, of_person)).order_by(_TERMS.c.term)
    return [_value(row) for row in connection.execute(query)]


def insert_all(connection: sa.Connection, terms: Sequence[Term]) -> list[Term]:
    """Add many terms; the returned ones carry their numbers."""
    if not terms:
        return []
    # A term is never deleted and the transaction is the only one that writes: the next number is known.
    last = connection.execute(sa.select(sa.func.max(_TERMS.c.term))).scalar() or 0
    numbered = [replace(one, term=number) for number, one in enumerate(terms, start=last + 1)]
    connection.execute(_TERMS.insert(), [{"term": one.term, **_columns(one)} for one in numbered])
    return numbered


def update(connection: sa.Connection, term: Term) -> None:
    """Bring a term up to date."""
    connection.execute(_TERMS.update().where(_TERMS.c.term == term.term).values(**_columns(term)))


def append(
    connection: sa.Connection, terms: Sequence[Term], action: str, bearer: Bearer, why: str | None, now: datetime
) -> None:
    """Keep what was done with terms, by whom and why."""
    rows = [
        {"term": one.term, "action": action, "why": why, "data": one.values(), **_who(bearer, now)} for one in terms
    ]
    if rows:
        connection.execute(tables.roster_events.insert(), rows)


def newest(connection: sa.Connection) -> int:
    """Number of the newest event, 0 before the first: it names the state of the roster."""
    return int(connection.execute(sa.select(sa.func.max(tables.roster_events.c.seq))).scalar() or 0)


def events_of(connection: sa.Connection, term: int) -> list[dict[str, Any]]:
    """What was done with a term, oldest first. JSON values."""
    table = tables.roster_events
    rows = connection.execute(sa.select(table).where(table.c.term == term).order_by(table.c.seq))
    return [_told(row) for row in rows]


def look(
    connection: sa.Connection, bearer: Bearer, what: str, asked: Mapping[str, Any], terms: int, now: datetime
) -> None:
    """Keep that somebody looked at names and phones."""
    log.look(connection, bearer, what, now, asked=dict(asked), shown=terms)


def looks(connection: sa.Connection, limit: int) -> list[dict[str, Any]]:
    """Who looked, the newest first. JSON values."""
    found = log.looks(connection, limit, what=log.OF_ROSTERS)
    names = ("look", "at", "actor", "actor_name", "actor_role", "what", "asked")
    return [{**{name: one[name] for name in names}, "terms": one["shown"]} for one in found]


def newest_events(connection: sa.Connection, limit: int) -> list[dict[str, Any]]:
    """What was done with terms, the newest first. JSON values."""
    table = tables.roster_events
    return [_told(row) for row in connection.execute(sa.select(table).order_by(table.c.seq.desc()).limit(limit))]


def by_place_and_person(terms: Iterable[Term]) -> dict[tuple[str, ...], list[Term]]:
    """Terms by (grid, role) and by (person, its id, "person"), to look up what `beside` asks the store for."""
    found: dict[tuple[str, ...], list[Term]] = {}
    for one in terms:
        for key in keys_of(one):
            found.setdefault(key, []).append(one)
    return found


def keys_of(term: Term) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two keys of `by_place_and_person`."""
    return (term.grid, term.role), (term.person, term.person_id, "person")


def _told(row: Any) -> dict[str, Any]:
    return {name: to_text(value) if name == "at" else value for name, value in row._mapping.items()}


def _who(bearer: Bearer, now: datetime) -> dict[str, Any]:
    return {"at": to_millisecond(now), "actor": bearer.key, "actor_name": bearer.name, "actor_role": bearer.role}


def _columns(term: Term) -> dict[str, Any]:
    values = term.values()
    return {
        **values_without_days(values),
        "from_date": values["from"],
        "to_date": values["to"],
        "revision": term.revision,
    }


def values_without_days(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that have the same name in a roster file and in the store."""
    return {name: value for name, value in values.items() if name not in ("from", "to")}


def _value(row: Any) -> Term:
    return Term(
        grid=row.grid,
        role=row.role,
        person=row.person,
        phone=row.phone,
        first=None if row.from_date is None else date.fromisoformat(row.from_date),
        last=None if row.to_date is None else date.fromisoformat(row.to_date),
        person_id=row.person_id,
        term=row.term,
        revision=row.revision,
    )
