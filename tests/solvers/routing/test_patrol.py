import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.check_routes import patrol_faults
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.results import Status
from gridgeo_solvers.routing import Network, PatrolProblem, solve_patrol
from gridgeo_solvers.routing.patrol import LONGER_THAN_SHIFT, OTHER_PART


def problem_of(network: Network, share: float = 1.0, shift: float = 1e9, seed: int = 0) -> PatrolProblem:
    random = np.random.default_rng(seed)
    required = np.flatnonzero(random.random(network.pieces) < share)
    start = int(np.flatnonzero(network.parts == np.bincount(network.parts).argmax())[0])
    return PatrolProblem(network, required, start, network.metres[network.forward] / 1.1, shift)


def faults(problem: PatrolProblem, answer) -> list[str]:
    network = problem.network
    return patrol_faults(
        network.tail,
        network.head,
        network.seconds,
        network.piece,
        start=problem.start,
        required=problem.required,
        service=problem.service,
        shift=problem.shift,
        walks=[(walk.arcs.tolist(), walk.serves.tolist(), walk.seconds) for walk in answer.walks],
        left_out=[piece for piece, _ in answer.left_out],
    )


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    oneway=st.sampled_from([0.0, 0.2, 0.5]),
    gaps=st.sampled_from([0.0, 0.25]),
    share=st.sampled_from([0.3, 1.0]),
    shift=st.sampled_from([1500.0, 1e9]),
)
def test_every_required_street_is_served_once_within_the_shift(city, seed, oneway, gaps, share, shift):
    problem = problem_of(city(4, 5, seed, oneway=oneway, gaps=gaps), share, shift, seed)
    answer = solve_patrol(problem, seed=seed)
    assert faults(problem, answer) == []
    assert answer.bound <= answer.objective + 1e-9
    assert answer.objective == pytest.approx(sum(walk.seconds for walk in answer.walks))
    assert (answer.status is Status.OPTIMAL) == (answer.gap is not None and answer.gap < 1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_two_way_streets_that_hang_together_are_walked_in_the_least_time(city, seed):
    answer = solve_patrol(problem_of(city(6, 7, seed)))
    assert answer.status is Status.OPTIMAL
    assert answer.gap == 0.0


def test_one_way_streets_keep_their_direction(city):
    network = city(6, 6, 1, oneway=0.4)
    answer = solve_patrol(problem_of(network))
    served = np.concatenate([walk.arcs[walk.serves] for walk in answer.walks])
    assert len(served) + len(answer.left_out) == network.pieces
    assert answer.gap is not None
    assert answer.gap < 0.2


def test_the_same_seed_gives_the_same_routes(city):
    problem = problem_of(city(6, 6, 2, oneway=0.2), shift=2500.0)
    one, two = solve_patrol(problem, seed=7), solve_patrol(problem, seed=7)
    assert [walk.arcs.tolist() for walk in one.walks] == [walk.arcs.tolist() for walk in two.walks]


def test_a_longer_shift_needs_no_more_routes(city):
    problem = problem_of(city(6, 6, 3), shift=2000.0)
    longer = dataclasses.replace(problem, shift=8000.0)
    assert len(solve_patrol(longer).walks) <= len(solve_patrol(problem).walks)


def test_what_cannot_be_served_is_told_with_the_reason():
    """0 = 1 both ways, a long street 1 = 2, and an island 3 = 4."""
    tail, head = np.array([0, 1, 1, 2, 3, 4]), np.array([1, 0, 2, 1, 4, 3])
    metres = np.array([100.0, 100.0, 9000.0, 9000.0, 50.0, 50.0])
    network = Network(5, tail, head, metres, metres, np.array([0, 0, 1, 1, 2, 2]))
    problem = PatrolProblem(network, np.arange(3), 0, metres[network.forward], 3600.0)
    answer = solve_patrol(problem)
    assert answer.left_out == ((1, LONGER_THAN_SHIFT), (2, OTHER_PART))
    assert faults(problem, answer) == []


def test_a_street_that_is_a_loop_is_served():
    """A loop at junction 1, both ways, at the end of a street 0 = 1."""
    network = Network(
        2, np.array([0, 1, 1, 1]), np.array([1, 0, 1, 1]), np.full(4, 60.0), np.full(4, 75.0), np.array([0, 0, 1, 1])
    )
    problem = PatrolProblem(network, np.arange(2), 0, np.full(2, 70.0), 3600.0)
    answer = solve_patrol(problem)
    assert faults(problem, answer) == []
    assert answer.objective == pytest.approx(70 + 70 + 60)


def test_nothing_required_needs_no_route(city):
    problem = dataclasses.replace(problem_of(city(3, 3, 0)), required=np.empty(0, dtype=np.int64))
    answer = solve_patrol(problem)
    assert answer.walks == ()
    assert answer.objective == answer.bound == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": 99}, "start 99 is outside"),
        ({"required": np.array([500])}, "a required piece is outside"),
        ({"shift": 0.0}, "it must be above 0"),
        ({"service": np.array([1.0])}, "1 service times"),
    ],
)
def test_a_broken_problem_is_refused(city, change, message):
    with pytest.raises(BadProblem, match=message):
        dataclasses.replace(problem_of(city(3, 3, 0)), **change)
