"""The grids of a day, by the code under which they are registered, and the places in them: filled and empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gridgeo.rosters import Role
from gridgeo_server.errors import NotFound
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.rosters.model import Term
from gridgeo_server.store import plan_tables
from gridgeo_server.texts import say


@dataclass(frozen=True)
class Grid:
    """A grid in force: its code, its identifier in its plan, its name, area and plan."""

    code: str
    grid: str
    name: str
    area: str
    plan: str


def grids_on(connection: sa.Connection, day: date) -> dict[str, Grid]:
    """The grids in force on `day` by their code, in the order of codes."""
    calendar = calendars.read(connection)
    held = calendar.on(day)
    table = plan_tables.plan_grids
    columns = (table.c.code, table.c.grid, table.c.name, table.c.area, table.c.plan)
    query = sa.select(*columns).where(table.c.plan.in_(sorted(set(held.values())))).order_by(table.c.code)
    found: dict[str, Grid] = {}
    for row in connection.execute(query):
        if held.get(row.area) == row.plan:
            name = calendar.identity(row.plan, row.grid, day).get("name", row.name)
            found.setdefault(row.code, Grid(row.code, row.grid, name, row.area, row.plan))
    return found


def find_grid(connection: sa.Connection, named: str, days: Iterable[date]) -> Grid:
    """The grid called `named`, by code or by identifier, in force on the first of `days` on which there is one.

    Raises
    ------
    NotFound
        There is none on any of them.
    """
    wanted, asked = named.strip(), list(days)
    for day in asked:
        grids = grids_on(connection, day)
        if wanted in grids:
            return grids[wanted]
        own = next((one for one in grids.values() if one.grid == wanted), None)
        if own is not None:
            return own
    raise NotFound(say("roster.no_grid", grid=wanted, day=asked[0]))


def places(grids: Mapping[str, Grid], running: Iterable[Term], roles: Sequence[Role]) -> list[dict[str, Any]]:
    """Every grid with its roles and who holds each; a role without holders is an empty place. JSON values."""
    held: dict[tuple[str, str], list[Term]] = {}
    for term in running:
        held.setdefault((term.grid, term.role), []).append(term)
    return [
        {
            **{name: getattr(one, name) for name in ("code", "grid", "name", "area", "plan")},
            "places": [_place(role, held.get((one.code, role.role), [])) for role in roles],
        }
        for one in grids.values()
    ]


def without_names(grid: dict[str, Any]) -> dict[str, Any]:
    """A grid of `places` for those who may not see who holds a place: only how many do."""
    return {**grid, "places": [{**place, "holders": None} for place in grid["places"]]}


def summary(told: list[dict[str, Any]], roles: Sequence[Role]) -> dict[str, Any]:
    """How many places there are, how many stand empty, in all and by role, and how many people fill several."""
    empty = {role.role: 0 for role in roles}
    people: dict[tuple[str, str], int] = {}
    for grid in told:
        for place in grid["places"]:
            empty[place["role"]] += not place["holders"]
            for one in place["holders"]:
                person = (one["person"], one["person_id"])
                people[person] = people.get(person, 0) + 1
    return {
        "places": len(told) * len(roles),
        "empty": sum(empty.values()),
        "people": len(people),
        "several": sum(count > 1 for count in people.values()),
        "by_role": [
            {"role": role.role, "filled": len(told) - empty[role.role], "empty": empty[role.role]} for role in roles
        ],
    }


def gaps(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The empty places: grid by grid, role by role."""
    named = ("code", "grid", "name", "area")
    return [
        {**{name: grid[name] for name in named}, "role": place["role"]}
        for grid in told
        for place in grid["places"]
        if not place["holders"]
    ]


def _place(role: Role, held: Sequence[Term]) -> dict[str, Any]:
    return {"role": role.role, "filled": len(held), "holders": [_holder(term) for term in held]}


def _holder(term: Term) -> dict[str, Any]:
    values = term.values()
    return {"term": term.term, **{name: values[name] for name in ("person", "person_id", "phone", "from", "to")}}
