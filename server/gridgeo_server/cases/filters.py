"""Conditions by which cases are found: where, whose, what, how urgent, in which words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

import sqlalchemy as sa

from gridgeo.register.areas import lineages
from gridgeo_server.errors import BadRequest
from gridgeo_server.store import tables
from gridgeo_server.texts import Listed, say
from gridgeo_server.town import Town

Condition = sa.ColumnElement[bool]
LIGHTS = ("ok", "soon", "over")
NONE = "-"
"""Asks for cases that have no value there, e.g. no officer."""


def equal(given: Mapping[str, str | None]) -> list[Condition]:
    """Column → the value it must have; `NONE` where it must have none."""
    table = tables.cases
    return [
        table.c[name].is_(None) if value == NONE else table.c[name] == value
        for name, value in given.items()
        if value is not None
    ]


def in_area(town: Town, area: str) -> Condition:
    """Cases in `area` of any level, those below it included.

    Raises
    ------
    BadRequest
        The town has no such area.
    """
    line = lineages(town.jurisdiction)
    if area not in line:
        raise BadRequest(say("case.no_area", area=area, areas=Listed(tuple(line), 20)), "area")
    return tables.cases.c.area.in_([one for one, above in line.items() if area in above])


def light(light: str, now: datetime) -> Condition:
    """Cases whose light is `light` at `now`, as `Case.light` tells it."""
    table = tables.cases
    at = sa.func.coalesce(
        table.c.handled_at,
        table.c.closed_at,
        table.c.paused_at,
        sa.bindparam("now", now, table.c.due_at.type, unique=True),
    )
    over, soon = at >= table.c.due_at, sa.and_(table.c.soon_at.is_not(None), at >= table.c.soon_at)
    return {"over": over, "soon": sa.and_(~over, soon), "ok": sa.and_(~over, ~soon)}[light]


def due(after: datetime | None, before: datetime | None) -> list[Condition]:
    """Unfinished cases whose time is up from `after` on and before `before`; none that are shelved."""
    table = tables.cases
    if after is None and before is None:
        return []
    found: list[Condition] = [table.c.closed_at.is_(None), table.c.handled_at.is_(None), table.c.paused_at.is_(None)]
    if after is not None:
        found.append(table.c.due_at >= after)
    if before is not None:
        found.append(table.c.due_at < before)
    return found


def said(text: str, readable: Condition | None = None) -> Condition:
    """Cases whose identifier holds `text`, or, of those that are `readable` (all where left out), description or address."""
    table = tables.cases
    name, *words = (table.c[name].icontains(text, autoescape=True) for name in ("case", "description", "address"))
    return sa.or_(name, *words) if readable is None else sa.or_(name, sa.and_(readable, sa.or_(*words)))


def in_utc(moment: datetime | None, zone: tzinfo = UTC) -> datetime | None:
    """In UTC, a moment without a zone taken to be of `zone`; the ends of the calendar are taken as they stand."""
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
