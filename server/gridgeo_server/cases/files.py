"""Tables of the data folder: ``categories.csv`` or ``categories.json``, what can be reported; ``responsibility.csv``, who must
deal with it; ``desk_limits.csv``, how long the desk may take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from gridgeo.errors import BadInput
from gridgeo.sources import read_csv
from gridgeo.sources.texts import read_json
from gridgeo_server import lines
from gridgeo_server.cases.categories import Categories, Category, made, presets
from gridgeo_server.cases.desk_limits import DESK_CLOCKS, DeskLimit, DeskLimits, packaged
from gridgeo_server.cases.responsibility import Duty, DutyRow, Responsibility
from gridgeo_server.clocks import KINDS, Calendar
from gridgeo_server.responders.model import skills_of

CATEGORY_COLUMNS = {
    "category": "identifier",
    "name_en": "name; one of the two names is needed",
    "name_zh": "name in Chinese",
    "limit": "how much time, a number above 0",
    "clock": "which clock counts it: urgent_hours, calendar_days, working_hours, working_days",
    "group": "heading under which it is listed",
    "kind": "`part` or `event`",
    "code": "major and minor code, 4 or 5 digits",
    "local": "`no` where the minor code is the national one",
    "urgent": "`yes` where it can't wait",
    "handling_min": "minutes that handling takes, 10 where empty",
    "verify": "`yes` where a report must be verified before it is filed",
    "department": "who must deal with it",
    "skills": "what whoever is sent must be able to do, with ; between",
    "filing": "when it is filed",
    "filing_zh": "the same in Chinese",
    "closing": "when it may be closed",
    "closing_zh": "the same in Chinese",
    "area": "where the row holds; everywhere where empty",
    "valid_from": "first day on which it holds",
    "valid_to": "last day on which it holds",
}
"""Columns of ``categories.csv`` and fields of ``categories.json``; the first five are needed."""

DUTY_COLUMNS = {
    "area": "where; everywhere where empty",
    "category": "of what; everything where empty",
    "department": "who must deal with it (主管)",
    "territory": "whose ground it is (属地); the area itself where empty",
    "valid_from": "first day on which it holds",
    "valid_to": "last day on which it holds",
}
"""Columns of ``responsibility.csv``; `department` is needed."""

DESK_COLUMNS = {
    "name": "what has the limit: `filing` and `dispatch`, from the report on; `checking`, once it is handled",
    "limit_min": "minutes, a number above 0",
    "clock": "which clock counts them: urgent_hours (where empty) or working_hours",
    "urgent": "`yes` of urgent cases, `no` of others; of all where empty",
    "climbs": "`no` where a case doesn't go up a level once the limit is over",
    "valid_from": "first day on which it holds",
    "valid_to": "last day on which it holds",
}
"""Columns of ``desk_limits.csv``; the first two are needed."""
_COUNTED = ("urgent_hours", "working_hours")


def categories_of(folder: Path, calendar: Calendar, limits: str | None) -> Categories:
    """The kinds of case of the town in `folder`: its own table, or the one that comes along with the limits named `limits`.

    Raises
    ------
    BadInput
        A row can't be used, or there are no such limits; the message names file, row and field.
    """
    if limits and limits not in presets():
        raise BadInput(f"setting GRIDGEO_LIMITS={limits!r}: there are no such limits; choose {', '.join(presets())}")
    ours = Categories.packaged(calendar, limits)
    table, words = folder / "categories.csv", folder / "categories.json"
    if table.is_file():
        rows = [(f"{table}, line {line}", row) for line, row in lines.read(read_csv(table, lines=True))]
        return _categories(rows, str(table), calendar, ours)
    if words.is_file():
        given = read_json(words)
        if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
            raise BadInput(f"{words}: must be a list of objects, one for each category")
        rows = [(f"{words}, row {number}", row) for number, row in enumerate(given, start=1)]
        return _categories(rows, str(words), calendar, ours)
    return ours


def responsibility_of(folder: Path, categories: Categories, areas: Iterable[str]) -> Responsibility:
    """Who is responsible in the town in `folder`: by its own table, and by the categories' departments.

    Raises
    ------
    BadInput
        A row names an area or category that there isn't, or two rows speak of the same on one day.
    """
    path = folder / "responsibility.csv"
    known, found = list(areas), dict[Any, DutyRow]()
    for line, row in lines.read(read_csv(path, lines=True)) if path.is_file() else []:
        where = f"{path}, line {line}"
        lines.columns(row, DUTY_COLUMNS, ("department",), where)
        area, category = lines.text(row, "area"), lines.text(row, "category")
        if area is not None and area not in known:
            raise BadInput(f"{where}: unknown area '{area}'; areas are {', '.join(known[:20])}")
        if category is not None and category not in {one.category for one in categories.all()}:
            raise BadInput(f"{where}: unknown category '{category}'")
        if (department := lines.text(row, "department")) is None:
            raise BadInput(f"{where}: department is empty; name who must deal with it")
        one = DutyRow(area, category, Duty(department, lines.text(row, "territory")), **_validity(row, where))
        for earlier, other in found.items():
            if (area, category) == (other.area, other.category) and one.overlaps(other):
                raise BadInput(
                    f"{where}: {area or 'everywhere'} and {category or 'everything'} stand in line {earlier} too, for the same "
                    "time; leave one out or mend the days"
                )
        found[line] = one
    return Responsibility(found.values(), categories)


def desk_limits_of(folder: Path) -> DeskLimits:
    """How long the desk may take in the town in `folder`: its own table, or the one that comes along.

    Raises
    ------
    BadInput
        A row can't be used, or two rows speak of the same cases on one day.
    """
    path = folder / "desk_limits.csv"
    if not path.is_file():
        return packaged()
    found: list[DeskLimit] = []
    for line, row in lines.read(read_csv(path, lines=True)):
        where = f"{path}, line {line}"
        one = _desk_limit(row, where)
        for other in found:
            if (one.name, one.urgent) == (other.name, other.urgent) and one.overlaps(other):
                raise BadInput(
                    f"{where}: '{one.name}' has a limit for such cases at that time by an earlier row; mend the days"
                )
        found.append(one)
    return DeskLimits(found, str(path))


def _desk_limit(row: Mapping[str, Any], where: str) -> DeskLimit:
    lines.columns(row, DESK_COLUMNS, ("name", "limit_min"), where)
    return DeskLimit(
        lines.one_of(row, "name", DESK_CLOCKS, where),
        lines.number(row, "limit_min", where, most=100_000),
        clock=lines.one_of({**row, "clock": lines.text(row, "clock") or "urgent_hours"}, "clock", _COUNTED, where),
        urgent=lines.flag(row, "urgent", where) if lines.text(row, "urgent") else None,
        climbs=lines.flag(row, "climbs", where, otherwise=True),
        **_validity(row, where),
    )


def _validity(row: Mapping[str, Any], where: str) -> dict[str, date | None]:
    first, last = lines.day(row, "valid_from", where), lines.day(row, "valid_to", where)
    if first and last and last < first:
        raise BadInput(f"{where}: valid_to {last} comes before valid_from {first}; swap or mend the days")
    return {"valid_from": first, "valid_to": last}


def _categories(
    rows: list[tuple[str, Mapping[str, Any]]], file: str, calendar: Calendar, ours: Categories
) -> Categories:
    found: list[Category] = []
    for where, row in rows:
        one = _category(row, where, calendar)
        for other in found:
            if (one.category, one.area) == (other.category, other.area) and one.overlaps(other):
                raise BadInput(
                    f"{where}: category '{one.category}' holds there at that time by an earlier row; mend the days"
                )
        found.append(one)
    if not found:
        raise BadInput(f"{file}: has no category; add one, or remove the file")
    return Categories(found, file, ours.departments, ours.all())


def _category(row: Mapping[str, Any], where: str, calendar: Calendar) -> Category:
    lines.columns(row, CATEGORY_COLUMNS, ("category", "limit", "clock"), where)
    name_en, name_zh = lines.text(row, "name_en"), lines.text(row, "name_zh")
    name, identifier = name_en or name_zh, lines.text(row, "category")
    if name is None or identifier is None:
        raise BadInput(
            f"{where}: {'category' if name else 'name_en'} is empty; every kind needs an identifier and a name"
        )
    clock = lines.one_of(row, "clock", KINDS, where)
    kind = lines.one_of(row, "kind", ("event", "part"), where)
    code = lines.text(row, "code")
    if code is not None and not (code.isascii() and code.isdigit() and len(code) in {4, 5}):
        raise BadInput(f"{where}: code '{code}' must have 2 digits for the major and 2 or 3 for the minor")
    texts = ("filing", "filing_zh", "closing", "closing_zh", "area", "department")
    return made(
        {
            "category": identifier,
            "name_en": name_en or name,
            "name_zh": name_zh or name,
            "group": lines.text(row, "group") or "other",
            "limit": lines.number(row, "limit", where, most=10_000),
            "clock": clock,
            "kind": kind,
            "code": code,
            "handling_min": lines.number(row, "handling_min", where, most=10_000, otherwise=10.0),
            "urgent": lines.flag(row, "urgent", where),
            "local": lines.flag(row, "local", where, otherwise=True),
            "verify": lines.flag(row, "verify", where),
            "skills": skills_of(lines.text(row, "skills")),
            **_validity(row, where),
            **{name: lines.text(row, name) for name in texts},
        },
        calendar,
    )
