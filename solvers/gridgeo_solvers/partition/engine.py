"""The front door of the partition engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gridgeo_solvers import clock
from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.partition.beside import Beside
from gridgeo_solvers.partition.ground.allotment import best_sum, trimmed, windows
from gridgeo_solvers.partition.ground.answer import Partition, PartitionParams
from gridgeo_solvers.partition.ground.parts import IntArray, Part, parts_of, start_rows
from gridgeo_solvers.partition.ground.values import Found, Value, better
from gridgeo_solvers.partition.objectives.goals import needs_goals, solve_goals
from gridgeo_solvers.partition.refusal.conflicts import smallest_conflict
from gridgeo_solvers.partition.refusal.elastic import causes, nearest_plan
from gridgeo_solvers.partition.refusal.reasons import MOST_NAMED, advice, impossible
from gridgeo_solvers.partition.refusal.sums import counts_of
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.stop import AnyOf, MaxSeconds, StopRule

if TYPE_CHECKING:
    from gridgeo_solvers.partition.bounds.relaxation import Bound

QUICK = PartitionParams(starts=2, plans=1, rounds=0, sweeps=200, pairs=0, bound_steps=0, exact_units=0)
"""For the nearest plan to rules that arithmetic refutes: a picture of the trouble, not an answer."""
SEARCHED, SEARCHED_SMALL = 0.7, 0.25
"""Share of the time limit after which the search gives way to the bound: of parts at large, and of those small enough to be
solved to proof."""
WORTH_IT, ANEW = 0.05, 1 << 20
"""Share of the time limit that is worth another search once the bound is known, and what is added to the seed for it."""
MENDED = 100_000
"""Units × grids up to which a plan that breaks a rule is mended, and conflicts are looked for by integer programmes."""
TESTED = 300
"""Branch-and-bound nodes spent on finding which rules conflict."""


@dataclass
class _Run:
    """What one call of `solve` knows throughout: its choices, its clock, its listener."""

    problem: PartitionProblem
    params: PartitionParams
    seed: int
    gap: float
    stop: StopRule
    progress: Progress
    executor: Executor | None = None
    limit: float | None = None
    start: IntArray | None = None
    began: float = field(default_factory=clock.now)
    starts: int = 0
    beside: Beside | None = None

    def left(self) -> float:
        """Seconds left of the time limit; without end where there is none."""
        return np.inf if self.limit is None else self.began + self.limit - clock.now()

    def hearer(self, part: Part) -> Callable[[Found], None]:
        """Told of every better plan of `part`; where that is all there is, the plan is an incumbent."""
        whole = len(part.units) == self.problem.n

        def hear(found: Found) -> None:
            if whole and found.feasible:
                self.progress.incumbent(found.value.cost)

        return hear


def solve(
    problem: PartitionProblem,
    *,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    params: PartitionParams | None = None,
    progress: Progress | None = None,
    start: IntArray | None = None,
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
        An assignment to improve, shape (n,); used where its grids are connected and its count fits.
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
    if start is not None and len(start) != problem.n:
        raise BadProblem(f"start has {len(start)} items, the problem has {problem.n} units")
    if needs_goals(problem):

        def core(asked: PartitionProblem, **options: Any) -> Partition:
            """The engine on one question; caps that leave no plan are no surprise and need no explanation."""
            own = asked.reach == problem.reach and all(
                a is b for a, b in zip(asked.measures, problem.measures, strict=True)
            )
            return _solve_core(asked, explain=own, **options)

        return solve_goals(
            problem, core, stop=stop, time_limit=time_limit, progress=progress, start=start,
            gap=gap, seed=seed, params=params, executor=executor,
        )  # fmt: skip
    return _solve_core(
        problem, stop=stop, time_limit=time_limit, progress=progress, start=start, gap=gap, seed=seed, params=params,
        executor=executor,
    )  # fmt: skip


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
        rules.append(MaxSeconds(time_limit))
    run = _Run(
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


def _whole(run: _Run, parts: list[Part]) -> Partition:
    """The best plan of all parts together."""
    solved = [_solve_pool(run, pool, k) for pool, k in _pools(run.problem, parts)]
    plans = [plan for pool, _ in solved for plan in pool]
    bounds = [bound for _, bound in solved]
    return _answer(run, plans, None if any(b is None for b in bounds) else sum(b for b in bounds if b is not None))


def _pools(problem: PartitionProblem, parts: list[Part]) -> list[tuple[list[Part], int]]:
    """Parts that share a number of grids: each group with a fixed number, and all others together."""
    fixed = problem.grids_per_group or {}
    pools = [([part for part in parts if part.group == label], count) for label, count in sorted(fixed.items())]
    free = [part for part in parts if part.group not in fixed]
    if free:
        pools.append((free, problem.k - sum(fixed.values())))
    return pools


def _solve_pool(
    run: _Run, parts: list[Part], k: int, counts: list[range] | None = None
) -> tuple[list[tuple[Part, IntArray]], float | None]:
    """Best plans of `parts` with `k` grids in all, and a bound on their summed objective where one is proven."""
    full = trimmed(counts or [counts_of(part) for part in parts], k)
    tried = [range(k, k + 1)] if len(parts) == 1 else windows(parts, full, k)
    assert tried is not None
    tasks = [(p, count) for p, window in enumerate(tried) for count in window]
    run.progress.stage("partition", len(tasks))
    plans: list[dict[int, Found]] = [{} for _ in parts]
    for (p, count), found in zip(tasks, _searched(run, parts, tasks), strict=True):
        plans[p][count] = found
    if len(parts) == 1 and run.limit is not None and counts is None:
        bound = _prove_and_search(run, parts[0], plans[0], full, k)
    else:
        bound = _prove(run, parts, plans, full, k) if counts is None else None
    values = [{count: found.value for count, found in one.items()} for one in plans]
    chosen = best_sum(values, k, lambda a, b: Value(a.violation + b.violation, a.cost + b.cost), Value(0.0, 0.0))
    assert chosen is not None
    return [(part, one[count].plan) for part, one, count in zip(parts, plans, chosen[1], strict=True)], bound


def _searched(run: _Run, parts: list[Part], tasks: list[tuple[int, int]]) -> Iterator[Found]:
    """The best plan of every task (part and number of grids), in their order."""
    # Compiled kernels load here, not when the package is imported.
    from gridgeo_solvers.partition.search import search

    given = [None if run.start is None else start_rows(parts[p], run.start, count) for p, count in tasks]
    work = [parts[p].n * count for p, count in tasks]
    if run.executor is not None and len(tasks) > 1:
        seconds = None if run.limit is None else max(run.left() * SEARCHED * 2 / len(tasks), 0.1)
        waiting = [
            run.executor.submit(search, parts[p], count, run.params, run.seed, start, seconds)
            for (p, count), start in zip(tasks, given, strict=True)
        ]
        for one in waiting:
            yield _counted(run, one.result())
        return
    small = len(parts) > 1 and all(part.n <= run.params.exact_units for part in parts)
    kept = run.left() * (1 - (SEARCHED_SMALL if small else SEARCHED))
    for number, ((p, count), start) in enumerate(zip(tasks, given, strict=True)):
        share = work[number] / sum(work[number:])
        seconds = None if run.limit is None else max(run.left() - kept, 0.0) * share
        heard = run.hearer(parts[p])
        if len(tasks) == 1 and run.beside is not None and seconds is not None:
            run.beside.begin(parts[p], count, run.params, run.seed, start, seconds)
        found = _counted(run, search(parts[p], count, run.params, run.seed, start, seconds, run.stop, heard))
        yield _and_beside(run, parts[p], found)


def _and_beside(run: _Run, part: Part, found: Found, *, wait: bool = True) -> Found:
    """The better of `found` and what another process found meanwhile, if one was asked."""
    other = None if run.beside is None else run.beside.end(wait=wait and not run.stop())
    if other is None:
        return found
    run.starts += other[1]
    best = better(found, other[0])
    run.hearer(part)(best)
    return best


def _counted(run: _Run, searched: tuple[Found, int]) -> Found:
    run.starts += searched[1]
    run.progress.advance()
    return searched[0]


def _prove(run: _Run, parts: list[Part], plans: list[dict[int, Found]], full: list[range], k: int) -> float | None:
    """Bound over every way to share `k` grids among `parts`; better plans found on the way replace those in `plans`.

    Numbers of grids that were not tried are bounded by the multipliers of those that were. The way to share that bounds
    the sum is looked at closer, until it is proven or nothing is left to be learnt of it.
    """
    if not parts[0].centred or run.params.bound_steps == 0 or run.stop():
        return None
    run.progress.stage("bound", sum(len(one) for one in plans))
    proofs = [_Proof(run, part, one, counts) for part, one, counts in zip(parts, plans, full, strict=True)]
    while True:
        least = best_sum([proof.bounds for proof in proofs], k, lambda a, b: a + b, 0.0)
        if least is None or not np.isfinite(least[0]):
            return None
        best = best_sum([proof.costs() for proof in proofs], k, lambda a, b: a + b, 0.0)
        pairs = list(zip(proofs, least[1], strict=True))
        left = [(proof, count) for proof, count in pairs if count not in proof.closed]
        # One hard proof doesn't keep the clock from the others; what was cut short is gone on with in the end.
        seconds = run.left() / (2 * len(left)) if len(left) > 1 else np.inf
        left = left or [(proof, count) for proof, count in pairs if count in proof.cut_short]
        if run.stop() or not left or (best is not None and least[0] >= best[0] * (1 - run.gap)):
            return least[0]
        run.progress.stage("bound", len(left))
        for proof, count in left:
            proof.pursue(count, seconds)
            run.progress.advance()


def _prove_and_search(run: _Run, part: Part, plans: dict[int, Found], full: list[range], k: int) -> float | None:
    """Bound of the only part; it is searched again meanwhile, by another process, and with the time that is left over."""
    from gridgeo_solvers.partition.search import search

    seconds, known = run.left(), plans[k]
    worthwhile = known.feasible and part.n > run.params.exact_units
    if run.beside is not None and worthwhile:
        run.beside.begin(part, k, run.params, run.seed + ANEW, known.plan, seconds)
    bound = _prove(run, [part], [plans], full, k)
    known = plans[k]
    proven = bound is not None and bound >= known.value.cost * (1 - max(run.gap, 1e-9))
    if known.feasible and not proven and not run.stop() and run.left() > WORTH_IT * (run.limit or 0.0):
        again = search(part, k, run.params, run.seed + ANEW, known.plan, run.left(), run.stop, run.hearer(part))
        run.starts += again[1]
        known = better(known, again[0])
    plans[k] = _and_beside(run, part, known, wait=not proven)
    return bound


class _Proof:
    """Bounds of one part for each number of grids it may have, and what was pursued as far as it goes."""

    def __init__(self, run: _Run, part: Part, plans: dict[int, Found], counts: range) -> None:
        self.run, self.part, self.plans, self.counts = run, part, plans, counts
        self.bounds = dict.fromkeys(counts, -np.inf)
        self.closed: set[int] = set()
        self.cut_short: set[int] = set()
        self._multipliers: dict[int, Bound] = {}
        for count in list(plans):
            self._look(count)

    def costs(self) -> dict[int, float]:
        """What the best plan of each number of grids costs, where it keeps every rule."""
        return {count: found.value.cost for count, found in self.plans.items() if found.feasible}

    def pursue(self, count: int, seconds: float) -> None:
        """Find a plan of `count` grids if there is none, and prove its cost if it can be proven in `seconds`."""
        from gridgeo_solvers.partition.proof.exact import proof_of
        from gridgeo_solvers.partition.search import search

        run, part = self.run, self.part
        self.closed.add(count)
        self.cut_short.discard(count)
        if count not in self.plans:
            most = None if run.limit is None else max(0.1 * run.left(), 0.1)
            self.plans[count] = _counted(run, search(part, count, run.params, run.seed, None, most, run.stop))
            self._look(count)
        if count in self._multipliers and self.plans[count].feasible and part.plain:
            bound, slice_over = self._multipliers[count], MaxSeconds(seconds)
            stop = AnyOf((run.stop, slice_over))
            best, value = proof_of(part, self.plans[count], count, bound, run.params, run.gap, stop)
            if slice_over():
                self.cut_short.add(count)
            self.plans[count] = best
            self.bounds[count] = min(max(self.bounds[count], value), best.value.cost)

    def _look(self, count: int) -> None:
        """Bound all numbers of grids by the multipliers of one."""
        from gridgeo_solvers.partition.proof.exact import first_bound

        found = self.plans[count]
        value, bound = first_bound(self.part, found, count, self.run.params, self.run.stop)
        self.bounds[count] = max(self.bounds.get(count, -np.inf), value)
        self.run.progress.advance()
        if bound is None:
            return
        self._multipliers[count] = bound
        for other in self.counts:
            value = bound.at(count, other)
            most = self.plans[other].value.cost if other in self.plans and self.plans[other].feasible else np.inf
            self.bounds[other] = min(max(self.bounds[other], value), most)


def _nearest(run: _Run, parts: list[Part]) -> Partition | None:
    """A plan that ignores what can't hold, where the counts at least fit the parts."""
    problem = run.problem
    if problem.k < len(parts) or problem.k > sum(part.n for part in parts):
        return None
    plans, _ = _solve_pool(run, parts, problem.k, [range(1, part.n + 1) for part in parts])
    return _answer(run, plans)


def _answer(run: _Run, plans: list[tuple[Part, IntArray]], bound: float | None = None) -> Partition:
    assignment = np.full(run.problem.n, -1, dtype=np.int64)
    used = 0
    for part, plan in plans:
        assignment[part.units] = plan[part.row_of] + used
        used += int(plan.max()) + 1
    return _told(run, assignment, bound)


def _told(run: _Run, assignment: IntArray, bound: float | None = None) -> Partition:
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


def _second_try(run: _Run, parts: list[Part], broken: Partition) -> Partition:
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


def _refused(run: _Run, reasons: list[str], nearest: Partition | None) -> Infeasible:
    """Certain reasons, with the fewest rules that conflict."""
    conflict = smallest_conflict(run.problem, nodes=0, stop=run.stop)
    return Infeasible(reasons, nearest=nearest, proven=True, conflict=conflict, causes=_causes(run, nearest))


def _causes(run: _Run, nearest: Partition | None) -> tuple[str, ...]:
    return () if nearest is None else tuple(causes(run.problem, nearest.assignment))


def _not_found(run: _Run, parts: list[Part], nearest: Partition) -> Infeasible:
    from gridgeo_solvers.partition.proof.exact import no_plan_exists

    more = len(nearest.faults) - MOST_NAMED
    breaks = "the nearest plan breaks: " + "; ".join(nearest.faults[:MOST_NAMED]) + f" and {more} more" * (more > 0)
    breaks += f". {advice(run.problem).capitalize()}"
    nodes = TESTED if run.problem.n * run.problem.k <= MENDED else 0
    conflict = smallest_conflict(run.problem, nodes=nodes, stop=run.stop, plans=(nearest.assignment,))
    refusal = partial(Infeasible, nearest=nearest, conflict=conflict, causes=_causes(run, nearest))
    if conflict is not None:
        return refusal([f"{conflict.text}; {breaks}"], proven=True)
    if len(parts) == 1 and parts[0].plain and no_plan_exists(parts[0], run.problem.k, run.stop):
        text = f"no {run.problem.k} connected grids keep every band (proven by branch and bound); {breaks}"
        return refusal([text], proven=True)
    spent = f"{clock.now() - run.began:.0f} s and {run.starts} starts"
    text = f"no plan that keeps every rule was found in {spent}, and none is proven impossible; {breaks}"
    return refusal([text], proven=False)
