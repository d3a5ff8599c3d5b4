"""What may be done with terms. Each verb runs inside a transaction and appends an event that says who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from gridgeo.rosters import Role
from gridgeo.rosters.roles import find_role
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.errors import BadRequest, Changed, Clash, NotAllowed
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.plans import staging
from gridgeo_server.plans.service import Deed
from gridgeo_server.rosters import store
from gridgeo_server.rosters.model import Term, fault_of
from gridgeo_server.rosters.places import Grid, find_grid
from gridgeo_server.store import Transaction
from gridgeo_server.texts import Listed, say
from gridgeo_server.town import Town


def put(transaction: Transaction, town: Town, term: Term, deed: Deed, roles: Mapping[str, Role]) -> Term:
    """Enter a term; its grid and role may be named in any way that is known.

    Raises
    ------
    NotFound, BadRequest, NotAllowed
        There is no such grid then, no such role; the bearer speaks for another area.
    Clash
        The person holds that place already, all seats are held, or the person has another phone.
    """
    connection = transaction.connection
    grid = placed(connection, term, deed.today)
    check_area(town, bearer_of(deed), grid)
    tidy = replace(term, grid=grid.code, role=role_of(term.role, roles))
    _check(connection, tidy, roles)
    (stored,) = store.insert_all(connection, [tidy])
    store.append(connection, [stored], "put", bearer_of(deed), deed.why, deed.now)
    return stored


def change(
    transaction: Transaction,
    town: Town,
    term: int,
    wanted: Mapping[str, Any],
    deed: Deed,
    roles: Mapping[str, Role],
    revision: int | None,
) -> Term:
    """Give a term other values; only those in `wanted` change.

    Raises
    ------
    NotFound, Changed, BadRequest, NotAllowed, Clash
        As `put`; it is no longer at `revision`; it ended before today.
    """
    connection = transaction.connection
    if not wanted:
        raise BadRequest(say("roster.nothing", fields=Listed(CHANGEABLE, len(CHANGEABLE))), "body")
    before = _open(connection, town, term, deed, revision)
    return _changed(connection, before, replace(before, **wanted), "change", deed, roles)


def end(
    transaction: Transaction,
    town: Town,
    term: int,
    day: date,
    deed: Deed,
    roles: Mapping[str, Role],
    revision: int | None,
) -> Term:
    """End a term with `day` as its last.

    Raises
    ------
    NotFound, Changed, NotAllowed, Clash, BadRequest
        There is no such term, it has changed, it ended before today, or begins after `day`.
    """
    connection = transaction.connection
    before = _open(connection, town, term, deed, revision)
    if day < before.begins:
        raise BadRequest(say("roster.end_first", term=term, first=before.first, last=day), "on")
    return _changed(connection, before, replace(before, last=day), "end", deed, roles)


CHANGEABLE = ("person", "person_id", "phone", "from", "to")
"""What of a term can be changed; another grid or role is another term."""


def bearer_of(deed: Deed) -> Bearer:
    """Who does it: nothing is done with rosters by the server itself."""
    assert deed.bearer is not None
    return deed.bearer


def role_of(text: str, roles: Mapping[str, Role]) -> str:
    """The identifier of the role that `text` names in either language.

    Raises
    ------
    BadRequest
        There is none.
    """
    role = find_role(list(roles.values()), text)
    if role is None:
        raise BadRequest(say("roster.no_role", role=text, roles=Listed(tuple(roles), len(roles))), "role")
    return role.role


def placed(connection: sa.Connection, term: Term, day: date) -> Grid:
    """The grid of a term: as it is today, else as it will be when the term begins."""
    return find_grid(
        connection,
        calendars.read(connection),
        term.grid,
        [day, *([term.first] if term.first and term.first > day else [])],
    )


def check_area(town: Town, bearer: Bearer, grid: Grid) -> None:
    """Raise `NotAllowed` where the bearer speaks for an area in which `grid` doesn't lie."""
    if not in_area(town, bearer, grid):
        raise NotAllowed(say("auth.area", name=bearer.name, area=bearer.area))


def in_area(town: Town, bearer: Bearer, grid: Grid) -> bool:
    """Whether `grid` lies in the area for which the bearer speaks."""
    own = own_areas(town, bearer)
    return own is None or grid.area in own


def own_areas(town: Town, bearer: Bearer) -> frozenset[str] | None:
    """The deepest areas for which the bearer speaks; None for all."""
    return None if bearer.area is None else frozenset(staging.expanded(town, [bearer.area]))


def _open(connection: sa.Connection, town: Town, term: int, deed: Deed, revision: int | None) -> Term:
    found = store.get(connection, term)
    if bearer_of(deed).area is not None:
        check_area(town, bearer_of(deed), placed(connection, found, deed.today))
    if revision is not None and revision != found.revision:
        raise Changed(say("roster.changed", term=term, now=found.revision, revision=revision))
    if found.ends < deed.today:
        raise Clash(say("roster.ended", term=term, day=found.last))
    return found


def _changed(
    connection: sa.Connection, before: Term, after: Term, action: str, deed: Deed, roles: Mapping[str, Role]
) -> Term:
    moved = replace(after, revision=before.revision + 1)
    _check(connection, moved, roles)
    store.update(connection, moved)
    store.append(connection, [moved], action, bearer_of(deed), deed.why, deed.now)
    return moved


def _check(connection: sa.Connection, term: Term, roles: Mapping[str, Role]) -> None:
    if (fault := fault_of(term, store.beside(connection, term), roles)) is not None:
        if fault.key == "roster.backwards":
            raise BadRequest(fault, "to")
        raise Clash(fault)
