"""Rosters on disk: CSV in UTF-8 or GBK, a workbook, or a table of a GeoPackage."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.rosters.roles import Role, roles_of
from gridgeo.rosters.roster import COLUMNS, Roster
from gridgeo.signs import check_names
from gridgeo.sources import read_tables, write_csv, write_layers, write_workbook
from gridgeo.sources.workbooks import Sheet

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "grid": ("网格", "网格编号", "网格编码", "grid_code", "code"),
    "role": ("角色", "岗位", "职务"),
    "person": ("姓名", "人员", "name", "officer"),
    "phone": ("电话", "手机", "联系电话", "手机号", "mobile", "telephone"),
    "from": ("起", "开始", "起始日期", "开始日期", "任职日期", "start", "from_date", "valid_from"),
    "to": ("止", "结束", "截止日期", "结束日期", "离任日期", "end", "to_date", "valid_to"),
    "person_id": ("工号", "人员编号", "id", "officer_id"),
}
"""Headings that are read as each column of a roster, beside its own name."""

ENDINGS = (".csv", ".xlsx", ".gpkg")
"""Endings that rosters are read from and written to."""


@proven
def read_roster(
    path: str | os.PathLike[str], *, roles: str | Iterable[Role] = "seven", plan: Plan | None = None
) -> Roster:
    """The roster in a file.

    Parameters
    ----------
    path
        A CSV (UTF-8 or GBK), a .xlsx workbook or a GeoPackage. The table `roster` is read, else the only one. Headings
        may be Chinese (`HEADINGS`).
    roles
        The roles that a grid has.
    plan
        Its grids are the only ones a row may name, by identifier or code.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of a kind that isn't read.
    BadInput
        A row can't be used, or a cell holds a sign that no name may (`gridgeo.signs`); the message names the file and the row.
    """
    file = Path(path)
    if file.suffix.lower() not in ENDINGS:
        raise BadInput(f"{file}: rosters are read from {', '.join(ENDINGS)}; '{file.suffix}' isn't read")
    table = _renamed(_the_table(file))
    known = [column for column in COLUMNS if column in table.columns]
    try:
        for row, cells in zip(table.index, table[known].to_dict("records"), strict=True):
            check_names(f"roster, row {row}", cells)
        roster = Roster(table, roles_of(roles))
        return roster if plan is None else roster.for_plan(plan)
    except BadInput as wrong:
        raise BadInput(f"{file}: {wrong}") from None


@proven
def write_roster(roster: Roster, path: str | os.PathLike[str], *, encoding: str = "utf-8") -> None:
    """Write a roster that `read_roster` reads back: .csv, .xlsx, or .gpkg with a table `roster`.

    Parameters
    ----------
    roster
        The roster. Days are written as 2026-11-24.
    path
        File to write.
    encoding
        Of a CSV: ``utf-8``, ``utf-8-sig`` or ``gb18030``, which programs that expect GBK read.

    Raises
    ------
    BadInput
        The ending names no format that is written, or the path can't be written.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    days = {name: roster.entries[name].map(lambda day: None if day is None else str(day)) for name in ("from", "to")}
    table = roster.entries.assign(**days)
    table = table.where(table != "", None).reset_index(drop=True).astype("str")
    if suffix == ".csv":
        write_csv(table, file, encoding=encoding)
    elif suffix == ".xlsx":
        write_workbook({"roster": Sheet(table)}, file)
    elif suffix == ".gpkg":
        write_layers({"roster": table}, file)
    else:
        raise BadInput(f"{file}: rosters are written to {', '.join(ENDINGS)}; '{suffix}' isn't written")


def _the_table(file: Path) -> pd.DataFrame:
    headings = [*COLUMNS, *(other for others in HEADINGS.values() for other in others)]
    tables = read_tables(file, headings)
    if "roster" in tables:
        return tables["roster"]
    if len(tables) != 1:
        names = ", ".join(tables) or "none"
        raise BadInput(f"{file}: has the tables {names}; keep one, or name the one to read 'roster'")
    return next(iter(tables.values()))


def _renamed(table: pd.DataFrame) -> pd.DataFrame:
    names = {other: column for column, others in HEADINGS.items() for other in others}
    chosen: dict[object, str] = {}
    for heading in table.columns:
        plain = str(heading).strip().casefold()
        column = plain if plain in COLUMNS else names.get(plain)
        if column is not None and column not in chosen.values() and (column == plain or column not in table.columns):
            chosen[heading] = column
    return table.rename(columns=chosen)
