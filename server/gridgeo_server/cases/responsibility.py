"""Who is responsible: area × category → the department that must deal with it (主管) and whose ground it is (属地)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gridgeo_server.cases.categories import Categories


@dataclass(frozen=True)
class Duty:
    """A department, and the owner of the ground; None where the area itself is the owner."""

    department: str | None
    territory: str | None = None


class Responsibility:
    """Who must deal with what where.

    A row for an area and a category goes before one for the area alone, that before one for the category alone, that before
    the category's own department.
    """

    def __init__(self, duties: Mapping[tuple[str | None, str | None], Duty], categories: Categories) -> None:
        self._duties = dict(duties)
        self._categories = categories

    def of(self, area: str, category: str, day: date) -> Duty:
        """Who is responsible for `category` in `area` on `day`; without a department where there is a gap."""
        found = [
            self._duties[key]
            for key in ((area, category), (area, None), (None, category), (None, None))
            if key in self._duties
        ]
        department = found[0].department if found else self._categories.held(category, area, day).department
        return Duty(department, next((one.territory for one in found if one.territory), area))

    def gaps(self, areas: Iterable[str]) -> list[tuple[str, str]]:
        """Every area and category for which on some day no department is responsible."""
        turns = {one.category: self._categories.turns(one.category) for one in self._categories.all()}
        return [
            (area, kind)
            for area in areas
            for kind, days in turns.items()
            if any(self.of(area, kind, day).department is None for day in days)
        ]
