"""Which plan is in force in which area from when to when, and who owns a grid: what the register says, ready to be asked.

A row of the register says from which day on a plan is in force in an area; it holds until the next row of that area, and of
two rows of one day the later counts. A row that was withdrawn before its day is as if it had never been. The end of a plan
ends that plan alone: where another has taken its place before, it changes nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from gridgeo_server.store import plan_tables as tables

_LAST = 2**63
"""Stands for the number of a row that is still to be written."""


@dataclass(frozen=True)
class Period:
    """A plan in force in an area: from a day on, until the day before `to` (None: until further notice)."""

    area: str
    plan: str | None
    since: date
    to: date | None
    number: int
    """Of its row in the register."""
    event: int
    """Of the step that wrote it."""
    whose: str
    """The plan that took the step: the one that begins, or the one that ends."""

    def covers(self, day: date) -> bool:
        """Whether it holds on `day`."""
        return self.since <= day and (self.to is None or day < self.to)


@dataclass(frozen=True)
class Handover:
    """Another owner or name of a grid from a day on; None where it stays as it was."""

    since: date
    owner: str | None
    name: str | None
    event: int


@dataclass(frozen=True)
class Calendar:
    """Everything the register says, as one value.

    Parameters
    ----------
    entries
        Area → its rows in the order of their days, `to` still open.
    handovers
        Plan and grid → its hand-overs in the order of their days.
    """

    entries: Mapping[str, tuple[Period, ...]]
    handovers: Mapping[tuple[str, str], tuple[Handover, ...]]

    @cached_property
    def rows(self) -> dict[str, tuple[Period, ...]]:
        """Area → its periods in the order of their days."""
        return {area: _ended(entries) for area, entries in self.entries.items()}

    def __iter__(self) -> Iterator[Period]:
        """All periods, by area and day."""
        return (one for area in sorted(self.rows) for one in self.rows[area])

    def of_plan(self, plan: str) -> list[Period]:
        """The periods of one plan, by area and day."""
        return [one for one in self if one.plan == plan]

    def on(self, day: date) -> dict[str, str]:
        """The plan in force in each area on `day`; areas without one are left out."""
        held = {area: self._period(area, day) for area in sorted(self.rows)}
        return {area: one.plan for area, one in held.items() if one is not None and one.plan is not None}

    def plan_in(self, area: str, day: date) -> str | None:
        """The plan in force in one area on `day`."""
        one = self._period(area, day)
        return None if one is None else one.plan

    def plans_on(self, day: date) -> frozenset[str]:
        """The plans in force somewhere on `day`."""
        at = bisect_right(self.days, day)
        return self._plans[at - 1] if at else frozenset()

    @cached_property
    def days(self) -> list[date]:
        """Every day on which something begins, in order."""
        return sorted({one.since for one in self})

    def identity(self, plan: str, grid: str, day: date) -> dict[str, str]:
        """What the hand-overs up to `day` made of a grid's `owner` and `name`, where they changed them."""
        told: dict[str, str] = {}
        for one in self.handovers.get((plan, grid), ()):
            if one.since <= day:
                told |= {key: value for key, value in (("owner", one.owner), ("name", one.name)) if value is not None}
        return told

    def held(self, grid: Mapping[str, Any]) -> list[dict[str, Any]]:
        """When a row of `plan_grids` was in force and whose it was: copies of it with `since` and `to`, oldest first."""
        plan, name = str(grid["plan"]), str(grid["grid"])
        changes = [one.since for one in self.handovers.get((plan, name), ())]
        found = []
        for one in self.rows.get(str(grid["area"]), ()):
            if one.plan != plan or one.since == one.to:
                continue
            days = [one.since, *sorted({day for day in changes if day > one.since and one.covers(day)})]
            ends = [*days[1:], one.to]
            found += [
                {**grid, **self.identity(plan, name, day), "since": day, "to": end}
                for day, end in zip(days, ends, strict=True)
            ]
        return found

    def without(self, numbers: Iterable[int]) -> Calendar:
        """The calendar if these rows had never been."""
        gone = set(numbers)
        kept = {area: tuple(one for one in rows if one.number not in gone) for area, rows in self.entries.items()}
        return replace(self, entries=kept)

    def with_start(self, areas: Iterable[str], plan: str, since: date) -> Calendar:
        """The calendar if `plan` began in `areas` on a day as well."""
        entries = dict(self.entries)
        for area in areas:
            more = [*entries.get(area, ()), Period(area, plan, since, None, _LAST, _LAST, plan)]
            entries[area] = tuple(sorted(more, key=lambda one: (one.since, one.number)))
        return replace(self, entries=entries)

    def _period(self, area: str, day: date) -> Period | None:
        rows = self.rows.get(area, ())
        at = bisect_right(rows, day, key=lambda one: one.since)
        return rows[at - 1] if at else None

    @cached_property
    def _plans(self) -> list[frozenset[str]]:
        """The plans in force from each of `days` on."""
        begun: dict[date, list[Period]] = {}
        for one in self:
            begun.setdefault(one.since, []).append(one)
        held: dict[str, str] = {}
        found = []
        for day in self.days:
            for one in begun[day]:
                held.pop(one.area, None)
                if one.plan is not None:
                    held[one.area] = one.plan
            found.append(frozenset(held.values()))
        return found


class Calendars:
    """The register's calendar, kept in memory until the register grows; then another takes its place, whole."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[Any, ...], Calendar] | None = None

    def at(self, connection: sa.Connection) -> Calendar:
        """The calendar of the state that `connection` sees; a reading one, for what isn't durable yet may never be."""
        grown = state_of(connection)
        kept = self._kept
        if kept is None or kept[0] != grown:
            kept = self._kept = (grown, read(connection))
        return kept[1]


def state_of(connection: sa.Connection) -> tuple[Any, ...]:
    """What names the state of the register."""
    return tuple(connection.execute(_GROWN).one())


_GROWN = sa.select(
    *(
        sa.select(sa.func.max(column)).scalar_subquery()
        for column in (
            tables.plan_periods.c.period,
            tables.plan_withdrawals.c.withdrawal,
            tables.grid_handovers.c.handover,
        )
    )
)
"""How many rows the register has: rows are only ever appended, so that this names its state."""


def read(connection: sa.Connection) -> Calendar:
    """What the register says now."""
    period, event, gone = tables.plan_periods.c, tables.plan_events.c, tables.plan_withdrawals.c
    query = (
        sa.select(period.area, period.plan, period.from_date, period.period, period.event, event.plan)
        .join_from(tables.plan_periods, tables.plan_events, event.seq == period.event)
        .where(period.period.not_in(sa.select(gone.period)))
        .order_by(period.area, period.from_date, period.period)
    )
    entries: dict[str, list[Period]] = {}
    for area, plan, since, *rest in connection.execute(query):
        entries.setdefault(area, []).append(Period(area, plan, date.fromisoformat(since), None, *rest))
    return Calendar({area: tuple(rows) for area, rows in entries.items()}, _handovers(connection))


def _handovers(connection: sa.Connection) -> dict[tuple[str, str], tuple[Handover, ...]]:
    table = tables.grid_handovers
    found: dict[tuple[str, str], list[Handover]] = {}
    for one in connection.execute(sa.select(table).order_by(table.c.from_date, table.c.handover)):
        handover = Handover(date.fromisoformat(one.from_date), one.owner, one.name, one.event)
        found.setdefault((one.plan, one.grid), []).append(handover)
    return {grid: tuple(rows) for grid, rows in found.items()}


def _ended(entries: Iterable[Period]) -> tuple[Period, ...]:
    """The periods that the rows of one area make, each until the next begins."""
    held: list[Period] = []
    for one in entries:
        if one.plan is not None or (held and held[-1].plan == one.whose):
            held.append(one)
    ends = [*(one.since for one in held), None][1:]
    return tuple(replace(one, to=end) for one, end in zip(held, ends, strict=True))
