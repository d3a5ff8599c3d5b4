"""Registered codes stay one grid's: none is in force twice, and a retired one never stands for another grid.

The rule is `gridgeo.register`'s; here it is asked of the store's tables. A retired code may come back with the very ground
it had, when a change is taken back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from gridgeo_server.errors import Clash
from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.store import plan_tables as tables

_GRID = tables.plan_grids.c
_AT_ONCE = 5_000
"""Most codes that one question to the store names."""


def check_codes(connection: sa.Connection, calendar: Calendar, plan: str, areas: Collection[str], day: date) -> None:
    """Refuse a plan that would bring a code of another grid into force in `areas` on `day`.

    Raises
    ------
    Clash
        Two of its grids have one code, or one has the code of a grid that is in force in another area or was retired.
    """
    given = [code for code, area in _codes(connection, plan) if area in areas]
    wanted = set(given)
    if len(wanted) < len(given):
        twice = next(code for code in sorted(wanted) if given.count(code) > 1)
        raise Clash(f"two grids of plan {plan} have the code '{twice}'; number one of them anew")
    goes_on: set[str] = set()
    for other, held in sorted(_beside(calendar, day).items()):
        for code, area in _codes(connection, other):
            if code not in wanted or area not in held:
                continue
            if area not in areas:
                raise Clash(f"code '{code}' of plan {plan} is in force in area '{area}'; number the grid anew")
            goes_on.add(code)
    _check_retired(connection, calendar, plan, sorted(wanted - goes_on), day)


def _beside(calendar: Calendar, day: date) -> dict[str, set[str]]:
    """The plans that are in force on a day or were the last ones, and those that begin later, each with its areas there."""
    found: dict[str, set[str]] = {}
    for area, rows in calendar.rows.items():
        last = [one.plan for one in rows if one.plan is not None and one.since <= day][-1:]
        for plan in [*last, *(one.plan for one in rows if one.plan is not None and one.since > day)]:
            found.setdefault(plan, set()).add(area)
    return found


def _check_retired(connection: sa.Connection, calendar: Calendar, plan: str, fresh: list[str], day: date) -> None:
    ground: dict[str, bytes] = {}
    past: dict[str, list[bytes]] = {}
    for first in range(0, len(fresh), _AT_ONCE):
        query = sa.select(_GRID.plan, _GRID.code, _GRID.area, _GRID.shape).where(
            _GRID.code.in_(fresh[first : first + _AT_ONCE])
        )
        for one in connection.execute(query):
            if one.plan == plan:
                ground[one.code] = one.shape
            elif any(held.plan == one.plan and held.since < day for held in calendar.rows.get(one.area, ())):
                past.setdefault(one.code, []).append(one.shape)
    for code, shapes in sorted(past.items()):
        if ground[code] not in shapes:
            raise Clash(f"code '{code}' of plan {plan} is retired and never used again; number the grid anew")


def _codes(connection: sa.Connection, plan: str) -> list[tuple[str, str]]:
    """Code and area of each grid of a plan."""
    rows = connection.execute(sa.select(_GRID.code, _GRID.area).where(_GRID.plan == plan).order_by(_GRID.row))
    return [(row.code, row.area) for row in rows]
