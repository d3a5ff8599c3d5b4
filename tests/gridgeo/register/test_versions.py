from datetime import date, datetime

import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.register.versions import Version, day, is_day


def test_days_are_written_so_that_they_sort_as_days_do():
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 10, 2)]
    assert [day(one) for one in days] == sorted(day(one) for one in days)


@pytest.mark.parametrize("value", ["2020-01-01", datetime(2020, 1, 1, 8), 2020, None])
def test_what_is_no_day_is_refused(value):
    with pytest.raises(BadInput, match=r"valid_from .* must be a day; give a datetime\.date"):
        day(value, "valid_from")


def test_text_is_proven_to_be_a_day():
    assert is_day(pd.Series(["2020-02-29", "2021-02-29", "2020-2-9", "1 May"])).tolist() == [True, False, False, False]


def test_a_row_becomes_a_version_with_days_and_codes():
    row = {
        "code": "7", "version": 2, "name": "", "owner": "Ada", "area": "west", "households": 5, "valid_from": "2020-01-01",
        "valid_to": None, "plan": "P-1", "change": "merged", "parents": "3 4", "heirs": "",
    }  # fmt: skip
    found = Version.of(row)
    assert (found.valid_from, found.valid_to, found.parents, found.heirs) == (date(2020, 1, 1), None, ("3", "4"), ())
    assert Version.of({**row, "valid_to": "2021-01-01"}).valid_to == date(2021, 1, 1)
