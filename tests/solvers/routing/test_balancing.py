from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing import Network
from gridgeo_solvers.routing.balancing import Line, balance, flow_bound


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), oneway=st.sampled_from([0.1, 0.4]))
def test_every_junction_is_left_as_often_as_it_is_reached(city, seed, oneway):
    network = city(4, 5, seed, oneway=oneway)
    # Every street taken twice: each junction is touched an even number of times.
    lines = []
    for piece in range(network.pieces):
        arc = network.forward[piece]
        a, b = int(network.tail[arc]), int(network.head[arc])
        if network.parts[a] != network.parts[b]:
            continue
        two_way = network.back[piece] >= 0
        lines += [Line(a, b, 0.0, 0.0 if two_way else np.inf)] * 2
    chosen = balance(network, lines)
    balanced = Counter()
    for line, ahead in zip(lines, chosen.forward, strict=True):
        assert ahead or np.isfinite(line.behind)
        balanced[line.a if ahead else line.b] += 1
        balanced[line.b if ahead else line.a] -= 1
    for arc in chosen.repeated:
        balanced[int(network.tail[arc])] += 1
        balanced[int(network.head[arc])] -= 1
    assert set(balanced.values()) <= {0}
    assert network.seconds[chosen.repeated].sum() >= flow_bound(network, lines) - 1e-6


def test_a_one_way_block_is_walked_round():
    """Three one-way sides and one two-way side: the two-way side closes the ring, nothing is repeated."""
    one = np.ones(5)
    network = Network(4, np.array([0, 1, 2, 3, 0]), np.array([1, 2, 3, 0, 3]), one, one, np.array([0, 1, 2, 3, 3]))
    lines = [Line(0, 1, 0, np.inf), Line(1, 2, 0, np.inf), Line(2, 3, 0, np.inf), Line(0, 3, 0, 0)]
    chosen = balance(network, lines)
    assert chosen.forward == [True, True, True, False]
    assert chosen.repeated == []


def test_a_one_way_dead_end_is_refused():
    network = Network(2, np.array([0]), np.array([1]), np.ones(1), np.ones(1), np.array([0]))
    with pytest.raises(BadProblem, match="dead end"):
        balance(network, [Line(0, 1, 0, np.inf)])
