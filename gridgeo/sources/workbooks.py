"""Workbooks (.xlsx): sheets of text in, sheets of typed columns out."""

from __future__ import annotations

import datetime as dt
import os
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.sources.files import existing, replacing

ROWS = 1_048_575
"""Most rows below the heading that a sheet can hold."""

HEADING_ROWS = 10
"""Titles may stand above the heading; it is looked for in so many rows."""

_ZEROS = re.compile("0{2,}")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_DATE = b"2000-01-01T00:00:00Z"


@dataclass(frozen=True)
class Sheet:
    """One sheet to write: a frame, and how its columns are headed and shown.

    Parameters
    ----------
    table
        Columns of text are written as text, so that ``007`` stays so; a missing value is an empty cell.
    headings
        What stands above a column, by its name; the name itself where nothing is given.
    formats
        Excel's number format of a column, by its name.
    """

    table: pd.DataFrame
    headings: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)


def write_workbook(sheets: Mapping[str, Sheet], path: str | os.PathLike[str]) -> None:
    """Write sheets with a frozen heading, a filter and columns as wide as what they hold.

    The same sheets give the same bytes. Text that begins with an equals sign is text, never a formula.

    Raises
    ------
    BadInput
        A sheet has more rows than the format holds, a cell holds a control character, or the path can't be written.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, sheet in sheets.items():
        if len(sheet.table) > ROWS:
            raise BadInput(
                f"{path}: sheet {name} would have {len(sheet.table):,} rows, a sheet holds {ROWS:,}; write .csv"
            )
        _write_sheet(book.create_sheet(name), sheet)
    with replacing(path) as fresh:
        draft = fresh.with_name(f"{fresh.name}.draft")
        try:
            book.save(draft)
            _pack(draft, fresh)
        finally:
            draft.unlink(missing_ok=True)


def read_workbook(path: str | os.PathLike[str], headings: Iterable[str] = ()) -> dict[str, pd.DataFrame]:
    """Every sheet as text, by name; an empty cell is missing, and the index is the row's number in the sheet.

    Parameters
    ----------
    path
        A .xlsx file.
    headings
        The heading is the first of the `HEADING_ROWS` first rows that holds one of these, in any case; else the first row that isn't empty.

    Returns
    -------
    One frame of text for each sheet that has a heading. A whole number is written without a point, a number that the
    sheet shows with leading zeros (number format 000) keeps them, and a formula is read as its last value.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged, protected by a password or of another kind, or two columns have one heading.
    """
    from openpyxl import load_workbook

    file = existing(path, "a workbook")
    if not zipfile.is_zipfile(file):
        raise UnreadableSource(
            f"{file}: is no .xlsx workbook, or it needs a password; save it again as .xlsx without one"
        )
    wanted = {name.strip().casefold() for name in headings}
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            rows = {sheet.title: _rows(sheet) for sheet in book.worksheets}
        finally:
            book.close()
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        EOFError,
        SyntaxError,
        zipfile.BadZipFile,
    ) as broken:
        raise UnreadableSource(f"{file}: the workbook is damaged ({broken}); save it again as .xlsx") from broken
    return {name: _headed(lines, wanted, f"{file}, sheet {name}") for name, lines in rows.items() if lines}


def _write_sheet(sheet: Any, content: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    table = content.table
    heads = [str(content.headings.get(str(name), name)) for name in table.columns]
    columns = [_values(table[name], f"column {name}") for name in table.columns]
    kinds = [_kind(table[name]) for name in table.columns]
    for number, (head, values) in enumerate(zip(heads, columns, strict=True), start=1):
        longest = max(map(_width, [head, *(str(value) for value in values[:2000] if value is not None)]))
        sheet.column_dimensions[get_column_letter(number)].width = min(max(longest + 2, 8), 60)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(heads), 1))}{len(table) + 1}"
    sheet.append([_head_cell(sheet, head, kind) for head, kind in zip(heads, kinds, strict=True)])
    # One cell a column is filled again and again: a new one for each value would cost three times the time.
    cells = [WriteOnlyCell(sheet) for _ in heads]
    for cell, name, kind in zip(cells, table.columns, kinds, strict=True):
        cell.number_format = content.formats.get(str(name), {"s": "@", "n": "General", "b": "General"}[kind])
    for row in zip(*columns, strict=True):
        for cell, value, kind in zip(cells, row, kinds, strict=True):
            # Set past the property, which would make a formula of text that begins with an equals sign.
            cell._value, cell.data_type = value, kind
        sheet.append([cell if cell._value is not None else None for cell in cells])


def _head_cell(sheet: Any, text: str, kind: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E8EDF4")
    cell.alignment = Alignment(horizontal="left" if kind == "s" else "right", vertical="center")
    return cell


def _kind(column: pd.Series) -> str:
    return {"b": "b", "i": "n", "u": "n", "f": "n"}.get(column.dtype.kind, "s")


def _values(column: pd.Series, what: str) -> list[Any]:
    gone = column.isna().tolist()
    if _kind(column) != "s":
        return [None if none else value for none, value in zip(gone, column.tolist(), strict=True)]
    texts = [None if none else str(value) for none, value in zip(gone, column.tolist(), strict=True)]
    for text in texts:
        if text is not None and any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
            raise BadInput(f"{what}: {text!r} holds a control character, which a workbook can't; take it out")
    # What looks like an escape is escaped, as ECMA-376 (ST_Xstring) asks.
    return [text if text is None else _ESCAPED.sub(r"_x005F_x\1_", text) or None for text in texts]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _pack(draft: Path, target: Path) -> None:
    """The same parts with fixed dates, so that equal contents are equal files."""
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:\w+ [^>]*>)[^<]*", rb"\g<1>" + _DATE, data)
            part = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
            part.external_attr = 0o644 << 16
            packed.writestr(part, data, zipfile.ZIP_DEFLATED)


def _rows(sheet: Any) -> list[tuple[int, list[str | None]]]:
    """Number and cells of every row that isn't empty."""
    sheet.reset_dimensions()
    found = []
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_text(cell) for cell in row]
        if any(cell is not None for cell in cells):
            found.append((number, cells))
    return found


def _text(cell: Any) -> str | None:
    value = cell.value
    if value is None:
        return None
    if isinstance(value, str):
        plain = _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), value)
        return plain.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        whole = f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else repr(value)
        shown = str(cell.number_format)
        return whole.zfill(len(shown)) if _ZEROS.fullmatch(shown) and value >= 0 else whole
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _headed(rows: Sequence[tuple[int, list[str | None]]], wanted: set[str], what: str) -> pd.DataFrame:
    first = next(
        (at for at, (_, cells) in enumerate(rows[:HEADING_ROWS]) if any((c or "").casefold() in wanted for c in cells)),
        0,
    )
    names = rows[first][1]
    used = [(at, name) for at, name in enumerate(names) if name is not None]
    heads = [name for _, name in used]
    again = next((name for name in heads if heads.count(name) > 1), None)
    if again is not None:
        raise UnreadableSource(f"{what}: two columns are headed '{again}'; keep one of them")
    body = [[cells[at] if at < len(cells) else None for at, _ in used] for _, cells in rows[first + 1 :]]
    index = pd.Index([number for number, _ in rows[first + 1 :]], dtype="int64", name="row")
    return pd.DataFrame(body, columns=heads, index=index, dtype="str")
