"""The life of a plan as a pure state machine.

::

    draft → proposed → consulted → approved → in force, area by area, from a date → retired

A plan only goes forward. What was refused is drawn anew as a new version, so that every state that anybody saw stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gridgeo_server.errors import BadRequest, OutOfOrder
from gridgeo_server.texts import Text, one_of, say

STATES = ("draft", "proposed", "consulted", "approved", "in_force", "retired")
FIXED = ("approved", "in_force", "retired")
"""States in which a plan is immutable."""


@dataclass(frozen=True)
class Step:
    """A step of a plan's life: where it starts, where it leads, what it takes."""

    start: str
    to: str
    permission: str
    dated: bool = False
    """It takes effect on a date: from then on in force, or no longer."""
    by_area: bool = False
    """It may be taken for some areas now and for others later."""


STEPS: tuple[Step, ...] = (
    Step("draft", "proposed", "plans.propose"),
    Step("proposed", "consulted", "plans.consult"),
    Step("consulted", "approved", "plans.approve"),
    Step("approved", "in_force", "plans.enforce", dated=True, by_area=True),
    Step("in_force", "in_force", "plans.enforce", dated=True, by_area=True),
    Step("in_force", "retired", "plans.retire", dated=True),
)
"""All steps, in order. Triggers of the store hold the same order."""


@dataclass(frozen=True)
class PlanRecord:
    """A plan as the store knows it, without its assignment and its grids."""

    plan: str
    name: str
    family: str
    version: int
    parent: str | None
    state: str
    revision: int
    units_hash: str
    content_hash: str
    rules: Mapping[str, Any]
    figures: Mapping[str, Any]
    measures: Mapping[str, Any]
    created_at: datetime
    created_by: str | None
    created_by_name: str


@dataclass(frozen=True)
class PlanEvent:
    """One thing done with a plan. `seq` is None until it is stored."""

    plan: str
    at: datetime
    action: str
    from_state: str | None
    to_state: str
    actor: str | None
    actor_name: str
    role: str | None
    why: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int | None = None


def permission_for(to: str) -> str:
    """What somebody must be allowed in order to bring a plan to the state `to`.

    Raises
    ------
    OutOfOrder
        No plan is ever brought to that state: it begins there.
    """
    for step in STEPS:
        if step.to == to:
            return step.permission
    raise OutOfOrder(say("plan.no_way_back", to=state_name(to)))


def step_to(record: PlanRecord, to: str) -> Step:
    """The step that brings `record` to the state `to`.

    Raises
    ------
    OutOfOrder
        The plan's state doesn't lead there; the message names what is possible.
    """
    for step in STEPS:
        if (step.start, step.to) == (record.state, to):
            return step
    possible = [state_name(one) for one in following(record.state)] or [say("plan.no_more")]
    raise OutOfOrder(
        say(
            "plan.no_step",
            plan=record.plan,
            state=state_name(record.state),
            to=state_name(to),
            possible=one_of(possible),
        )
    )


def following(state: str) -> list[str]:
    """The states that may follow `state`."""
    return [step.to for step in STEPS if step.start == state]


def state_name(state: str) -> Text:
    """What a state is called to whoever listens."""
    return say(f"state.{state}")


def check_changeable(record: PlanRecord) -> None:
    """Raise `OutOfOrder` where the plan's content is no longer open: only a draft's is."""
    if record.state != "draft":
        raise OutOfOrder(say("plan.not_draft", plan=record.plan, state=state_name(record.state)))


def check_nameable(record: PlanRecord) -> None:
    """Raise `OutOfOrder` where the plan is approved: even its name is fixed."""
    if record.state in FIXED:
        raise OutOfOrder(say("plan.fixed", plan=record.plan, state=state_name(record.state)))


def effective_date(step: Step, given: date | None, today: date) -> date | None:
    """The day on which `step` takes effect; None for a step without one.

    Raises
    ------
    BadRequest
        The day is missing, in the past, or given where none is wanted.
    """
    if not step.dated:
        if given is not None:
            raise BadRequest(say("plan.undated", to=state_name(step.to)), "date")
        return None
    if given is None:
        if step.to == "retired":
            return today
        raise BadRequest(say("plan.dated", today=today), "date")
    if given < today:
        raise BadRequest(say("plan.past", day=given, today=today), "date")
    return given
