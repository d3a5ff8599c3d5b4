"""Tiny routing problems, and their best plans by trying everything."""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations, product

import numpy as np

from gridgeo_solvers.routing.tours import Tours


def best_worth(problem: Tours) -> tuple[float, float]:
    """Least (cost, longest) of all plans in the order of the objective; inf where there is none. One depot, up to six tasks."""

    @lru_cache(None)
    def route(tasks: tuple[int, ...], day: int) -> float:
        """Least cost of one route; inf where it passes a limit."""
        if problem.demand[list(tasks)].sum() > problem.capacity[day]:
            return np.inf
        best = np.inf
        for order in permutations(tasks):
            for modes in product(*(range(problem.modes[task]) for task in order)):
                place, cost = problem.depot, 0.0
                for task, mode in zip(order, modes, strict=True):
                    cost += problem.travel[place, problem.entry[task, mode]] + problem.service[task, mode]
                    place = problem.exit[task, mode]
                best = min(best, cost + problem.travel[place, problem.depot])
        return best if best + problem.minutes[list(tasks)].sum() <= problem.longest[day] + 1e-9 else np.inf

    def splits(tasks: tuple[int, ...]):
        """All ways to split `tasks` into routes."""
        if not tasks:
            yield ()
            return
        first, rest = tasks[0], tasks[1:]
        for bits in product((0, 1), repeat=len(rest)):
            chosen = (first, *(task for task, bit in zip(rest, bits, strict=True) if bit))
            for others in splits(tuple(task for task, bit in zip(rest, bits, strict=True) if not bit)):
                yield (chosen, *others)

    @lru_cache(None)
    def pairs(tasks: tuple[int, ...], day: int) -> tuple[tuple[float, float], ...]:
        """(cost, longest) of all ways to serve `tasks` on one day that no other beats in both."""
        found = set()
        for parts in splits(tasks):
            if len(parts) <= problem.vehicles[day]:
                costs = [route(part, day) for part in parts]
                lasts = [c + problem.minutes[list(part)].sum() for c, part in zip(costs, parts, strict=True)]
                if np.isfinite(costs).all():
                    found.add((sum(costs), max(lasts, default=0.0)))
        return tuple(found)

    best = (np.inf, np.inf)
    by_longest = problem.objective == "longest"
    for masks in product(*problem.patterns):
        sets = [tuple(t for t, mask in enumerate(masks) if mask >> day & 1) for day in range(problem.days)]
        for some in product(*(pairs(tasks, day) for day, tasks in enumerate(sets))):
            worth = (sum(c for c, _ in some), max(lasts for _, lasts in some))
            best = min(best, worth, key=lambda w: (w[1], w[0]) if by_longest else w)
    return best


def tiny(seed: int, *, n: int = 5, two_modes: bool = False, days: int = 1, **fields) -> Tours:
    """Tasks at random on a square of whole numbers, one-way on purpose; capacity for about half of them."""
    random = np.random.default_rng(seed)
    places = 2 * n + 1
    travel = random.integers(1, 40, (places, places)).astype(float)
    np.fill_diagonal(travel, 0.0)
    for via in range(places):
        travel = np.minimum(travel, travel[:, [via]] + travel[[via], :])
    a, b = np.arange(1, n + 1), np.arange(n + 1, 2 * n + 1)
    modes = random.integers(1, 3, n) if two_modes else np.ones(n, dtype=int)
    demand = random.integers(1, 6, n)
    every = 1 << days
    patterns = [sorted({int(m) for m in random.integers(1, every, 3)}) for _ in range(n)] if days > 1 else None
    given = {
        "entry": np.column_stack([a, b]) if two_modes else a,
        "exit": np.column_stack([b, a]) if two_modes else a,
        "service": random.integers(0, 9, (n, 2)) if two_modes else random.integers(0, 9, n),
        "modes": modes if two_modes else None,
        "demand": demand,
        "capacity": max(int(demand.max()), int(demand.sum()) // 2 + 1),
        "minutes": random.integers(0, 5, n),
        "days": days,
        "patterns": patterns,
    }
    return Tours(travel, **(given | fields))
