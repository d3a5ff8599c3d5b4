"""Balance in one number: by hand, and against the definitions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.plans.spread import STATISTICS, gini, spread, variation

NUMBERS = st.lists(st.integers(0, 10_000), min_size=1, max_size=30)


@given(NUMBERS)
def test_gini_is_half_the_mean_difference_of_all_pairs_over_the_mean(values):
    numbers = np.array(values, dtype=float)
    mean = numbers.mean()
    expected = np.abs(numbers[:, None] - numbers[None, :]).mean() / (2 * mean) if mean else 0.0
    assert gini(values) == pytest.approx(expected, abs=1e-12)


@given(NUMBERS, st.integers(1, 50))
def test_neither_changes_when_everything_is_counted_in_another_unit(values, factor):
    scaled = [value * factor for value in values]
    assert gini(scaled) == pytest.approx(gini(values), abs=1e-9)
    assert variation(scaled) == pytest.approx(variation(values), abs=1e-9)


def test_the_spread_of_a_plan_is_that_of_its_grids(lattice):
    units = lattice.units.set_index("unit")
    plan = Plan(lattice, units["area"].rename("grid"), Rules(k=2))
    table = spread(plan)
    assert tuple(table.columns) == STATISTICS
    assert list(table.index) == ["households", "area", "difficulty", "workload"]
    sums = units.groupby("area")["households"].sum()
    row = table.loc["households"]
    assert (row["min"], row["max"], row["total"]) == (sums.min(), sums.max(), sums.sum())
    assert row["worst_deviation"] == pytest.approx(sums.max() / sums.mean() - 1)
    assert row["cv"] == pytest.approx(row["worst_deviation"])
    assert row["gini"] == pytest.approx(row["cv"] / 2)
    assert table.loc["area", ["cv", "gini"]].tolist() == [0, 0]
    pd.testing.assert_series_equal(
        table["worst_deviation"], plan.worst_deviation().rename("worst_deviation"), check_names=False
    )
