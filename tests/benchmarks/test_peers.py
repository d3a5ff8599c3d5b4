import gc
import signal
import sys
from dataclasses import replace

import numpy as np
import pytest
from peers import PEERS, cpu_limit, excess, judged, parted, run_peers

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import read_instance
from gridgeo_solvers.problems import Measure, PartitionProblem


@pytest.fixture(scope="module")
def problem(lattice_document):
    return read_instance(lattice_document)


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_answers_a_small_problem_and_is_judged(problem, name):
    (peer,) = run_peers(problem, 10.0, names=[name])
    assert peer.assignment is not None, peer.note
    assert peer.assignment.min() >= 0
    row = judged(problem, peer)
    assert row["objective"] > 0
    assert peer.note


def test_recom_keeps_the_band_and_connection(problem):
    (peer,) = run_peers(problem, 1.0, names=["ReCom"])
    assert judged(problem, peer)["faults"] == {}


def test_recom_counts_what_lies_outside_further_bands_before_the_objective(problem):
    area = np.where(problem.x > problem.x.mean(), 3.0, 1.0)
    both = replace(problem, measures=(*problem.measures, Measure.within("area", area, problem.k, 0.25)))
    (peer,) = run_peers(both, 2.0, names=["ReCom"])
    assert excess(both, peer.assignment) == 0


def test_a_package_that_is_missing_leaves_a_note(problem, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymetis", None)
    (peer,) = run_peers(problem, 1.0, names=["METIS"])
    assert peer.assignment is None
    assert "pymetis" in peer.note
    assert judged(problem, peer)["objective"] is None


def test_a_peer_that_is_out_of_time_gives_nothing_and_says_so(problem):
    large = read_instance(_large())
    (peer,) = run_peers(large, 0.3, names=["spopt max-p"])
    assert peer.assignment is None
    assert "CPU s" in peer.note


def test_peers_never_cross_a_group_and_get_its_number_of_grids(problem):
    group = (np.arange(problem.n) % 6 >= 2).astype(np.int64)
    nested = replace(problem, group=group, grids_per_group={0: 1, 1: 2})
    assert [part.k for _, part in parted(nested)] == [1, 2]
    (peer,) = run_peers(nested, 2.0, names=["METIS"])
    assert "nesting" not in judged(nested, peer)["faults"]


def test_islands_are_divided_by_their_weight():
    line = [(i, i + 1) for i in range(11) if i != 7]
    weights = np.full(12, 10.0)
    islands = PartitionProblem(
        Graph.from_edges(12, line),
        (Measure.within("households", weights, 3, 0.1),),
        3,
        weights,
        np.arange(12.0),
        weights,
    )
    assert [(len(units), part.k) for units, part in parted(islands)] == [(8, 2), (4, 1)]


def test_the_clock_of_a_peer_stops_with_it():
    with cpu_limit(100.0):
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


def _large():
    n = 400
    nodes = [{"id": str(i), "pop": 10 + i % 7, "x": 1000.0 * (i % 20), "y": 1000.0 * (i // 20)} for i in range(n)]
    edges = [[i, i + 1, 1] for i in range(n) if i % 20 < 19] + [[i, i + 20, 1] for i in range(n - 20)]
    return {"nodes": nodes, "edges": edges, "k": 10, "tolerance": {"pop": 0.05}}


def test_nobody_is_collected_inside_a_peer():
    with cpu_limit(100.0):
        assert not gc.isenabled()
    assert gc.isenabled()
