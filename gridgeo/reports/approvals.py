"""What people add to a plan on paper: who agreed to it, and which departures from the rules they accept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.rosters.dates import read_day
from gridgeo.sources import read_tables

STEPS = ("drawn", "reviewed", "consulted", "approved")
"""Steps of a plan's approval that have words in both languages; other steps are printed as they are given."""


@dataclass(frozen=True)
class Approval:
    """One line of the approvals: a step, who takes it, and when; what is missing is left blank to be written by hand."""

    step: str
    name: str = ""
    office: str = ""
    day: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Departure:
    """An accepted departure from the rules: in which grid (empty for the whole plan), what, why, and who agreed."""

    grid: str
    what: str
    reason: str
    agreed: str = ""


BLANK = tuple(Approval(step) for step in STEPS)
"""The block of a plan that nobody has signed yet."""


def read_approvals(path: str | os.PathLike[str]) -> tuple[Approval, ...]:
    """Approvals from a table with the columns `step` and, if known, `name`, `office`, `date`, `note`.

    Raises
    ------
    BadInput
        A column is missing, a step is empty, or a day is none; the message names the row.
    """
    return tuple(
        Approval(
            _cell(row, "step", path, number),
            _cell(row, "name"),
            _cell(row, "office"),
            read_day(row["date"], f"{path}, row {number}: date") if _cell(row, "date") else None,
            _cell(row, "note"),
        )
        for number, row in _rows(path, ("step",))
    )


def read_departures(path: str | os.PathLike[str]) -> tuple[Departure, ...]:
    """Accepted departures from a table with the columns `grid`, `what`, `reason` and, if known, `agreed`.

    Raises
    ------
    BadInput
        A column is missing, or a row says not what or not why; the message names the row.
    """
    return tuple(
        Departure(
            _cell(row, "grid"),
            _cell(row, "what", path, number),
            _cell(row, "reason", path, number),
            _cell(row, "agreed"),
        )
        for number, row in _rows(path, ("grid", "what", "reason"))
    )


def _rows(path: str | os.PathLike[str], needed: Sequence[str]) -> list[tuple[object, dict[Any, Any]]]:
    tables = read_tables(path, needed)
    if len(tables) != 1:
        raise BadInput(f"{path}: has {len(tables)} tables; keep one")
    table = next(iter(tables.values()))
    for column in needed:
        if column not in table.columns:
            raise BadInput(f"{path}: needs the columns {', '.join(needed)}; '{column}' is missing")
    return list(zip(table.index, table.to_dict("records"), strict=True))


def _cell(row: dict[Any, Any], name: str, path: Any = None, number: object = None) -> str:
    value = row.get(name)
    text = "" if value is None or pd.isna(value) else str(value).strip()
    if not text and path is not None:
        raise BadInput(f"{path}, row {number}: {name} is empty; fill it in or leave out the row")
    return text
