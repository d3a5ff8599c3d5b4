"""Days as people write them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from gridgeo.errors import BadInput

_DAY = re.compile(
    r"(?P<year>\d{4})(?:[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?|(?P<both>\d{4}))(?:[T ]0?0:00(?::00(?:\.0+)?)?)?"
)


def read_day(given: Any, what: str) -> date:
    """The day that `given` is or names; `what` stands first in the message.

    Raises
    ------
    BadInput
        It is no day of the calendar.

    Examples
    --------
    >>> [str(read_day(text, "from")) for text in ("2026-3-1", "2026/03/01", "2026年3月1日", "20260301")]
    ['2026-03-01', '2026-03-01', '2026-03-01', '2026-03-01']
    """
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    found = _DAY.fullmatch(str(given).strip().removesuffix(".0"))
    if found:
        month, day = (found["month"], found["day"]) if found["month"] else (found["both"][:2], found["both"][2:])
        try:
            return date(int(found["year"]), int(month), int(day))
        except ValueError:
            pass
    raise BadInput(f"{what}: '{given}' is no day; write it as 2026-11-24")
