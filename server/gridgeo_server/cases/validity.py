"""Rows of a table that hold from one day to another, both days among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A row that holds from day to day.

    Parameters
    ----------
    valid_from, valid_to
        From which to which day it holds; None always.
    """

    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def begins(self) -> date:
        """The first day."""
        return self.valid_from or date.min

    @property
    def ends(self) -> date:
        """The last day."""
        return self.valid_to or date.max

    def holds_on(self, day: date) -> bool:
        """Whether it holds on `day`."""
        return self.begins <= day <= self.ends

    def overlaps(self, other: Dated) -> bool:
        """Whether both hold on some day."""
        return self.begins <= other.ends and other.begins <= self.ends


def turns(rows: Iterable[Dated]) -> set[date]:
    """Days on which what holds of `rows` changes, the first of all among them."""
    days = {date.min}
    for row in rows:
        days.add(row.begins)
        if row.ends < date.max:
            days.add(row.ends + timedelta(days=1))
    return days
