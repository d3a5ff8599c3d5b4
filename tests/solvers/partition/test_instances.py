import json

import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.partition import read_instance, solve, write_solution
from gridgeo_solvers.partition.instances import MOI_KM2
from gridgeo_solvers.results import Status

VILLAGES = {
    "name": "three villages",
    "nodes": [{"id": f"v{i}", "pop": 100, "x": 2600.0 * i, "y": 0.0, "attrs": {"area": 2}} for i in range(3)],
    "edges": [[0, 1, 5.0], [1, 2, 5.0]],
    "k": 1,
    "tolerance": {"pop": 0.1, "area": 0.2},
}


def test_distances_are_rounded_to_whole_kilometres():
    answer = solve(read_instance(VILLAGES))
    assert answer.objective == 2 * 100 * 3**2


def test_a_solution_says_everything_about_itself():
    written = write_solution(solve(read_instance(VILLAGES), seed=4))
    assert json.loads(json.dumps(written))["assignment"] == [0, 0, 0]
    assert set(written) == {"assignment", "objective", "bound", "gap", "status", "seconds", "seed"}
    assert (written["status"], written["seed"], written["gap"]) == ("optimal", 4, 0.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"k": None}, "k"),
        ({"nodes": []}, "no node"),
        ({"tolerance": {"dogs": 0.1}}, "node 0 .v0. has dogs None"),
        ({"edges": [[0, 5, 1.0]]}, "edge 0"),
    ],
)
def test_a_broken_instance_is_refused_by_name(changes, words):
    document = {key: value for key, value in {**VILLAGES, **changes}.items() if value is not None}
    with pytest.raises(BadProblem, match=words):
        read_instance(document)


def test_a_published_optimum_is_reached(shared):
    document = json.loads((shared / "benchmarks/partition/us2010_ID_tract.json").read_text())
    answer = solve(read_instance(document), seed=0)
    assert answer.objective / MOI_KM2 == pytest.approx(document["best_known"]["moi_km2"]["value"], rel=2e-4)
    assert answer.bound is not None
    assert answer.bound / MOI_KM2 <= document["best_known"]["moi_km2"]["value"] * (1 + 1e-9)
    assert answer.status in Status
    assert np.bincount(answer.assignment).min() > 0
