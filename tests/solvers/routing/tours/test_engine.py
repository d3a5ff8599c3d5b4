import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.tours import Tours, solve, worth_of
from tiny_tours import best_worth, tiny

KINDS = {
    "doors": {},
    "streets": {"two_modes": True},
    "periods": {"days": 3, "n": 4},
    "streets in periods": {"two_modes": True, "days": 2, "n": 4},
    "few vehicles": {"vehicles": 2},
    "the longest first": {"vehicles": 2, "objective": "longest"},
    "streets, the longest first": {"two_modes": True, "vehicles": 3, "objective": "longest"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_tiny_problems_are_solved_as_well_as_by_trying_everything(kind, seed):
    problem = tiny(seed, **KINDS[kind])
    cost, longest = best_worth(problem)
    if not np.isfinite(cost):
        with pytest.raises(Infeasible):
            solve(problem, steps=1500, seed=seed)
        return
    plan = solve(problem, steps=1500, seed=seed)
    assert worth_of(problem, plan.days).faults == ()
    if problem.objective == "longest":
        assert (plan.longest, plan.cost) == (longest, cost)
    else:
        assert plan.cost == cost
    assert plan.bound <= (longest if problem.objective == "longest" else cost) + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_a_limit_of_duration_is_kept_as_by_trying_everything(seed):
    loose = tiny(seed)
    tight = tiny(seed, longest=solve(loose, steps=300).longest * 0.8)
    cost, _ = best_worth(tight)
    if np.isfinite(cost):
        assert solve(tight, steps=1500).cost == cost
    else:
        with pytest.raises(Infeasible):
            solve(tight, steps=1500)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000), n=st.integers(1, 30), two_modes=st.booleans(), days=st.sampled_from([1, 3]),
    longest=st.booleans(),
)  # fmt: skip
def test_every_plan_keeps_every_rule(seed, n, two_modes, days, longest):
    problem = tiny(seed, n=n, two_modes=two_modes, days=days, objective="longest" if longest else "total")
    plan = solve(problem, steps=200, seed=seed)
    worth = worth_of(problem, plan.days)
    assert worth.faults == ()
    assert (worth.cost, worth.longest) == (plan.cost, plan.longest)
    assert plan.gap is None or plan.gap >= 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_and_steps_give_the_same_plan(kind):
    problem = tiny(7, **(KINDS[kind] | {"n": 12}))
    assert solve(problem, steps=300, seed=3).days == solve(problem, steps=300, seed=3).days


class Heard(Progress):
    """Costs told, in order."""

    def __init__(self):
        self.costs = []

    def incumbent(self, objective, bound=None):
        self.costs.append(objective)


def test_each_cost_told_is_below_the_one_before_and_the_last_is_the_plan():
    heard = Heard()
    plan = solve(tiny(1, n=30), steps=2000, progress=heard)
    assert heard.costs == sorted(set(heard.costs), reverse=True)
    assert heard.costs[-1] == plan.cost


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_never_gets_worse(kind):
    problem = tiny(11, **(KINDS[kind] | {"n": 12}))
    good = solve(problem, steps=3000)
    again = solve(problem, steps=1, start=good.days)
    rank = (lambda p: (p.longest, p.cost)) if problem.objective == "longest" else (lambda p: p.cost)
    assert rank(again) <= rank(good)


def test_a_search_that_is_stopped_still_answers():
    plan = solve(tiny(2, n=20), time_limit=60.0, stop=lambda: True)
    assert plan.iterations == 0
    assert worth_of(tiny(2, n=20), plan.days).faults == ()


def test_every_vehicle_keeps_its_own_start_and_end():
    """Two officers live at the two ends of a line of doors: each serves his half on the way to the other's home or back."""
    at = np.array([0.0, 10.0, 1.0, 2.0, 8.0, 9.0])
    travel = np.abs(at[:, None] - at[None, :])
    doors = [2, 3, 4, 5]
    problem = Tours(travel, doors, doors, starts=[0, 1], ends=[0, 1], demand=[1] * 4, capacity=2)
    plan = solve(problem, steps=500)
    assert [sorted(task for task, _ in route) for route in plan.days[0]] == [[0, 1], [2, 3]]
    assert plan.cost == 8.0
    assert solve(Tours(travel, doors, doors, starts=[0], ends=[1]), steps=200).cost == 10.0


@pytest.mark.parametrize(
    ("limits", "message"),
    [({"steps": 0}, "steps is 0"), ({"time_limit": 0.0}, "time_limit"), ({"time_limit": -1.0}, "time_limit")],
)
def test_a_limit_that_leaves_no_work_is_refused(limits, message):
    with pytest.raises(BadProblem, match=message):
        solve(tiny(0), **limits)


def test_a_start_that_misses_a_task_is_refused():
    with pytest.raises(BadProblem, match="task 1 is visited on no day"):
        solve(tiny(0), start=[[[(0, 0)], [(2, 0)], [(3, 0)], [(4, 0)]]])


def test_what_no_plan_keeps_is_told_and_not_answered():
    """Three tasks of three for two vehicles of four: the sums fit only on paper."""
    problem = Tours.of_doors(np.ones((4, 4)) - np.eye(4), demand=[3, 3, 2], capacity=4, vehicles=2)
    with pytest.raises(Infeasible, match="no plan was found"):
        solve(problem, steps=300)
