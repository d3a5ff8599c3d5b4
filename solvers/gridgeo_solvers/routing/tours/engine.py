"""The front door: annealing over ruin and recreate, by the clock or by steps."""

from __future__ import annotations

from gridgeo_solvers import clock
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.routing.tours.bound import bound_of
from gridgeo_solvers.routing.tours.limits import possible_patterns
from gridgeo_solvers.routing.tours.plan import Routes, TourPlan, Worth, worth_of
from gridgeo_solvers.routing.tours.problem import Goal, Tours
from gridgeo_solvers.routing.tours.tables import tables_of
from gridgeo_solvers.stop import StopRule

STEPS = 50_000
"""Steps where neither they nor time are limited."""
NEARLY = 1e-9
"""Share of the cost that a bound may miss it by and still prove it."""


def solve(
    problem: Tours,
    *,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    start: Routes | None = None,
) -> TourPlan:
    """Routes that serve every task of `problem`, as good as the work allows.

    Parameters
    ----------
    problem
        What to serve.
    stop
        Asked between legs of some hundredths of a second; true ends the search with the best plan so far.
    time_limit
        Seconds by the clock; those that compiling takes, once on an installation, don't count.
    steps
        Steps of ruin and recreate in all. The same problem, seed and steps give the same plan. Without either limit
        50,000 are made.
    seed
        Of all randomness.
    progress
        Hears incumbents.
    start
        Routes of each day to begin from, as in `TourPlan.days`.

    Raises
    ------
    BadProblem
        A limit that is not above 0, or a start that isn't a plan of this problem.
    Infeasible
        A task that no route can serve (`proven`), or no plan was found that keeps every limit.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0, 1, 2, 1], [1, 0, 1, 2], [2, 1, 0, 1], [1, 2, 1, 0]])
    >>> plan = solve(Tours.of_doors(square), steps=100)
    >>> plan.cost, plan.bound, str(plan.status)
    (4.0, 4.0, 'optimal')
    """
    if steps is not None and steps < 1:
        raise BadProblem(f"steps is {steps}: give at least 1")
    if time_limit is not None and not time_limit > 0:
        raise BadProblem(f"time_limit is {time_limit}: give seconds above 0")
    began = clock.now()
    from gridgeo_solvers.routing.tours.search import Search  # Numba is loaded when it is needed.

    patterns = possible_patterns(problem)
    if start is not None:
        _refuse_start(worth_of(problem, start))
    begun = None if start is None else [sum(1 for route in routes if route) for routes in start]
    tables = tables_of(problem, patterns, begun)
    bound = bound_of(problem, tables)
    search = Search(
        problem,
        tables,
        seed=seed,
        steps=STEPS if steps is None and time_limit is None else steps,
        until=None if time_limit is None else began + time_limit,
        stop=stop,
        progress=progress or Progress(),
        bound=bound,
    )
    days = search.run(start)
    worth = worth_of(problem, days)
    if worth.faults:
        raise Infeasible(
            [f"no plan was found that keeps every limit; in the nearest one {worth.faults[0]}"],
            nearest=days,
            proven=False,
        )
    reached = worth.longest if problem.objective is Goal.LONGEST else worth.cost
    return TourPlan(
        days=days,
        cost=worth.cost,
        longest=worth.longest,
        objective=problem.objective,
        bound=bound,
        status=Status.OPTIMAL
        if reached <= bound * (1 + NEARLY) and problem.objective is Goal.TOTAL
        else Status.FEASIBLE,
        iterations=search.done,
        seconds=clock.now() - began,
        seed=seed,
    )


def _refuse_start(worth: Worth) -> None:
    if worth.faults:
        raise BadProblem(f"start is no plan of this problem: {worth.faults[0]}")
