"""On which days a village can be visited so that nothing waits too long and everything fits into a vehicle."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from gridgeo_solvers.collection.problem import CollectionProblem, gaps
from gridgeo_solvers.errors import Infeasible


def patterns(problem: CollectionProblem) -> list[list[tuple[int, ...]]]:
    """Sets of days for each village: as few visits as keep its waits, evenly spread where every day is open.

    Raises
    ------
    Infeasible
        A village makes more in a day than a vehicle holds, can't be visited within a shift, or the closed days leave no
        days that are near enough to each other. The reasons name the village by its number.
    """
    n, reasons = len(problem.items), []
    alone = problem.seconds[0, 1:] + problem.service + problem.seconds[1:, 0]
    known: dict[int, list[tuple[int, ...]]] = {}
    found = []
    for village in range(n):
        fits = [days for days in range(1, problem.most_days + 1) if problem.load(days)[village] <= problem.capacity]
        if alone[village] > problem.shift:
            reasons.append(
                f"village {village} takes {alone[village] / 60:.0f} min there and back, a shift has {problem.shift / 60:.0f}"
            )
        if not fits:
            reasons.append(
                f"village {village} makes {problem.items[village]:g} items a day, a vehicle holds {problem.capacity:g}"
            )
            continue
        most = max(fits)
        if most not in known:
            known[most] = _spaced(problem, most)
        if not known[most]:
            why = (
                ""
                if most == problem.most_days
                else f" ({problem.items[village]:g} items a day fill a vehicle in {most})"
            )
            reasons.append(f"village {village}: the days without rounds leave no days at most {most} apart{why}")
        found.append(known[most])
    if reasons:
        raise Infeasible(reasons)
    return found


def _spaced(problem: CollectionProblem, most: int) -> list[tuple[int, ...]]:
    cycle = problem.cycle
    if all(problem.open_days):
        visits = -(-cycle // most)
        even = np.floor(np.arange(visits) * cycle / visits).astype(int)
        turned = {tuple(sorted(((even + turn) % cycle).tolist())) for turn in range(cycle)}
        return sorted(days for days in turned if max(gaps(days, cycle)) <= most)
    open_ = [day for day, is_open in enumerate(problem.open_days) if is_open]
    for visits in range(1, len(open_) + 1):
        sets = [days for days in combinations(open_, visits) if max(gaps(days, cycle)) <= most]
        if sets:
            return sets
    return []
