from datetime import date

import pytest

from gridgeo.errors import BadInput
from gridgeo.reports import Approval, Departure, read_approvals, read_departures


def written(tmp_path, text):
    file = tmp_path / "t.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_approvals_are_read_with_what_is_known(tmp_path):
    file = written(tmp_path, "step,name,office,date\ndrawn,周敏,规划科,2026年11月20日\napproved,,,\n")
    assert read_approvals(file) == (Approval("drawn", "周敏", "规划科", date(2026, 11, 20)), Approval("approved"))


def test_departures_are_read_for_a_grid_or_the_whole_plan(tmp_path):
    file = written(tmp_path, "grid,what,reason\n05,balance,a school\n,count,one more\n")
    assert read_departures(file) == (Departure("05", "balance", "a school"), Departure("", "count", "one more"))


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (read_approvals, "name\nZhou\n", "'step' is missing"),
        (read_approvals, "step,date\ndrawn,soon\n", "row 2: date: 'soon' is no day"),
        (read_approvals, "step,name\ndrawn,a\n,b\n", "row 3: step is empty"),
        (read_departures, "grid,what\n05,balance\n", "'reason' is missing"),
        (read_departures, "grid,what,reason\n05,balance,\n", "row 2: reason is empty"),
    ],
)
def test_a_table_that_cant_be_used_says_where_and_why(tmp_path, read, text, said):
    with pytest.raises(BadInput, match=said):
        read(written(tmp_path, text))
