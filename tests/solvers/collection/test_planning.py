import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.collection import CollectionProblem, plan_rounds, simulate
from gridgeo_solvers.errors import BadProblem, Infeasible
from villages import villages


def driven(problem: CollectionProblem, rounds, **more):
    limits = {"most_days": problem.most_days, "capacity": problem.capacity, "shift": problem.shift}
    tables = {name: getattr(problem, name) for name in ("seconds", "metres", "items", "service")}
    return simulate(rounds, **(tables | limits | more))


@given(
    st.integers(0, 10_000),
    st.integers(1, 14),
    st.integers(1, 5),
    st.sampled_from([(True,), (True,) * 6 + (False,), (True,) * 5 + (False,) * 2]),
)
@settings(deadline=None, max_examples=25)
def test_no_item_waits_too_long_in_thirty_days(seed, n, most_days, open_days):
    problem = villages(seed, n, most_days=most_days, open_days=open_days)
    closed = len(open_days) - sum(open_days)
    if most_days <= closed:
        with pytest.raises(Infeasible):
            plan_rounds(problem, steps=50)
        return
    plan = plan_rounds(problem, steps=100, seed=seed)
    month = driven(problem, plan.rounds)
    assert month.faults == []
    assert month.longest_wait <= most_days
    assert month.fetched + month.left == pytest.approx(30 * problem.items.sum())
    for day, orders in enumerate(plan.rounds):
        visited = sorted(v for order in orders for v in order)
        assert visited == [v for v in range(n) if day in plan.days[v]]
        assert not visited or open_days[day % len(open_days)]


def test_minutes_are_those_that_are_driven():
    problem = villages(2, 12)
    plan = plan_rounds(problem, steps=200)
    month = driven(problem, plan.rounds, days=30)
    assert month.minutes[:3].tolist() == pytest.approx(list(plan.minutes))
    assert plan.objective == pytest.approx(sum(plan.minutes))


def test_balance_brings_the_days_together_and_its_absence_shortens_the_way():
    problem = villages(4, 30)
    short, even = (plan_rounds(problem, balance=balance, steps=1500) for balance in (0.0, 2.0))
    assert max(even.minutes) - min(even.minutes) <= max(short.minutes) - min(short.minutes)
    assert max(even.minutes) <= max(short.minutes)


def test_choosing_days_well_beats_dealing_them_out_blindly():
    problem = villages(5, 24)
    chosen = plan_rounds(problem, steps=1500).objective
    blind = plan_rounds(dataclasses.replace(problem), steps=0).objective
    assert chosen < blind


def test_full_vehicles_make_more_rounds():
    wide = plan_rounds(villages(1, 12), steps=100)
    narrow = plan_rounds(villages(1, 12, capacity=40.0), steps=100)
    assert sum(map(len, narrow.rounds)) > sum(map(len, wide.rounds))


def test_too_few_vehicles_are_told():
    with pytest.raises(Infeasible, match="needs 2 rounds, there are 1 vehicles"):
        plan_rounds(villages(1, 6, capacity=36.0, most_days=1, vehicles=1, items=np.full(6, 12.0)), steps=10)


def test_another_planner_of_days_can_take_the_place():
    def each_alone(seconds, load, service, capacity, shift, seed):
        return [[place] for place in range(len(load))]

    plan = plan_rounds(villages(0, 5), steps=10, rounds=each_alone)
    assert all(len(order) == 1 for orders in plan.rounds for order in orders)


def test_the_same_seed_gives_the_same_rounds():
    problem = villages(3, 15)
    assert plan_rounds(problem, steps=200, seed=4) == plan_rounds(problem, steps=200, seed=4)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"items": np.array([-1.0])}, "items must hold 1 numbers of 0 or more"),
        ({"most_days": 0}, "wait 0 days"),
        ({"capacity": 0.0}, "must be above 0"),
        ({"open_days": (False,)}, "no day has rounds"),
        ({"vehicles": 0}, "0 vehicles"),
        ({"seconds": np.full((2, 2), np.inf)}, "seconds holds a number that is negative or none"),
        ({"metres": np.zeros((1, 1))}, "metres has shape"),
    ],
)
def test_numbers_that_contradict_themselves_are_named(more, words):
    with pytest.raises(BadProblem, match=words):
        villages(0, 1, **more)
