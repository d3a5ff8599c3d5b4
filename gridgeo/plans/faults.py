"""What a judge finds wrong with a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One broken rule: which, where, and in words."""

    rule: str
    grid: str
    units: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


def some(units: Iterable[Any]) -> str:
    """The first three of `units` in words.

    Examples
    --------
    >>> some(["U1", "U2", "U3", "U4"]), some(["U1"])
    ('units U1, U2, U3 and 1 more', 'unit U1')
    """
    names = [str(unit) for unit in units]
    shown = ", ".join(names[:3])
    word = "unit" if len(names) == 1 else "units"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{word} {shown}{more}"
