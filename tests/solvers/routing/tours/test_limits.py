import numpy as np
import pytest

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.routing.tours import Tours, solve
from gridgeo_solvers.routing.tours.limits import possible_patterns

FLAT = np.ones((4, 4)) - np.eye(4)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"demand": [1, 9, 1], "capacity": 5}, "task 1 asks for 9, a route holds 5"),
        ({"longest": 1.5}, "task 0 alone takes 2.0, a route 1.5 at the most"),
        ({"minutes": [0, 0, 4], "longest": 5}, "task 2 alone takes 6, a route 5 at the most"),
        ({"vehicles": 0}, "there is no vehicle on any day"),
        (
            {"days": 2, "vehicles": [1, 0], "patterns": [[1], [3], [1]]},
            "task 1: each of its patterns has a day without",
        ),
        ({"demand": [3, 3, 3], "capacity": 4, "vehicles": 2}, "all visits ask for 9, all routes hold 8"),
    ],
)
def test_what_no_route_can_serve_is_refused_before_anything_is_searched(fields, message):
    with pytest.raises(Infeasible, match=message) as refused:
        solve(Tours.of_doors(FLAT, **fields), steps=1)
    assert refused.value.proven


def test_a_door_that_no_way_leads_to_is_refused():
    travel = FLAT.copy()
    travel[:, 2] = np.inf
    with pytest.raises(Infeasible, match="task 1: there is no way"):
        solve(Tours.of_doors(travel), steps=1)


def test_only_some_of_many_tasks_are_named():
    with pytest.raises(Infeasible) as refused:
        solve(Tours.of_doors(np.ones((9, 9)) - np.eye(9), demand=[7] * 8, capacity=5), steps=1)
    assert len(refused.value.reasons) == 6
    assert refused.value.reasons[-1] == "3 more tasks can't be served"


def test_days_on_which_a_task_fits_no_route_leave_its_patterns():
    problem = Tours.of_doors(FLAT, days=2, patterns=[[1, 2, 3]] * 3, demand=[1, 2, 3], capacity=[3, 2], vehicles=3)
    assert possible_patterns(problem) == [[1, 2, 3], [1, 2, 3], [1]]
