"""One version of a grid in the register, and days as the register writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput


@dataclass(frozen=True)
class Version:
    """What a grid was from `valid_from` up to, but not on, `valid_to` (None: to this day).

    The fields are the columns of `gridgeo.schemas.REGISTER`; `parents` and `heirs` are codes.
    """

    code: str
    version: int
    name: str
    owner: str
    area: str
    households: int
    valid_from: date
    valid_to: date | None
    plan: str
    change: str
    parents: tuple[str, ...]
    heirs: tuple[str, ...]

    @classmethod
    def of(cls, row: dict[str, Any]) -> Version:
        """The version that a row of the table `register` holds."""
        end = row["valid_to"]
        return cls(
            code=str(row["code"]),
            version=int(row["version"]),
            name=str(row["name"]),
            owner=str(row["owner"]),
            area=str(row["area"]),
            households=int(row["households"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=None if pd.isna(end) else date.fromisoformat(end),
            plan=str(row["plan"]),
            change=str(row["change"]),
            parents=tuple(str(row["parents"]).split()),
            heirs=tuple(str(row["heirs"]).split()),
        )


def day(value: date, what: str = "date") -> str:
    """A day as YYYY-MM-DD, which sorts as days do.

    Raises
    ------
    BadInput
        It's no `datetime.date`, or one with a time of day.
    """
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadInput(f"{what} {value!r} must be a day; give a datetime.date, e.g. date(2025, 3, 1)")
    return value.isoformat()


def is_day(text: pd.Series) -> pd.Series:
    """Whether each text is a day as YYYY-MM-DD."""
    return text.str.fullmatch(r"\d{4}-\d{2}-\d{2}") & pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").notna()
