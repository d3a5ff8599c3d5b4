"""The front door of the partition engine."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gridgeo_solvers import clock
from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.partition.beside import Beside
from gridgeo_solvers.partition.ground.answer import Partition, PartitionParams
from gridgeo_solvers.partition.ground.parts import IntArray, Part, parts_of
from gridgeo_solvers.partition.objectives.goals import needs_goals, solve_goals
from gridgeo_solvers.partition.pools import pools_of, solve_pool
from gridgeo_solvers.partition.refusal.conflicts import smallest_conflict
from gridgeo_solvers.partition.refusal.elastic import causes, nearest_plan
from gridgeo_solvers.partition.refusal.reasons import MOST_NAMED, advice, impossible
from gridgeo_solvers.partition.run import Run
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.stop import AnyOf, MaxSeconds, StopRule

QUICK = PartitionParams(starts=2, plans=1, rounds=0, sweeps=200, pairs=0, bound_steps=0, exact_units=0)
"""For the nearest plan to rules that arithmetic refutes: a picture of the trouble, not an answer."""
MENDED = 100_000
"""Units × grids up to which a plan that breaks a rule is mended, and conflicts are looked for by integer programmes."""
TELLING = 1e-5
"""Seconds per unit of a time limit that are kept for judging and telling the answer."""
TESTED = 300
"""Branch-and-bound nodes spent on finding which rules conflict."""


def solve(
    problem: PartitionProblem,
    *,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    params: PartitionParams | None = None,
    progress: Progress | None = None,
    start: ArrayLike | None = None,
    executor: Executor | None = None,
) -> Partition:
    """Split `problem` into connected grids inside every band, as good as the work allows.

    Connected parts are solved apart (no grid can cross them) and the number of grids of each is chosen so that bands
    hold and the whole is best. In each part centres are searched, the best are made whole by annealing and integer
    programmes, and a bound is proven where one can be. Ranked objectives and worst cases are settled one after the other.

    Parameters
    ----------
    problem
        What to split.
    stop
        Asked between steps; true ends the search with the best plan so far.
    time_limit
        Seconds of wall time; those that compiling takes, once on an installation, don't count. Without it the search ends by the work that `params` allows, and the same problem,
        seed and versions give the same assignment.
    gap
        Proof by branch and bound is not pursued once the gap is not above this share.
    seed
        Of all randomness.
    params
        How much work to do.
    progress
        Hears stages, incumbents and bounds.
    start
        An assignment to improve, shape (n,): a label for each unit. Scattered grids are joined first; it isn't used where
        it has more grids than are asked for.
    executor
        Where connected parts are searched side by side; in this process, one after the other, where left out. Without
        `time_limit` the answer is the same. With it, a part that is alone is searched on the executor beside this
        process from other random numbers, and the better plan counts.

    Raises
    ------
    Infeasible
        No plan keeps every rule (`proven`), or none was found; `nearest` is the plan that breaks least, `conflict` the
        fewest rules that leave no plan, where they were found, and `causes` name the worst grids and units.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> from gridgeo_solvers.problems import Measure
    >>> path = Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)])
    >>> band = Measure.within("households", [10, 10, 10, 10], k=2, tolerance=0.1)
    >>> problem = PartitionProblem(path, (band,), 2, np.ones(4), np.arange(4) * 100.0, np.zeros(4))
    >>> solve(problem).assignment.tolist()
    [0, 0, 1, 1]
    """
    _refuse_options(time_limit, gap, seed)
    first = None if start is None else _start(problem, start)
    if needs_goals(problem):

        def core(asked: PartitionProblem, **options: Any) -> Partition:
            """The engine on one question; caps that leave no plan are no surprise and need no explanation."""
            own = asked.reach == problem.reach and all(
                a is b for a, b in zip(asked.measures, problem.measures, strict=True)
            )
            return _solve_core(asked, explain=own, **options)

        return solve_goals(
            problem, core, stop=stop, time_limit=time_limit, progress=progress, start=first,
            gap=gap, seed=seed, params=params, executor=executor,
        )  # fmt: skip
    return _solve_core(
        problem, stop=stop, time_limit=time_limit, progress=progress, start=first, gap=gap, seed=seed, params=params,
        executor=executor,
    )  # fmt: skip


def _start(problem: PartitionProblem, given: ArrayLike) -> IntArray:
    try:
        start = np.asarray(given)
    except ValueError:
        raise BadProblem("start is no list of numbers: give a grid for each unit") from None
    if start.shape != (problem.n,):
        raise BadProblem(f"start has shape {start.shape}, the problem has {problem.n} units: give a grid for each")
    if start.dtype.kind not in "iu":
        raise BadProblem(f"start has items like {start[0]!r}: the grid of each unit must be a whole number")
    return start.astype(np.int64)


def _refuse_options(time_limit: float | None, gap: float, seed: int) -> None:
    if time_limit is not None and not time_limit > 0:
        raise BadProblem(f"time_limit is {time_limit}: it must be a number of seconds above 0")
    if not gap >= 0:
        raise BadProblem(f"gap is {gap}: it must be a share ≥ 0, 0.01 for 1 %")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise BadProblem(f"seed is {seed!r}: it must be a whole number ≥ 0")


def _solve_core(
    problem: PartitionProblem,
    *,
    stop: StopRule | None,
    time_limit: float | None,
    progress: Progress | None,
    start: IntArray | None,
    gap: float,
    seed: int,
    params: PartitionParams | None,
    executor: Executor | None,
    explain: bool = True,
) -> Partition:
    """`solve` for one weighed sum of objectives that add up over grids."""
    rules: list[StopRule] = [rule for rule in (stop,) if rule is not None]
    if time_limit is not None:
        time_limit -= min(TELLING * problem.n, 0.1 * time_limit)
        rules.append(MaxSeconds(time_limit))
    run = Run(
        problem, params or PartitionParams(), seed, gap, AnyOf(tuple(rules)), progress or Progress(), executor,
        time_limit, start, beside=None if executor is None or time_limit is None else Beside(executor),
    )  # fmt: skip
    run.stop()
    parts = parts_of(problem)
    reasons = impossible(problem, parts)
    if reasons and not explain:
        raise Infeasible(reasons, proven=True)
    if reasons:
        raise _refused(run, reasons, _nearest(replace(run, params=QUICK, limit=None), parts))
    answer = _whole(run, parts)
    if answer.faults and not explain:
        raise Infeasible(list(answer.faults), nearest=answer, proven=False)
    if answer.faults:
        answer = _second_try(run, parts, answer)
    run.progress.incumbent(answer.objective, answer.bound)
    return answer


def _whole(run: Run, parts: list[Part]) -> Partition:
    """The best plan of all parts together."""
    solved = [solve_pool(run, pool, k) for pool, k in pools_of(run.problem, parts)]
    plans = [plan for pool, _ in solved for plan in pool]
    bounds = [bound for _, bound in solved]
    return _answer(run, plans, None if any(b is None for b in bounds) else sum(b for b in bounds if b is not None))


def _nearest(run: Run, parts: list[Part]) -> Partition | None:
    """A plan that ignores what can't hold, where the counts at least fit the parts."""
    problem = run.problem
    if problem.k < len(parts) or problem.k > sum(part.n for part in parts):
        return None
    plans, _ = solve_pool(run, parts, problem.k, [range(1, part.n + 1) for part in parts])
    return _answer(run, plans)


def _answer(run: Run, plans: list[tuple[Part, IntArray]], bound: float | None = None) -> Partition:
    assignment = np.full(run.problem.n, -1, dtype=np.int64)
    used = 0
    for part, plan in plans:
        assignment[part.units] = plan[part.row_of] + used
        used += int(plan.max()) + 1
    return _told(run, assignment, bound)


def _told(run: Run, assignment: IntArray, bound: float | None = None) -> Partition:
    """An assignment with all that is known of it; grids are numbered by their seeds, else by their lowest unit."""
    problem = run.problem
    assignment = _by_seed(assignment, problem.seeds) if problem.seeds else _by_lowest_unit(assignment)
    value = evaluate(problem, assignment)
    objective = float(value["objective"])
    if bound is not None and bound >= objective * (1 - 1e-9):
        bound = objective
    gap = relative_gap(objective, bound)
    return Partition(
        assignment=assignment,
        objective=objective,
        bound=bound,
        gap=gap,
        status=Status.OPTIMAL if gap == 0.0 else Status.FEASIBLE,
        seconds=clock.now() - run.began,
        seed=run.seed,
        totals=value["totals"],
        starts=run.starts,
        faults=tuple(fault.text for fault in judge(problem, assignment)),
    )


def _by_lowest_unit(assignment: IntArray) -> IntArray:
    _, first, label = np.unique(assignment, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[label]


def _by_seed(assignment: IntArray, seeds: tuple[int, ...]) -> IntArray:
    """Grids numbered as the seeds that they hold, where each holds one."""
    holds = assignment[np.array(seeds, dtype=np.int64)]
    if len(np.unique(holds)) < len(seeds) or len(seeds) <= int(assignment.max()):
        return assignment
    number = np.empty(len(seeds), dtype=np.int64)
    number[holds] = np.arange(len(seeds))
    return number[assignment]


def _second_try(run: Run, parts: list[Part], broken: Partition) -> Partition:
    """A search from the plan that breaks least, where one that breaks no rule can be made of it; else the refusal."""
    nearest = broken
    small = run.problem.n * run.problem.k <= MENDED
    if small and len(np.unique(broken.assignment)) == run.problem.k:
        mended = nearest_plan(run.problem, broken.assignment, stop=run.stop)
        if not judge(run.problem, mended):
            answer = _whole(replace(run, start=mended), parts)
            return _told(run, mended) if answer.faults else answer
        nearest = _told(run, mended)
    raise _not_found(run, parts, nearest)


def _refused(run: Run, reasons: list[str], nearest: Partition | None) -> Infeasible:
    """Certain reasons, with the fewest rules that conflict."""
    conflict = smallest_conflict(run.problem, nodes=0, stop=run.stop)
    return Infeasible(reasons, nearest=nearest, proven=True, conflict=conflict, causes=_causes(run, nearest))


def _causes(run: Run, nearest: Partition | None) -> tuple[str, ...]:
    return () if nearest is None else tuple(causes(run.problem, nearest.assignment))


def _not_found(run: Run, parts: list[Part], nearest: Partition) -> Infeasible:
    more = len(nearest.faults) - MOST_NAMED
    breaks = "the nearest plan breaks: " + "; ".join(nearest.faults[:MOST_NAMED]) + f" and {more} more" * (more > 0)
    breaks += f". {advice(run.problem).capitalize()}"
    nodes = TESTED if run.problem.n * run.problem.k <= MENDED else 0
    conflict = smallest_conflict(run.problem, nodes=nodes, stop=run.stop, plans=(nearest.assignment,))
    refusal = partial(Infeasible, nearest=nearest, conflict=conflict, causes=_causes(run, nearest))
    if conflict is not None:
        return refusal([f"{conflict.text}; {breaks}"], proven=True)
    if _none_exists(run, parts):
        text = f"no {run.problem.k} connected grids keep every band (proven by branch and bound); {breaks}"
        return refusal([text], proven=True)
    spent = f"{clock.now() - run.began:.0f} s and {run.starts} starts"
    text = f"no plan that keeps every rule was found in {spent}, and none is proven impossible; {breaks}"
    return refusal([text], proven=False)


def _none_exists(run: Run, parts: list[Part]) -> bool:
    """Whether branch and bound proves that no plan of one small part keeps every band."""
    from gridgeo_solvers.partition.proof.exact import no_plan_exists

    return len(parts) == 1 and parts[0].plain and no_plan_exists(parts[0], run.problem.k, run.stop)
