import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.partition.ground.distances import Distances


@st.composite
def grids(draw) -> tuple[Distances, np.ndarray, int]:
    """Up to 12 rows of one or two units in up to three grids, in straight lines or by road."""
    n = draw(st.integers(1, 12))
    first = np.concatenate([[0], np.cumsum(draw(st.lists(st.integers(1, 2), min_size=n, max_size=n)))])
    units = int(first[-1])
    numbers = st.lists(st.integers(0, 9000), min_size=units, max_size=units)
    spread = draw(st.sampled_from([0.1, 1.0, 100.0]))
    x, y = (np.array(draw(numbers)) * spread for _ in range(2))
    mass = np.array(draw(st.lists(st.integers(0, 9), min_size=units, max_size=units)), dtype=float)
    seconds = np.zeros((0, 0))
    if draw(st.booleans()):
        seconds = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 50, (units, units)).astype(float)
    plan = np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    return Distances(x, y, mass, draw(st.booleans()), seconds, first, np.arange(units)), plan, 3


@settings(max_examples=200, deadline=None)
@given(grids())
def test_the_best_site_of_a_grid_is_the_best_of_all_its_sites(case):
    distances, plan, k = case
    sites, costs = distances.medoids(plan, k)
    row_of = np.repeat(np.arange(len(plan)), np.diff(distances.first))
    table = distances.table(np.arange(len(row_of)))
    for g in range(k):
        inside = np.flatnonzero(plan[row_of] == g)
        if not len(inside):
            assert (sites[g], costs[g]) == (-1, np.inf)
            continue
        sums = table[plan == g].sum(axis=0)[inside]
        assert costs[g] == pytest.approx(sums.min(), rel=1e-9, abs=1e-9)
        assert sums[inside.tolist().index(sites[g])] == pytest.approx(sums.min(), rel=1e-9, abs=1e-9)
