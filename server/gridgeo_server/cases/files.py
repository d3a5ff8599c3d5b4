"""Tables of the data folder: ``categories.csv`` or ``categories.json``, what can be reported; ``responsibility.csv``, who must
deal with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.sources import read_csv
from gridgeo.sources.texts import read_json
from gridgeo_server.cases.categories import Categories, Category, made, presets
from gridgeo_server.cases.responsibility import Duty, Responsibility
from gridgeo_server.clocks import KINDS, Calendar

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
}
"""Columns of ``responsibility.csv``."""

_WORDS = {"yes": True, "no": False, "true": True, "false": False, "是": True, "否": False}


def categories_of(folder: Path, calendar: Calendar, limits: str | None) -> Categories:
    """The kinds of case of the town in `folder`: its own table, or the one that comes along with the limits named `limits`.

    Raises
    ------
    BadInput
        A row can't be used, or there are no such limits; the message names file, row and field.
    """
    if limits and limits not in presets():
        raise BadInput(f"setting GRIDGEO_LIMITS={limits!r}: there are no such limits; choose {', '.join(presets())}")
    packaged = Categories.packaged(calendar, limits)
    table, words = folder / "categories.csv", folder / "categories.json"
    if table.is_file():
        rows = [(f"{table}, line {line}", row) for line, row in _lines(read_csv(table, lines=True))]
        return _categories(rows, str(table), calendar, packaged)
    if words.is_file():
        given = read_json(words)
        if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
            raise BadInput(f"{words}: must be a list of objects, one for each category")
        rows = [(f"{words}, row {number}", row) for number, row in enumerate(given, start=1)]
        return _categories(rows, str(words), calendar, packaged)
    return packaged


def responsibility_of(folder: Path, categories: Categories, areas: Iterable[str]) -> Responsibility:
    """Who is responsible in the town in `folder`: by its own table, and by the categories' departments.

    Raises
    ------
    BadInput
        A row names an area or category that there isn't, or two rows speak of the same.
    """
    path = folder / "responsibility.csv"
    known, duties = list(areas), dict[tuple[str | None, str | None], Duty]()
    for line, row in _lines(read_csv(path, lines=True)) if path.is_file() else []:
        where = f"{path}, line {line}"
        _columns(row, DUTY_COLUMNS, ("department",), where)
        area, category = _text(row, "area"), _text(row, "category")
        if area is not None and area not in known:
            raise BadInput(f"{where}: unknown area '{area}'; areas are {', '.join(known[:20])}")
        if category is not None and category not in {one.category for one in categories.all()}:
            raise BadInput(f"{where}: unknown category '{category}'")
        if (area, category) in duties:
            raise BadInput(f"{where}: {area or 'everywhere'} and {category or 'everything'} stand twice; leave one out")
        if (department := _text(row, "department")) is None:
            raise BadInput(f"{where}: department is empty; name who must deal with it")
        duties[area, category] = Duty(department, _text(row, "territory"))
    return Responsibility(duties, categories)


def _categories(
    rows: list[tuple[str, Mapping[str, Any]]], file: str, calendar: Calendar, packaged: Categories
) -> Categories:
    found: list[Category] = []
    for where, row in rows:
        one = _category(row, where, calendar)
        for other in found:
            if (one.category, one.area) == (other.category, other.area) and _overlap(one, other):
                raise BadInput(
                    f"{where}: category '{one.category}' holds there at that time by an earlier row; mend the days"
                )
        found.append(one)
    if not found:
        raise BadInput(f"{file}: has no category; add one, or remove the file")
    return Categories(found, file, packaged.departments, packaged.all())


def _category(row: Mapping[str, Any], where: str, calendar: Calendar) -> Category:
    _columns(row, CATEGORY_COLUMNS, ("category", "limit", "clock"), where)
    name_en, name_zh = _text(row, "name_en"), _text(row, "name_zh")
    name, identifier = name_en or name_zh, _text(row, "category")
    if name is None or identifier is None:
        raise BadInput(
            f"{where}: {'category' if name else 'name_en'} is empty; every kind needs an identifier and a name"
        )
    clock = _one_of(row, "clock", KINDS, where)
    kind = _one_of(row, "kind", ("event", "part"), where)
    code = _text(row, "code")
    if code is not None and not (code.isascii() and code.isdigit() and len(code) in {4, 5}):
        raise BadInput(f"{where}: code '{code}' must have 2 digits for the major and 2 or 3 for the minor")
    first, last = _day(row, "valid_from", where), _day(row, "valid_to", where)
    if first and last and last < first:
        raise BadInput(f"{where}: valid_to {last} comes before valid_from {first}; swap or mend the days")
    texts = ("filing", "filing_zh", "closing", "closing_zh", "area", "department")
    return made(
        {
            "category": identifier,
            "name_en": name_en or name,
            "name_zh": name_zh or name,
            "group": _text(row, "group") or "other",
            "limit": _number(row, "limit", where, most=10_000),
            "clock": clock,
            "kind": kind,
            "code": code,
            "handling_min": _number(row, "handling_min", where, most=10_000, otherwise=10.0),
            "urgent": _flag(row, "urgent", where),
            "local": _flag(row, "local", where, otherwise=True),
            "verify": _flag(row, "verify", where),
            "valid_from": first,
            "valid_to": last,
            **{name: _text(row, name) for name in texts},
        },
        calendar,
    )


def _overlap(one: Category, other: Category) -> bool:
    least, most = date.min, date.max
    return (one.valid_from or least) <= (other.valid_to or most) and (other.valid_from or least) <= (
        one.valid_to or most
    )


def _lines(table: pd.DataFrame) -> list[tuple[Any, Mapping[str, Any]]]:
    """Line and row, empty cells as None."""
    rows = table.to_dict("records")
    return [
        (line, {str(name): None if pd.isna(value) else value for name, value in row.items()})
        for line, row in zip(table.index, rows, strict=True)
    ]


def _columns(row: Mapping[str, Any], known: Mapping[str, str], needed: Iterable[str], where: str) -> None:
    if unknown := [name for name in row if name not in known]:
        raise BadInput(f"{where}: unknown field '{unknown[0]}'; known are {', '.join(known)}")
    if missing := [name for name in needed if name not in row]:
        raise BadInput(f"{where}: '{missing[0]}' is missing; needed are {', '.join(needed)}")


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value).strip() or None


def _one_of(row: Mapping[str, Any], name: str, known: Iterable[str], where: str) -> str:
    value, choices = _text(row, name), list(known)
    if value is None and name == "kind":
        return choices[0]
    if value not in choices:
        raise BadInput(f"{where}: {name} '{value}' is unknown; choose {', '.join(choices)}")
    return value


def _number(row: Mapping[str, Any], name: str, where: str, *, most: float, otherwise: float | None = None) -> float:
    text = _text(row, name)
    if text is None and otherwise is not None:
        return otherwise
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not 0 < value <= most:
        raise BadInput(f"{where}: {name} '{text}' must be a number above 0, at most {most:g}")
    return value


def _flag(row: Mapping[str, Any], name: str, where: str, *, otherwise: bool = False) -> bool:
    text = _text(row, name)
    if text is None:
        return otherwise
    if text.casefold() not in _WORDS:
        raise BadInput(f"{where}: {name} '{text}' must be yes or no")
    return _WORDS[text.casefold()]


def _day(row: Mapping[str, Any], name: str, where: str) -> date | None:
    text = _text(row, name)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{where}: {name} '{text}' is no day; write it as 2026-10-01") from None
