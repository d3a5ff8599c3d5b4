import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem, Term

PATH = Graph.from_edges(3, [(0, 1), (1, 2)])
NAMED = ("north", "south", "west")
EMPTY = Graph(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
UNEVEN = Measure("a", np.ones(3), upper=np.array([1.0, 2.0]))
THREE = Measure("a", np.ones(3), upper=np.array([1.0, 2.0, 3.0]))


def problem(**changes):
    fields = {"graph": PATH, "measures": (), "k": 2, "mass": np.ones(3), "x": np.arange(3.0), "y": np.zeros(3)}
    return PartitionProblem(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"graph": EMPTY, "mass": [], "x": [], "y": []}, "graph is empty"),
        ({"k": 0}, "k is 0"),
        ({"k": -3}, "k is -3"),
        ({"k": 2.5}, "k is 2.5: it must be a whole number"),
        ({"k": True}, "k is True: it must be a whole number"),
        ({"mass": np.array([1.0, -1.0, 1.0])}, "mass of unit 1 is -1"),
        ({"mass": np.array([1.0, np.nan, 1.0]), "names": NAMED}, "mass of unit south is nan"),
        ({"mass": np.full(3, 1e16)}, "mass has 3e[+]16 in all: .* larger unit"),
        ({"mass": np.ones(2)}, "mass has 2 items"),
        ({"mass": "heavy"}, "mass must be an array of numbers"),
        ({"names": ("a",)}, "names has 1 items"),
        ({"x": np.array([0.0, np.nan, 1.0])}, "x of unit 1"),
        ({"y": np.array([0.0, np.inf, 1.0])}, "y of unit 1"),
        ({"group": np.zeros(2, dtype=int)}, "group has 2 items"),
        ({"group": [0, 0.5, 1]}, "group of unit 1 is 0.5"),
        ({"group": [0, np.nan, 1]}, "group of unit 1 is nan"),
        ({"seconds": np.zeros((2, 3))}, r"shape \(2, 3\)"),
        ({"seconds": np.full((3, 3), np.nan)}, "seconds from unit 0 to unit 0"),
        ({"seconds": -np.eye(3), "names": NAMED}, "seconds from unit north to unit north is -1"),
        ({"measures": (Measure("a", np.ones(2)),)}, "2 weights for 3 units"),
        ({"measures": (Measure("a", np.ones(3)), Measure("a", np.ones(3)))}, "stands twice"),
        ({"reach": 0.0}, "reach is 0"),
        ({"reach": np.nan}, "reach is nan"),
        ({"zone": np.zeros(2)}, "zone has 2 items"),
        ({"zone": [0, 0.5, 1]}, "zone of unit 1 is 0.5"),
        ({"zone": [0, -2, 1]}, "zone of unit 1 is -2"),
        ({"splits": -1}, "splits is -1"),
        ({"splits": 0.5}, "splits is 0.5"),
        ({"ties": np.zeros(3)}, r"ties has shape \(3,\), the graph has 2 edges"),
        ({"ties": [0.0, -1.0], "names": NAMED}, "ties between unit south and unit west .edge 1. is -1"),
        ({"ties": [0.0, np.nan]}, "ties between unit 1 and unit 2"),
    ],
)
def test_nonsense_is_refused_by_name(changes, words):
    with pytest.raises(BadProblem, match=words):
        problem(**changes)


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        ("beauty", "objective 'beauty'"),
        (None, "objective None"),
        ((), "no term"),
        (("cuts",), "objective 0 is 'cuts'"),
        (Objective.TRAVEL, "needs `seconds`"),
        (Objective.TIES, "needs `ties`"),
        ((Term(Objective.CUTS), Term(Objective.TIES, rank=1)), "needs `ties`"),
        (Objective.BALANCE, "needs a measure with an aim or a band"),
    ],
)
def test_an_objective_that_cannot_be_measured_is_refused(objective, words):
    with pytest.raises(BadProblem, match=words):
        problem(objective=objective)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"objective": "beauty"}, "objective 'beauty'"),
        ({"weight": -1.0}, "weight of the term cuts is -1"),
        ({"weight": np.nan}, "weight of the term cuts is nan"),
        ({"slack": -0.1}, "slack of the term cuts is -0.1"),
        ({"slack": np.inf}, "slack of the term cuts is inf"),
        ({"rank": 0.5}, "rank of the term cuts is 0.5"),
    ],
)
def test_a_bad_term_is_refused_by_name(fields, words):
    with pytest.raises(BadProblem, match=words):
        Term(**{"objective": Objective.CUTS, **fields})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"together": ((0, 7),)}, "names unit 7"),
        ({"together": ((0, -1),)}, "names unit -1"),
        ({"together": ((0, 0.5),)}, "together 0 names a unit that is 0.5"),
        ({"together": ((0, 1), ())}, "together 1 names no unit"),
        ({"together": ((0, 2),), "group": np.array([0, 0, 1])}, "different groups: unit 0, unit 2"),
        ({"apart": ((0, 7),)}, "apart 0 names unit 7"),
        ({"apart": ((0, 1, 2),)}, "apart 0 names 3 units"),
        ({"apart": ((1, 1),), "names": NAMED}, "parts unit south from itself"),
        ({"apart": ((0, 1),), "together": ((1, 0),)}, "parts unit 0 from unit 1, .* contradictory"),
        (
            {"apart": ((0, 2),), "together": ((0, 1), (1, 2)), "names": NAMED},
            r"parts unit north from unit west, .* one grid \(with unit south\).* contradictory",
        ),
    ],
)
def test_links_that_contradict_themselves_are_refused_by_name(changes, words):
    with pytest.raises(BadProblem, match=words):
        problem(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": (0,)}, "seeds names 1 units for 2 grids"),
        ({"seeds": (0, 3)}, "seeds names unit 3"),
        ({"seeds": (0, 0), "names": NAMED}, "unit north is the seed of grid 0 and of grid 1"),
        ({"seeds": (0, 1), "together": ((0, 1),)}, "unit 0 and unit 1 are seeds .* contradictory"),
        ({"seeds": (0, 2), "together": ((0, 1), (1, 2))}, r"with unit 1\).* contradictory"),
        ({"seeds": (0, 1), "group": [0, 0, 1], "group_names": {1: "Dongmen"}}, "Dongmen holds no seed"),
        (
            {"k": 3, "seeds": (0, 1, 2), "group": [0, 0, 1], "grids_per_group": {0: 1}},
            "group 0 holds 2 seeds, grids_per_group asks for 1 grids",
        ),
        ({"measures": (UNEVEN,)}, "unequal bands or targets but the problem has no seeds"),
        ({"measures": (Measure("a", np.ones(3), target=[1, 2]),)}, "unequal bands or targets"),
        ({"measures": (THREE,), "seeds": (0, 1)}, "upper has 3 numbers for 2 grids"),
    ],
)
def test_seeds_that_cannot_be_the_grids_are_refused_by_name(changes, words):
    with pytest.raises(BadProblem, match=words):
        problem(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grids_per_group": {0: 1}}, "no group"),
        ({"grids_per_group": {5: 1}, "group": np.zeros(3)}, "group 5"),
        ({"grids_per_group": {0: 0}, "group": np.zeros(3)}, "at least one grid"),
        ({"grids_per_group": {0: 1.5}, "group": np.zeros(3)}, "is 1.5: it must be a whole number"),
        ({"grids_per_group": {0: 1}, "group": np.zeros(3)}, "asks for 1 grids; k is 2"),
        ({"grids_per_group": {0: 2}, "group": [0, 0, 1]}, "asks for 2 grids, 1 more groups need one each; k is 2"),
    ],
)
def test_counts_of_grids_that_dont_agree_are_refused(changes, words):
    with pytest.raises(BadProblem, match=words):
        problem(**changes)


def test_all_rules_together_make_a_problem():
    made = problem(
        measures=(UNEVEN,),
        objective=[Term("cuts"), Term("ties", 2, rank=1, slack=0.1)],
        seconds=np.ones((3, 3), dtype=int),
        group=[0, 0, 1],
        grids_per_group={0: 1, 1: 1},
        together=[[0, 1]],
        apart=[(1, 2), [0, 2]],
        seeds=np.array([0, 2]),
        reach=5,
        zone=[0, -1, 0],
        splits=np.int64(1),
        ties=[0, 3],
    )
    assert made.terms == (Term(Objective.CUTS), Term(Objective.TIES, 2, 1, 0.1))
    assert (made.together, made.apart, made.seeds) == (((0, 1),), ((1, 2), (0, 2)), (0, 2))
    assert made.group is not None
    assert made.group.dtype == np.int64


def test_an_objective_by_its_name_is_one_term():
    assert problem(objective="boundary").terms == (Term(Objective.BOUNDARY),)
