"""Which encoding the text of a Shapefile is in: many are written in GBK and don't say so."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np

FALLBACKS = ("utf-8", "gb18030")
"""Tried in this order where the .cpg file is absent, unknown or wrong; GB 18030 contains GBK and GB 2312."""


def shapefile_encoding(path: Path) -> str | None:
    """The first encoding that reads all text of the .dbf beside `path`: what its .cpg names, UTF-8, GB 18030.

    None where there is no .dbf, or none of them fits. The layout of a .dbf is described in dBASE's *Table File Format* (version III):
    a header of 32 bytes, 32 bytes for each field, then records of a fixed width.
    """
    table = path.with_suffix(".dbf")
    if not table.is_file():
        return None
    cells = _text_cells(table.read_bytes())
    for encoding in dict.fromkeys([*_declared(path.with_suffix(".cpg")), *FALLBACKS]):
        if all(_reads(cell, encoding) for cell in cells):
            return encoding
    return None


def _declared(cpg: Path) -> list[str]:
    """The Python name of what the .cpg says; empty where it says nothing that is known."""
    if not cpg.is_file():
        return []
    text = cpg.read_text(encoding="ascii", errors="replace").strip().lower().removeprefix("ansi ")
    for name in (text, f"cp{text}"):
        try:
            return [codecs.lookup(name).name]
        except (LookupError, ValueError):
            continue
    return []


def _text_cells(data: bytes) -> list[bytes]:
    """Field names, and the distinct cells of text fields that aren't plain ASCII."""
    if len(data) < 33:
        return []
    rows = int.from_bytes(data[4:8], "little")
    head, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    fields = [data[at : at + 32] for at in range(32, min(head, len(data)) - 32, 32) if data[at] != 0x0D]
    rows = min(rows, (len(data) - head) // width) if width else 0
    records = np.frombuffer(data, dtype=np.uint8, count=max(rows, 0) * width, offset=min(head, len(data)))
    table = records.reshape(max(rows, 0), width) if rows > 0 else np.empty((0, width), dtype=np.uint8)
    cells = [field[:11].split(b"\0")[0] for field in fields]
    start = 1
    for field in fields:
        length = field[16]
        if field[11:12] == b"C":
            column = table[:, start : start + length]
            cells += [row.tobytes() for row in np.unique(column[(column > 127).any(axis=1)], axis=0)]
        start += length
    return cells


def _reads(cell: bytes, encoding: str) -> bool:
    """A character that the end of the cell cuts off is no fault of the encoding."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(cell.rstrip(b"\0 "), final=False)
    except UnicodeDecodeError:
        return False
    return True
