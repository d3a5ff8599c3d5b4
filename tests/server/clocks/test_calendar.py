from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridgeo.errors import BadInput
from gridgeo_server.clocks import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Monaco", "America/Sao_Paulo", "Australia/Lord_Howe")]
# Nights on which a clock was moved: Monaco both ways, São Paulo at midnight, Lord Howe by half an hour.
TURNS = [date(2026, 3, 29), date(2026, 10, 25), date(2018, 11, 4), date(2026, 4, 5), date(2026, 11, 18)]
NIGHT = ((0, 90), (120, 200), (480, 1_440))


def brute(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Minutes of work between two whole minutes, by looking at the wall clock once a minute."""
    count, moment = 0, start
    while moment < end:
        here = moment.astimezone(calendar.zone)
        minute = 60 * here.hour + here.minute
        count += calendar.works_on(here.date()) and any(a <= minute < b for a, b in calendar.work_time)
        moment += timedelta(minutes=1)
    return count


@st.composite
def calendars_and_starts(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and a whole minute within three days of a turn of a clock."""
    turn = draw(st.sampled_from(TURNS))
    near = st.integers(-2, 4).map(lambda n: turn + timedelta(days=n))
    holidays = draw(st.frozensets(near, max_size=2))
    workdays = draw(st.frozensets(near, max_size=2)) - holidays
    work_time = draw(st.sampled_from([((480, 720), (840, 1_080)), NIGHT, ((0, 1_440),), ((59, 61), (150, 170))]))
    calendar = Calendar(draw(st.sampled_from(ZONES)), work_time, holidays=holidays, workdays=workdays)
    start = datetime(turn.year, turn.month, turn.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(-2_880, 2_880)))
    return calendar, start


@settings(max_examples=30, deadline=None)
@given(calendars_and_starts(), st.integers(0, 3_000))
def test_work_time_is_what_a_minute_by_minute_count_of_the_wall_clock_finds(
    made: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, start = made
    end = start + timedelta(minutes=minutes)
    assert calendar.worked(start, end) == timedelta(minutes=brute(calendar, start, end))
    assert calendar.worked(end, start) == -calendar.worked(start, end)


@settings(max_examples=20, deadline=None)
@given(calendars_and_starts(), st.integers(1, 1_500))
@example((Calendar(ZONES[1], NIGHT), datetime(2026, 3, 27, 12, tzinfo=UTC)), 1_500)
def test_a_moment_reached_is_the_earliest_by_which_so_much_was_worked(
    made: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, start = made
    work = timedelta(minutes=minutes)
    end = calendar.shift(start, work)
    assert calendar.worked(start, end) == work
    assert end - start > timedelta(days=4) or brute(calendar, start, end) == minutes
    assert calendar.worked(start, end - timedelta(minutes=1)) < work
    back = calendar.shift(start, -work)
    assert calendar.worked(back, start) == work
    assert calendar.worked(back - timedelta(minutes=1), start) > work


@settings(max_examples=20, deadline=None)
@given(calendars_and_starts(), st.integers(1, 900), st.integers(1, 900))
def test_going_on_from_a_moment_reached_leads_where_going_at_once_leads(
    made: tuple[Calendar, datetime], first: int, then: int
) -> None:
    calendar, start = made
    one, two = timedelta(minutes=first), timedelta(minutes=then)
    assert calendar.shift(calendar.shift(start, one), two) == calendar.shift(start, one + two)


def test_the_national_day_of_2026_is_a_long_holiday_between_make_up_workdays() -> None:
    week = frozenset(date(2026, 10, day) for day in range(1, 8))
    calendar = Calendar(SHANGHAI, holidays=week, workdays=frozenset([date(2026, 9, 20), date(2026, 10, 10)]))
    wednesday = datetime(2026, 9, 30, 17, 0, tzinfo=SHANGHAI)
    assert calendar.shift(wednesday, timedelta(hours=4)) == datetime(2026, 10, 8, 11, 0, tzinfo=SHANGHAI)
    friday = datetime(2026, 10, 9, 17, 0, tzinfo=SHANGHAI)
    assert calendar.shift(friday, timedelta(hours=4)) == datetime(2026, 10, 10, 11, 0, tzinfo=SHANGHAI)


def test_work_that_ends_with_the_morning_ends_at_noon_and_not_after_lunch() -> None:
    calendar = Calendar(SHANGHAI)
    eight, half_past_two = (datetime(2026, 11, 18, *at, tzinfo=SHANGHAI) for at in ((8, 0), (14, 30)))
    noon = datetime(2026, 11, 18, 12, 0, tzinfo=SHANGHAI)
    assert calendar.shift(eight, timedelta(hours=4)) == noon
    assert calendar.shift(half_past_two, timedelta(minutes=-30)) == noon
    assert calendar.shift(half_past_two, timedelta(0)) == half_past_two


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"work_time": ()}, "empty"),
        ({"work_time": ((480, 720), (700, 900))}, "none over another"),
        ({"work_time": ((480, 1_500),)}, "spans of one day"),
        ({"work_time": ((480, 480),)}, "ends when it begins"),
        ({"weekend": frozenset(range(7))}, "all seven days"),
        ({"holidays": frozenset([date(2026, 1, 1)]), "workdays": frozenset([date(2026, 1, 1)])}, "2026-01-01 is both"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(given_: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Calendar(SHANGHAI, **given_)
