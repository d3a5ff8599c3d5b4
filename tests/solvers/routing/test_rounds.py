import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing import RoundsProblem, solve_rounds
from gridgeo_solvers.routing.rounds import LONGER_THAN_SHIFT, NO_ROUND_LEFT, WINDOW


def draw(seed: int, n: int, *, shift: float = 7200.0, windows: float = 0.4) -> RoundsProblem:
    """Doors on a square kilometre, some with a window of 15 to 40 minutes."""
    random = np.random.default_rng(seed)
    place = random.uniform(0, 1000, (n + 1, 2))
    times = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) / 1.25
    early = np.where(random.random(n) < windows, random.uniform(0, shift, n), 0.0)
    late = np.where(early > 0, early + random.uniform(900, 2400, n), shift)
    return RoundsProblem(times, random.uniform(120, 1500, n), early, late, shift)


def faults(problem: RoundsProblem, answer) -> list[str]:
    """What is wrong with rounds, told without the solver's own arithmetic."""
    told = []
    served = [door for one in answer.rounds for door in one.doors] + [one.door for one in answer.left_out]
    if sorted(served) != list(range(len(problem.service))):
        told.append(f"doors {sorted(served)}")
    for one in answer.rounds:
        clock, place = one.start, 0
        for door, arrive, begin, leave in zip(one.doors, one.arrive, one.begin, one.leave, strict=True):
            clock += problem.times[place, door + 1]
            if abs(arrive - clock) > 1e-6:
                told.append(f"door {door} is reached at {clock}, not {arrive}")
            if not (max(arrive, problem.early[door]) - 1e-6 <= begin <= problem.late[door] + 1e-6):
                told.append(f"door {door} begins at {begin}")
            if abs(leave - begin - problem.service[door]) > 1e-6:
                told.append(f"door {door} takes {leave - begin}")
            clock, place = leave, door + 1
        if abs(clock + problem.times[place, 0] - one.end) > 1e-6 or one.end > problem.shift or one.start < 0:
            told.append(f"round from {one.start} to {one.end}")
    return told


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 14))
def test_rounds_keep_windows_and_shift_and_call_at_every_door_that_can_be_called_at(seed, n):
    problem = draw(seed, n)
    answer = solve_rounds(problem, iterations=30)
    assert faults(problem, answer) == []
    there = problem.times[0, 1:]
    for one in answer.left_out:
        if one.reason == WINDOW:
            assert there[one.door] > problem.late[one.door] - 0.01
        else:
            assert one.reason == LONGER_THAN_SHIFT
            assert one.seconds > problem.shift - 0.01


def test_the_same_seed_gives_the_same_rounds():
    problem = draw(5, 12)
    assert solve_rounds(problem, seed=3, iterations=50) == solve_rounds(problem, seed=3, iterations=50)


def test_a_round_sets_out_late_rather_than_waits():
    times = np.array([[0.0, 60.0], [60.0, 0.0]])
    problem = RoundsProblem(times, np.array([300.0]), np.array([1800.0]), np.array([2400.0]), 7200.0)
    (one,) = solve_rounds(problem).rounds
    assert (one.start, one.arrive[0], one.begin[0], one.end) == (1740.0, 1800.0, 1800.0, 2160.0)


def test_of_two_ways_alike_that_without_waits_is_gone():
    # Along a street: all four doors between the first and the one with a late window must be called at on the way out.
    along = np.array([0.0, 100.0, 200.0, 300.0, 400.0, 450.0, 500.0])
    service = np.array([600.0, 50.0, 50.0, 50.0, 50.0, 60.0])
    early, late = np.zeros(6), np.full(6, 14_400.0)
    late[0], early[5], late[5] = 6000.0, 7200.0, 7300.0
    problem = RoundsProblem(np.abs(along[:, None] - along), service, early, late, 14_400.0)
    (one,) = solve_rounds(problem, iterations=300).rounds
    assert one.end - one.start == 2 * 500 + service.sum()


def test_doors_that_no_allowed_round_has_room_for_are_told():
    problem = dataclasses.replace(draw(1, 12, windows=0.0), service=np.full(12, 1800.0), rounds=1)
    answer = solve_rounds(problem, iterations=50)
    assert len(answer.rounds) == 1
    assert {one.reason for one in answer.left_out} == {NO_ROUND_LEFT}
    assert faults(problem, answer) == []


def test_rules_hold_also_where_the_first_search_finds_no_rounds():
    """Forty doors that all open for the same four minutes need forty rounds."""
    problem = draw(2, 40, windows=0.0)
    tight = dataclasses.replace(
        problem, service=np.full(40, 600.0), early=np.full(40, 3000.0), late=np.full(40, 3240.0)
    )
    answer = solve_rounds(tight, iterations=5)
    assert faults(tight, answer) == []
    assert len(answer.rounds) == 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"times": np.zeros((2, 2))}, "need \\(4, 4\\)"),
        ({"late": np.array([-1.0, 1.0, 1.0])}, "door 0"),
        ({"shift": 0.0}, "above 0"),
        ({"rounds": 0}, "at least one"),
    ],
)
def test_a_broken_problem_is_refused(change, message):
    with pytest.raises(BadProblem, match=message):
        dataclasses.replace(draw(0, 3), **change)
