"""What no plan can do, told before anything is searched: tasks that no route can serve, and more work than routes hold."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.routing.tours.problem import FloatArray, Tours
from gridgeo_solvers.words import figures

MOST_NAMED = 5
NEARLY = 1e-9
"""Share by which a sum of decimals may pass a limit."""


def alone(problem: Tours) -> FloatArray:
    """Shape (n,): cost of a route that serves one task alone, by the nearest start and end; inf where there is no way."""
    starts = np.array([problem.depot]) if problem.starts is None else problem.starts
    ends = np.array([problem.depot]) if problem.ends is None else problem.ends
    best = np.full(problem.n, np.inf)
    for mode in range(problem.entry.shape[1]):
        served = np.flatnonzero(problem.modes > mode)
        entry, leave = problem.entry[served, mode], problem.exit[served, mode]
        ways = problem.travel[starts[:, None], entry] + problem.travel[leave[:, None], ends].T
        best[served] = np.minimum(best[served], ways.min(axis=0) + problem.service[served, mode])
    return best


def possible_patterns(problem: Tours) -> list[list[int]]:
    """The patterns of each task whose days all have a vehicle that can serve it alone.

    Raises
    ------
    Infeasible
        Names tasks that have none, and totals that don't fit.
    """
    lengths = alone(problem)
    lasts = lengths + problem.minutes
    most = problem.longest * (1 + NEARLY)
    holds = problem.capacity * (1 + NEARLY)
    fits = (problem.vehicles > 0) & (problem.demand[:, None] <= holds) & (lasts[:, None] <= most)
    fits &= np.isfinite(lengths)[:, None]
    days = [sum(1 << day for day in range(problem.days) if row[day]) for row in fits.tolist()]
    kept = [[mask for mask in sets if mask & ~able == 0] for sets, able in zip(problem.patterns, days, strict=True)]
    bad = [task for task, sets in enumerate(kept) if not sets]
    reasons = [_why(problem, task, float(lengths[task]), float(lasts[task])) for task in bad[:MOST_NAMED]]
    if len(bad) > MOST_NAMED:
        reasons.append(f"{len(bad) - MOST_NAMED} more tasks can't be served")
    if not bad:
        asked = sum(float(q) * min(m.bit_count() for m in sets) for q, sets in zip(problem.demand, kept, strict=True))
        room = float((problem.vehicles * np.where(problem.vehicles > 0, problem.capacity, 0.0)).sum())
        if asked > room * (1 + NEARLY):
            told, held = figures(asked, room)
            reasons.append(
                f"all visits ask for {told}, all routes hold {held}: allow more vehicles or a larger capacity"
            )
    if reasons:
        raise Infeasible(reasons)
    return kept


def _why(problem: Tours, task: int, length: float, lasts: float) -> str:
    """Why no pattern of `task` is possible."""
    name = problem.task_name(task)
    if not np.isfinite(length):
        return f"{name}: there is no way from the depot to it and back"
    if problem.vehicles.max() == 0:
        return f"{name}: there is no vehicle on any day"
    if problem.demand[task] > problem.capacity.max():
        asks, holds = figures(float(problem.demand[task]), float(problem.capacity.max()))
        return f"{name} asks for {asks}, a route holds {holds}: split it or raise the capacity"
    if lasts > problem.longest.max() * (1 + NEARLY):
        takes, most = figures(lasts, float(problem.longest.max()))
        return f"{name} alone takes {takes}, a route {most} at the most: raise the limit or leave it out"
    return f"{name}: each of its patterns has a day without a vehicle that can serve it"
