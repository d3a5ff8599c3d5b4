"""Who is responsible: area × category → the department that must deal with it (主管) and whose ground it is (属地)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gridgeo_server.cases.categories import Categories, Category
from gridgeo_server.cases.validity import Dated, turns


@dataclass(frozen=True)
class Duty:
    """A department, and the owner of the ground; None where the area itself is the owner."""

    department: str | None
    territory: str | None = None


@dataclass(frozen=True)
class DutyRow(Dated):
    """One line of the table: the duty for an area and a category, None for all of them, on the days on which it holds."""

    area: str | None
    category: str | None
    duty: Duty


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
        found = [row.duty for key in keys for row in self._rows.get(key, ()) if row.holds_on(day)]
        department = found[0].department if found else self._categories.held(category, area, day).department
        return Duty(department, next((one.territory for one in found if one.territory), area))

    def gaps(self, areas: Iterable[str]) -> list[tuple[str, str]]:
        """Every area and category for which no department is responsible on some day on which it can be reported there."""
        days = turns([*self._categories.rows(), *(row for rows in self._rows.values() for row in rows)])
        kinds: dict[str, list[Category]] = {}
        for row in self._categories.rows():
            kinds.setdefault(row.category, []).append(row)
        return [
            (area, kind)
            for area in areas
            for kind, rows in kinds.items()
            if any(
                self.of(area, kind, day).department is None for day in days if any(row.holds(area, day) for row in rows)
            )
        ]
