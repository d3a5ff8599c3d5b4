"""Who is responsible: area × category → the department that must deal with it (主管) and whose ground it is (属地)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from gridgeo_server.cases.categories import Categories


@dataclass(frozen=True)
class Duty:
    """A department, and the owner of the ground; None where the area itself is the owner."""

    department: str | None
    territory: str | None = None


@dataclass(frozen=True)
class DutyRow:
    """One line of the table: the duty for an area and a category, None for all of them, on the days on which it holds."""

    area: str | None
    category: str | None
    duty: Duty
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it speaks of `day`."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class Responsibility:
    """Who must deal with what where.

    A row for an area and a category goes before one for the area alone, that before one for the category alone, that before
    the category's own department; on each day only the rows count that hold then.
    """

    def __init__(self, rows: Iterable[DutyRow], categories: Categories) -> None:
        self._rows: dict[tuple[str | None, str | None], list[DutyRow]] = {}
        for row in rows:
            self._rows.setdefault((row.area, row.category), []).append(row)
        self._categories = categories

    def of(self, area: str, category: str, day: date) -> Duty:
        """Who is responsible for `category` in `area` on `day`; without a department where there is a gap."""
        keys = ((area, category), (area, None), (None, category), (None, None))
        found = [row.duty for key in keys for row in self._rows.get(key, ()) if row.holds(day)]
        department = found[0].department if found else self._categories.held(category, area, day).department
        return Duty(department, next((one.territory for one in found if one.territory), area))

    def gaps(self, areas: Iterable[str]) -> list[tuple[str, str]]:
        """Every area and category for which on some day no department is responsible."""
        changes = {day for rows in self._rows.values() for row in rows for day in _turns(row)}
        turns = {one.category: changes.union(self._categories.turns(one.category)) for one in self._categories.all()}
        return [
            (area, kind)
            for area in areas
            for kind, days in turns.items()
            if any(self.of(area, kind, day).department is None for day in days)
        ]


def _turns(row: DutyRow) -> Iterable[date]:
    """Days on which what holds changes by a row."""
    if row.valid_from is not None:
        yield row.valid_from
    if row.valid_to is not None and row.valid_to < date.max:
        yield row.valid_to + timedelta(days=1)
