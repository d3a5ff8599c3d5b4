from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gridgeo_server.clocks import KINDS, Calendar, Limit, elapsed, shift

CALENDAR = Calendar(ZoneInfo("Asia/Shanghai"))
FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        (Limit(2, "urgent_hours"), (20, 19)),
        (Limit(2, "calendar_days"), (22, 17)),
        (Limit(4, "working_hours"), (23, 11)),
        (Limit(1, "working_days"), (23, 17)),
    ],
)
def test_each_clock_runs_in_its_own_time(limit: Limit, due: tuple[int, int]) -> None:
    end = shift(limit.kind, FRIDAY, limit.span(CALENDAR), CALENDAR)
    assert end == datetime(2026, 11, *due, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert elapsed(limit.kind, FRIDAY, end, CALENDAR) == limit.span(CALENDAR)


def test_a_day_of_the_calendar_is_24_hours_also_when_the_clock_is_moved() -> None:
    town = Calendar(ZoneInfo("Europe/Monaco"))
    start = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    assert shift("calendar_days", start, Limit(1, "calendar_days").span(town), town) == start + timedelta(hours=24)


def test_every_limit_has_words_in_both_languages() -> None:
    said = [Limit(amount, kind).words() for kind in KINDS for amount in (1, 2.5)]
    assert [one["en"] for one in said][:4] == ["1 hour", "2.5 hours", "1 day", "2.5 days"]
    assert said[-1] == {"en": "2.5 working days", "zh": "2.5个工作日"}
