from dataclasses import replace

import numpy as np
import pytest

from gridgeo_solvers.check_tours import judge_clients
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.formats import client_solution, read_vrp
from gridgeo_solvers.routing.windows import solve_windows
from gridgeo_solvers.stop import MaxIterations
from published import WINDOWS


class Heard(Progress):
    def __init__(self):
        self.told = []

    def incumbent(self, objective, bound=None):
        self.told.append(objective)


def timed(n=30, seed=0):
    """Clients in a square with windows of an hour, in tenths."""
    random = np.random.default_rng(seed)
    x, y = random.integers(0, 100, (2, n))
    opens = random.integers(0, 400, n)
    windows = np.column_stack([opens, opens + 160])
    windows[0] = [0, 1000]
    return replace(
        read_vrp(WINDOWS),
        distance=np.floor(np.hypot(x[:, None] - x, y[:, None] - y) * 10) / 10,
        demand=np.append(0.0, np.ones(n - 1)),
        service=np.append(0.0, np.full(n - 1, 10.0)),
        windows=windows.astype(float),
        vehicles=10,
        capacity=8.0,
    )


def test_windows_decide_the_order():
    heard = Heard()
    plan = solve_windows(read_vrp(WINDOWS), stop=MaxIterations(50), progress=heard)
    assert client_solution(plan)["routes"] == [[2, 1]]
    assert plan.cost == pytest.approx(2.8 + 1.4 + 1.4)
    assert heard.told[-1] == plan.cost
    assert (str(plan.status), plan.bound, plan.gap) == ("feasible", None, None)


@pytest.mark.parametrize("seed", range(3))
def test_plans_keep_every_limit_by_the_word_of_the_judge(seed):
    instance = timed(seed=seed)
    plan = solve_windows(instance, stop=MaxIterations(200), seed=seed)
    verdict = judge_clients(instance, client_solution(plan)["routes"], cost=plan.cost)
    assert verdict.faults == ()
    assert plan.longest == pytest.approx(verdict.longest)


def test_the_same_seed_gives_the_same_plan():
    one, two = (solve_windows(timed(), stop=MaxIterations(100), seed=3) for _ in range(2))
    assert one.days == two.days


def test_too_few_tours_are_infeasible_and_said_not_to_be_proven():
    with pytest.raises(Infeasible) as refused:
        solve_windows(timed(), vehicles=1, stop=MaxIterations(50))
    assert not refused.value.proven
