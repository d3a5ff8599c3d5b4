from datetime import date

import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes.visiting.officers import check_officers, officers_of, works_on

GOOD = {"officer": ["Zhou", "Li"], "grid": ["01;02", None]}


def test_an_officer_has_the_shift_of_the_options_unless_another_is_written(plan: Plan):
    found = check_officers(pd.DataFrame(GOOD | {"from": [None, "13:00"], "to": [None, "17:00"]}), plan, shift_min=180)
    assert found[["from_min", "to_min"]].to_numpy().tolist() == [[480, 660], [780, 1020]]
    assert found["grids"].tolist() == [("01", "02"), ()]


def test_nobody_works_on_leave_or_at_the_weekend_unless_it_is_written(plan: Plan):
    cells = {"leave": ["2026-12-01; 2026-12-03..2026-12-04", None], "weekdays": [None, "Sat"]}
    found = check_officers(pd.DataFrame(GOOD | cells), plan)
    works = works_on(found, date(2026, 11, 30), 7)  # a Monday
    assert works.astype(int).tolist() == [[1, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0]]


def test_a_break_lies_in_the_middle_of_the_shift_unless_it_is_written(plan: Plan):
    cells = {"break_min": ["30", "30"], "break_from": [None, "09:00"], "break_to": [None, "09:30"]}
    found = check_officers(pd.DataFrame(GOOD | cells), plan, shift_from="08:00", shift_min=240)
    assert found[["break_from_min", "break_to_min"]].to_numpy().tolist() == [[555, 615], [540, 570]]


def test_every_grid_has_its_officers_where_no_table_is_given(plan: Plan):
    found = officers_of(["01", "02"], 2, plan)
    assert found["officer"].tolist() == ["01-1", "01-2", "02-1", "02-2"]
    assert found["grids"].tolist() == [("01",), ("01",), ("02",), ("02",)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"from": ["09:00", None], "to": ["09:00", None]},
            r"officers, row 1 \(officer 'Zhou'\), column 'to': '09:00' leaves no shift",
        ),
        ({"officer": ["Zhou", "Zhou"]}, r"row 2 .* column 'officer': 'Zhou' stands twice"),
        ({"grid": ["01", "77"]}, r"row 2 .* column 'grid': '77' names '77', no grid of the plan; its grids are 01"),
        ({"leave": ["2026-12-05..2026-12-01", None]}, r"row 1, column 'leave': .* is no span of days"),
        ({"leave": ["xmas", None]}, r"row 1, column 'leave': 'xmas' is no day"),
        ({"break_min": ["-5", None]}, r"row 1 .* column 'break_min': '-5' is negative"),
        ({"break_min": ["240", None]}, r"row 1 .* column 'break_min': '240' is as long as the shift"),
        (
            {"break_min": ["20", None], "break_from": ["17:00", None]},
            r"column 'break_from': '17:00' lies outside the shift",
        ),
        ({"mode": ["boat", None]}, r"row 1 .* column 'mode': 'boat' is no mode; write foot"),
        ({"lon": ["7.4", None], "lat": [None, None]}, r"row 1 .* column 'lat': the cell is no latitude"),
    ],
)
def test_a_bad_cell_is_named_with_its_mend(plan: Plan, change, message):
    with pytest.raises(BadInput, match=message):
        check_officers(pd.DataFrame(GOOD | change), plan)


def test_a_table_without_officers_is_refused(plan: Plan):
    with pytest.raises(BadInput, match="no column 'officer'"):
        check_officers(pd.DataFrame({"name": ["Zhou"]}), plan)
    with pytest.raises(BadInput, match="the table of officers is empty"):
        check_officers(pd.DataFrame(GOOD).iloc[:0], plan)
