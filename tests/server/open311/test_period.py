from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.errors import BadRequest
from gridgeo_server.open311.period import SPAN, moment, period

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
moments = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1994-11-05T08:15:30-05:00", datetime(1994, 11, 5, 13, 15, 30, tzinfo=UTC)),
        ("1994-11-05T13:15:30Z", datetime(1994, 11, 5, 13, 15, 30, tzinfo=UTC)),
        ("1994-11-05t13:15z", datetime(1994, 11, 5, 13, 15, tzinfo=UTC)),
        ("2026-11-18T09:00:00 08:00", datetime(2026, 11, 18, 1, tzinfo=UTC)),
        ("2026-11-18T09:00:00.5+08:00", datetime(2026, 11, 18, 1, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_dates_of_the_w3c_note_are_read_and_a_plus_lost_in_an_address_is_found(text: str, told: datetime) -> None:
    assert moment(text, "start_date") == told


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-18", "2026-11-18T09:00:00", "20261118T090000Z", "2026-W47-3T09:00Z", "2026-02-30T09:00:00Z", "yesterday",
        "2026-11-18T25:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "２０２６-11-18T09:00:00Z", "",
    ],
)  # fmt: skip
def test_what_is_no_date_or_has_no_zone_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(BadRequest, match="end_date") as refused:
        moment(text, "end_date")
    assert refused.value.field == "end_date"


def test_without_dates_the_last_90_days_are_meant() -> None:
    assert period(None, None, NOW) == (NOW - SPAN, NOW)


@given(st.none() | moments, st.none() | moments)
def test_a_period_is_never_longer_than_90_days_and_keeps_what_was_given(
    start: datetime | None, end: datetime | None
) -> None:
    try:
        first, last = period(start, end, NOW)
    except BadRequest:
        assert start is not None
        assert end is not None
        assert end < start or end - start > SPAN
        return
    assert timedelta() <= last - first <= SPAN
    assert start in {None, first}
    assert end in {None, last}
