"""Plain tables: CSV in UTF-8 or GBK, and the tables of households that are joined to buildings."""

from __future__ import annotations

import csv
import io
import os
import re

import pandas as pd

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.sources.files import existing, replacing

ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order; GB 18030 contains GBK and GB 2312."""

HEADINGS = {
    "户数": "households",
    "经度": "lon",
    "纬度": "lat",
    "单元": "unit",
    "楼栋": "building",
    "建筑": "building",
    "网格": "grid",
    "longitude": "lon",
    "latitude": "lat",
}
"""Headings that are read as the column names used here."""

_FORMULA = re.compile(r"'*(?:[=@\t\r]|[+-](?![\d .,()/-]*\Z))")
"""How a text begins that a spreadsheet takes for a formula; a number or a phone number is none."""


def read_csv(path: str | os.PathLike[str], *, lines: bool = False) -> pd.DataFrame:
    """A CSV file as text, one column for each heading; an empty cell is missing.

    With `lines` the index says on which line of the file a row ends.

    UTF-8 (with or without a byte order mark) and GBK / GB 18030 are told apart by trying. Comma, semicolon and tab
    are told apart by the heading line. Chinese headings are translated by `HEADINGS`. The apostrophe that `write_csv` puts before
    a formula is taken away.

    Raises
    ------
    UnreadableSource
        The file is missing or empty, is in neither encoding, has no heading, or a line has too many cells.
    """
    file = existing(path, "a CSV table")
    return parse_csv(file.read_bytes(), str(file), lines=lines)


def parse_csv(data: bytes, file: str, *, lines: bool = False) -> pd.DataFrame:
    """The table in the bytes of a CSV file, as `read_csv` reads it; `file` is what messages call it."""
    text = _decoded(data, file)
    first = text.splitlines()[0] if text.strip() else ""
    if not first.strip():
        raise UnreadableSource(f"{file}: has no heading line; name the columns in the first line")
    separator = max(",;\t", key=first.count)
    width = len(next(csv.reader([first], delimiter=separator)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        numbered = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise UnreadableSource(f"{file}: is no CSV table ({error}); save it again as CSV") from None
    rows = [row for _, row in numbered]
    for number, row in numbered:
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            raise UnreadableSource(
                f"{file}, line {number}: has {len(row)} cells, the heading has {width}; put quotes around text with commas"
            )
    kept = [(number, row) for number, row in numbered[1:] if any(cell.strip() for cell in row)]
    body = [[_bare(cell.strip()) or None for cell in (row + [""] * width)[:width]] for _, row in kept]
    names = [HEADINGS.get(name.strip(), HEADINGS.get(name.strip().lower(), name.strip())) for name in rows[0]]
    again = {name for name in names if names.count(name) > 1}
    if again:
        raise UnreadableSource(f"{file}: two columns are headed '{min(again)}'; keep one of them")
    index = pd.Index([number for number, _ in kept], dtype="int64", name="line") if lines else None
    return pd.DataFrame(body, columns=names, index=index, dtype="str")


def write_csv(table: pd.DataFrame, path: str | os.PathLike[str], *, encoding: str = "utf-8") -> None:
    """Write a table as CSV, comma-separated, lines ended by a line feed.

    `encoding` is ``utf-8``, ``utf-8-sig`` (with the mark by which Excel knows it) or ``gb18030``. A text that a spreadsheet would
    take for a formula gets an apostrophe before it; `read_csv` takes it away again.
    """
    with replacing(path) as fresh:
        without_formulas(table).to_csv(fresh, index=False, encoding=encoding, lineterminator="\n")


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with an apostrophe before every text that a spreadsheet would take for a formula."""
    found = table
    for at in range(table.shape[1]):
        column = table.iloc[:, at]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            continue
        unsafe = [isinstance(value, str) and _FORMULA.match(value) is not None for value in column]
        if any(unsafe):
            found = table.copy() if found is table else found
            guarded = [f"'{value}" if one else value for value, one in zip(column, unsafe, strict=True)]
            found.isetitem(at, guarded)
    return found


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def read_households(path: str | os.PathLike[str]) -> pd.DataFrame:
    """A table of households to join: columns `households` (integers ≥ 0) and how a row finds its place.

    A row finds its place by `building`, or by `unit`, or by `lon` and `lat` (degrees).

    Raises
    ------
    UnreadableSource
        The file can't be read or lacks the columns.
    BadInput
        A number of households is missing, not a number, negative or fractional; the message names the line.
    """
    table = read_csv(path)
    if "households" not in table.columns:
        raise UnreadableSource(f"{path}: has no column 'households'; it has {', '.join(table.columns)}")
    keys = [name for name in ("building", "unit") if name in table.columns]
    if not keys and not {"lon", "lat"} <= set(table.columns):
        raise UnreadableSource(
            f"{path}: nothing says where its rows belong; add a column building, a column unit, or lon and lat"
        )
    if not len(table):
        raise UnreadableSource(f"{path}: has a heading but no rows; add one row for each building or unit")
    return table.assign(households=_whole_numbers(table["households"], path), **_degrees(table, path))


def _decoded(data: bytes, file: str) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableSource(f"{file}: is text in neither UTF-8 nor GBK; save it again as UTF-8")


def _whole_numbers(column: pd.Series, path: str | os.PathLike[str]) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce")
    for wrong, why in (
        (column.isna(), "is empty"),
        (numbers.isna() | ~numbers.abs().lt(1e9), "is no number"),
        (numbers < 0, "is negative"),
        (numbers % 1 != 0, "is a fraction"),
    ):
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            cell = "" if pd.isna(column.iloc[row]) else f" '{column.iloc[row]}'"
            raise BadInput(f"{path}, line {row + 2}: households{cell} {why}; give a whole number, 0 or more")
    return numbers.astype("int64")


def _degrees(table: pd.DataFrame, path: str | os.PathLike[str]) -> dict[str, pd.Series]:
    columns = {}
    for name, limit in (("lon", 180.0), ("lat", 90.0)):
        if name not in table.columns:
            continue
        numbers = pd.to_numeric(table[name], errors="coerce")
        bad = ~numbers.abs().le(limit)
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise BadInput(
                f"{path}, line {row + 2}: {name} is '{table[name].iloc[row]}'; give degrees between -{limit:g} and {limit:g}"
            )
        columns[name] = numbers.astype(float)
    return columns
