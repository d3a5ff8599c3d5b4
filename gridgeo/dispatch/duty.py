"""Who may be sent at all: on duty, not on leave, where one is known to be, with the skill, with room for another case."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Code = Literal[
    "off_duty",
    "off_shift",
    "on_leave",
    "old_position",
    "no_skill",
    "full",
    "declined",
    "no_answer",
    "no_street",
    "no_road",
]
"""Why somebody is not offered. Codes stay the same; words are in `gridgeo.dispatch.words`."""


@dataclass(frozen=True)
class Standing:
    """What is known of an officer when somebody is to be sent.

    Parameters
    ----------
    on_duty, on_leave
        By shift and calendar.
    skills
        What the officer can do.
    fix_age_s
        Seconds since the last known position; None where there is none, and a station counts as one.
    open_cases
        Cases in hand.
    """

    on_duty: bool = True
    on_leave: bool = False
    skills: Collection[str] = ()
    fix_age_s: float | None = None
    open_cases: int = 0


@dataclass(frozen=True)
class Limits:
    """What is still good enough: the age of a position in seconds, and cases in hand; None for any."""

    fix_age_s: float | None = None
    open_cases: int | None = None


@dataclass(frozen=True)
class Refusal:
    """Why somebody is not offered, and the values that the words need."""

    code: Code
    values: dict[str, Any]


def refusal(standing: Standing, need: Collection[str] = (), limits: Limits | None = None) -> Refusal | None:
    """Why an officer can't be sent to a case that needs some skills; None where nothing is known against it.

    Examples
    --------
    >>> refusal(Standing(skills={"first aid"}), need={"first aid", "climbing"}).code
    'no_skill'
    """
    limits = limits or Limits()
    if standing.on_leave:
        return Refusal("on_leave", {})
    if not standing.on_duty:
        return Refusal("off_duty", {})
    age = standing.fix_age_s
    if age is not None and limits.fix_age_s is not None and age > limits.fix_age_s:
        return Refusal("old_position", {"seconds": age})
    lacking = sorted(set(need) - set(standing.skills))
    if lacking:
        return Refusal("no_skill", {"skills": lacking})
    if limits.open_cases is not None and standing.open_cases >= limits.open_cases:
        return Refusal("full", {"open_cases": standing.open_cases, "most": limits.open_cases})
    return None


def works_at(
    when: datetime, from_min: float, to_min: float, weekdays: str = "1111111", leave: Container[Any] = ()
) -> tuple[bool, bool]:
    """Whether somebody is on shift at a local time, and whether on leave.

    A shift that ends after 24:00 goes on into the next day, and belongs to the day on which it began.

    Parameters
    ----------
    when
        Local time.
    from_min, to_min
        Minutes after midnight.
    weekdays
        Seven letters from Monday, 1 where one works.
    leave
        Dates.

    Examples
    --------
    >>> night = (datetime(2026, 11, 28, 1, 30), 22 * 60, 30 * 60)
    >>> works_at(*night, weekdays="1111100")
    (True, False)
    """
    minute = when.hour * 60 + when.minute + when.second / 60
    for back in (0, 1):
        day = when.date().fromordinal(when.toordinal() - back)
        if from_min <= minute + 1440 * back < to_min and weekdays[day.weekday()] == "1":
            return day not in leave, day in leave
    return False, when.date() in leave
