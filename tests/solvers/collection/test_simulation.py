import numpy as np
import pytest

from gridgeo_solvers.collection import simulate
from gridgeo_solvers.errors import BadProblem

WAY = np.array([[0.0, 600, 1200], [600, 0, 600], [1200, 600, 0]])


def driven(rounds, **more):
    told = {"seconds": WAY, "metres": WAY * 10, "items": [2.0, 1.0], "service": [60.0, 60.0], "most_days": 3, "capacity": 20, "shift": 3600}  # fmt: skip
    return simulate(rounds, **(told | more))


def test_waits_are_counted_from_the_day_an_item_is_made():
    assert driven([[[0, 1]]]).longest_wait == 1
    assert driven([[[0, 1]], []]).longest_wait == 2
    assert driven([[[0, 1]], [], []]).longest_wait == 3


def test_an_item_that_waits_too_long_is_a_fault():
    month = driven([[[0, 1]], [], [], []])
    assert month.longest_wait == 4
    assert "village 0: an item waited 4 days, 3 are allowed" in month.faults


def test_items_that_nobody_fetches_wait_until_the_end():
    month = driven([[[0]]])
    assert month.waits.tolist() == [1, 30]
    assert month.left == 2 + 30


def test_a_full_vehicle_leaves_the_newest_items_behind():
    month = driven([[[0]]], items=[[5, 0], [1, 0], [0, 0], [0, 0]], capacity=3, days=4)
    assert month.fetched == 6
    assert month.waits[0] == 2
    assert month.faults == ["day 1, round 0: the vehicle is full at village 0"]


def test_kilometres_and_minutes_are_those_of_the_way():
    month = driven([[[0, 1]]], days=1)
    assert month.km.tolist() == [24.0]
    assert month.minutes.tolist() == [(600 + 60 + 600 + 60 + 1200) / 60]


def test_a_round_longer_than_the_shift_is_a_fault():
    assert driven([[[0, 1]]], shift=2000, days=1).faults == ["day 0, round 0 takes 42.0 min, the shift has 33.3"]


def test_a_fraction_of_an_item_is_made_over_several_days():
    assert driven([[[0, 1]]], items=[0.5, 0.0], days=10).fetched == 4


def test_a_table_of_another_length_is_refused():
    with pytest.raises(BadProblem, match="give 2 villages, or 30 days of 2 villages"):
        driven([[]], items=[[1, 2]])
