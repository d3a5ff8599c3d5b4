"""Shifts and leave of officers, by the wall clock of the town."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.responders.duty import DUTY, DutyCalendar, Shift, duty_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEAD = "officer,kind,weekdays,from,to,first_day,last_day\n"


def told(folder: Path, *rows: str) -> DutyCalendar:
    (folder / DUTY).write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return duty_of(folder, SHANGHAI, ["wang", "li"])


def code(duty: DutyCalendar, officer: str, *moment: int) -> str | None:
    why = duty.refusal(officer, datetime(*moment, tzinfo=SHANGHAI).astimezone(UTC))
    return None if why is None else why.code


def test_without_a_table_everybody_is_always_there(tmp_path: Path) -> None:
    assert duty_of(tmp_path, SHANGHAI, ["wang"]).away(datetime(2026, 11, 18, tzinfo=UTC)) == {}


def test_a_shift_is_worked_on_its_weekdays_on_the_wall_clock_of_the_town(tmp_path: Path) -> None:
    duty = told(tmp_path, "wang,shift,1111100,08:00,18:00,,")
    at = {hour: code(duty, "wang", 2026, 11, 18, *hour) for hour in ((7, 59), (8, 0), (17, 59), (18, 0))}
    assert at == {(7, 59): "off_shift", (8, 0): None, (17, 59): None, (18, 0): "off_shift"}
    assert code(duty, "wang", 2026, 11, 21, 10) == "off_shift"  # a Saturday
    assert code(duty, "li", 2026, 11, 21, 3) is None


def test_a_night_shift_goes_on_into_the_next_day_and_belongs_to_the_day_on_which_it_began(tmp_path: Path) -> None:
    duty = told(tmp_path, "wang,shift,0000100,22:00,06:00,2026-11-20,2026-11-20")
    assert [code(duty, "wang", 2026, 11, *at) for at in ((20, 23), (21, 5), (21, 6), (27, 23))] == [
        None,
        None,
        "off_shift",
        "off_shift",
    ]


def test_leave_goes_before_shifts_and_is_told_as_such(tmp_path: Path) -> None:
    rows = ("wang,shift,,08:00,18:00,,", "wang,leave,,,,2026-11-18,2026-11-19", "li,leave,,,,2026-11-18,")
    duty = told(tmp_path, *rows)
    assert [code(duty, "wang", 2026, 11, day, 10) for day in (17, 18, 19, 20)] == [None, "on_leave", "on_leave", None]
    assert [code(duty, "li", 2026, 11, day, 10) for day in (18, 19)] == ["on_leave", None]
    assert set(duty.away(datetime(2026, 11, 18, 2, tzinfo=UTC))) == {"wang", "li"}


def test_several_shifts_of_one_officer_hold_side_by_side() -> None:
    shifts = {"wang": (Shift(480, 720), Shift(840, 1_080, last_day=date(2026, 11, 18)))}
    duty = DutyCalendar(SHANGHAI, shifts)
    assert [code(duty, "wang", 2026, 11, 18, hour) for hour in (9, 13, 15)] == [None, "off_shift", None]
    assert code(duty, "wang", 2026, 11, 19, 15) == "off_shift"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("zhao,shift,,08:00,18:00,,", "line 2: no officer 'zhao'; officers are li, wang"),
        ("wang,holiday,,,,,", "line 2: kind 'holiday' is unknown; choose shift, leave"),
        ("wang,shift,Mo-Fr,08:00,18:00,,", "line 2: weekdays 'Mo-Fr' must be seven figures"),
        ("wang,shift,0000000,08:00,18:00,,", "line 2: weekdays '0000000' must be"),
        ("wang,shift,,8,18:00,,", "line 2: from: '8' is no time of day"),
        ("wang,leave,,,,,", "line 2: first_day is empty"),
        ("wang,leave,,,,2026-11-19,2026-11-18", "line 2: last_day 2026-11-18 comes before"),
        ("wang,leave,,,,2026-11-19,2036-11-18", "line 2: the leave lasts 3653 days"),
    ],
)
def test_a_row_that_cant_be_used_is_refused_with_the_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        told(tmp_path, row)
