"""What can be reported, who must deal with it, and how long each kind may take. The table is data: `categories.json`, or
``categories.csv`` or ``categories.json`` in the data folder; limits of a city come from `limits.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from gridgeo_server.cases.validity import Dated
from gridgeo_server.clocks import Calendar, Limit
from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say


@dataclass(frozen=True)
class Category(Dated):
    """One kind of case, as it holds in one area or everywhere, and for a time or always.

    Parameters
    ----------
    kind, code, local
        Part (部件) or event (事件); major and minor code of 2+2 or 2+3 digits; whether the minor is the town's own.
    limit, clock
        How much time from report to handled, by which clock of `gridgeo_server.clocks.KINDS`.
    limit_s
        Seconds that this clock runs.
    handling_min
        Minutes an officer usually needs on the spot.
    verify
        A report must be verified before it is filed; else it is filed with its acceptance.
    filing, closing
        When a case is filed and when it may be closed, in words.
    area
        Where the row holds; None everywhere.
    further
        Limits of steps after the first, in words by language.
    skills
        What whoever is sent must be able to do.
    """

    category: str
    name_zh: str
    name_en: str
    group: str
    limit: float
    clock: str
    limit_s: int
    urgent: bool = False
    handling_min: float = 10.0
    kind: str = "event"
    code: str | None = None
    local: bool = True
    department: str | None = None
    verify: bool = False
    filing: str | None = None
    filing_zh: str | None = None
    closing: str | None = None
    closing_zh: str | None = None
    area: str | None = None
    further: tuple[Mapping[str, str], ...] = ()
    skills: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """JSON values."""
        days = {name: None if (day := getattr(self, name)) is None else day.isoformat() for name in _DAYS}
        return {**asdict(self), **days, "limit_words": Limit(self.limit, self.clock).words()}

    def holds(self, area: str | None, day: date) -> bool:
        """Whether the row speaks of `area` on `day`."""
        return self.holds_on(day) and self.area in {None, area}


_DAYS = ("valid_from", "valid_to")


class Categories:
    """The kinds of case by their identifiers.

    Parameters
    ----------
    rows
        What may be reported. Several rows of one identifier are of different areas or times.
    former
        Kinds that can no longer be reported, but that older cases are of.
    departments
        Names of departments by language.
    """

    def __init__(
        self,
        rows: Iterable[Category],
        source: str,
        departments: Mapping[str, Mapping[str, str]] | None = None,
        former: Iterable[Category] = (),
    ) -> None:
        self._rows: dict[str, list[Category]] = {}
        for row in rows:
            self._rows.setdefault(row.category, []).append(row)
        self._latest = {
            category: next((row for row in reversed(found) if row.area is None), found[-1])
            for category, found in self._rows.items()
        }
        self._former = {row.category: row for row in former}
        self.source = source
        self.departments = departments or {}

    @classmethod
    def packaged(cls, calendar: Calendar | None = None, limits: str | None = None) -> Categories:
        """The table that comes with the server, with the limits of one of `presets` in place of its own where named."""
        table, calendar = _packaged("categories.json"), calendar or Calendar(ZoneInfo("UTC"))
        preset = presets()[limits] if limits else {"limits": {}, "source": table["source"]}
        rows = [made({**row, **preset["limits"].get(row["category"], {})}, calendar) for row in table["categories"]]
        return cls(rows, preset["source"], table["departments"])

    def __getitem__(self, category: str) -> Category:
        """The kind called `category`, whatever the day and area: its latest row that holds everywhere, or else its last."""
        found = self._latest.get(category)
        if found is None:
            raise BadRequest(say("case.no_category", category=category, known=", ".join(self._rows)), "category")
        return found

    def at(self, category: str, area: str | None, day: date) -> Category:
        """The row that speaks of `area` on `day`, first the area's own.

        Raises
        ------
        BadRequest
            There is no such kind, or none that holds there on that day.
        """
        self[category]
        found = self._holding(category, area, day)
        if found is None:
            raise BadRequest(say("case.category_over", category=category, day=day.isoformat()), "category")
        return found

    def held(self, category: str, area: str | None, day: date) -> Category:
        """The row by which a case in `area` goes on and is shown on `day`.

        Where none holds, the one that began last, an area's own after those of everywhere; a kind that the table doesn't have is
        a former one, or called by its identifier.
        """
        found = self._holding(category, area, day)
        if found is not None:
            return found
        begun = [row for row in self._rows.get(category, ()) if row.begins <= day]
        if begun:
            return max(begun, key=lambda row: (row.area in {None, area}, row.begins))
        if category in self._rows:
            return self[category]
        return self._former.get(category) or Category(category, category, category, "former", 0, "urgent_hours", 0)

    def on(self, day: date) -> list[Category]:
        """Every kind once, in the order of the table, as it is shown on `day`: as everywhere where it holds there, else as in an area."""
        return [
            self._holding(category, None, day)
            or next((row for row in rows if row.holds(row.area, day)), None)
            or self.held(category, None, day)
            for category, rows in self._rows.items()
        ]

    def all(self) -> list[Category]:
        """Every kind once, in the order of the table."""
        return [self[category] for category in self._rows]

    def rows(self) -> list[Category]:
        """Every row of the table."""
        return [row for rows in self._rows.values() for row in rows]

    def _holding(self, category: str, area: str | None, day: date) -> Category | None:
        """The row that speaks of `area` on `day`, first the area's own."""
        found = [row for row in self._rows.get(category, ()) if row.holds(area, day)]
        return next((row for row in found if row.area is not None), next(iter(found), None))

    def department_named(self, department: str | None) -> Mapping[str, str | None]:
        """A department's names by language: its identifier where the table has none."""
        return self.departments.get(department or "", {"en": department, "zh": department})


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """Limits of cities, each with its source; what they don't name keeps the limit of the table."""
    return _packaged("limits.json")


def made(row: Mapping[str, Any], calendar: Calendar) -> Category:
    """A row of a table, its limit in seconds on `calendar`."""
    span = Limit(row["limit"], row["clock"]).span(calendar)
    return Category(**{**row, "further": tuple(row.get("further", ()))}, limit_s=round(span.total_seconds()))


@cache
def _packaged(name: str) -> Any:
    return json.loads((resources.files("gridgeo_server.cases") / name).read_text(encoding="utf-8"))
