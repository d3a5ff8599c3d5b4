"""Signs that no text can keep, and those that make a name look like another.

Marks that turn the direction of writing: Unicode Technical Report 36, section 2.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gridgeo.errors import BadInput

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ENDS = "\t\n\r\u2028\u2029"


def fault_of(text: str, *, name: bool = False) -> tuple[str, str] | None:
    r"""What must not stand in `text`: ``control`` or ``turning``, and the sign's code; a `name` must hold no line's end either.

    Examples
    --------
    >>> fault_of("Li\u202egnaW"), fault_of("Li\u202egnaW", name=True), fault_of("Li\nWang", name=True)
    (None, ('turning', 'U+202E'), ('control', 'U+000A'))
    """
    if text.isascii() and text.isprintable():
        return None
    if found := CONTROL.search(text):
        return "control", _code(found[0])
    if name and (found := TURNING.search(text)):
        return "turning", _code(found[0])
    if name and (sign := next((one for one in text if one in _ENDS), None)):
        return "control", _code(sign)
    return None


def check_names(where: str, row: Mapping[Any, Any]) -> None:
    r"""Refuse a row of a table in which a cell holds such a sign.

    Parameters
    ----------
    where
        File and row, as a message begins.
    row
        Column → cell; blanks around a cell are no part of it.

    Raises
    ------
    BadInput
        A cell holds one; the message names the column and the sign's code.

    Examples
    --------
    >>> check_names("officers.csv, line 2", {"name": "Li\u202egnaW"})
    Traceback (most recent call last):
    gridgeo.errors.BadInput: officers.csv, line 2: name holds U+202E, which turns the direction of writing; take it out
    """
    for column, cell in row.items():
        if isinstance(cell, str) and (fault := fault_of(cell.strip(), name=True)):
            kind, code = fault
            what = "which turns the direction of writing" if kind == "turning" else "a control sign"
            raise BadInput(f"{where}: {column} holds {code}, {what}; take it out")


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}"
