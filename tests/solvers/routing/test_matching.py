import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.matching import pair_up


def between(seed: int, k: int) -> np.ndarray:
    place = np.random.default_rng(seed).uniform(0, 100, (k, 2))
    return np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))


def least(cost: np.ndarray) -> float:
    """Brute force over all perfect matchings."""

    def best(left: tuple[int, ...]) -> float:
        if not left:
            return 0.0
        first, rest = left[0], left[1:]
        return min(cost[first, other] + best(tuple(x for x in rest if x != other)) for other in rest)

    return best(tuple(range(len(cost))))


@given(seed=st.integers(0, 10_000), k=st.sampled_from([2, 4, 6, 8]))
def test_pairs_cost_the_least(seed, k):
    cost = between(seed, k)
    found = pair_up(cost)
    assert sorted(itertools.chain(*found.pairs)) == list(range(k))
    assert found.cost == pytest.approx(least(cost), abs=0.01)
    assert found.bound == pytest.approx(found.cost)


@given(seed=st.integers(0, 10_000))
def test_the_bound_of_near_pairs_is_below_the_least_cost(seed):
    cost = between(seed, 60)
    exact, near = pair_up(cost), pair_up(cost, complete=10)
    assert near.bound <= exact.cost + 0.05 <= near.cost + 0.1
    assert sorted(itertools.chain(*near.pairs)) == list(range(60))


def test_an_odd_number_is_refused():
    with pytest.raises(BadProblem, match="3 vertices can't be paired"):
        pair_up(np.zeros((3, 3)))
