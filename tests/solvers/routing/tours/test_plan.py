import numpy as np
import pytest

from gridgeo_solvers.routing.tours import Tours, worth_of

LINE = np.abs(np.subtract.outer([0.0, 1, 2, 3], [0.0, 1, 2, 3]))


def test_service_counts_in_cost_and_duration_and_minutes_in_duration_alone():
    worth = worth_of(Tours.of_doors(LINE, service=[5, 0, 0], minutes=[0, 0, 7]), [[[(0, 0), (1, 0)], [(2, 0)]]])
    assert (worth.cost, worth.longest) == (15.0, 13.0)


def test_a_street_served_against_its_line_is_entered_at_its_other_end():
    problem = Tours(LINE, entry=[[1, 2]], exit=[[2, 1]], service=[[10, 20]])
    assert worth_of(problem, [[[(0, 0)]]]).cost == 1 + 10 + 2
    assert worth_of(problem, [[[(0, 1)]]]).cost == 2 + 20 + 1


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        ([[[(0, 0), (1, 0)], [(2, 0)]], []], "route 0 of day 0 carries 4, 3 at the most"),
        ([[[(0, 0)], [(2, 0)]], [[(1, 0)], [(2, 0)]]], "task 2 is visited on day 0, day 1, which none"),
        ([[[(0, 0), (0, 0)]], [[(1, 0)], [(2, 0)]]], "task 0 is visited 2 times on day 0"),
        ([[[(0, 0)]], [[(1, 0)]]], "task 2 is visited on no day"),
        ([[[(0, 0)], [(1, 0)], [(2, 0)]], []], "day 0 has 3 routes for 2 vehicles"),
        ([[[(0, 1)]], [[(1, 0)], [(2, 0)]]], "task 0 has no mode 1"),
        ([[[(0, 0), (7, 0)]], [[(1, 0)], [(2, 0)]]], "route 0 of day 0 has task 7"),
        ([[[(0, 0)]]], "1 days are planned, the problem has 2"),
        ([[[(0, 0)]], [[(2, 0)], [(1, 0)]]], "route 0 of day 1 takes 6, 5 at the most"),
    ],
)
def test_every_broken_rule_is_told(days, fault):
    problem = Tours.of_doors(
        LINE, demand=[2, 2, 1], capacity=3, days=2, vehicles=2, longest=5, patterns=[[1, 2]] * 3
    )  # fmt: skip
    assert any(told.startswith(fault) for told in worth_of(problem, days).faults)
