"""The clock of a case, as events tell it: when the light turns, when the time is up, when the case goes up a level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from gridgeo_server.cases.categories import Category
from gridgeo_server.cases.desk_clocks import SOON
from gridgeo_server.cases.model import Case, Event
from gridgeo_server.cases.stages import machine
from gridgeo_server.clocks import Calendar, Limit, elapsed, shift
from gridgeo_server.store.instants import to_millisecond, to_text


def begun(
    calendar: Calendar, category: Category, now: datetime, used: timedelta = timedelta(0), level: int = 0
) -> dict[str, Any]:
    """The clock of a case of `category`, `used` of whose limit is gone at `now`."""
    limit = Limit(category.limit, category.clock)
    return _told(calendar, limit, limit.span(calendar) - used, now, level)


def extended(calendar: Calendar, case: Case, amount: float, now: datetime) -> dict[str, Any]:
    """The clock of `case` with `amount` more of its units."""
    limit, more = limit_of(case), Limit(amount, case.clock)
    longer = Limit(limit.amount + amount, case.clock)
    return _told(calendar, longer, left(calendar, case, now) + more.span(calendar), now, case.level)


def resumed(calendar: Calendar, case: Case, now: datetime) -> dict[str, Any]:
    """The clock of a shelved `case`, running again with what was left on it."""
    return _told(calendar, limit_of(case), timedelta(seconds=case.left_s or 0), now, case.level)


def left(calendar: Calendar, case: Case, now: datetime) -> timedelta:
    """What is left of the limit at `now`, as its clock counts; negative once it is over."""
    if case.paused_at is not None:
        return timedelta(seconds=case.left_s or 0)
    return elapsed(case.clock, case.handled_at or case.closed_at or now, case.due_at, calendar)


def limit_of(case: Case) -> Limit:
    """The limit of `case`; older stores have it in seconds alone."""
    return Limit(case.limit_s / 3_600 if case.limit_amount is None else case.limit_amount, case.clock)


def used(calendar: Calendar, kind: str, events: Iterable[Event], now: datetime) -> timedelta:
    """What a clock of `kind` would have counted until `now` on a case with these events."""
    spans = (elapsed(kind, start, end, calendar) for start, end in _running(events, now))
    return sum(spans, timedelta(0))


def rung_at(calendar: Calendar, limit: Limit, due_at: datetime, level: int) -> datetime | None:
    """When a case at `level` goes up to the next one; None at the top."""
    levels = machine().levels
    if level + 1 >= len(levels):
        return None
    beyond = (levels[level + 1].after - 1) * limit.span(calendar)
    return to_millisecond(shift(limit.kind, due_at, beyond, calendar))


def _told(calendar: Calendar, limit: Limit, rest: timedelta, now: datetime, level: int) -> dict[str, Any]:
    span = limit.span(calendar)
    due_at = to_millisecond(shift(limit.kind, now, rest, calendar))
    rung = rung_at(calendar, limit, due_at, level)
    return {
        "clock": limit.kind,
        "limit_amount": limit.amount,
        "limit_s": round(span.total_seconds()),
        "soon_at": to_text(shift(limit.kind, now, rest - (1 - SOON) * span, calendar)),
        "due_at": to_text(due_at),
        "escalate_at": None if rung is None else to_text(rung),
    }


def _running(events: Iterable[Event], now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Spans in which the clock ran since the case was reported, or reopened last."""
    spans: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    for event in events:
        if event.action in {"report", "reopen"}:
            spans, since = [], event.at
        elif event.action == "shelve" and since is not None:
            spans.append((since, event.at))
            since = None
        elif event.action == "unshelve":
            since = event.at
    yield from spans
    if since is not None:
        yield since, now
