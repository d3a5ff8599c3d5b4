"""A cheap lower bound: every visit is reached and left, and the depot as often as the load needs routes."""

from __future__ import annotations

import math

import numpy as np

from gridgeo_solvers.routing.tours.problem import FloatArray, Goal, Tours
from gridgeo_solvers.routing.tours.tables import Tables


def bound_of(problem: Tours, tables: Tables) -> float:
    """What no plan costs less than (or no longest route lasts less than), from the nearest stops alone."""
    n, ways = tables.n, tables.ways
    half = ways.shape[2] // 2
    serve = tables.serve
    reach = ways[:n, :, :half].min(axis=2) - serve[:, None]
    leave = ways[:n, :, half:].min(axis=2)
    leave[:, :n] -= serve
    reach[np.arange(n), np.arange(n)] = leave[np.arange(n), np.arange(n)] = np.inf
    visits = np.array([min(mask.bit_count() for mask in sets) for sets in problem.patterns])
    capacity = float(problem.capacity.max())
    load = float((problem.demand * visits).sum())
    needed = max(1, math.ceil(load / capacity * (1 - 1e-12))) if 0 < capacity < math.inf else 1
    reach, leave = np.repeat(reach, visits, axis=0), np.repeat(leave, visits, axis=0)
    travel = max(
        _both_sides(reach, leave, n, needed), _one_side(reach, leave, n, needed), _one_side(leave, reach, n, needed)
    )
    total = travel + float((serve * visits).sum())
    if problem.objective is Goal.TOTAL:
        return total
    shared = (total + float((problem.minutes * visits).sum())) / max(int(problem.vehicles.sum()), 1)
    return max(shared, float((serve + problem.minutes).max()))


def _both_sides(reach: FloatArray, leave: FloatArray, n: int, routes: int) -> float:
    """Half of what it takes at least to reach and leave each visit, from and to two different tasks or the depot, and each route."""
    rows = np.arange(len(reach))
    at_depot = routes * float(reach[:, n:].min() + leave[:, n:].min())
    if n < 3:
        return float((reach.min(axis=1) + leave.min(axis=1)).sum() + at_depot) / 2
    one_in, one_out = reach.argmin(axis=1), leave.argmin(axis=1)
    apart = (one_in != one_out) | (one_in >= n)
    next_in = np.partition(reach, 1, axis=1)[:, 1]
    next_out = np.partition(leave, 1, axis=1)[:, 1]
    together = np.minimum(next_in + leave[rows, one_out], reach[rows, one_in] + next_out)
    return float(np.where(apart, reach[rows, one_in] + leave[rows, one_out], together).sum() + at_depot) / 2


def _one_side(reach: FloatArray, leave: FloatArray, n: int, routes: int) -> float:
    """What it takes at least to reach every visit once, the first of each route from the depot, and to end each route."""
    first = np.sort(reach[:, n:].min(axis=1) - reach.min(axis=1))
    last = np.sort(leave[:, n:].min(axis=1))
    return float(reach.min(axis=1).sum() + first[:routes].sum() + last[:routes].sum())
