from datetime import date, datetime

import pytest

from gridgeo.errors import BadInput
from gridgeo.rosters.dates import read_day


@pytest.mark.parametrize(
    "given", ["2026-11-04", "2026-11-4", "2026/11/04", "2026.11.4", "2026年11月4日", "20261104", "20261104.0",
              "2026-11-04T00:00:00", "2026-11-04 00:00:00", date(2026, 11, 4), datetime(2026, 11, 4, 9)],
)  # fmt: skip
def test_a_day_is_read_as_people_and_workbooks_write_it(given):
    assert read_day(given, "from") == date(2026, 11, 4)


@pytest.mark.parametrize("given", ["", "2026-02-30", "2026-13-01", "4.11.2026", "soon", "2026-11", 45000, None])
def test_what_is_no_day_is_refused_with_its_place(given):
    with pytest.raises(BadInput, match=r"roster, row 3: from: .* is no day; write it as 2026-11-24"):
        read_day(given, "roster, row 3: from")
