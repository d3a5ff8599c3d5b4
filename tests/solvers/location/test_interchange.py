import numpy as np
import pytest

from gridgeo_solvers.location.interchange import interchange
from locations import scattered


@pytest.mark.parametrize("seed", range(5))
def test_no_single_exchange_shortens_the_ways(seed):
    cost = scattered(seed, 50, 15).minutes
    sites = interchange(cost, 4, (2,), seed=seed)
    assert 2 in sites
    assert len(set(sites.tolist())) == 4
    total = cost[:, sites].min(axis=1).sum()
    for leaves in set(sites.tolist()) - {2}:
        for enters in set(range(15)) - set(sites.tolist()):
            other = [*(set(sites.tolist()) - {leaves}), enters]
            assert cost[:, other].min(axis=1).sum() >= total - 1e-6


def test_all_candidates_may_be_asked_for():
    assert interchange(np.ones((4, 3)), 3, ()).tolist() == [0, 1, 2]
    assert interchange(np.ones((4, 3)), 1, (1,)).tolist() == [1]
