import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.collection.days import day_rounds, round_seconds
from gridgeo_solvers.collection.estimate import day_cost
from villages import villages


@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from([30.0, 200.0]))
@settings(deadline=None, max_examples=20)
def test_rounds_keep_capacity_and_shift_and_call_everywhere_once(seed, n, capacity):
    problem = villages(seed, n, capacity=capacity)
    orders = day_rounds(problem.seconds, problem.items, problem.service, capacity, problem.shift, 0, iterations=40)
    assert sorted(place for order in orders for place in order) == list(range(n))
    for order in orders:
        assert problem.items[order].sum() <= capacity
        assert round_seconds(problem.seconds, problem.service, order) <= problem.shift


@pytest.mark.parametrize("seed", range(4))
def test_the_estimate_is_near_to_what_is_planned(seed):
    problem = villages(seed, 20)
    told = day_cost(problem.seconds, problem.items, problem.service, np.arange(20), 20, 200.0, problem.shift, 0.0)
    orders = day_rounds(problem.seconds, problem.items, problem.service, 200.0, problem.shift, 0)
    planned = sum(round_seconds(problem.seconds, problem.service, order) for order in orders)
    assert 0.9 * planned <= told <= 1.25 * planned
