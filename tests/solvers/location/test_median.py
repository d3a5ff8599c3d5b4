import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.location import SitesProblem, shortest_ways
from gridgeo_solvers.location.lagrangian import price
from gridgeo_solvers.location.median import _finished
from gridgeo_solvers.results import Status
from locations import least_ways, least_ways_with_room, scattered

sizes = st.tuples(st.integers(0, 10_000), st.integers(2, 30), st.integers(2, 12), st.integers(0, 2), st.integers(1, 5))


@given(sizes)
@settings(deadline=None, max_examples=40)
def test_no_choice_among_up_to_12_candidates_has_shorter_ways(size):
    seed, n, m, kept, new = size
    problem = scattered(seed, n, m, kept=min(kept, m - 1))
    new = min(new, m - len(problem.kept))
    found = shortest_ways(problem, new)
    assert found.objective == pytest.approx(least_ways(problem, new))
    assert found.status is Status.OPTIMAL
    assert found.gap == 0
    assert len(found.sites) == new + len(problem.kept)
    assert set(problem.kept) <= set(found.sites)
    ways = problem.minutes[np.arange(n), found.site_of]
    assert (ways == problem.minutes[:, list(found.sites)].min(axis=1)).all()
    assert float((ways * problem.weight).sum()) == pytest.approx(found.objective)


@given(st.integers(0, 10_000), st.integers(1, 4))
@settings(deadline=None, max_examples=25)
def test_ways_that_dont_exist_are_not_taken(seed, new):
    problem = scattered(seed, 9, 7, far=0.5)
    best = least_ways(problem, new)
    if np.isinf(best):
        with pytest.raises(Infeasible, match=r"no \d sites found that every demand can reach"):
            shortest_ways(problem, new)
    else:
        assert shortest_ways(problem, new).objective == pytest.approx(best)


@given(st.integers(0, 10_000), st.integers(1, 3))
@settings(deadline=None, max_examples=15)
def test_with_room_for_only_so_many_no_assignment_is_better(seed, new):
    random = np.random.default_rng(seed)
    problem = scattered(seed, 5, 5)
    problem = dataclasses.replace(problem, capacity=random.integers(5, 25, 5).astype(float))
    best = least_ways_with_room(problem, new)
    if np.isinf(best):
        with pytest.raises(Infeasible, match="no choice of sites takes every demand"):
            shortest_ways(problem, new)
        return
    found = shortest_ways(problem, new)
    assert found.objective == pytest.approx(best)
    load = np.bincount(found.site_of, weights=problem.weight, minlength=5)
    assert (load <= problem.capacity).all()
    assert set(found.site_of.tolist()) <= set(found.sites)


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_below_the_best_and_settles_nothing_wrong(seed):
    problem = scattered(seed, 40, 12)
    cost = problem.minutes * problem.weight[:, None]
    best = least_ways(problem, 3)
    for rounds in (1, 10, 400):
        told = price(cost, 3, (), rounds=rounds)
        assert told.bound <= best + 1e-6 <= told.objective + 1e-5
        if told.objective > best + 1e-6:
            sites, objective, bound = _finished(cost, 3, told, 10.0)
            assert objective == pytest.approx(best)
            assert bound == pytest.approx(best)
            assert len(sites) == 3


def test_the_programme_alone_finds_the_best_from_a_bad_start():
    problem = scattered(3, 30, 10)
    cost = problem.minutes * problem.weight[:, None]
    worst = np.arange(3)
    start = dataclasses.replace(
        price(cost, 3, (), rounds=1),
        bound=0.0,
        sites=worst,
        objective=float(cost[:, worst].min(axis=1).sum()),
        surely_open=np.zeros(10, dtype=bool),
        surely_closed=np.zeros(10, dtype=bool),
    )
    _, objective, bound = _finished(cost, 3, start, 20.0)
    assert objective == pytest.approx(least_ways(problem, 3))
    assert bound == pytest.approx(objective)


def test_a_thousand_demands_and_sixty_candidates_are_solved_to_a_small_gap():
    found = shortest_ways(scattered(1, 1000, 60), 8)
    assert found.gap is not None
    assert found.gap < 0.005


def test_the_same_seed_gives_the_same_sites():
    problem = scattered(7, 60, 20)
    assert shortest_ways(problem, 4, seed=3).sites == shortest_ways(problem, 4, seed=3).sites


@pytest.mark.parametrize("new", [0, 4, -1])
def test_a_number_of_sites_that_cant_be_chosen_is_refused(new):
    with pytest.raises(BadProblem, match="new sites; choose from 1 to 3"):
        shortest_ways(SitesProblem(np.ones((2, 3)), np.ones(2)), new)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"minutes": np.array([[1.0, -2.0, 1.0]] * 2)}, "from demand 0 to candidate 1: -2.0"),
        ({"weight": np.array([1.0, np.nan])}, "weight must hold 2 numbers"),
        ({"kept": (0, 0)}, "each once"),
        ({"kept": (3,)}, "candidates 0..2"),
        ({"minutes": np.array([[1.0, 1, 1], [np.inf] * 3])}, "demand 1 can reach no candidate"),
        ({"capacity": np.array([1.0])}, "capacity must hold 3 numbers"),
        ({"minutes": np.ones((0, 3))}, "has shape"),
    ],
)
def test_numbers_that_contradict_themselves_are_named(change, words):
    with pytest.raises(BadProblem, match=words):
        SitesProblem(**({"minutes": np.ones((2, 3)), "weight": np.ones(2)} | change))
