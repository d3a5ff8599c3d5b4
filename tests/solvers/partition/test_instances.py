import json

import numpy as np
import pytest

from gridgeo_solvers.check import evaluate
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.partition import read_instance, solve, write_solution
from gridgeo_solvers.partition.instances import MOI_KM2
from gridgeo_solvers.problems import Objective, Term
from gridgeo_solvers.results import Status

NODES = [{"id": f"v{i}", "pop": 100, "x": 2600.0 * i, "y": 0.0, "attrs": {"area": 2}} for i in range(3)]
VILLAGES = {
    "name": "three villages",
    "nodes": NODES,
    "edges": [[0, 1, 5.0], [1, 2, None]],
    "k": 1,
    "tolerance": {"pop": 0.1, "area": 0.2},
}


def node(**changes):
    """The villages with changes to the last one; a value of None takes the key away."""
    last = {key: value for key, value in {**NODES[2], **changes}.items() if value is not None}
    return {"nodes": [*NODES[:2], last]}


def alone(objective, plan, **changes):
    return evaluate(read_instance({**VILLAGES, **changes}, objective), np.array(plan))["objective"]


def test_distances_are_rounded_to_whole_kilometres():
    answer = solve(read_instance(VILLAGES))
    assert answer.objective == 2 * 100 * 3**2


def test_a_solution_says_everything_about_itself():
    written = write_solution(solve(read_instance(VILLAGES), seed=4))
    assert json.loads(json.dumps(written))["assignment"] == [0, 0, 0]
    assert set(written) == {"assignment", "objective", "bound", "gap", "status", "seconds", "seed"}
    assert (written["status"], written["seed"], written["gap"]) == ("optimal", 4, 0.0)


def test_every_measure_has_the_band_of_its_bounds_or_else_of_its_tolerance():
    bounds = {"pop": [50, 350], "x": [0, 9000]}
    measures = {m.name: m for m in read_instance({**VILLAGES, "bounds": bounds}).measures}
    assert {name: (m.lower, m.upper) for name, m in measures.items()} == {
        "pop": (50.0, 350.0),
        "area": pytest.approx((4.8, 7.2)),
        "x": (0.0, 9000.0),
    }


def test_boundary_adds_shared_perimeters_and_cuts_count_edges():
    assert alone("boundary", [0, 1, 1], k=2) == 5.0
    assert alone("boundary", [0, 0, 1], k=2) == 0.0
    assert alone("cuts", [0, 0, 1], k=2) == 1.0
    assert alone("boundary", [0, 0, 1], k=2, edges=[[0, 1], [1, 2]]) == 1.0


def test_diameter_follows_edges_that_tell_their_length_and_may_leave_the_grid():
    assert alone("diameter", [0, 1, 0], k=2) == pytest.approx(5.2)
    ring = [[0, 1, 1, 4.0], [1, 2, 1, 0.0], [0, 2, 1, 9.0]]
    assert alone("diameter", [0, 1, 0], k=2, edges=ring) == 4.0
    assert alone("diameter", [0, 0, 1], k=2, edges=[[0, 1, 1, 4.0]]) == 4.0


def test_lengths_of_edges_change_no_other_objective():
    edges = [[0, 1, 1, 4.0], [1, 2, 1, 6.0]]
    assert read_instance({**VILLAGES, "edges": edges}).seconds is None
    assert alone("compactness", [0, 0, 0], edges=edges) == alone("compactness", [0, 0, 0])


def test_several_objectives_are_read_as_terms():
    terms = (Term(Objective.CUTS), Term(Objective.COMPACTNESS, rank=1))
    assert read_instance(VILLAGES, terms).terms == terms


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"k": None}, "no 'k'"),
        ({"tolerance": None}, "no 'tolerance'"),
        ({"k": 0}, "k is 0"),
        ({"k": 1.5}, "k is 1.5"),
        ({"k": "two"}, "k is 'two'"),
        ({"k": True}, "k is True"),
        ({"k": float("nan")}, "k is nan"),
        ({"nodes": []}, "no node"),
        ({"nodes": {"v0": 1}}, "nodes is .*: it must be a list"),
        ({"nodes": [*NODES[:2], 7]}, "node 2 is 7"),
        (node(attrs=[1, 2]), "node 2 is .*perhaps attrs"),
        (node(pop=None), "node 2 .v2. has pop None"),
        (node(x=None), "node 2 .v2. has x None"),
        (node(y="here"), "node 2 .v2. has y 'here'"),
        (node(pop=float("nan")), "node 2 .v2. has pop nan"),
        (node(x=float("inf")), "node 2 .v2. has x inf"),
        (node(pop=10**400), "node 2 .v2. has pop 1000"),
        (node(pop=-1), "node 2 .v2. has pop -1: it must be ≥ 0"),
        (node(attrs={"area": -1}), "node 2 .v2. has area -1"),
        ({"tolerance": {"dogs": 0.1}}, "node 0 .v0. has dogs None"),
        ({"tolerance": 0.1}, "tolerance is 0.1: it must be an object"),
        ({"tolerance": {"pop": -0.1}}, "tolerance of pop is -0.1"),
        ({"tolerance": {"pop": float("nan")}}, "tolerance of pop is nan"),
        ({"tolerance": {"pop": "5 %"}}, "tolerance of pop is '5 %'"),
        ({"bounds": [1, 2]}, "bounds is .1, 2.: it must be an object"),
        ({"bounds": {"pop": [1]}}, "bounds of pop is .1."),
        ({"bounds": {"pop": [2, 1]}}, "bounds of pop is .2, 1."),
        ({"bounds": {"pop": [1, "x"]}}, "bounds of pop"),
        ({"bounds": {"pop": [1, float("nan")]}}, "bounds of pop"),
        ({"bounds": {"dogs": [1, 2]}}, "node 0 .v0. has dogs None"),
        ({"edges": {"0": 1}}, "edges is .*: it must be a list"),
        ({"edges": [[0, 5, 1.0]]}, "edge 0 .0, 5, 1.0. names node 5: nodes are counted 0 to 2"),
        ({"edges": [[0, -1, 1.0]]}, "edge 0 .* names node -1"),
        ({"edges": [[0, 1, 1.0], [0, "v2", 1.0]]}, "edge 1 .* names node 'v2'"),
        ({"edges": [[0]]}, "edge 0 is .0."),
        ({"edges": ["01"]}, "edge 0 is '01'"),
        ({"edges": [[1, 1, 1.0]]}, "edge 0 .* joins a vertex to itself"),
        ({"edges": [[0, 1, 1.0], [1, 0, 1.0]]}, "stands twice"),
        ({"edges": [[0, 1, -1.0]]}, "edge 0 .* has shared perimeter -1.0"),
        ({"edges": [[0, 1, 1.0, float("nan")]]}, "edge 0 .* has length nan"),
    ],
)
def test_a_broken_instance_is_refused_by_name(changes, words):
    document = {key: value for key, value in {**VILLAGES, **changes}.items() if value is not None}
    with pytest.raises(BadProblem, match=words):
        read_instance(document)


def test_a_list_is_no_instance():
    with pytest.raises(BadProblem, match="an instance is an object"):
        read_instance([1, 2])


def test_a_diameter_along_edges_needs_all_their_lengths():
    edges = [[0, 1, 1, 4.0], [1, 2, 1, None]]
    with pytest.raises(BadProblem, match=r"edge 1 \[1, 2\] has no length"):
        read_instance({**VILLAGES, "edges": edges}, "diameter")


@pytest.mark.parametrize(("objective", "words"), [("beauty", "none of"), ("travel", "needs `seconds`")])
def test_an_objective_that_an_instance_cannot_tell_is_refused(objective, words):
    with pytest.raises(BadProblem, match=words):
        read_instance(VILLAGES, objective)


def test_published_bounds_are_whole_people(shared):
    document = json.loads((shared / "benchmarks/partition/us2010_ID_tract.json").read_text())
    problem = read_instance(document)
    assert (problem.measures[0].lower, problem.measures[0].upper) == tuple(document["bounds"]["pop"])


def test_a_published_optimum_is_reached(shared):
    document = json.loads((shared / "benchmarks/partition/us2010_ID_tract.json").read_text())
    answer = solve(read_instance(document), seed=0)
    assert answer.objective / MOI_KM2 == pytest.approx(document["best_known"]["moi_km2"]["value"], rel=2e-4)
    assert answer.bound is not None
    assert answer.bound / MOI_KM2 <= document["best_known"]["moi_km2"]["value"] * (1 + 1e-9)
    assert answer.status in Status
    assert np.bincount(answer.assignment).min() > 0
