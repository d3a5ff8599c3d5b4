"""How often a door is called at, as people write it, and the days that follow from it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput

MONTH = 30.4375
"""Days, on average."""
_NAMES = {
    "once": 0.0,
    "daily": 1.0,
    "weekly": 7.0,
    "fortnightly": 14.0,
    "monthly": MONTH,
    "quarterly": 3 * MONTH,
    "yearly": 12 * MONTH,
    "一次": 0.0,
    "每天": 1.0,
    "每日": 1.0,
    "每周": 7.0,
    "每两周": 14.0,
    "每月": MONTH,
    "每季": 3 * MONTH,
    "每季度": 3 * MONTH,
    "每年": 12 * MONTH,
}
_SPANS = {"day": 1.0, "week": 7.0, "month": MONTH, "quarter": 3 * MONTH, "year": 12 * MONTH}
_SPANS |= {"天": 1.0, "日": 1.0, "周": 7.0, "月": MONTH, "季": 3 * MONTH, "季度": 3 * MONTH, "年": 12 * MONTH}
_SPAN = r"(?P<span>day|week|month|quarter|year|天|日|周|月|季度|季|年)s?"
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_EVERY = re.compile(rf"(?:every |每)?{_NUMBER} ?{_SPAN}")
_AT_MOST = re.compile(rf"(?:at most|<=|≤|至多|最多) ?{_NUMBER} ?{_SPAN}(?: apart)?")
_TIMES = re.compile(rf"{_NUMBER}(?: times)? (?:a|per) {_SPAN}")
_TIMES_ZH = re.compile(rf"每{_SPAN}{_NUMBER}次")
_LONG = 100_000
"""Days that never pass."""


@dataclass(frozen=True)
class Frequency:
    """A visit every `days` days, 0 for a single one; `at_most` when fewer days between are welcome.

    Parameters
    ----------
    days
        Days between visits.
    at_most
        No more days than these pass between two visits; otherwise about as many.
    slack
        Days by which a gap may differ from `days`; a quarter of them if None, two at the least from a week on, a month at the
        most.
    """

    days: float
    at_most: bool = False
    slack: int | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.days) and (self.days == 0 or self.days >= 1)):
            raise BadInput(f"a visit every {self.days:g} days; give 1 day or more")
        if self.slack is not None and self.slack < 0:
            raise BadInput(f"a slack of {self.slack} days; give 0 or more")

    @property
    def gap(self) -> tuple[int, int]:
        """Fewest and most days between two visits that follow each other."""
        if self.days == 0:
            return 1, _LONG
        if self.at_most:
            return 1, math.floor(self.days)
        if self.days == 1:
            return 1, max(1, self.slack or 0) if self.slack is not None else _LONG
        least = 2 if self.days >= 7 else 1
        slack = self.slack if self.slack is not None else max(least, min(int(self.days / 4), 30))
        return max(1, math.ceil(self.days - slack)), max(1, math.floor(self.days + slack))


def read_frequency(text: Any, slack: int | None = None) -> Frequency | None:
    """The frequency that a cell names, None where it names none; an empty cell is a single visit.

    Examples
    --------
    >>> [read_frequency(text).days for text in ("weekly", "every 10 days", "2 a week", "每月", "每周2次", 3)]
    [7.0, 10.0, 3.5, 30.4375, 3.5, 3.0]
    >>> read_frequency("at most 14 days")
    Frequency(days=14.0, at_most=True, slack=None)
    """
    if text is None or (not isinstance(text, str) and pd.isna(text)) or not str(text).strip():
        return Frequency(0.0)
    words = re.sub(r"\s+", " ", str(text).strip().lower())
    if words in _NAMES:
        return Frequency(_NAMES[words], slack=slack)
    if re.fullmatch(r"\d+(\.\d+)?", words):
        days: float | None = float(words)
        at_most = False
    else:
        days, at_most = _spelled(words)
    if days is None or days < 1:
        return None
    return Frequency(days, at_most, slack)


def _spelled(words: str) -> tuple[float | None, bool]:
    for pattern, at_most, times in (
        (_AT_MOST, True, False),
        (_EVERY, False, False),
        (_TIMES, False, True),
        (_TIMES_ZH, False, True),
    ):
        found = pattern.fullmatch(words)
        if found and float(found["number"]) > 0:
            span, number = _SPANS[found["span"]], float(found["number"])
            return (span / number if times else span * number), at_most
    return None, False


@dataclass(frozen=True)
class Due:
    """What a frequency asks of the days of a plan, as `gridgeo_solvers.routing.visiting.Rhythm` puts it; `count` 0: not yet due."""

    count: int
    least: int
    most: int
    first_from: int
    first_to: int
    last_from: int
    last_to: int


def due(frequency: Frequency, last: int | None, possible: NDArray[np.bool_]) -> Due:
    """The visits that are due within a plan.

    About every n days: as many visits as there are due dates, counted from the last visit, or from now on if it is overdue. At
    most n days apart: as few visits as the possible days allow.

    Parameters
    ----------
    frequency
        How often.
    last
        Day of the last visit, counted from the plan's first day (negative: before it); None where it isn't known. Then the
        first visit falls into the plan.
    possible
        Shape (days,): the days on which the door could be called at.
    """
    days = len(possible)
    open_days = np.flatnonzero(possible)
    first_open = int(open_days[0]) if len(open_days) else 0
    least, most = frequency.gap
    if frequency.days == 0:
        return Due(1, 1, _LONG, 0, days - 1, 0, days - 1)
    if frequency.days == 1 and not frequency.at_most:
        return Due(max(1, len(open_days)), 1, most, 0, max(first_open, days - 1), 0, days - 1)
    if last is None:
        first = (0, min(days, math.ceil(frequency.days)) - 1)
    else:
        # An overdue visit is made up for within a quarter of its period.
        overdue = first_open + max(1, int(frequency.days / 4))
        first = (max(0, last + least), last + most if last + most >= first_open else overdue)
    end = max(0, days - most)
    if frequency.at_most:
        count = _fewest(open_days, first, most, days) if first[1] < days else 0
    else:
        count = _due_dates(frequency.days, last, days)
    return Due(count, least, most, first[0], first[1], end if count else 0, days - 1)


def _due_dates(every: float, last: int | None, days: int) -> int:
    if last is None:
        return max(1, int(days / every + 1e-9))
    first = max(0.0, last + every)
    return max(0, math.ceil((days - first) / every - 1e-9))


def _fewest(open_days: NDArray[np.int64], first: tuple[int, int], most: int, days: int) -> int:
    """Fewest visits on `open_days` that leave no gap longer than `most`; how many there would be if every day were open, where none do."""
    count, reach, at = 0, first[1], -1
    while at < days - most:
        within = open_days[(open_days > at) & (open_days <= reach) & (open_days >= first[0])]
        if not len(within):
            return max(1, math.ceil((days - first[1]) / most))
        at = int(within[-1])
        reach = at + most
        count += 1
    return max(count, 1)
