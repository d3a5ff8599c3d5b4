"""The grids of a day, by the code under which they are registered, and the places in them: filled and empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa

from gridgeo.rosters import Role
from gridgeo_server.errors import NotFound
from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.rosters.model import Term
from gridgeo_server.store import plan_tables
from gridgeo_server.texts import say

_TABLE = plan_tables.plan_grids
_GRIDS = sa.select(_TABLE.c.code, _TABLE.c.grid, _TABLE.c.name, _TABLE.c.area, _TABLE.c.plan)


@dataclass(frozen=True)
class Grid:
    """A grid in force: its code, its identifier in its plan, its name, area and plan."""

    code: str
    grid: str
    name: str
    area: str
    plan: str


def grids_on(connection: sa.Connection, calendar: Calendar, day: date) -> dict[str, Grid]:
    """The grids in force on `day` by their code, in the order of codes."""
    held = calendar.on(day)
    query = _GRIDS.where(_TABLE.c.plan.in_(sorted(set(held.values())))).order_by(_TABLE.c.code)
    found: dict[str, Grid] = {}
    for row in connection.execute(query):
        if held.get(row.area) == row.plan:
            found.setdefault(row.code, _grid(row, calendar, day))
    return found


def find_grid(connection: sa.Connection, calendar: Calendar, named: str, days: Iterable[date]) -> Grid:
    """The grid called `named`, by code or by identifier, in force on the first of `days` on which there is one.

    Raises
    ------
    NotFound
        There is none on any of them.
    """
    wanted, asked = named.strip(), list(days)
    for day in asked:
        plans = _TABLE.c.plan.in_(sorted(calendar.plans_on(day)))
        for column in (_TABLE.c.code, _TABLE.c.grid):
            for row in connection.execute(_GRIDS.where(plans, column == wanted).order_by(_TABLE.c.code)):
                if calendar.plan_in(row.area, day) == row.plan:
                    return _grid(row, calendar, day)
    raise NotFound(say("roster.no_grid", grid=wanted, day=asked[0]))


class Holdings:
    """Who holds which place: the terms of a day by grid and role."""

    def __init__(self, running: Iterable[Term], roles: Sequence[Role]) -> None:
        self._roles = roles
        self._held: dict[tuple[str, str], list[Term]] = {}
        for term in running:
            self._held.setdefault((term.grid, term.role), []).append(term)

    def empty(self, grid: Grid) -> list[str]:
        """The roles that nobody holds in a grid."""
        return [role.role for role in self._roles if (grid.code, role.role) not in self._held]

    def told(self, grid: Grid, *, names: bool) -> dict[str, Any]:
        """A grid with its roles and who holds each, or only how many do. JSON values."""
        places = []
        for role in self._roles:
            held = self._held.get((grid.code, role.role), [])
            holders = [_holder(term) for term in held] if names else None
            places.append({"role": role.role, "filled": len(held), "holders": holders})
        return {**{name: getattr(grid, name) for name in ("code", "grid", "name", "area", "plan")}, "places": places}

    def terms(self, grid: Grid) -> int:
        """How many terms run in a grid."""
        return sum(len(self._held.get((grid.code, role.role), ())) for role in self._roles)

    def summary(self, grids: Mapping[str, Grid]) -> dict[str, Any]:
        """How many places there are, how many stand empty, in all and by role, and how many people fill several."""
        roles = {role.role for role in self._roles}
        mine = [held for (code, role), held in self._held.items() if code in grids and role in roles]
        people = Counter((one.person, one.person_id) for held in mine for one in held)
        filled = Counter(held[0].role for held in mine)
        return {
            "places": len(grids) * len(self._roles),
            "empty": len(grids) * len(self._roles) - len(mine),
            "people": len(people),
            "several": sum(count > 1 for count in people.values()),
            "by_role": [
                {"role": role.role, "filled": filled[role.role], "empty": len(grids) - filled[role.role]}
                for role in self._roles
            ],
        }


def gaps(holdings: Holdings, grids: Iterable[Grid]) -> list[dict[str, Any]]:
    """The empty places: grid by grid, role by role. JSON values."""
    return [
        {"code": one.code, "grid": one.grid, "name": one.name, "area": one.area, "role": role}
        for one in grids
        for role in holdings.empty(one)
    ]


def page_of(grids: Iterable[Grid], after: str | None, limit: int) -> tuple[list[Grid], str | None]:
    """The first `limit` of `grids` behind the code `after`, and the code behind which the following page begins."""
    rest = (one for one in grids if after is None or one.code > after)
    found = list(islice(rest, limit + 1))
    return found[:limit], found[limit - 1].code if len(found) > limit else None


def _grid(row: Any, calendar: Calendar, day: date) -> Grid:
    name = calendar.identity(row.plan, row.grid, day).get("name", row.name)
    return Grid(row.code, row.grid, name, row.area, row.plan)


def _holder(term: Term) -> dict[str, Any]:
    values = term.values()
    return {"term": term.term, **{name: values[name] for name in ("person", "person_id", "phone", "from", "to")}}
