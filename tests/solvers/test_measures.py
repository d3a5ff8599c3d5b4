import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.measures import Measure


def test_a_band_is_a_share_of_the_mean():
    band = Measure.within("area", [2.0, 4.0], k=2, tolerance=0.5)
    assert (band.lower, band.upper) == (1.5, 4.5)


def test_a_measure_without_a_band_is_only_reported():
    assert not Measure("area", np.ones(3)).banded
    assert not Measure("area", np.ones(3), lower=0).banded
    assert Measure("area", np.ones(3), upper=2).banded
    assert Measure("area", np.ones(3), lower=np.array([0.0, 1.0])).banded


def test_ends_that_differ_are_told_for_each_grid_and_at_their_widest():
    uneven = Measure("area", np.ones(3), lower=np.array([1.0, 2.0]), upper=np.array([3.0, np.inf]))
    assert [ends.tolist() for ends in uneven.bounds(2)] == [[1.0, 2.0], [3.0, np.inf]]
    assert (uneven.lowest, uneven.highest_lower, uneven.highest) == (1.0, 2.0, np.inf)
    assert uneven.unequal


def test_ends_that_are_the_same_for_every_grid_are_one_number():
    even = Measure("area", np.ones(3), lower=np.array([1.0, 1.0]), upper=np.float32(2), target=[1.5, 1.5])
    assert (even.lower, even.upper, even.target) == (1.0, 2.0, 1.5)
    assert not even.unequal
    assert [ends.tolist() for ends in even.bounds(2)] == [[1.0, 1.0], [2.0, 2.0]]


def test_the_target_is_the_mean_where_none_is_given():
    assert Measure("area", np.array([1.0, 5.0])).targets(2).tolist() == [3.0, 3.0]
    assert Measure("area", np.ones(2), target=[1.0, 5.0]).targets(2).tolist() == [1.0, 5.0]


def test_whole_numbers_leave_no_room_for_one_more():
    people = Measure("people", np.array([1e8, 2e8]))
    assert people.rounding * 9e14 < 2
    assert Measure("area", np.array([0.5, 1e9])).rounding == 1e-9


def test_totals_are_taken_up_to_where_whole_numbers_end():
    assert Measure("area", np.full(1000, 1e12)).weights.sum() == 1e15
    with pytest.raises(BadProblem, match=r"measure area has 1e\+16 in all: .* larger unit"):
        Measure("area", np.full(10, 1e15))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Measure("h", np.array([1.0, np.nan])), "measure h of unit 1"),
        (lambda: Measure("h", np.array([1.0, np.inf])), "measure h of unit 1"),
        (lambda: Measure("h", np.array([1.0, -2.0])), "measure h of unit 1 is -2"),
        (lambda: Measure("h", ["many", "few"]), "weights must be numbers"),
        (lambda: Measure("h", np.ones(2), lower=3, upper=2), "3:2 is empty"),
        (lambda: Measure("h", np.ones(2), lower=np.nan), "nan:inf is empty"),
        (lambda: Measure("h", np.ones(2), upper=-1), "-inf:-1 is empty"),
        (lambda: Measure("h", np.ones(2), lower=np.inf), "inf:inf is empty"),
        (lambda: Measure("h", np.ones(2), [1.0, 3.0], [2.0, 2.0]), "3:2 of grid 1 is empty"),
        (lambda: Measure("h", np.ones(2), [1.0, 2.0, 3.0], [8.0, 9.0]), "lower has 3 numbers, upper 2"),
        (lambda: Measure("h", np.ones(2), lower=np.zeros((2, 2))), r"lower has shape \(2, 2\)"),
        (lambda: Measure("h", np.ones(2), target=0), "target 0.0 must be above 0"),
        (lambda: Measure("h", np.ones(2), target=[1, np.nan]), "target .* must be above 0"),
        (lambda: Measure.within("h", np.ones(2), 2, -0.1), "tolerance -0.1"),
        (lambda: Measure.within("h", np.ones(2), 2, np.nan), "tolerance nan"),
        (lambda: Measure.within("h", [1.0, np.nan], 2, 0.1), "measure h of unit 1"),
        (lambda: Measure("h", np.ones((2, 2))), "one number per unit"),
    ],
)
def test_a_bad_measure_is_refused_by_name(make, words):
    with pytest.raises(BadProblem, match=words):
        make()
