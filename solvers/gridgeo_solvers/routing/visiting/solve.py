"""The front door: plan the visits of one group of officers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.visiting.answer import Visiting
from gridgeo_solvers.routing.visiting.beginning import Given, begin_with, empty_plan
from gridgeo_solvers.routing.visiting.desk import Desk
from gridgeo_solvers.routing.visiting.facts import facts_of
from gridgeo_solvers.routing.visiting.journal import Journal
from gridgeo_solvers.routing.visiting.problem import VisitingProblem
from gridgeo_solvers.routing.visiting.search import BEGIN, search
from gridgeo_solvers.routing.visiting.state import Facts, State, total
from gridgeo_solvers.routing.visiting.telling import told
from gridgeo_solvers.stop import StopRule

_CHUNK = 1000
"""Steps between two looks at the stopping rule."""
STEPS_A_VISIT = 110
LEAST_STEPS = 2000
HOT = 8.0
"""How much worse a plan may be at first, in halves of the way to a near door; it ends at a hundredth of that."""


def solve_visiting(
    problem: VisitingProblem,
    *,
    seed: int = 0,
    iterations: int | None = None,
    given: Sequence[Given] = (),
    heat: float = HOT,
    stop: StopRule | None = None,
    progress: Progress | None = None,
) -> Visiting:
    """Plan the visits: first none left out, by weight; then least travel, even days, no strangers, added up.

    Parameters
    ----------
    problem
        Doors, officers, ways.
    seed, iterations
        Same problem, same seed, same iterations: same plan. `STEPS_A_VISIT` steps for each visit where None.
    given
        A plan to begin from; what of it isn't possible any more is planned anew.
    heat
        How freely worse plans are taken at first, see `HOT`; 0 to take better ones alone.
    stop
        Asked every thousand steps.
    progress
        Told of every better plan.
    """
    facts = facts_of(problem)
    plan = empty_plan(facts)
    begin_with(facts, plan, given)
    log, desk = Journal.of(facts, plan), Desk.of(facts, plan, seed)
    desk.absent[: len(facts.place)] = _hardest_first(facts)
    best = State(**{name: array.copy() for name, array in plan._asdict().items()})
    cost = np.full(2, total(facts, plan))
    visits = len(plan.when)
    steps = max(LEAST_STEPS, STEPS_A_VISIT * visits) if iterations is None else iterations
    hot = max(heat * _leg(facts), 1e-3)
    for first in (BEGIN, *range(0, steps, _CHUNK)) if visits and len(facts.since) else ():
        if first != BEGIN and stop is not None and stop():
            break
        before = cost[1]
        last = 0 if first == BEGIN else min(steps, first + _CHUNK)
        search(facts, plan, best, log, desk, cost, first, last, steps, hot, hot / 100)
        if progress is not None and cost[1] < before:
            progress.incumbent(float(cost[1]))
    return told(facts, best, steps, seed)


def _leg(f: Facts) -> float:
    """Half of the way to a near door, in seconds."""
    if len(f.place) < 2:
        return 1.0
    near = f.place[f.near[:, 1 : min(8, f.near.shape[1])]]
    legs = f.travel[0][f.place[:, None], near]
    legs = legs[np.isfinite(legs)]
    return float(legs.mean()) * 0.5 + 1.0 if len(legs) else 1.0


def _hardest_first(f: Facts) -> NDArray[np.int64]:
    """Doors of two officers first, then many visits, heavy weight, narrow windows, long visits."""
    return np.lexsort((-f.service, f.late - f.early, -f.weight, -f.visits, -f.persons)).astype(np.int64)
