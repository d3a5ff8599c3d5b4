import numpy as np
import pytest

from gridgeo_solvers.collection.patterns import patterns
from gridgeo_solvers.collection.problem import gaps
from gridgeo_solvers.errors import Infeasible
from villages import villages

WEEK = (True,) * 6 + (False,)


def test_one_day_in_three_is_enough_where_every_day_is_open():
    assert patterns(villages(0, 1))[0] == [(0,), (1,), (2,)]


def test_a_village_that_fills_a_vehicle_sooner_is_visited_sooner():
    problem = villages(0, 1, items=np.array([90.0]), most_days=4)
    assert patterns(problem)[0] == [(0, 2), (1, 3)]


@pytest.mark.parametrize("most", [2, 3, 5, 7])
def test_days_without_rounds_are_left_out_and_no_gap_is_too_long(most):
    found = patterns(villages(0, 1, most_days=most, open_days=WEEK))[0]
    assert found
    for days in found:
        assert max(gaps(days, 7)) <= most
        assert 6 not in days
        fewer = [one for one in found if len(one) < len(days)]
        assert not fewer


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"items": np.array([300.0])}, "makes 300 items a day, a vehicle holds 200"),
        ({"shift": 60.0}, "min there and back"),
        ({"most_days": 2, "open_days": (True, True, False, False, False, True, True)}, "no days at most 2 apart"),
        ({"items": np.array([90.0]), "open_days": (True, False, False)}, "90 items a day fill a vehicle in 2"),
    ],
)
def test_a_village_that_cant_be_kept_is_named(more, words):
    with pytest.raises(Infeasible, match=f"village 0.*{words}"):
        patterns(villages(0, 1, **more))
