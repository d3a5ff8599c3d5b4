import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes import patrolled_streets
from gridgeo.routes.classes import CLASSES, TIMES, classes_of, shifts_open


def test_streets_are_of_the_class_of_their_kind_unless_a_table_or_column_says_better(plan: Plan):
    streets, edges = patrolled_streets(plan), plan.jurisdiction.road_edges
    kinds = classes_of(streets, edges, None, CLASSES, TIMES)
    assert kinds.tolist() == [CLASSES.get(kind, "normal") for kind in streets["highway"]]
    first, second = streets["street"].iloc[:2]
    told = edges.assign(patrol_class=["quiet" if street == second else None for street in edges["street"]])
    table = pd.DataFrame({"street": [first], "class": ["hot"]})
    better = classes_of(streets, told, table, dict.fromkeys(streets["highway"], "normal"), TIMES)
    assert better.tolist() == ["hot", "quiet"] + ["normal"] * (len(streets) - 2)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"street": [-5], "class": ["hot"]}, "'-5' is no street of the town"),
        ({"street": [0], "class": ["warm"]}, "'warm' is no class; choose one of hot, normal, quiet"),
        ({"street": [0]}, "no column 'class'"),
    ],
)
def test_a_table_that_names_nothing_known_is_refused_by_row(plan: Plan, table, words):
    streets, edges = patrolled_streets(plan), plan.jurisdiction.road_edges
    if table["street"] == [0]:
        table = table | {"street": [streets["street"].iloc[0]]}
    with pytest.raises(BadInput, match=words):
        classes_of(streets, edges, pd.DataFrame(table), CLASSES, TIMES)


def test_a_class_without_a_number_of_passes_is_refused_with_a_street(plan: Plan):
    streets, edges = patrolled_streets(plan), plan.jurisdiction.road_edges
    with pytest.raises(BadInput, match=r"street .* is of class 'busy', which has no number of passes"):
        classes_of(streets, edges, None, dict.fromkeys(streets["highway"], "busy"), TIMES)


@pytest.mark.parametrize(
    ("closed", "begins", "open_"),
    [
        ([], ["08:00"], 0b1111),
        ([("22:00", "06:00")], ["08:00", "20:00"], 0b0101),
        ([("12:00", "13:00")], ["08:00"], 0b1111),
        ([("11:59", "13:00")], ["08:00"], 0b0000),
        ([("00:00", "02:00")], ["23:00"], 0b0000),
        ([("07:00", "08:00"), ("21:00", "22:00")], ["08:00", "20:00"], 0b0101),
    ],
)
def test_shifts_that_touch_closed_times_are_not_open(closed, begins, open_):
    assert shifts_open(closed, begins, 240, 4, "quiet") == open_


def test_a_time_that_is_none_is_refused():
    with pytest.raises(BadInput, match="closed time of 'quiet', 'noon', is no time of day"):
        shifts_open([("noon", "13:00")], ["08:00"], 240, 4, "quiet")
