"""Conditions by which cases are found: where, whose, what, how urgent, in which words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
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
_WIDE = 0xFEE0
"""From a sign of ASCII to the full-width one."""


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
    """Cases whose identifier holds `text`, or, of those that are `readable` (all where left out), description or address.

    Capitals are as good as small letters, of every alphabet, and full-width signs as half-width ones.
    """
    table = tables.cases
    signs = [(sign, _plain(sign)) for sign in unicodedata.normalize("NFC", text)]
    name = table.c.case.contains("".join(plain for _, plain in signs), autoescape=True)
    words = sa.or_(_holds(table.c.description, signs), _holds(table.c.address, signs))
    return sa.or_(name, words if readable is None else sa.and_(readable, words))


def _holds(column: sa.ColumnElement[str], signs: Sequence[tuple[str, str]]) -> Condition:
    """Rows whose `column` holds these signs as they were asked for and plain, in any case and width.

    GLOB alone, which knows what else each sign may be, takes half as long again as LIKE, which knows the small letters of ASCII:
    it is given the rows that LIKE leaves, and those that hold a full-width sign, whose first byte in UTF-8 is EF.
    """
    like = "".join(_for_like(sign, plain) for sign, plain in signs)
    wide = sa.func.instr(sa.cast(column, sa.LargeBinary), b"\xef") > 0
    exact = column.op("GLOB", return_type=sa.Boolean())("".join(("*", *(_for_glob(*one) for one in signs), "*")))
    return sa.and_(sa.or_(column.like(f"%{like}%", escape="/"), wide), exact)


def _plain(sign: str) -> str:
    """A sign in the width of most; itself where that is several signs."""
    found = unicodedata.normalize("NFKC", sign)
    return found if len(found) == 1 else sign


def _for_like(sign: str, plain: str) -> str:
    # A full-width sign itself needn't be thought of: whatever holds one is looked at anyway.
    if (sign != plain and sign < "\uf000") or (not plain.isascii() and plain.upper() != plain.lower()):
        return "_"
    return f"/{plain}" if plain in "/%_" else plain


def _for_glob(sign: str, plain: str) -> str:
    """All that a sign may be, as a class of GLOB: there `^` stands last and `]` first, where they mean themselves."""
    cases = {plain, plain.lower(), plain.upper(), plain.upper().lower()}
    wide = {chr(ord(one) + _WIDE) for one in cases if "!" <= one <= "~"}
    return f"[{''.join(sorted({sign, *(one for one in cases if len(one) == 1), *wide}, key=lambda one: (one == '^', one)))}]"


def in_utc(moment: datetime | None, zone: tzinfo = UTC) -> datetime | None:
    """In UTC, a moment without a zone taken to be of `zone`; the ends of the calendar are taken as they stand."""
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
