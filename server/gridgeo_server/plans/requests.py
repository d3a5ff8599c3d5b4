"""What requests about plans carry: bodies, versions, dates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gridgeo_server.days import Day
from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say
from gridgeo_server.wording import Called, Said

PlanName = Annotated[str, Path(max_length=32, description="Number of a plan, e.g. P-2026-001.")]
Shown = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Called]
Why = Annotated[Said | None, Field(max_length=2_000, description="Why it is done; stands in the plan's history.")]
IfMatch = Annotated[str | None, Header(max_length=64, description='The revision read, e.g. "3".')]
Code = Annotated[str, Path(max_length=64, description="Registered code of a grid.")]
On = Annotated[Day | None, Query(description="The day that is asked about; today where left out.")]
Assignment = Annotated[dict[str, str], Field(description="Unit → grid.")]
State = Literal["draft", "proposed", "consulted", "approved", "in_force", "retired"]


class Body(BaseModel):
    """A body that has no fields but those that are named."""

    model_config = ConfigDict(extra="forbid")

    def asked(self, **more: Any) -> dict[str, Any]:
        """Its values, and what else a request is told apart by."""
        return {**self.model_dump(mode="json"), **more}


class NewPlan(Body):
    """A new plan: an assignment, a table of one, or a plan to copy."""

    name: Shown
    assignment: Annotated[dict[str, str] | None, Field(description="Unit → grid, every unit.")] = None
    csv: Annotated[str | None, Field(description="The same as a CSV table with the columns unit and grid.")] = None
    copy_of: Annotated[str | None, Field(max_length=32, description="Number of the plan to copy.")] = None
    balance: Annotated[
        dict[str, str] | None,
        Field(description="Measure → band, 0.10 or 300:500; where left out, as in the plan it is like."),
    ] = None
    why: Why = None


class NewVersion(Body):
    """A new version of a plan, a copy of itself or, to roll back, of an older one."""

    copy_of: Annotated[
        str | None, Field(max_length=32, description="Plan whose units it takes; the same plan where left out.")
    ] = None
    name: Shown | None = None
    why: Why = None


class NewName(Body):
    """Another name."""

    name: Shown
    why: Why = None


class NewAssignment(Body):
    """Another assignment for a draft."""

    assignment: Assignment
    why: Why = None


class Transition(Body):
    """A step of a plan's life."""

    to: State
    why: Why = None
    date: Annotated[Day | None, Field(description="The day on which it takes effect; today or later.")] = None
    areas: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Field(max_length=10_000, description="Areas that come into force; all that are left where it is empty."),
    ] = []


class Withdrawal(Body):
    """Withdraw starts that lie in the future."""

    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
    areas: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Field(
            max_length=10_000, description="Areas whose start is withdrawn; all that haven't begun where it is empty."
        ),
    ] = []


class NewIdentity(Body):
    """Another owner or name of a grid in force."""

    owner: Annotated[
        Annotated[str, Called] | None,
        StringConstraints(strip_whitespace=True, max_length=200),
        Field(description="Empty for nobody."),
    ] = None
    name: Annotated[Annotated[str, Called] | None, StringConstraints(strip_whitespace=True, max_length=200)] = None
    date: Annotated[Day | None, Field(description="The first day on which it holds; today where left out.")] = None
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class NewComment(Body):
    """A comment on a plan, one of its grids or units, or an answer to one."""

    text: Annotated[Said, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
    grid: Annotated[str | None, Field(max_length=64)] = None
    unit: Annotated[str | None, Field(max_length=128)] = None
    answers: Annotated[
        int | None, Field(strict=True, ge=1, le=2**62, description="Number of the comment it answers.")
    ] = None
    resolved: Annotated[
        bool | None, Field(strict=True, description="An answer may resolve (true) or reopen (false).")
    ] = None


class NewPart(Body):
    """The part of a plan that an area puts forward."""

    area: Annotated[str, Field(max_length=200)]
    assignment: Assignment
    why: Why = None


class Merge(Body):
    """Merge the parts that areas put forward."""

    name: Shown | None = None
    why: Why = None


def revision_of(if_match: str | None) -> int | None:
    """The revision that `If-Match` names; None where any is good."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadRequest(say("plan.no_revision", given=if_match), "If-Match")
    return int(text)
