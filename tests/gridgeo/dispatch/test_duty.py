from __future__ import annotations

from datetime import date, datetime

import pytest

from gridgeo.dispatch import Limits, Standing, refusal, works_at


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(on_leave=True, on_duty=False), "on_leave"),
        (Standing(on_duty=False, fix_age_s=9_999), "off_duty"),
        (Standing(fix_age_s=601, skills=()), "old_position"),
        (Standing(fix_age_s=600, open_cases=9), "no_skill"),
        (Standing(skills={"first aid"}, open_cases=3), "full"),
        (Standing(skills={"first aid", "climbing"}, open_cases=2), None),
        (Standing(skills={"first aid"}, fix_age_s=None), None),
    ],
)
def test_the_first_thing_against_an_officer_is_told(standing: Standing, code: str | None) -> None:
    why = refusal(standing, {"first aid"}, Limits(fix_age_s=600, open_cases=3))
    assert (None if why is None else why.code) == code


def test_without_limits_age_and_load_keep_nobody_away() -> None:
    assert refusal(Standing(fix_age_s=1e6, open_cases=99)) is None


SATURDAY_NIGHT = {"from_min": 22 * 60, "to_min": 30 * 60, "weekdays": "0000010"}


@pytest.mark.parametrize(
    ("when", "works"),
    [
        (datetime(2026, 11, 28, 21, 59), False),
        (datetime(2026, 11, 28, 22, 0), True),
        (datetime(2026, 11, 29, 5, 59), True),
        (datetime(2026, 11, 29, 6, 0), False),
        (datetime(2026, 11, 28, 1, 0), False),
    ],
)
def test_a_night_shift_belongs_to_the_day_on_which_it_begins(when: datetime, works: bool) -> None:
    assert works_at(when, **SATURDAY_NIGHT) == (works, False)


def test_leave_is_told_apart_from_being_off_duty() -> None:
    day = {"from_min": 480, "to_min": 720, "leave": {date(2026, 11, 28)}}
    assert works_at(datetime(2026, 11, 28, 9), **day) == (False, True)
    assert works_at(datetime(2026, 11, 28, 13), **day) == (False, True)
    assert works_at(datetime(2026, 11, 27, 9), **day) == (True, False)
