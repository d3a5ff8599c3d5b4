from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.clocks.files import CALENDAR, calendar_from, calendar_of, doubt, zone_of


def test_a_town_without_a_file_works_from_eight_to_six_with_two_hours_of_rest(tmp_path: Path) -> None:
    calendar = calendar_of(tmp_path, "Asia/Shanghai")
    assert calendar.work_time == ((480, 720), (840, 1_080))
    assert [calendar.works_on(date(2026, 11, day)) for day in range(16, 23)] == [True] * 5 + [False] * 2


def test_the_file_of_a_town_says_zone_work_time_weekend_holidays_and_make_up_days(tmp_path: Path) -> None:
    given = {
        "zone": "Europe/Monaco",
        "work_time": [["00:30", "6:00"], ["22:00", "24:00"]],
        "weekend": ["sunday"],
        "holidays": ["2026-12-25", {"from": "2026-10-01", "to": "2026-10-03"}],
        "workdays": ["2026-11-22"],
    }
    (tmp_path / CALENDAR).write_text(json.dumps(given), encoding="utf-8")
    calendar = calendar_of(tmp_path, "UTC")
    assert calendar.zone.key == "Europe/Monaco"
    assert calendar.work_time == ((30, 360), (1_320, 1_440))
    assert calendar.holidays == {date(2026, 12, 25), *(date(2026, 10, day) for day in (1, 2, 3))}
    assert calendar.works_on(date(2026, 11, 22))
    assert calendar.works_on(date(2026, 11, 21))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "must be an object"),
        ({"timezone": "UTC"}, "unknown field 'timezone'"),
        ({"zone": "Mars/Base"}, "zone: unknown time zone 'Mars/Base'"),
        ({"zone": "../etc/passwd"}, "unknown time zone"),
        ({"zone": 8}, "unknown time zone 8"),
        ({"work_time": "08-12"}, "work_time must be a list"),
        ({"work_time": [["08:00"]]}, "work_time: ['08:00'] is no span"),
        ({"work_time": [["8", "12:00"]]}, "work_time: '8' is no time of day"),
        ({"work_time": [["08:00", "24:01"]]}, "'24:01' is no time of day"),
        ({"work_time": [["12:00", "08:00"]]}, "ends before it begins"),
        ({"work_time": [["08:00", "12:00"], ["11:00", "13:00"]]}, "calendar.json: work_time must be spans"),
        ({"weekend": ["Sun"]}, "weekend: 'Sun' is no day of the week"),
        ({"holidays": ["2026-02-30"]}, "holidays: '2026-02-30' is no day"),
        ({"holidays": [{"from": "2026-10-07", "to": "2026-10-01"}]}, "from 2026-10-07 to 2026-10-01"),
        ({"holidays": [{"from": "2026-10-07"}]}, "is no day"),
        ({"workdays": 3}, "workdays must be a list"),
        ({"workdays": ["2026-10-01"], "holidays": ["2026-10-01"]}, "both a holiday and a workday"),
    ],
)
def test_a_file_that_cant_be_used_is_refused_with_the_field_and_the_mend(given: Any, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        calendar_from(given, "calendar.json")
    assert said in str(caught.value)
    assert str(caught.value).startswith("calendar.json: ")


def test_a_time_zone_that_there_is_is_found() -> None:
    assert zone_of("Asia/Shanghai", "setting").key == "Asia/Shanghai"


def test_a_server_whose_work_time_may_be_that_of_another_place_says_so(tmp_path: Path) -> None:
    calendar = calendar_of(tmp_path, "UTC")
    assert "noon is about 04:00 UTC here" in str(doubt(calendar, 121.5))
    assert "noon is about 17:00 UTC here" in str(doubt(calendar, -74))
    assert "GRIDGEO_TIME_ZONE" in str(doubt(calendar, 121.5))
    assert doubt(calendar, 7.4) is None
    assert doubt(calendar_of(tmp_path, "Asia/Shanghai"), 121.5) is None
