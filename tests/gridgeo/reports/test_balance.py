import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.reports.balance import INDICATORS, balance, gini

VALUES = st.lists(st.integers(0, 1000), min_size=1, max_size=12)


@given(VALUES)
def test_gini_is_half_the_relative_mean_difference(values):
    total, n = sum(values), len(values)
    plain = sum(abs(a - b) for a in values for b in values) / (2 * n * total) if total else 0.0
    assert gini(values) == pytest.approx(plain, abs=1e-12)


@given(VALUES, st.integers(1, 50))
def test_gini_doesnt_change_with_the_unit_of_measure(values, factor):
    assert gini(np.multiply(values, factor)) == pytest.approx(gini(values), abs=1e-12)


def test_one_grid_with_everything_is_as_unequal_as_can_be():
    assert gini([0, 0, 0, 8]) == pytest.approx(3 / 4)


def test_equal_grids_have_no_spread(now):
    table = balance(now)
    assert list(table.columns) == list(INDICATORS)
    # Every grid of the lattice has 16 blocks of one hectare.
    assert table.loc["area"].tolist() == [160_000.0, 160_000.0, 160_000.0, 0.0, 0.0, 0.0]
