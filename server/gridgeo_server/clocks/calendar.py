"""A working calendar: work time, weekends, holidays and make-up workdays (调休) on the wall clock of one time zone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridgeo.errors import BadInput

Span = tuple[datetime, datetime]

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
MINUTES_A_DAY = 1_440


@dataclass(frozen=True)
class Calendar:
    """When work is done.

    Parameters
    ----------
    zone
        Whose wall clock it is.
    work_time
        From and to, minutes after midnight on the wall clock, in their order; an end is not part of the work time.
    weekend
        Days of the week without work, Monday 0.
    holidays, workdays
        Days without work whatever their weekday, and days with work though they fall on a weekend.

    Raises
    ------
    BadInput
        The work time is empty, overlaps or runs over midnight, every day is a weekend, or a day is said to be both.
    """

    zone: ZoneInfo
    work_time: tuple[tuple[int, int], ...] = ((480, 720), (840, 1_080))
    weekend: frozenset[int] = frozenset((5, 6))
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    _spans: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a calendar on which no work would ever be done, or that contradicts itself."""
        if not self.work_time:
            raise BadInput("work_time is empty; give at least one span, e.g. 08:00 to 12:00")
        ends = [0, *(minute for span in self.work_time for minute in span)]
        if ends[-1] > MINUTES_A_DAY or any(a > b for a, b in itertools.pairwise(ends)):
            raise BadInput("work_time must be spans of one day in their order, none over another")
        if any(start == end for start, end in self.work_time):
            raise BadInput("work_time has a span that ends when it begins; leave it out")
        if len(self.weekend) >= 7:
            raise BadInput("weekend names all seven days; leave at least one for work")
        if both := self.holidays & self.workdays:
            raise BadInput(f"{min(both)} is both a holiday and a workday; choose one")

    @property
    def day(self) -> timedelta:
        """Work time of an ordinary working day."""
        return timedelta(minutes=sum(end - start for start, end in self.work_time))

    def works_on(self, day: date) -> bool:
        """Whether work is done on `day`."""
        return day in self.workdays or (day.weekday() not in self.weekend and day not in self.holidays)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The work time of `day` as moments in UTC, in their order."""
        known = self._spans.get(day)
        if known is None:
            known = tuple(self._spans_of(day)) if self.works_on(day) else ()
            self._spans[day] = known
        return known

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Work time between two moments; negative where `end` comes first."""
        if end < start:
            return -self.worked(end, start)
        total, day, last = _NOTHING, self.day_of(start), self.day_of(end)
        while day <= last:
            for a, b in self.spans(day):
                total += max(_NOTHING, min(b, end) - max(a, start))
            day += _DAY
        return total

    def shift(self, start: datetime, work: timedelta) -> datetime:
        """The earliest moment that lies so much work time after `start`, before it where `work` is negative."""
        if work > _NOTHING:
            return self._forth(start, work)
        return self._back(start, -work) if work < _NOTHING else start

    def _forth(self, start: datetime, left: timedelta) -> datetime:
        day = self.day_of(start)
        while True:
            for a, b in self.spans(day):
                here = max(_NOTHING, b - max(a, start))
                if here >= left:
                    return max(a, start) + left
                left -= here
            day += _DAY

    def _back(self, start: datetime, left: timedelta) -> datetime:
        day = self.day_of(start)
        while True:
            for a, b in reversed(self.spans(day)):
                here = max(_NOTHING, min(b, start) - a)
                if here > left:
                    return min(b, start) - left
                left -= here
            day -= _DAY

    def day_of(self, moment: datetime) -> date:
        """The day that the wall clock shows at `moment`."""
        return moment.astimezone(self.zone).date()

    def _spans_of(self, day: date) -> Iterator[Span]:
        """Work time of `day`: what the wall clock shows, so that an hour that is skipped isn't worked and one that comes
        twice is worked twice.
        """
        midnight = datetime.combine(day, time(), UTC)
        before, after = self._offset(midnight - _DAY), self._offset(midnight + 2 * _DAY)
        walls = [(midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)) for a, b in self.work_time]
        if before == after:
            yield from ((a - before, b - before) for a, b in walls)
            return
        turn = self._turn(midnight - _DAY, midnight + 2 * _DAY, before)
        for a, b in walls:
            if (start := a - before) < (end := min(turn, b - before)):
                yield start, end
        for a, b in walls:
            if (start := max(turn, a - after)) < (end := b - after):
                yield start, end

    def _turn(self, low: datetime, high: datetime, before: timedelta) -> datetime:
        """The first whole second at which the wall clock is no longer `before` from UTC."""
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
            low, high = (middle, high) if self._offset(middle) == before else (low, middle)
        return high

    def _offset(self, moment: datetime) -> timedelta:
        offset = moment.astimezone(self.zone).utcoffset()
        assert offset is not None
        return offset
