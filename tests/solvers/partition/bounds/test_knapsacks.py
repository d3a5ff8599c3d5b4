import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.partition.bounds.knapsacks import worth_kernel


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([1e-12, 1e-3, 1.0]))
def test_the_price_of_a_site_is_the_best_of_all_prices(seed, rate):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 7))
    weights = random.integers(0, 4, n).astype(float)
    u = random.normal(size=n)
    x, mass = random.integers(0, 3, n) * 1000.0, random.integers(0, 3, n) * 0.1
    low = float(random.choice([0.0, 0.3, 0.5])) * weights.sum()
    high = float(random.choice([np.inf, max(low, 0.6 * weights.sum())]))
    # A site heavier than the band, or one that nothing fills, has no best price.
    assume(weights.max() <= high)
    price = np.minimum(random.normal(size=(1, n)), 0.0 if high == np.inf else 9.0)
    worth, left, home = np.empty(n), np.empty(n), np.arange(n)
    distances = (x, np.zeros(n), mass, False, np.zeros((0, 0)), np.arange(n + 1), home)
    band = (np.array([low]), np.array([high]))
    worth_kernel(home, u, weights[None], *band, np.full((1, n), rate), home, price, 1, distances, worth, left)
    cost = mass[:, None] * ((x[:, None] - x[None]) / 1000) ** 2

    def value(s, p):
        reduced = cost[:, s] - u + p * weights
        taken = (reduced < 0.0) | (home == s)
        return reduced[taken].sum() - (0.0 if p == 0.0 else p * (high if p > 0.0 else low))

    for s in range(n):
        leaves = [0.0, *((u - cost[:, s])[weights > 0] / weights[weights > 0])]
        best = max(value(s, p) for p in leaves if p <= 0.0 or high < np.inf)
        assert worth[s] == pytest.approx(best, abs=1e-9)
        assert worth[s] == pytest.approx(value(s, price[0, s]), abs=1e-9)
