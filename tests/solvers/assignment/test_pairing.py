from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from gridgeo_solvers.assignment import pair_most_shared
from gridgeo_solvers.errors import BadProblem

Pairs = dict[tuple[int, int], tuple[int, int]]

shared = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=9
)


def chosen(pairs: Pairs) -> list[tuple[int, int]]:
    left, right = [u for u, _ in pairs], [v for _, v in pairs]
    found = pair_most_shared(left, right, [g for g, _ in pairs.values()], [float(t) for _, t in pairs.values()])
    return [list(pairs)[i] for i in found]


def brute(pairs: Pairs) -> tuple[int, int]:
    """The most gain, then the most tie, of any set of pairs that uses no vertex twice."""
    best = (0, 0)
    for size in range(1, min(5, len(pairs)) + 1):
        for some in combinations(pairs, size):
            if len({u for u, _ in some}) == len({v for _, v in some}) == size:
                best = max(best, (sum(pairs[p][0] for p in some), sum(pairs[p][1] for p in some)))
    return best


@given(pairs=shared)
@settings(deadline=None, max_examples=150)
def test_no_other_pairs_share_more(pairs: Pairs) -> None:
    found = chosen(pairs)
    assert len({u for u, _ in found}) == len({v for _, v in found}) == len(found)
    assert all(pairs[pair] != (0, 0) for pair in found)
    assert (sum(pairs[p][0] for p in found), sum(pairs[p][1] for p in found)) == brute(pairs)


def test_equal_gains_are_told_apart_by_the_tie() -> None:
    assert chosen({(0, 0): (10, 5), (1, 0): (10, 6)}) == [(1, 0)]
    assert chosen({(0, 0): (10, 1), (0, 1): (5, 900), (1, 0): (5, 0)}) == [(0, 1), (1, 0)]


def test_large_gains_still_outweigh_any_tie() -> None:
    many = 200
    left = np.repeat(np.arange(many), 2)
    right = (left + np.tile([0, 1], many)) % many
    gain = np.tile([2_000_001, 2_000_000], many)
    tie = np.tile([0.0, 1e9], many)
    found = pair_most_shared(left, right, gain, tie)
    assert (left[found] == right[found]).all()


def test_the_pairs_of_a_ring_of_30_000_neighbours_are_found_again() -> None:
    # Any pair off the ring's own shares less than half of an own one, so that no other pairs can share more.
    many = 30_000
    random = np.random.default_rng(1)
    left = np.repeat(np.arange(many), 3)
    right = (left + np.tile([-1, 0, 1], many)) % many
    own = right == left
    gain = np.where(own, random.integers(300, 500, 3 * many), random.integers(1, 140, 3 * many))
    found = pair_most_shared(left, right, gain, random.uniform(0, 1e5, 3 * many))
    assert found.tolist() == np.flatnonzero(own).tolist()


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=20)
def test_one_large_piece_shares_as_much_as_a_dense_assignment(seed: int) -> None:
    random = np.random.default_rng(seed)
    common = random.integers(0, 400, (40, 35)) * (random.random((40, 35)) < 0.3)
    left, right = np.nonzero(common)
    found = pair_most_shared(left, right, common[left, right], random.uniform(0, 1e6, len(left)))
    rows, columns = linear_sum_assignment(common, maximize=True)
    assert common[left[found], right[found]].sum() == common[rows, columns].sum()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([0], [0, 1], [1]), "1 left, 2 right"),
        (([0], [0], [-1]), "gain of pair 0"),
        (([0], [0], [1.5]), "fraction"),
        (([0], [0], [1], [float("nan")]), "tie of pair 0"),
        (([0, 0], [1, 1], [1, 2]), "pair 1 .* stands twice"),
        (([-1], [0], [1]), "left of pair 0"),
    ],
)
def test_numbers_that_contradict_themselves_are_refused(arrays, message) -> None:
    with pytest.raises(BadProblem, match=message):
        pair_most_shared(*arrays)


def test_nothing_in_common_makes_no_pair() -> None:
    assert chosen({}) == []
    assert chosen({(0, 0): (0, 0), (3, 1): (0, 0)}) == []
