"""Bounds on how few grids are enough are never above what is."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.redraw.packing import fewest_bins, parted


def bins(loads: list[int], room: int) -> int:
    """The fewest bins, by trying every way to share out the loads."""
    for count in range(1, len(loads) + 1):
        for plan in product(range(count), repeat=len(loads)):
            if np.bincount(plan, weights=loads, minlength=count).max() <= room:
                return count
    return len(loads)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=6), st.integers(10, 14))
def test_no_packing_needs_fewer_bins_than_the_bound(loads, room) -> None:
    bound = fewest_bins(np.array(loads, dtype=float), float(room))
    assert -(-sum(loads) // room) <= bound <= bins(loads, room)


def test_three_loads_above_half_a_bin_need_three_bins() -> None:
    assert fewest_bins(np.array([6.0, 6.0, 6.0]), 10.0) == 3


@given(st.integers(1, 6), st.data())
def test_units_that_never_meet_are_no_more_than_there_are(n, data) -> None:
    far = np.zeros((n, n), dtype=bool)
    for i, j in combinations(range(n), 2):
        far[i, j] = far[j, i] = data.draw(st.booleans())
    cliques = [
        len(some)
        for size in range(1, n + 1)
        for some in combinations(range(n), size)
        if all(far[i, j] for i, j in combinations(some, 2))
    ]
    assert 1 <= parted(far, np.zeros((0, 2), dtype=np.int64)) <= max(cliques)


def test_pairs_that_are_kept_apart_count_where_there_is_no_reach() -> None:
    assert parted(np.zeros((0, 0), dtype=bool), np.array([[0, 4], [4, 7], [0, 7], [7, 9]])) == 3
