from itertools import chain, combinations, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.partition.refusal.sums import grid_sums

few = st.lists(st.integers(0, 12), min_size=1, max_size=6)


@given(few, st.integers(0, 20), st.integers(0, 20), st.integers(1, 3))
def test_only_totals_that_some_rows_have_are_reachable(weights, lower, width, step):
    rows = np.array(weights, dtype=float) * step
    sums = grid_sums(rows, lower, lower + width)
    subsets = chain.from_iterable(combinations(rows, size) for size in range(len(rows) + 1))
    inside = sorted({int(sum(subset)) for subset in subsets if lower <= sum(subset) <= lower + width})
    if sums is None:
        assert rows.sum() == 0
    elif inside:
        assert (sums.smallest, sums.largest, sums.reach.bit_count()) == (inside[0], inside[-1], len(inside))
    else:
        assert sums.reach == 0


@given(few, st.integers(1, 10), st.integers(0, 12), st.integers(1, 4), st.integers(0, 60))
def test_a_count_is_refused_only_where_no_totals_add_up(weights, lower, width, count, total):
    sums = grid_sums(np.array(weights, dtype=float), lower, lower + width)
    if sums is None or total % sums.step:
        return
    rows = [t for t in range(lower, lower + width + 1) if t % sums.step == 0]
    reached = [t for t in rows if t >= sums.step * sums.least and sums.reach >> (t // sums.step - sums.least) & 1]
    assert sums.allows(count, total) == any(sum(chosen) == total for chosen in product(reached, repeat=count))


def test_nothing_is_said_about_fractions_and_open_bands():
    assert grid_sums(np.array([1.5, 2.0]), 1.0, 2.0) is None
    assert grid_sums(np.array([1.0, 2.0]), 1.0, np.inf) is None
