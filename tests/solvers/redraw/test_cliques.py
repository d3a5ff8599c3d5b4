"""Cliques of units too far apart hold for every grid that keeps the reach, and refuse those that don't."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.redraw.cliques import broken_cliques


@given(st.integers(2, 6), st.data())
def test_no_grid_without_units_too_far_apart_breaks_a_clique_and_whole_answers_with_some_do(n, data) -> None:
    pairs = data.draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1])))
    far = np.zeros((n, n), dtype=bool)
    for i, j in pairs:
        far[i, j] = far[j, i] = True
    share = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    for clique in broken_cliques(far, share):
        assert share[list(clique)].sum() > 1
        assert all(far[i, j] for i in clique for j in clique if i != j)
    for pick in product((0.0, 1.0), repeat=n):
        inside = np.flatnonzero(pick)
        assert bool(broken_cliques(far, np.array(pick))) == bool(far[np.ix_(inside, inside)].any())
