import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.routing.splitting import split


def jobs(seed: int, n: int):
    random = np.random.default_rng(seed)
    return [random.integers(0, 20, size).astype(float) for size in (n, n - 1, n, n)]


def total(cuts, work, between, out, back, limit):
    """Routes and seconds of given cuts, None where a route is too long."""
    seconds = 0.0
    for first, after in zip(cuts, [*cuts[1:], len(work)], strict=True):
        length = out[first] + work[first:after].sum() + between[first : after - 1].sum() + back[after - 1]
        if length > limit:
            return None
        seconds += length
    return len(cuts), seconds


@given(seed=st.integers(0, 10_000), n=st.integers(1, 8), limit=st.integers(60, 150))
def test_no_other_cut_has_fewer_routes_or_the_same_in_less_time(seed, n, limit):
    given_jobs = jobs(seed, n)
    found = total(split(*given_jobs, limit), *given_jobs, limit)
    every = [
        total([0, *chosen], *given_jobs, limit)
        for size in range(n)
        for chosen in itertools.combinations(range(1, n), size)
    ]
    assert found == min(told for told in every if told is not None)


def test_a_job_longer_than_the_limit_is_named():
    with pytest.raises(Infeasible, match="job 1 alone takes 90 s"):
        split(np.array([5.0, 90.0]), np.zeros(1), np.zeros(2), np.zeros(2), 60)


def test_no_jobs_make_no_routes():
    none = np.empty(0)
    assert split(none, none, none, none, 10.0) == []
