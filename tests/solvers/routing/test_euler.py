from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.euler import circuit, orient


@given(walks=st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=8), min_size=1, max_size=4))
def test_oriented_lines_leave_every_vertex_as_often_as_they_reach_it(walks):
    lines = [(a, b) for walk in walks for a, b in zip(walk, walk[1:] + walk[:1], strict=True)]
    forward = orient(lines)
    balance = Counter()
    for (a, b), ahead in zip(lines, forward, strict=True):
        balance[a if ahead else b] += 1
        balance[b if ahead else a] -= 1
    assert set(balance.values()) <= {0}


@given(walk=st.lists(st.integers(0, 6), min_size=1, max_size=30), seed=st.integers(0, 99))
def test_a_circuit_uses_every_arc_once_and_comes_back(walk, seed):
    arcs = list(zip(walk, walk[1:] + walk[:1], strict=True))
    order = circuit(arcs, walk[0], np.random.default_rng(seed))
    assert sorted(order) == list(range(len(arcs)))
    at = walk[0]
    for number in order:
        assert arcs[number][0] == at
        at = arcs[number][1]
    assert at == walk[0]


def test_what_falls_apart_has_no_circuit():
    with pytest.raises(BadProblem, match="fall apart"):
        circuit([(0, 1), (1, 0), (2, 3), (3, 2)], 0, np.random.default_rng(0))


def test_an_odd_vertex_can_not_be_oriented():
    with pytest.raises(BadProblem, match="odd number of lines"):
        orient([(0, 1), (1, 2)])
