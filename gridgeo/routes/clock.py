"""When the shifts of a period begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gridgeo.routes.reading import minutes_of_day

DAY_MIN = 24 * 60


@dataclass(frozen=True)
class Clock:
    """Shifts that begin at `begins` (HH:MM) in turn, a new day with the first of them; periods of `shifts` shifts of `shift_min` minutes
    follow each other, each from a day of its own. Shifts and days are counted from 0.

    Examples
    --------
    >>> clock = Clock(["08:00", "20:00"], 3, 240)
    >>> [(clock.day(shift), clock.begin(shift)) for shift in range(4)]
    [(0, '08:00'), (0, '20:00'), (1, '08:00'), (2, '08:00')]
    >>> clock.most_hours(1), clock.most_hours(3)
    (28.0, 52.0)
    """

    begins: Sequence[str]
    shifts: int
    shift_min: float
    start: date | None = None

    @property
    def days(self) -> int:
        """Days of a period."""
        return -(-self.shifts // len(self.begins))

    def day(self, shift: int) -> int:
        """Day of a shift."""
        period, within = divmod(shift, self.shifts)
        return period * self.days + within // len(self.begins)

    def begin(self, shift: int) -> str:
        """Time of day, HH:MM, at which a shift begins."""
        return self.begins[shift % self.shifts % len(self.begins)]

    def minute(self, shift: int) -> float:
        """Minutes from the midnight before the first shift until a shift begins."""
        return self.day(shift) * DAY_MIN + (minutes_of_day(self.begin(shift)) or 0.0)

    def date(self, shift: int) -> str | None:
        """The date of a shift, where the first day is known."""
        return None if self.start is None else (self.start + timedelta(days=self.day(shift))).isoformat()

    def most_hours(self, gap: int) -> float:
        """Hours that can pass at the most from a pass to one `gap` shifts later, at whatever time of their shifts."""
        later = max(self.minute(shift + gap) - self.minute(shift) for shift in range(self.shifts))
        return (later + self.shift_min) / 60
