import csv
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

from gridgeo_solvers.routing.cuts import cut_bound
from gridgeo_solvers.routing.formats import StreetInstance, read_carp
from published import STREETS


def least_cost(instance):
    """Cost of the best tours, by trying every order and direction of every set of tasks, then every division in sets."""
    ways, tasks = instance.ways(), range(instance.tasks)
    tour = {0: 0.0}
    for chosen in range(1, 1 << instance.tasks):
        inside = [task for task in tasks if chosen >> task & 1]
        if instance.demand[inside].sum() > instance.capacity:
            continue
        tour[chosen] = min(
            _length(instance, ways, order, turns)
            for order in permutations(inside)
            for turns in product((False, True), repeat=len(inside))
        )
    best = {0: 0.0}
    for chosen in range(1, 1 << instance.tasks):
        parts = [part for part in tour if part and part & ~chosen == 0 and part & (chosen & -chosen)]
        best[chosen] = min(tour[part] + best[chosen ^ part] for part in parts)
    return best[(1 << instance.tasks) - 1]


def _length(instance, ways, order, turns):
    at, length = instance.depot, 0.0
    for task, turned in zip(order, turns, strict=True):
        if turned and not instance.two_way[task]:
            return np.inf
        begin, end = (instance.head, instance.tail) if turned else (instance.tail, instance.head)
        length += ways[at, begin[task]] + instance.cost[task]
        at = end[task]
    return length + ways[at, instance.depot]


def draw_streets(seed, tasks=4):
    """A connected town of five junctions, `tasks` of its streets to serve, some of them one-way or twice the same."""
    random = np.random.default_rng(seed)
    n = 5
    order = random.permutation(n)
    pairs = [(order[i], order[random.integers(i)]) for i in range(1, n)] + [
        random.integers(n, size=2) for _ in range(4)
    ]
    tail, head = (np.array(ends, dtype=np.int64) for ends in zip(*random.permutation(pairs).tolist(), strict=True))
    demand = random.integers(0, 5, tasks).astype(float)
    two_way = random.random(len(tail)) < 0.8
    return StreetInstance(
        name="drawn",
        n=n,
        depot=int(random.integers(n)),
        tail=tail,
        head=head,
        cost=random.integers(0, 9, len(tail)).astype(float),
        two_way=two_way,
        demand=demand,
        capacity=float(random.integers(max(demand.max(), 1), 10)),
        vehicles=None,
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_bound_is_never_above_the_best_tours(seed):
    town = draw_streets(seed)
    best = least_cost(town)
    bound = cut_bound(town)
    assert town.cost[: town.tasks].sum() <= bound
    assert bound <= best + 1e-6


def test_the_bound_is_the_cost_of_the_best_tours_of_most_two_way_towns():
    towns = [replace(town, two_way=np.ones(len(town.cost), dtype=bool)) for town in map(draw_streets, range(20))]
    tight = sum(cut_bound(town) >= least_cost(town) - 1e-6 for town in towns)
    assert tight >= 12


def test_costs_with_fractions_are_not_rounded_up():
    ladder = read_carp(STREETS)
    halved = replace(ladder, cost=ladder.cost / 7)
    assert cut_bound(halved) <= least_cost(halved) + 1e-9


def test_a_stop_leaves_a_bound_that_holds():
    town = draw_streets(3)
    assert town.cost[: town.tasks].sum() <= cut_bound(town, stop=lambda: True) <= cut_bound(town)


def test_no_bound_is_above_a_published_cost_and_many_equal_it(shared):
    folder = shared / "benchmarks" / "carp"
    with (folder / "best_known.csv").open(encoding="utf-8") as rows:
        known = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(rows)}
    small = {name: best for name, best in known.items() if name.startswith("gdb") or name in ("1A", "4A", "8C")}
    bounds = {name: cut_bound(read_carp((folder / f"{name}.dat").read_text())) for name in small}
    assert all(bounds[name] <= best for name, best in small.items())
    assert sum(bounds[name] == best for name, best in small.items()) >= len(small) / 2
