import numpy as np
import pytest

from gridgeo_solvers.check_tours import judge_streets
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.formats import read_carp, street_solution
from gridgeo_solvers.routing.streets import solve_streets
from published import STREETS

BEST = 41.0


class Heard(Progress):
    def __init__(self):
        self.told = []

    def incumbent(self, objective, bound=None):
        self.told.append((objective, bound))


def test_tours_as_good_as_the_bound_are_optimal_and_end_the_search():
    heard = Heard()
    plan = solve_streets(read_carp(STREETS), steps=10_000_000, progress=heard)
    assert (plan.cost, plan.bound, plan.gap, str(plan.status)) == (BEST, BEST, 0.0, "optimal")
    assert plan.iterations < 10_000_000
    assert heard.told[-1] == (BEST, BEST)
    assert judge_streets(read_carp(STREETS), street_solution(plan)["routes"], cost=plan.cost).ok


def test_a_search_that_ends_above_its_bound_is_never_called_optimal():
    # Three streets of demand 2 and capacity 4 around the depot: the bound of cuts isn't reached by any tours.
    plan = solve_streets(read_carp(STREETS.replace("CAPACIDAD : 10", "CAPACIDAD : 5")), steps=2000)
    assert plan.bound <= plan.cost
    assert (str(plan.status) == "optimal") == (plan.bound == plan.cost)


def test_the_longest_tour_is_made_small_first():
    ladder = read_carp(STREETS)
    total, longest = (solve_streets(ladder, goal, vehicles=2, steps=3000) for goal in ("total", "longest"))
    assert longest.longest <= total.longest
    assert longest.bound <= longest.longest
    assert str(longest.status) == "feasible", "the total that comes second isn't proven"
    assert judge_streets(ladder, street_solution(longest)["routes"], vehicles=2, cost=longest.cost).ok


def test_the_same_seed_and_steps_give_the_same_tours():
    ladder = read_carp(STREETS.replace("CAPACIDAD : 10", "CAPACIDAD : 6"))
    one, two = (solve_streets(ladder, steps=500, seed=4) for _ in range(2))
    assert one.days == two.days


def test_fewer_tours_than_the_load_needs_are_infeasible():
    with pytest.raises(Infeasible):
        solve_streets(read_carp(STREETS), vehicles=1, steps=500)


def test_a_stop_keeps_the_best_tours_so_far():
    ladder = read_carp(STREETS)
    plan = solve_streets(ladder, stop=lambda: True)
    assert judge_streets(ladder, street_solution(plan)["routes"], cost=plan.cost).ok
    assert np.isfinite(plan.bound)
