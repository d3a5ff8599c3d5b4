"""The clocks of the desk as events tell them: how long filing, dispatch and checking may take, beside the clock of handling.

A case keeps them by name: which ``clock`` counts, ``limit_s``, ``soon_at``, ``due_at`` and whether it ``climbs``, that is takes the case
up a level once it is over; then ``done_at``, and ``told_at`` once the level above knows. Moments are text, as in the events.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from gridgeo_server.cases.desk_limits import DeskLimit
from gridgeo_server.clocks import Calendar, elapsed, shift
from gridgeo_server.store.instants import from_text, to_millisecond, to_text

if TYPE_CHECKING:
    from gridgeo_server.cases.model import Event

Clocks = Mapping[str, Mapping[str, Any]]

SOON = 0.8
"""Share of a limit after which its light turns from ok to soon."""

_ENDS = {
    "file": ("filing",),
    "dispatch": ("dispatch",),
    "self_handle": ("filing", "dispatch"),
    "check": ("checking",),
    "rework": ("checking",),
}
"""Action → the clocks that it ends; ``accept`` ends filing where the case is filed with it."""
_MOMENTS = ("soon_at", "due_at")


def begun(calendar: Calendar, limit: DeskLimit, now: datetime) -> dict[str, Any]:
    """A clock that begins at `now`."""
    span = timedelta(minutes=limit.limit_min)
    soon, due = (to_millisecond(shift(limit.clock, now, share * span, calendar)) for share in (SOON, 1))
    told = {"clock": limit.clock, "limit_s": round(span.total_seconds()), "climbs": limit.climbs}
    return {**told, "soon_at": to_text(soon), "due_at": to_text(due)}


def resumed(calendar: Calendar, clocks: Clocks, paused_at: datetime, now: datetime) -> dict[str, Any]:
    """The clocks that aren't done, with what was left on them at `paused_at`."""
    return {
        name: {
            **row,
            **{at: to_text(_put_off(calendar, row["clock"], from_text(row[at]), paused_at, now)) for at in _MOMENTS},
        }
        for name, row in clocks.items()
        if "done_at" not in row
    }


def after(clocks: Clocks, event: Event) -> Clocks:
    """The clocks after `event`."""
    if event.action == "reopen":
        # What nobody did before the end, such as a check of what was withdrawn, isn't waited for any more.
        clocks = {name: row for name, row in clocks.items() if "done_at" in row}
    clocks = {**clocks, **event.data.get("desk_clocks", {})}
    ends = _ENDS.get(event.action, ())
    if event.action == "accept" and event.data.get("filed", True):
        ends = ("filing",)
    marks = [(name, "done_at") for name in ends]
    if event.action == "escalate" and event.data.get("step") is not None:
        marks.append((event.data["step"], "told_at"))
    for name, mark in marks:
        if name in clocks and mark not in clocks[name]:
            clocks[name] = {**clocks[name], mark: to_text(event.at)}
    return clocks


def next_due(clocks: Clocks) -> datetime | None:
    """When the next clock takes the case up a level; None where none does."""
    due = [row["due_at"] for row in clocks.values() if _climbs(row)]
    return from_text(min(due)) if due else None


def over(clocks: Clocks, now: datetime) -> str | None:
    """The clock that is over at `now` and about to take the case up a level, the earliest first; None where none is."""
    due = sorted((row["due_at"], name) for name, row in clocks.items() if _climbs(row))
    return due[0][1] if due and from_text(due[0][0]) <= now else None


def light(row: Mapping[str, Any], at: datetime) -> str:
    """``ok``, ``soon`` or ``over`` at a moment."""
    if at >= from_text(row["due_at"]):
        return "over"
    return "soon" if at >= from_text(row["soon_at"]) else "ok"


def _climbs(row: Mapping[str, Any]) -> bool:
    return bool(row["climbs"]) and "done_at" not in row and "told_at" not in row


def _put_off(calendar: Calendar, clock: str, moment: datetime, paused_at: datetime, now: datetime) -> datetime:
    return to_millisecond(shift(clock, now, elapsed(clock, paused_at, moment, calendar), calendar))
