import numpy as np
import pytest

from gridgeo_solvers.routing.tours import Tours, solve, worth_of
from gridgeo_solvers.routing.tours.one_round import better_round, is_one_round, round_of
from gridgeo_solvers.routing.tours.tables import tables_of
from tiny_tours import best_worth, tiny

ONE = {"vehicles": 1, "capacity": np.inf}


def tables(problem):
    return tables_of(problem, [list(sets) for sets in problem.patterns])


@pytest.mark.parametrize("two_modes", [False, True])
@pytest.mark.parametrize("n", range(1, 6))
@pytest.mark.parametrize("seed", range(3))
def test_one_vehicle_drives_the_least_of_all_rounds(seed, n, two_modes):
    problem = tiny(seed, n=n, two_modes=two_modes, **ONE)
    plan = solve(problem, steps=100, seed=seed)
    assert (plan.cost, plan.longest) == best_worth(problem)
    assert worth_of(problem, plan.days).faults == ()


@pytest.mark.parametrize("two_modes", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_round_costs_what_its_moves_sum_up_to(seed, two_modes):
    problem = tiny(seed, n=40, two_modes=two_modes, **ONE)
    plan = solve(problem, steps=1)
    held = tables(problem)
    driven = round_of(held, plan.days[0][0], np.array([7], dtype=np.uint64))
    cost = better_round(driven, 300, 5.0, 0.5)
    route = [divmod(node, driven.modes) for node in driven.node[1:-1].tolist()]
    assert sorted(task for task, _ in route) == list(range(40))
    worth = worth_of(problem, [[route]])
    assert worth.faults == ()
    assert worth.cost == pytest.approx(cost)
    assert cost < plan.cost


def test_a_ring_that_was_drawn_in_any_order_is_driven_along():
    random = np.random.default_rng(1)
    place = random.permutation(200)
    apart = np.abs(place[:, None] - place)
    ring = np.minimum(apart, 200 - apart).astype(float)
    assert solve(Tours.of_doors(ring, vehicles=1), steps=3000).cost == 200


def test_a_start_is_never_made_dearer():
    problem = tiny(3, n=30, two_modes=True, **ONE)
    good = solve(problem, steps=2000)
    assert solve(problem, steps=1, start=good.days).cost <= good.cost


def test_where_the_round_begins_and_ends_is_kept():
    line = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    plan = solve(Tours(line, np.arange(1, 5), np.arange(1, 5), vehicles=1, starts=[5], ends=[0]), steps=50)
    assert [task for task, _ in plan.days[0][0]] == [3, 2, 1, 0]
    assert plan.cost == 5


def test_a_missing_way_is_driven_round():
    ahead = np.subtract.outer(np.arange(6), np.arange(6)).T % 6
    ways = np.choose(ahead, [0.0, 1.0, 5.0, np.inf, np.inf, np.inf])
    ways[0, 1:] = np.minimum(ways[0, 1:], 10)  # every door can be served alone
    ways[1:, 0] = np.minimum(ways[1:, 0], 10)
    assert solve(Tours.of_doors(ways, vehicles=1), steps=300).cost == 6


@pytest.mark.parametrize(
    ("fields", "one"), [({"vehicles": 1}, True), ({"vehicles": 2}, False), ({"days": 2, "vehicles": 1}, False)]
)
def test_a_round_is_alone_with_one_vehicle_on_one_day(fields, one):
    assert is_one_round(tables(tiny(0, **({"capacity": np.inf} | fields)))) == one
