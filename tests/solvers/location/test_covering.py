import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.location import SitesProblem, cover_all, cover_most
from gridgeo_solvers.results import Status
from locations import fewest_for_all, least_ways_with_room, most_covered, scattered

sizes = st.tuples(st.integers(0, 10_000), st.integers(1, 25), st.integers(2, 12), st.integers(0, 2), st.integers(5, 45))


@given(sizes, st.integers(1, 4))
@settings(deadline=None, max_examples=40)
def test_no_choice_covers_more(size, new):
    seed, n, m, kept, within = size
    problem = scattered(seed, n, m, kept=min(kept, m - 1))
    new = min(new, m - len(problem.kept))
    found = cover_most(problem, new, within)
    assert found.objective == pytest.approx(most_covered(problem, new, within))
    assert found.status is Status.OPTIMAL
    served = found.site_of >= 0
    assert (problem.minutes[np.flatnonzero(served), found.site_of[served]] <= within).all()
    assert float(problem.weight[served].sum()) == pytest.approx(found.objective)
    assert len(found.sites) == new + len(problem.kept)


@given(sizes)
@settings(deadline=None, max_examples=40)
def test_fewer_sites_dont_reach_everybody(size):
    seed, n, m, kept, within = size
    problem = scattered(seed, n, m, kept=min(kept, m - 1), far=0.2)
    fewest = fewest_for_all(problem, within)
    if fewest is None:
        with pytest.raises(Infeasible, match=rf"reaches no candidate within {within} minutes"):
            cover_all(problem, within)
        return
    found = cover_all(problem, within)
    assert found.objective == fewest
    assert found.status is Status.OPTIMAL
    assert (problem.minutes[np.arange(n), found.site_of] <= within).all()


@pytest.mark.parametrize("seed", range(6))
def test_with_room_for_only_so_many_the_fewest_sites_still_serve_all(seed):
    random = np.random.default_rng(seed)
    problem = dataclasses.replace(scattered(seed, 5, 5), capacity=random.integers(8, 20, 5).astype(float))
    fewest = next((new for new in range(1, 6) if np.isfinite(least_ways_with_room(problem, new, 45))), None)
    if fewest is None:
        with pytest.raises(Infeasible):
            cover_all(problem, 45)
        return
    found = cover_all(problem, 45)
    assert found.objective == fewest
    assert (np.bincount(found.site_of, weights=problem.weight, minlength=5) <= problem.capacity).all()


def test_with_room_for_only_so_many_the_heaviest_are_served():
    ways = np.array([[10.0, 90.0], [10.0, 90.0], [10.0, 90.0]])
    problem = SitesProblem(ways, np.array([4.0, 5.0, 6.0]), capacity=np.array([10.0, 50.0]))
    found = cover_most(problem, 1, 20)
    assert (found.sites, found.objective) == ((0,), 10.0)
    assert found.site_of.tolist() == [0, -1, 0]


@pytest.mark.parametrize("within", [0, -1, float("nan")])
def test_a_limit_that_is_none_is_refused(within):
    with pytest.raises(BadProblem, match="a limit of"):
        cover_all(scattered(0, 3, 3), within)
