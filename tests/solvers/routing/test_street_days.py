import numpy as np
import pytest

from gridgeo_solvers.check_tours import judge_street_days
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.cuts import cut_bound
from gridgeo_solvers.routing.formats import read_carp
from gridgeo_solvers.routing.street_days import StreetDays, street_days_solution, tours_of_street_days
from gridgeo_solvers.routing.streets import solve_streets
from gridgeo_solvers.routing.tours import solve
from published import STREETS
from tiny_tours import best_worth

LADDER = read_carp(STREETS)


@pytest.mark.parametrize("goal", ["total", "longest"])
def test_streets_are_served_as_often_as_asked_on_even_days_as_the_judge_confirms(goal):
    period = StreetDays.by_demand(LADDER, 4, (4, 2, 1))
    plan = solve_streets(LADDER, goal, vehicles=2, period=period, steps=4000)
    days = street_days_solution(plan)["days"]
    verdict = judge_street_days(LADDER, days, period.times, vehicles=2, cost=plan.cost)
    assert verdict.faults == ()
    assert verdict.longest == pytest.approx(plan.longest)
    assert plan.bound <= (plan.cost if goal == "total" else plan.longest)


def test_small_periods_are_as_good_as_all_plans_tried_and_never_below_the_bound():
    period = StreetDays(2, np.array([2, 1, 1, 1, 1]))
    best, _ = best_worth(tours_of_street_days(LADDER, period, vehicles=2))
    plan = solve_streets(LADDER, vehicles=2, period=period, steps=6000)
    assert plan.cost == best
    assert cut_bound(period.repeated(LADDER)) <= best


def test_the_longest_tour_of_a_period_is_no_longer_than_where_the_total_is_made_small():
    period = StreetDays.by_demand(LADDER, 3, (2, 1))
    total, longest = (
        solve_streets(LADDER, goal, vehicles=2, period=period, steps=6000) for goal in ("total", "longest")
    )
    assert longest.longest <= total.longest
    assert total.cost <= longest.cost


def test_classes_hold_the_streets_of_most_demand_first_and_are_alike_in_size():
    times = StreetDays.by_demand(LADDER, 5, (5, 2)).times
    assert sorted(times.tolist()) == [2, 2, 5, 5, 5]
    assert LADDER.demand[times == 5].min() >= LADDER.demand[times == 2].max()


def test_a_street_served_every_day_costs_the_engine_as_many_days():
    every = StreetDays(3, np.full(5, 3))
    once = solve_streets(LADDER, steps=3000)
    assert solve(tours_of_street_days(LADDER, every), steps=6000).cost == pytest.approx(3 * once.cost)


@pytest.mark.parametrize(
    ("days", "times", "words"),
    [
        (0, [1] * 5, "days is 0"),
        (99, [1] * 5, "days is 99: give 1 to"),
        (3, [1, 4, 1, 1, 1], "task 1 is to be served 4 times in 3 days; give 1 to 3"),
        (3, [0] * 5, "task 0 is to be served 0 times"),
    ],
)
def test_nonsense_is_refused_by_name(days, times, words):
    with pytest.raises(BadProblem, match=words):
        StreetDays(days, np.array(times))


def test_a_number_for_each_task_is_asked_for():
    with pytest.raises(BadProblem, match="3 numbers of services for 5 tasks"):
        tours_of_street_days(LADDER, StreetDays(3, np.ones(3, dtype=np.int64)))
