"""Limits, and the clocks that count them: hours and days that always run, working hours and days that run in work time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridgeo_server.clocks.calendar import Calendar


@dataclass(frozen=True)
class Kind:
    """A kind of clock: whether it stands outside work time, and how one and many of its units are called."""

    working: bool
    days: bool
    one: str
    many: str
    zh: str


KINDS: Mapping[str, Kind] = {
    "urgent_hours": Kind(False, False, "hour", "hours", "小时"),
    "calendar_days": Kind(False, True, "day", "days", "日"),
    "working_hours": Kind(True, False, "working hour", "working hours", "个工作小时"),
    "working_days": Kind(True, True, "working day", "working days", "个工作日"),
}
"""Clocks by name. A calendar day is 24 hours; a working day is as long as the calendar's work time."""


@dataclass(frozen=True)
class Limit:
    """So much time by one kind of clock.

    Examples
    --------
    >>> Limit(4, "working_hours").words()["en"], Limit(0.5, "urgent_hours").words()["zh"]
    ('4 working hours', '30分钟')
    """

    amount: float
    kind: str

    def span(self, calendar: Calendar) -> timedelta:
        """How long its clock runs."""
        kind = KINDS[self.kind]
        unit = (calendar.day if kind.working else timedelta(days=1)) if kind.days else timedelta(hours=1)
        return self.amount * unit

    def words(self) -> dict[str, str]:
        """It in words, by language."""
        kind = KINDS[self.kind]
        if self.amount < 1 and not kind.days and not kind.working:
            return {"en": f"{self.amount * 60:g} min", "zh": f"{self.amount * 60:g}分钟"}
        return {
            "en": f"{self.amount:g} {kind.one if self.amount == 1 else kind.many}",
            "zh": f"{self.amount:g}{kind.zh}",
        }


def elapsed(kind: str, start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """What a clock of `kind` counts between two moments; negative where `end` comes first."""
    return calendar.worked(start, end) if KINDS[kind].working else end - start


def shift(kind: str, start: datetime, span: timedelta, calendar: Calendar) -> datetime:
    """The moment at which a clock of `kind` has run for `span` since `start`; before `start` where `span` is negative."""
    return calendar.shift(start, span) if KINDS[kind].working else start + span
