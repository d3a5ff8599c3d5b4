import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.tours import Tours

FLAT = np.ones((4, 4)) - np.eye(4)


def test_what_is_left_out_is_filled_in():
    problem = Tours.of_doors(FLAT, days=2)
    assert problem.demand.tolist() == [0, 0, 0]
    assert problem.capacity.tolist() == [np.inf, np.inf]
    assert problem.longest.tolist() == [np.inf, np.inf]
    assert problem.vehicles.tolist() == [3, 3]
    assert problem.modes.tolist() == [1, 1, 1]
    assert problem.patterns == ((1, 2),) * 3


def test_one_number_is_a_limit_of_every_day():
    problem = Tours.of_doors(FLAT, days=2, capacity=5, vehicles=[1, 2], longest=[7, 9.5])
    assert problem.capacity.tolist() == [5, 5]
    assert problem.vehicles.tolist() == [1, 2]
    assert problem.longest.tolist() == [7, 9.5]


def test_vehicles_that_are_named_by_their_starts_end_at_the_depot():
    problem = Tours.of_doors(FLAT, starts=[1, 2])
    assert problem.vehicles.tolist() == [2]
    assert problem.ends.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"demand": [1, -2, 3]}, r"demand of task 1 is \[-2.0\]"),
        ({"demand": [1, 2]}, "demand has 2 items for 3 tasks"),
        ({"demand": ["a", 1, 1]}, "demand must be an array of numbers"),
        ({"minutes": [0, 0, np.nan]}, "minutes of task 2"),
        ({"service": [0, np.inf, 0]}, "service of task 1"),
        ({"modes": [1, 2, 1]}, "modes of task 1 is 2"),
        ({"modes": [1, 1.5, 1]}, "modes must be whole numbers"),
        ({"depot": 4}, "depot is 4: travel has places 0 to 3"),
        ({"depot": 0.5}, "depot is 0.5"),
        ({"days": 0}, "days is 0"),
        ({"capacity": -1}, "capacity of day 0 is -1"),
        ({"capacity": [1, 2]}, r"capacity has shape \(2,\)"),
        ({"vehicles": -1}, "vehicles of day 0 is -1"),
        ({"longest": np.nan}, "longest of day 0 is nan"),
        ({"days": 2, "patterns": [[1], [], [2]]}, "patterns of task 1 is empty"),
        ({"days": 2, "patterns": [[1], [2], [4]]}, "patterns of task 2 has 4"),
        ({"days": 2, "patterns": [[1], [2.5], [2]]}, "a pattern of task 1 is 2.5"),
        ({"days": 2, "patterns": [[1]]}, "patterns has 1 items for 3 tasks"),
        ({"starts": [9]}, r"starts is \[9\]"),
        ({"starts": [0, 1], "ends": [0]}, "ends has 1 places for 2 vehicles"),
        ({"starts": [0, 1], "vehicles": 3}, r"vehicles is \[3\], but starts and ends are given for 2"),
        ({"objective": "cheapest"}, "objective is 'cheapest'"),
        ({"names": ("a",)}, "names has 1 items"),
    ],
)
def test_what_has_no_meaning_is_refused_by_field_and_task(fields, message):
    with pytest.raises(BadProblem, match=message):
        Tours.of_doors(FLAT, **fields)


@pytest.mark.parametrize(
    ("travel", "entry", "message"),
    [
        (np.ones((2, 3)), [1], "it must be square"),
        ([[0, -1], [1, 0]], [1], "travel from place 0 to 1 is -1"),
        ([[0, np.nan], [1, 0]], [1], "travel from place 0 to 1 is nan"),
        ([[0, 1], [1, 0]], [2], r"entry of task 0 is \[2\]"),
        ([[0, 1], [1, 0]], [[1, 1, 1]], "1 or 2 modes"),
        ([[0, 1], [1, 0]], np.zeros((0, 1)), "there is no task"),
    ],
)
def test_travel_and_places_that_contradict_each_other_are_refused(travel, entry, message):
    with pytest.raises(BadProblem, match=message):
        Tours(travel, entry, entry)


def test_messages_call_tasks_by_their_names():
    with pytest.raises(BadProblem, match="demand of task Rua da Praia"):
        Tours.of_doors([[0, 1], [1, 0]], demand=[-1], names=("Rua da Praia",))
