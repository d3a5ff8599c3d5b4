import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.visiting import Given, VisitingProblem, Wishes, solve_visiting
from visitings import chance_problem, faults_of


def changed(problem: VisitingProblem, **doors: object) -> VisitingProblem:
    """The problem with other arrays of doors."""
    return dataclasses.replace(problem, doors=dataclasses.replace(problem.doors, **doors))


def easy(seed: int, *, doors: int = 4, officers: int = 1, days: int = 2, balance: float = 0.0) -> VisitingProblem:
    """Doors without windows, skills or breaks, called at once each by anybody; everybody works every day."""
    problem = chance_problem(
        seed, doors=doors, officers=officers, days=days, pairs=0, windows=0, often=0, wishes=Wishes(balance=balance)
    )
    n = doors
    crew = problem.officers
    shape = crew.since.shape
    crew = dataclasses.replace(crew, since=np.full(shape, 28800.0), until=np.full(shape, 43200.0), rest=np.zeros(shape))
    open_doors = dataclasses.replace(
        problem.doors,
        open=np.ones((n, days), dtype=bool),
        need=np.zeros(n, dtype=np.int64),
        own=np.full(n, -1),
        may=np.ones((n, officers), dtype=bool),
    )
    return dataclasses.replace(problem, doors=open_doors, officers=crew)


def least_travel(problem: VisitingProblem) -> float:
    """Least travel over all ways to share out the doors of one officer over the days, by trying all."""
    ways = problem.travel[problem.officers.mode[0]]
    start = problem.officers.start[0, 0]
    n, best = len(problem.doors), np.inf
    for days in itertools.product(range(problem.days), repeat=n):
        total = 0.0
        for day in range(problem.days):
            own = [door for door in range(n) if days[door] == day]
            spent = sum(problem.doors.service[own])
            tours = (
                sum(ways[a, b] for a, b in itertools.pairwise([start, *order, start]))
                for order in itertools.permutations(own)
            )
            way = min(tours)
            if spent + way > 4 * 3600:
                way = np.inf
            total += way
        best = min(best, total)
    return best


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 14), st.integers(1, 4), st.integers(2, 15))
def test_every_plan_passes_the_judge(seed: int, doors: int, officers: int, days: int):
    problem = chance_problem(seed, doors=doors, officers=officers, days=days, pairs=0.3, windows=0.5)
    assert faults_of(problem, solve_visiting(problem, seed=seed, iterations=60)) == []


@pytest.mark.parametrize("seed", range(6))
def test_ways_that_are_longer_straight_than_round_about_are_planned_and_judged(seed: int):
    problem = chance_problem(seed, doors=40, officers=2, days=5, windows=0.8)
    uneven = np.random.default_rng(seed).uniform(1.0, 3.0, problem.travel.shape)
    problem = dataclasses.replace(problem, travel=np.round(problem.travel * uneven))
    assert faults_of(problem, solve_visiting(problem, seed=seed, iterations=2_000)) == []


@pytest.mark.parametrize("seed", range(4))
def test_the_least_travel_is_found_where_all_plans_can_be_tried(seed: int):
    problem = easy(seed)
    answer = solve_visiting(problem, seed=1, iterations=400)
    assert not answer.left_out
    assert answer.travel == pytest.approx(least_travel(problem))


def test_the_same_seed_gives_the_same_plan():
    problem = chance_problem(3)
    assert solve_visiting(problem, seed=5, iterations=100) == solve_visiting(problem, seed=5, iterations=100)


def test_the_price_added_up_step_by_step_is_that_of_the_plan():
    told: list[float] = []

    class Listener(Progress):
        def incumbent(self, objective: float, bound: float | None = None) -> None:
            told.append(objective)

    answer = solve_visiting(chance_problem(3), seed=5, iterations=2500, progress=Listener())
    assert told
    assert told == sorted(told, reverse=True)
    assert answer.objective == pytest.approx(told[-1], rel=1e-9)


def test_balance_spreads_the_work_over_the_days():
    crowded = solve_visiting(easy(1, doors=8, days=4, balance=0.0), iterations=300)
    even = solve_visiting(easy(1, doors=8, days=4, balance=20.0), iterations=300)
    assert len(even.tours) > len(crowded.tours)
    assert even.travel >= crowded.travel


def test_the_preferred_officer_calls_unless_it_costs_too_much():
    problem = changed(easy(2, doors=6, officers=2, days=3), own=np.array([0, 1, 0, 1, 0, 1]))
    answer = solve_visiting(problem, iterations=300)
    assert {(stop.door % 2, tour.officer) for tour in answer.tours for stop in tour.stops} == {(0, 0), (1, 1)}


def test_two_officers_begin_together():
    problem = changed(easy(4, officers=2, days=2), persons=np.array([2, 1, 1, 2]))
    answer = solve_visiting(problem, iterations=100)
    assert not answer.left_out
    assert faults_of(problem, answer) == []
    assert sum(stop.door == 0 for tour in answer.tours for stop in tour.stops) == 2


REASONS = {
    "border": {"may": np.zeros((4, 2), dtype=bool)},
    "skill": {"need": np.array([4, 0, 0, 0])},
    "leave": {"open": np.array([[False, False]] + [[True, True]] * 3)},
    "window": {"early": np.array([3600.0, 0, 0, 0]), "late": np.array([7200.0, 86400, 86400, 86400])},
    "shift": {"service": np.array([5 * 3600.0, 600, 600, 600])},
    "persons": {"persons": np.array([2, 1, 1, 1]), "may": np.array([[True, False]] + [[True, True]] * 3)},
    "no room": {"service": np.full(4, 3.4 * 3600), "open": np.array([[True, False]] * 4)},
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_visit_that_cannot_be_made_is_told_with_the_rule_that_binds(reason: str):
    problem = changed(easy(3, officers=2), **REASONS[reason])
    answer = solve_visiting(problem, iterations=30)
    assert reason in {one.reason for one in answer.left_out if reason == "no room" or one.door == 0}
    assert faults_of(problem, answer) == []


def test_a_frequency_above_the_days_there_are_is_told_and_the_rest_is_planned():
    problem = easy(3, days=3)
    often = dataclasses.replace(problem.doors.rhythm, count=np.array([5, 1, 1, 1]), most=np.full(4, 9))
    answer = solve_visiting(changed(problem, rhythm=often), iterations=30)
    assert {one.reason for one in answer.left_out} == {"spacing"}
    assert {one.door for one in answer.left_out} == {0}
    assert sum(len(tour.stops) for tour in answer.tours) >= 3


def test_a_plan_to_begin_from_is_kept_where_nothing_is_better():
    problem = chance_problem(8, doors=10, officers=2, days=5)
    first = solve_visiting(problem, seed=1, iterations=200)
    visits = [
        Given(stop.door, stop.number, tour.day, crew, stop.begin)
        for tour in first.tours
        for stop in tour.stops
        if (crew := officers_at(first, stop.door, stop.number))[0] == tour.officer
    ]
    again = solve_visiting(problem, seed=1, iterations=1, given=visits, heat=0.0)
    assert again.objective <= first.objective + 1e-6
    assert faults_of(problem, again) == []


def officers_at(answer, door: int, number: int) -> tuple[int, ...]:
    return tuple(t.officer for t in answer.tours for s in t.stops if (s.door, s.number) == (door, number))


def test_no_officer_at_all_leaves_everything_out_and_says_so():
    problem = easy(0)
    nobody = dataclasses.replace(problem.officers, until=problem.officers.since)
    answer = solve_visiting(dataclasses.replace(problem, officers=nobody), iterations=10)
    assert not answer.tours
    assert {one.reason for one in answer.left_out} == {"leave"}


@pytest.mark.parametrize(
    ("doors", "message"),
    [
        ({"service": np.array([-1.0, 0, 0, 0])}, "door 0: service is -1"),
        ({"early": np.full(4, 90000.0)}, "door 0: early is 90000"),
        ({"weight": np.zeros(4)}, "weight above 0"),
        ({"persons": np.array([1, 3, 1, 1])}, "door 1: persons is 3"),
        ({"place": np.zeros(4, dtype=np.int64), "open": np.ones((4, 9), dtype=bool)}, "open has shape"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(doors, message):
    with pytest.raises(BadProblem, match=message):
        changed(easy(0), **doors)
