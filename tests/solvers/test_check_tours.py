import numpy as np
import pytest

from gridgeo_solvers.check_tours import judge_clients, judge_periods, judge_street_days, judge_streets
from gridgeo_solvers.routing.formats import read_carp, read_pvrp, read_vrp
from published import CLIENTS, PERIOD, STREETS, WINDOWS, second_judge

STREET_TOURS = [[(0, False), (1, False), (2, False)], [(4, False), (3, True)]]
"""1-2-3 served, back to 2, 2-5, home over 2; the one-way street, then 6-3 and home over 2."""
PERIOD_TOURS = [[[3, 1]], [[2, 1, 4]], [[3, 1]]]


def test_good_street_tours_have_no_fault_and_their_cost_is_added_up():
    verdict = judge_streets(read_carp(STREETS), STREET_TOURS, vehicles=2, cost=24 + 25)
    assert verdict.faults == ()
    # 5 + 4 + way 3-2 of 4 + 3 + ways 5-2 of 3 and 2-1 of 5; 2 + 7 + 1 + 6 + 4 + 5
    assert (verdict.total, verdict.longest) == (49, 25)


@pytest.mark.parametrize(
    ("tours", "fault"),
    [
        ([STREET_TOURS[0], [(4, False)]], "task 3 is served 0 times; it should be once"),
        ([*STREET_TOURS, [(0, True)]], "task 0 is served 2 times; it should be once"),
        ([STREET_TOURS[0], [(4, True), (3, True)]], "tour 1: task 4 is a one-way street and is gone against"),
        ([[*STREET_TOURS[0], (4, False), (3, True)]], "tour 0 loads 15, more than 10"),
        ([*STREET_TOURS, [(5, False)]], "task 5 is served, but isn't there"),
        ([*STREET_TOURS, [(-1, False)]], "task -1 is served, but isn't there"),
        ([[(0, False)], [(1, False), (2, False)], STREET_TOURS[1]], "the plan has 3 tours, 2 are there"),
    ],
)
def test_a_fault_of_street_tours_is_named(tours, fault):
    assert any(fault in told for told in judge_streets(read_carp(STREETS), tours, vehicles=2).faults)


def test_a_claim_that_is_not_the_cost_is_a_fault():
    assert judge_streets(read_carp(STREETS), STREET_TOURS, cost=48).faults == (
        "the tours claim to cost 48, they cost 49",
    )
    assert "claim" in judge_periods(read_pvrp(PERIOD), PERIOD_TOURS, cost=1).faults[0]
    assert "claim" in judge_clients(read_vrp(CLIENTS), [[1, 2], [3]], cost=1).faults[0]


WEEK = [[[(0, False), (1, False)]], [[(2, False)], [(4, False), (3, True)]], [[(0, True)]], []]
TIMES = [2, 1, 1, 1, 1]


def test_a_good_period_of_streets_has_no_fault_and_its_cost_is_that_of_its_days():
    verdict = judge_street_days(read_carp(STREETS), WEEK, TIMES, vehicles=2)
    apart = [_length(route) for routes in WEEK for route in routes]
    assert verdict.faults == ()
    assert (verdict.total, verdict.longest) == (sum(apart), max(apart))


def _length(route):
    return judge_streets(read_carp(STREETS), [route]).total


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        ([*WEEK[:2], [], []], "task 0 is served 1 times; it should be 2 times"),
        ([*WEEK[:2], [], [[(0, True)]]], "task 0 is served on days [0, 3], 3 days apart; 2 can be kept"),
        ([WEEK[0], [[(2, False)], [(3, True)], [(4, False)]], *WEEK[2:]], "day 1 has 3 tours, 2 are there"),
        ([*WEEK[:3], [[(7, False)]]], "task 7 is served, but isn't there"),
        ([WEEK[0], [[(2, False)], [(4, True), (3, True)]], *WEEK[2:]], "day 1, tour 1: task 4 is a one-way street"),
    ],
)
def test_a_fault_of_a_period_of_streets_is_named(days, fault):
    assert any(fault in told for told in judge_street_days(read_carp(STREETS), days, TIMES, vehicles=2).faults)


def test_good_periodic_tours_have_no_fault_and_service_is_part_of_the_duration():
    verdict = judge_periods(read_pvrp(PERIOD), PERIOD_TOURS)
    assert verdict.faults == ()
    middle = 5 + np.hypot(3, 1) + np.hypot(6, 4) + 3
    assert verdict.total == pytest.approx(20 + middle + 20)
    assert verdict.longest == pytest.approx(22)


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        ([[[3, 1]], [[2, 1]], [[3, 1]]], "client 4 is called at on days [], which is none of its patterns"),
        ([[[3, 1]], [[2, 1, 4]], [[2, 3, 1]]], "client 2 is called at on days [1, 2], which is none of its patterns"),
        ([[[3, 1]], [[2, 3, 1, 4]], [[1]]], "client 3 is called at on days [0, 1]"),
        ([[[3, 1]], [[2, 1, 4]], [[3, 1, 1]]], "client 1 is called at on days [0, 1, 2, 2]"),
        ([[[3], [1]], [[2, 1, 4]], [[3, 1]]], "day 0 has 2 tours, 1 are there"),
        ([[[3, 2, 1]], [[1, 4]], [[3, 1]]], "day 0, tour 0 loads 13, more than 10"),
        ([[[3, 1]], [[2, 1, 4, 5]], [[3, 1]]], "day 1, tour 0 calls at client 5, who isn't there"),
        ([[[3, 1]], [[2, 1, 4]]], "2 days are planned, there are 3"),
    ],
)
def test_a_fault_of_periodic_tours_is_named(days, fault):
    assert any(fault in told for told in judge_periods(read_pvrp(PERIOD), days).faults)


def test_a_tour_longer_than_its_day_allows_is_named():
    instance = read_pvrp(PERIOD.replace("0 10\n", "21.5 10\n", 1))
    assert judge_periods(instance, PERIOD_TOURS).faults == ("day 0, tour 0 takes 22, more than 21.5",)


def test_good_client_tours_have_no_fault():
    verdict = judge_clients(read_vrp(CLIENTS), [[1, 2], [3]])
    assert (verdict.faults, verdict.total, verdict.longest) == ((), 24, 20)


@pytest.mark.parametrize(
    ("tours", "fault"),
    [
        ([[1, 2]], "client 3 is served 0 times"),
        ([[1, 2], [3], [1]], "client 1 is served 2 times"),
        ([[1, 2], [3, 4]], "client 4 is served, but isn't there"),
        ([[1, 2], [3, 0]], "client 0 is served, but isn't there"),
        ([[1], [2, 3]], "tour 1 loads 8, more than 5"),
        ([[1], [2], [3]], "the plan has 3 tours, 2 are there"),
    ],
)
def test_a_fault_of_client_tours_is_named(tours, fault):
    assert any(fault in told for told in judge_clients(read_vrp(CLIENTS), tours, vehicles=2).faults)


def test_a_duration_beyond_the_limit_of_the_file_is_named():
    limited = read_vrp(CLIENTS.replace("CAPACITY", "DISTANCE : 24\nSERVICE_TIME : 4\nCAPACITY"))
    assert judge_clients(limited, [[1, 2], [3]]).faults == ("tour 0 takes 28, more than 24",)


def test_windows_are_kept_by_waiting_and_missed_by_coming_late():
    timed = read_vrp(WINDOWS)
    assert judge_clients(timed, [[2, 1]]).faults == ()
    assert "tour 0 comes to place 2 at" in judge_clients(timed, [[1, 2]]).faults[0]
    early = read_vrp(WINDOWS.replace("1 0 20", "1 0 13.5"))
    assert "comes to place 0 at 13.4" not in "".join(judge_clients(early, [[2, 1]]).faults)
    assert judge_clients(early, [[2], [1]]).faults == ()


@pytest.mark.parametrize("seed", range(20))
def test_both_judges_agree_on_random_street_tours(shared, seed):
    folder = shared / "benchmarks" / "carp"
    other = second_judge(folder)
    random = np.random.default_rng(seed)
    file = random.choice(sorted(folder.glob("*.dat")))
    ours, theirs = read_carp(file.read_text()), other.parse(file)
    tours = _cut(random, random.permutation(ours.tasks), ours.demand, ours.capacity * random.choice([1.0, 1.3]))
    routes = [[(task, bool(random.random() < 0.5)) for task in tour] for tour in tours]
    if random.random() < 0.2:
        routes[0] = routes[0][1:]
    verdict = judge_streets(ours, routes)
    try:
        cost = other.cost(theirs, routes)
    except ValueError:
        assert not verdict.ok
    else:
        assert verdict.faults == ()
        assert verdict.total == cost


@pytest.mark.parametrize("seed", range(20))
def test_both_judges_agree_on_random_periodic_tours(shared, seed):
    folder = shared / "benchmarks" / "pvrp"
    other = second_judge(folder)
    random = np.random.default_rng(seed)
    file = random.choice(sorted(folder.glob("p*.txt")))
    ours, theirs = read_pvrp(file.read_text()), other.parse(file)
    called = [[] for _ in range(ours.days)]
    for client in range(1, len(ours.x)):
        for day in ours.patterns[client][random.integers(len(ours.patterns[client]))]:
            called[day].append(client)
    slack = random.choice([1.0, 1.0, 1.3])
    days = [_cut(random, random.permutation(clients), ours.demand, ours.capacity[0] * slack) for clients in called]
    verdict = judge_periods(ours, days)
    try:
        cost = other.check(theirs, [(day + 1, tour) for day, tours in enumerate(days) for tour in tours])
    except AssertionError:
        assert not verdict.ok
    else:
        assert verdict.faults == ()
        assert verdict.total == pytest.approx(cost)


def _cut(random, order, demand, most):
    """Tours of `order` in turn, each as full as it gets."""
    tours, load = [[]], 0.0
    for one in order.tolist():
        if tours[-1] and load + demand[one] > most:
            tours.append([])
            load = 0.0
        tours[-1].append(one)
        load += float(demand[one])
    return tours
