import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem

PATH = Graph.from_edges(3, [(0, 1), (1, 2)])


def problem(**changes):
    fields = {"graph": PATH, "measures": (), "k": 2, "mass": np.ones(3), "x": np.arange(3.0), "y": np.zeros(3)}
    return PartitionProblem(**{**fields, **changes})


def test_a_band_is_a_share_of_the_mean():
    band = Measure.within("area", [2.0, 4.0], k=2, tolerance=0.5)
    assert (band.lower, band.upper) == (1.5, 4.5)


def test_a_measure_without_a_band_is_only_reported():
    assert not Measure("area", np.ones(3)).banded
    assert Measure("area", np.ones(3), upper=2).banded


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"k": 0}, "k is 0"),
        ({"mass": np.array([1.0, -1.0, 1.0])}, "mass of unit 1 is -1"),
        ({"mass": np.ones(2)}, "mass has 2 items"),
        ({"x": np.array([0.0, np.nan, 1.0])}, "x of unit 1"),
        ({"group": np.zeros(2, dtype=int)}, "group has 2 items"),
        ({"objective": "beauty"}, "objective 'beauty'"),
        ({"objective": Objective.TRAVEL}, "needs `seconds`"),
        ({"objective": "travel", "seconds": np.zeros((2, 3))}, r"shape \(2, 3\)"),
        ({"objective": "travel", "seconds": np.full((3, 3), np.nan)}, "seconds from unit 0 to unit 0"),
        ({"together": ((0, 7),)}, "names unit 7"),
        ({"together": ((0, 2),), "group": np.array([0, 0, 1])}, "different groups"),
        ({"grids_per_group": {0: 1}}, "no group"),
        ({"grids_per_group": {5: 1}, "group": np.zeros(3)}, "group 5"),
        ({"grids_per_group": {0: 0}, "group": np.zeros(3)}, "at least one grid"),
        ({"measures": (Measure("a", np.ones(2)),)}, "2 weights for 3 units"),
        ({"measures": (Measure("a", np.ones(3)), Measure("a", np.ones(3)))}, "stands twice"),
    ],
)
def test_nonsense_is_refused_by_name(changes, words):
    with pytest.raises(BadProblem, match=words):
        problem(**changes)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Measure("h", np.array([1.0, np.nan])), "measure h of unit 1"),
        (lambda: Measure("h", np.ones(2), lower=3, upper=2), "3:2 is empty"),
        (lambda: Measure.within("h", np.ones(2), 2, -0.1), "tolerance -0.1"),
        (lambda: Measure("h", np.ones((2, 2))), "one number per unit"),
    ],
)
def test_a_bad_measure_is_refused_by_name(make, words):
    with pytest.raises(BadProblem, match=words):
        make()
