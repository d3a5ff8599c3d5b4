"""Small problems of service points and what looking at every choice says of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from gridgeo_solvers.location import SitesProblem


def scattered(seed: int, n: int, m: int, *, kept: int = 0, far: float = 0.0) -> SitesProblem:
    """Demand and candidates in a square of an hour's way, whole minutes; a share `far` of the ways doesn't exist."""
    random = np.random.default_rng(seed)
    here, there = random.uniform(0, 60, (n, 1, 2)), random.uniform(0, 60, (1, m, 2))
    minutes = np.rint(np.hypot(*(here - there).transpose(2, 0, 1)))
    minutes[random.random((n, m)) < far] = np.inf
    minutes[np.arange(n), random.integers(0, m, n)] = 30.0
    return SitesProblem(minutes, random.integers(0, 9, n).astype(float), tuple(range(kept)))


def choices(problem: SitesProblem, new: int) -> Iterator[list[int]]:
    """Every set of sites that keeps those kept and opens `new` more."""
    free = [j for j in range(problem.minutes.shape[1]) if j not in problem.kept]
    for some in combinations(free, new):
        yield [*problem.kept, *some]


def least_ways(problem: SitesProblem, new: int) -> float:
    """The least weighted minutes of any choice; inf where none reaches all."""

    def cost(sites: list[int]) -> float:
        near = problem.minutes[:, sites].min(axis=1)
        return np.inf if np.isinf(near).any() else float((near * problem.weight).sum())

    return min(cost(sites) for sites in choices(problem, new))


def least_ways_with_room(problem: SitesProblem, new: int, within: float = np.inf) -> float:
    """The same where sites have room for only so many: every assignment is looked at."""

    def cost(sites: list[int]) -> float:
        best = np.inf
        for goes in product(sites, repeat=len(problem.weight)):
            way = problem.minutes[np.arange(len(goes)), goes]
            load = np.bincount(goes, weights=problem.weight, minlength=len(problem.capacity))
            if (load <= problem.capacity).all() and np.isfinite(way).all() and (way <= within).all():
                best = min(best, float((way * problem.weight).sum()))
        return best

    return min(cost(sites) for sites in choices(problem, new))


def most_covered(problem: SitesProblem, new: int, within: float) -> float:
    """The most weight of any choice that has a site within the limit."""
    reach = problem.minutes <= within
    return max(float(problem.weight[reach[:, sites].any(axis=1)].sum()) for sites in choices(problem, new))


def fewest_for_all(problem: SitesProblem, within: float) -> int | None:
    """The fewest new sites of any choice that reaches everybody; None where there is none."""
    reach = problem.minutes <= within
    for new in range(problem.minutes.shape[1] - len(problem.kept) + 1):
        if any(reach[:, sites].any(axis=1).all() for sites in choices(problem, new) if sites):
            return new
    return None
