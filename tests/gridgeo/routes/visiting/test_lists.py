from datetime import date

import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes.visiting import check_visits

GOOD = {"door": ["a", "b"], "lon": ["7.41", "7.42"], "lat": ["43.73", "43.74"], "minutes": ["10", "20"]}


def test_a_bare_list_is_one_visit_a_door_on_any_day_by_anybody(plan: Plan):
    found = check_visits(pd.DataFrame(GOOD), plan)
    assert found["every"].map(lambda every: every.days).tolist() == [0.0, 0.0]
    assert found["weekdays"].tolist() == ["1111111", "1111111"]
    assert found[["from_min", "to_min"]].to_numpy().tolist() == [[0, 1440], [0, 1440]]
    assert found["persons"].tolist() == [1, 1]
    assert found["officer"].tolist() == [None, None]


def test_difficulty_multiplies_the_minutes_and_floors_add_to_them(plan: Plan):
    found = check_visits(pd.DataFrame(GOOD | {"difficulty": ["1.5", None], "floor": [None, "6"]}), plan, floor_min=0.5)
    assert found["minutes"].tolist() == [15.0, 23.0]


def test_windows_are_times_of_day_or_minutes_of_the_shift(plan: Plan):
    found = check_visits(pd.DataFrame(GOOD | {"from": ["09:30", "30"], "to": [None, "60"]}), plan, shift_from="08:00")
    assert found[["from_min", "to_min"]].to_numpy().tolist() == [[570, 1440], [510, 540]]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", "1111100"),
        ("tue; thu", "0101000"),
        ("Sat-Mon", "1000011"),
        ("周一至周三", "1110000"),
        ("7", "0000001"),
    ],
)
def test_weekdays_are_read_as_spans_and_lists(plan: Plan, text: str, days: str):
    assert check_visits(pd.DataFrame(GOOD | {"weekdays": [text, None]}), plan)["weekdays"].tolist() == [days, "1111111"]


def test_frequency_last_day_skills_and_officer_are_read(plan: Plan):
    cells = {"every": ["weekly", "at most 14 days"], "last": ["2026-11-24", None], "skills": ["nurse; sign", None]}
    found = check_visits(pd.DataFrame(GOOD | cells | {"officer": ["Zhou ", None], "slack": ["1", None]}), plan)
    assert found["every"].iloc[0].gap == (6, 8)
    assert found["every"].iloc[1].at_most
    assert found["last"].tolist() == [date(2026, 11, 24), None]
    assert found["skills"].tolist() == [("nurse", "sign"), ()]
    assert found["officer"].tolist() == ["Zhou", None]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"minutes": ["10", "-5"]}, r"visits, row 2 \(door 'b'\), column 'minutes': '-5' isn't above 0"),
        ({"door": ["a", "a"]}, r"row 2 \(door 'a'\), column 'door': 'a' stands twice"),
        (
            {"every": ["weekly", "often"]},
            r"row 2 .* column 'every': 'often' is no frequency of once a day at the most; write weekly",
        ),
        ({"slack": ["1", "-1"]}, r"row 2 .* column 'slack': '-1' is no whole number of days"),
        ({"last": ["2026-11-24", "soon"]}, r"row 2, column 'last': 'soon' is no day"),
        ({"weekdays": ["Mon", "Someday"]}, r"row 2 .* column 'weekdays': 'Someday' names no weekdays"),
        ({"from": ["10:00", None], "to": ["09:00", None]}, r"row 1 .* column 'to': '09:00' lies before 'from'"),
        ({"persons": ["1", "3"]}, r"row 2 .* column 'persons': '3' is neither 1 nor 2"),
        ({"priority": ["1", "0"]}, r"row 2 .* column 'priority': '0' isn't above 0"),
        ({"difficulty": ["1", "x"]}, r"row 2 .* column 'difficulty': 'x' is no number"),
        ({"grid": ["01", "77"]}, r"row 2 .* column 'grid': '77' is no grid of the plan"),
    ],
)
def test_a_bad_cell_is_named_with_its_mend(plan: Plan, change, message):
    with pytest.raises(BadInput, match=message):
        check_visits(pd.DataFrame(GOOD | change), plan)


@pytest.mark.parametrize("column", ["door", "minutes"])
def test_a_missing_column_is_named(plan: Plan, column: str):
    with pytest.raises(BadInput, match=f"visits have no column '{column}'"):
        check_visits(pd.DataFrame(GOOD).drop(columns=column), plan)


def test_an_empty_list_is_refused(plan: Plan):
    with pytest.raises(BadInput, match="the list of visits is empty"):
        check_visits(pd.DataFrame(GOOD).iloc[:0], plan)
