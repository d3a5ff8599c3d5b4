"""What stands in the lines of a table in the data folder; a line that can't be used is refused with its number, field and mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput

_WORDS = {"yes": True, "no": False, "true": True, "false": False, "是": True, "否": False}


def read(table: pd.DataFrame) -> list[tuple[Any, Mapping[str, Any]]]:
    """Line and row of a table, empty cells as None."""
    rows = table.to_dict("records")
    return [
        (line, {str(name): None if pd.isna(value) else value for name, value in row.items()})
        for line, row in zip(table.index, rows, strict=True)
    ]


def columns(row: Mapping[str, Any], known: Mapping[str, str], needed: Iterable[str], where: str) -> None:
    """Refuse a row with a column that isn't known, or without one that is needed."""
    if unknown := [name for name in row if name not in known]:
        raise BadInput(f"{where}: unknown field '{unknown[0]}'; known are {', '.join(known)}")
    if missing := [name for name in needed if name not in row]:
        raise BadInput(f"{where}: '{missing[0]}' is missing; needed are {', '.join(needed)}")


def text(row: Mapping[str, Any], name: str) -> str | None:
    """What stands in a column; None where it is empty."""
    value = row.get(name)
    return None if value is None else str(value).strip() or None


def one_of(row: Mapping[str, Any], name: str, known: Iterable[str], where: str) -> str:
    """One of some words; `kind` is the first of them where it is empty."""
    value, choices = text(row, name), list(known)
    if value is None and name == "kind":
        return choices[0]
    if value not in choices:
        raise BadInput(f"{where}: {name} '{value}' is unknown; choose {', '.join(choices)}")
    return value


def number(row: Mapping[str, Any], name: str, where: str, *, most: float, otherwise: float | None = None) -> float:
    """A number above 0."""
    told = text(row, name)
    if told is None and otherwise is not None:
        return otherwise
    try:
        value = float(told or "")
    except ValueError:
        value = float("nan")
    if not 0 < value <= most:
        raise BadInput(f"{where}: {name} '{told}' must be a number above 0, at most {most:g}")
    return value


def flag(row: Mapping[str, Any], name: str, where: str, *, otherwise: bool = False) -> bool:
    """Yes or no."""
    told = text(row, name)
    if told is None:
        return otherwise
    if told.casefold() not in _WORDS:
        raise BadInput(f"{where}: {name} '{told}' must be yes or no")
    return _WORDS[told.casefold()]


def day(row: Mapping[str, Any], name: str, where: str) -> date | None:
    """A day; None where it is empty."""
    told = text(row, name)
    try:
        return None if told is None else date.fromisoformat(told)
    except ValueError:
        raise BadInput(f"{where}: {name} '{told}' is no day; write it as 2026-10-01") from None
