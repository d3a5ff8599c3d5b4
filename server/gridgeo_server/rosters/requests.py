"""What requests about rosters carry: bodies, days, roles."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from pydantic import Field, StringConstraints

from gridgeo.rosters import Role
from gridgeo_server.days import Day
from gridgeo_server.plans.requests import Body, Why
from gridgeo_server.wording import Called

TermNumber = Annotated[int, Path(ge=1, le=2**62, description="Number of a term.")]
AfterGrid = Annotated[str | None, Query(max_length=64, description="A grid's code: `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="Most that are told.")]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Called]
_Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), Called]
_First = Annotated[Day | None, Field(alias="from", description="First day; none where left out.")]
_Last = Annotated[Day | None, Field(alias="to", description="Last day; none where left out.")]


class NewTerm(Body):
    """Somebody in a role in a grid, from a day to a day."""

    grid: Annotated[str, Field(min_length=1, max_length=64, description="Code of the grid, or its identifier.")]
    role: Annotated[str, Field(min_length=1, max_length=64, description="The role, by identifier or name.")]
    person: _Name
    phone: _Short = ""
    person_id: _Short = ""
    first: _First = None
    last: _Last = None
    why: Why = None


class ChangedTerm(Body):
    """Other values of a term; what is left out stays as it is."""

    person: _Name | None = None
    phone: _Short | None = None
    person_id: _Short | None = None
    first: _First = None
    last: _Last = None
    why: Why = None

    def wanted(self) -> dict[str, Any]:
        """The values that are given. A name, phone or number is never taken away by null; a day is."""
        given = self.model_fields_set - {"why"}
        values = {name: getattr(self, name) for name in given}
        return {name: value for name, value in values.items() if value is not None or name in ("first", "last")}


class EndTerm(Body):
    """The last day of a term."""

    on: Day
    why: Why = None


async def _roles(request: Request) -> dict[str, Role]:
    found = request.app.state.roster_roles
    assert isinstance(found, dict)
    return found


RolesOf = Annotated[dict[str, Role], Depends(_roles)]
"""The roles of the town, by identifier."""
