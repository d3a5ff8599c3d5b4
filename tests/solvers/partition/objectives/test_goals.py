from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Measure, Partition, PartitionParams, PartitionProblem, solve
from gridgeo_solvers.partition.objectives.goals import needs_goals, solve_goals
from gridgeo_solvers.partition.objectives.thresholds import floor_of
from gridgeo_solvers.partition.objectives.worth import worth
from gridgeo_solvers.problems import Objective, Term
from gridgeo_solvers.results import Status
from gridgeo_solvers.stop import MaxIterations
from layouts import lattice
from ruled import diameter, imbalance, keeps, rank_value, ruled_problems, valid_plans
from ruled import worth as judged

LIGHT = PartitionParams(starts=3, plans=1, rounds=2, sweeps=200, bound_steps=0)
slow = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def enumerate_plans(problem: PartitionProblem, *, progress=None, **_) -> Partition:
    """A core for a few units: the best of all valid plans."""
    assert not needs_goals(problem)
    plans = valid_plans(problem)
    if not plans:
        raise Infeasible(["no plan"], proven=True)
    best = min(plans, key=lambda plan: rank_value(problem, plan, 0))
    value = rank_value(problem, best, 0)
    return Partition(best, value, value, 0.0, Status.OPTIMAL, 0.0, 0, {}, 1)


def lexicographic(problem: PartitionProblem) -> list[float]:
    """Values of the ranks of the best plan, each rank settled without slack before the next."""
    plans = valid_plans(problem)
    values = []
    for rank in sorted({term.rank for term in problem.terms}):
        worths = [rank_value(problem, plan, rank) for plan in plans]
        values.append(min(worths))
        plans = [plan for plan, w in zip(plans, worths, strict=True) if w <= values[-1] * (1 + 1e-9) + 1e-9]
    return values


kinds = st.sampled_from(["balance", "diameter", "compactness", "boundary", "cuts", "ties"])


@st.composite
def goals(draw) -> tuple[Term, ...]:
    """One to three different objectives in one to three ranks."""
    chosen = draw(st.lists(kinds, min_size=1, max_size=3, unique=True))
    return tuple(
        Term(Objective(kind), draw(st.sampled_from([0.5, 1.0, 20.0])), draw(st.integers(0, 2))) for kind in chosen
    )


@slow
@given(ruled_problems(most=7), goals())
def test_goals_reach_what_brute_force_reaches(problem, terms):
    problem = replace(problem, objective=terms)
    if not valid_plans(problem):
        with pytest.raises(Infeasible):
            solve_goals(problem, enumerate_plans)
        return
    answer = solve_goals(problem, enumerate_plans)
    assert keeps(problem, answer.assignment)
    ranks = sorted({term.rank for term in terms})
    truth = lexicographic(problem)
    reached = [rank_value(problem, answer.assignment, rank) for rank in ranks]
    assert reached == pytest.approx(truth, rel=1e-8, abs=1e-8)
    assert answer.objective == pytest.approx(truth[0], rel=1e-8, abs=1e-8)
    assert answer.bound is None or answer.bound <= truth[0] * (1 + 1e-9) + 1e-9


@slow
@given(ruled_problems(most=7), st.permutations(["balance", "diameter", "cuts", "boundary"]), st.floats(0, 0.5))
def test_a_later_rank_takes_no_more_than_the_slack(problem, order, slack):
    first, second = Objective(order[0]), Objective(order[1])
    strict = replace(problem, objective=(Term(first), Term(second, rank=1)))
    loose = replace(problem, objective=(Term(first, slack=slack), Term(second, rank=1)))
    if not valid_plans(problem):
        return
    tight, wide = solve_goals(strict, enumerate_plans), solve_goals(loose, enumerate_plans)
    best = rank_value(strict, tight.assignment, 0)
    assert rank_value(loose, wide.assignment, 0) <= best * (1 + slack) * (1 + 1e-8) + 1e-8
    assert rank_value(loose, wide.assignment, 1) <= rank_value(strict, tight.assignment, 1) * (1 + 1e-8) + 1e-8


@slow
@given(ruled_problems(most=6), st.sampled_from(["balance", "diameter"]))
def test_no_plan_is_better_than_the_floor_of_a_worst_case(problem, kind):
    floor = floor_of(problem, Objective(kind))
    for plan in valid_plans(problem):
        value = judged(problem, plan, Term(Objective(kind)))
        assert floor.least <= value * (1 + 1e-9) + 1e-9
        assert floor.steps is None or np.isclose(floor.steps, value).any()


@slow
@given(ruled_problems(most=7), st.data())
def test_worth_is_what_the_words_of_the_objectives_say(problem, data):
    plan = np.array(data.draw(st.permutations([*range(problem.k), *[0] * (problem.n - problem.k)])))
    for kind in set(Objective) - {Objective.TRAVEL}:
        assert worth(problem, plan, kind) == pytest.approx(judged(problem, plan, Term(kind)))


def test_the_worst_deviation_shrinks_on_the_engine():
    problem = lattice(6, 8, 4)
    answer = solve_goals(replace(problem, objective="balance"), solve, seed=1, params=LIGHT)
    assert keeps(problem, answer.assignment)
    assert answer.objective == pytest.approx(imbalance(problem, answer.assignment))
    assert answer.objective <= 0.01 < imbalance(problem, solve(problem, params=LIGHT).assignment)


def test_after_balance_comes_compactness_on_the_engine():
    ranked = lattice(6, 8, 4, objective=(Term(Objective.BALANCE, slack=1.0), Term(Objective.COMPACTNESS, rank=1)))
    answer = solve_goals(ranked, solve, params=LIGHT)
    alone = solve_goals(replace(ranked, objective="balance"), solve, params=LIGHT)
    assert imbalance(ranked, answer.assignment) <= 2 * alone.objective + 1e-9
    assert any(note.startswith("compactness: ") for note in answer.notes)


def test_a_run_that_is_stopped_keeps_what_it_has():
    problem = lattice(6, 8, 4, objective=(Term(Objective.BALANCE), Term(Objective.CUTS, rank=1)))
    answer = solve_goals(problem, solve, params=LIGHT, stop=MaxIterations(3))
    assert keeps(problem, answer.assignment)
    assert answer.status is Status.FEASIBLE


def test_an_even_split_is_called_optimal():
    path = Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)])
    band = Measure.within("households", [10, 10, 10, 10], k=2, tolerance=0.5)
    problem = PartitionProblem(path, (band,), 2, np.ones(4), np.arange(4) * 100.0, np.zeros(4), objective="balance")
    answer = solve_goals(problem, solve, params=LIGHT)
    assert (answer.objective, answer.bound, answer.status) == (0.0, 0.0, Status.OPTIMAL)
    assert diameter(problem, answer.assignment) == pytest.approx(0.1)


def test_a_weighed_worst_case_is_worth_less_than_what_either_goal_finds_alone():
    terms = (Term(Objective.COMPACTNESS), Term(Objective.BALANCE, weight=20.0))
    problem = lattice(6, 9, 4, objective=terms)
    both = solve_goals(problem, solve, params=LIGHT)
    compact = solve(replace(problem, objective="compactness"), params=LIGHT)
    even = solve_goals(replace(problem, objective="balance"), solve, params=LIGHT)
    assert both.objective == pytest.approx(rank_value(problem, both.assignment, 0))
    assert both.objective <= rank_value(problem, compact.assignment, 0) * (1 + 1e-9)
    assert both.objective <= rank_value(problem, even.assignment, 0) * (1 + 1e-9)


def test_the_diameter_shrinks_on_the_engine():
    problem = lattice(5, 8, 4, objective="diameter")
    answer = solve_goals(problem, solve, params=LIGHT)
    assert keeps(problem, answer.assignment)
    assert answer.objective == pytest.approx(diameter(problem, answer.assignment))
    assert answer.objective <= diameter(
        problem, solve(replace(problem, objective="compactness"), params=LIGHT).assignment
    )
    assert answer.bound is not None
    assert 0 < answer.bound <= answer.objective
