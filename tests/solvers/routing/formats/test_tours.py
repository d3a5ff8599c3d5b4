import math
from dataclasses import replace

import pytest

from gridgeo_solvers.check_tours import judge_clients, judge_periods, judge_streets
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.results import Status
from gridgeo_solvers.routing.formats import (
    client_solution,
    periodic_solution,
    read_carp,
    read_pvrp,
    read_vrp,
    street_solution,
    tours_of_clients,
    tours_of_periods,
    tours_of_streets,
)
from gridgeo_solvers.routing.tours import Goal, TourPlan, worth_of
from published import CLIENTS, PERIOD, STREETS, WINDOWS


def plan_of(*days, cost=0.0, bound=None):
    return TourPlan(
        days=days,
        cost=cost,
        longest=cost,
        objective=Goal.TOTAL,
        bound=bound,
        status=Status.FEASIBLE,
        iterations=1,
        seconds=0.12345,
        seed=7,
    )


def test_streets_cost_the_engine_what_they_cost_the_judge():
    ladder = read_carp(STREETS)
    plan = plan_of((((0, 0), (1, 0), (2, 0)), ((4, 0), (3, 1)), ()), cost=49.0)
    assert worth_of(tours_of_streets(ladder), plan.days).cost == 49
    told = street_solution(plan)
    assert told["routes"] == [[[0, False], [1, False], [2, False]], [[4, False], [3, True]]]
    assert judge_streets(ladder, told["routes"], cost=told["cost"]).ok


def test_a_one_way_street_has_one_mode_and_a_two_way_street_two():
    assert tours_of_streets(read_carp(STREETS)).modes.tolist() == [2, 2, 2, 2, 1]


def test_tours_are_limited_by_the_file_only_where_the_longest_is_made_small():
    ladder = read_carp(STREETS)
    assert tours_of_streets(ladder).vehicles.tolist() == [ladder.tasks]
    assert tours_of_streets(ladder, "longest").vehicles.tolist() == [2]
    assert tours_of_streets(ladder, "total", 3).vehicles.tolist() == [3]
    with pytest.raises(BadProblem, match="give vehicles"):
        tours_of_streets(replace(ladder, vehicles=None), "longest")
    with pytest.raises(BadProblem, match="the instance has no VEHICLES"):
        tours_of_clients(read_vrp(CLIENTS), "longest")


def test_days_and_clients_keep_their_numbers():
    period = read_pvrp(PERIOD)
    problem = tours_of_periods(period)
    assert problem.patterns == ((7,), (1, 2, 4), (5,), (2,)), "the first day is the lowest digit here"
    plan = plan_of((((2, 0), (0, 0)),), (((1, 0), (0, 0), (3, 0)),), (((2, 0), (0, 0)),))
    told = periodic_solution(plan)
    assert told["days"] == [[[3, 1]], [[2, 1, 4]], [[3, 1]]]
    verdict, worth = judge_periods(period, told["days"]), worth_of(problem, plan.days)
    assert verdict.ok
    assert (worth.cost, worth.longest, worth.faults) == (
        pytest.approx(verdict.total),
        pytest.approx(verdict.longest),
        (),
    )


def test_clients_of_one_day_keep_their_numbers():
    line = read_vrp(CLIENTS)
    plan = plan_of((((0, 0), (1, 0)), ((2, 0),)), cost=24.0)
    told = client_solution(plan)
    assert told["routes"] == [[1, 2], [3]]
    assert worth_of(tours_of_clients(line), plan.days).cost == judge_clients(line, told["routes"], cost=24).total == 24
    assert tours_of_clients(line).names == ("client 1", "client 2", "client 3")


def test_windows_are_refused_by_the_engine_without_them():
    with pytest.raises(BadProblem, match="time windows"):
        tours_of_clients(read_vrp(WINDOWS))


def test_a_document_says_how_good_a_plan_is():
    told = client_solution(plan_of((), cost=10.0, bound=9.0))
    assert told["gap"] == pytest.approx(0.1)
    told.pop("gap")
    assert told == {
        "routes": [],
        "cost": 10.0,
        "longest": 10.0,
        "objective": "total",
        "bound": 9.0,
        "status": "feasible",
        "seconds": 0.123,
        "seed": 7,
    }
    assert math.isinf(tours_of_periods(read_pvrp(PERIOD)).longest[0])
