import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.routing.postman import ClosedWalk, Errand
from gridgeo_solvers.routing.reordering import reorder


def scattered(city, seed: int, count: int, oneway: float):
    network = city(5, 5, seed, oneway=oneway)
    part = np.bincount(network.parts).argmax()
    arcs = network.forward
    whole = np.flatnonzero((network.parts[network.tail[arcs]] == part) & (network.parts[network.head[arcs]] == part))
    random = np.random.default_rng(seed)
    pieces = random.choice(whole, min(count, len(whole)), replace=False)
    return Errand.of(network, pieces, int(network.tail[arcs[whole[0]]]))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), oneway=st.sampled_from([0.0, 0.3]))
def test_a_reordered_tour_serves_the_same_streets_and_is_no_longer(city, seed, oneway):
    errand = scattered(city, seed, 12, oneway)
    tour = np.random.default_rng(seed).permutation(errand.network.forward[errand.pieces])
    better = reorder(errand, tour)
    assert sorted(errand.network.piece[better]) == sorted(errand.pieces)
    assert errand.dead(better) <= errand.dead(tour) + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_four_scattered_streets_are_ordered_nearly_as_well_as_can_be(city, seed):
    errand = scattered(city, seed, 4, 0.0)
    network = errand.network
    choices = [(int(network.forward[p]), int(network.back[p])) for p in errand.pieces]
    least = min(
        errand.dead(np.array(arcs)) for order in itertools.permutations(choices) for arcs in itertools.product(*order)
    )
    found = errand.dead(reorder(errand, ClosedWalk.over(errand).tour(np.random.default_rng(0))))
    assert least - 1e-9 <= found <= 1.15 * least + 1e-9
