"""Plans of parts that share a number of grids: each searched by itself, for every number it may get; then shared out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, Future, wait
from pathlib import Path

from gridgeo_solvers.partition.bounding import prove, prove_and_search
from gridgeo_solvers.partition.ground.allotment import best_sum, trimmed, windows
from gridgeo_solvers.partition.ground.parts import IntArray, Part
from gridgeo_solvers.partition.ground.values import Found, Value
from gridgeo_solvers.partition.refusal.sums import counts_of
from gridgeo_solvers.partition.run import Run
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.processes import Bell

PROCESSES = 2
"""Processes that an executor is thought to have at the least."""
LOOK = 0.2
"""Seconds between two looks at the stopping rule."""
SEARCHED, SEARCHED_HELPED = 0.7, 0.5
"""Share of the time limit after which the search gives way to the bound; the second where another process searches on."""
SETTLED = 7.0
"""Seconds that such a search takes at least where they are within the first share: a shorter one hasn't settled."""
SEARCHED_SMALL, BRIEF = 0.25, 3.0
"""The same of parts that are small enough to be solved to proof, and the most seconds of one that is alone."""


def pools_of(problem: PartitionProblem, parts: list[Part]) -> list[tuple[list[Part], int]]:
    """Parts that share a number of grids: each group with a fixed number, and all others together."""
    fixed = problem.grids_per_group or {}
    pools = [([part for part in parts if part.group == label], count) for label, count in sorted(fixed.items())]
    free = [part for part in parts if part.group not in fixed]
    if free:
        pools.append((free, problem.k - sum(fixed.values())))
    return pools


def solve_pool(
    run: Run, parts: list[Part], k: int, counts: list[range] | None = None
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
    if run.limit is not None and counts is None and run.whole(parts[0]):
        bound = prove_and_search(run, parts[0], plans[0], full, k)
    else:
        bound = prove(run, parts, plans, full, k) if counts is None else None
    values = [{count: found.value for count, found in one.items()} for one in plans]
    chosen = best_sum(values, k, lambda a, b: Value(a.violation + b.violation, a.cost + b.cost), Value(0.0, 0.0))
    assert chosen is not None
    return [(part, one[count].plan) for part, one, count in zip(parts, plans, chosen[1], strict=True)], bound


def _searched(run: Run, parts: list[Part], tasks: list[tuple[int, int]]) -> Iterator[Found]:
    """The best plan of every task (part and number of grids), in their order."""
    given: list[IntArray | None] = [None] * len(tasks)
    if run.start is not None:
        # Compiled kernels load here, not when the package is imported.
        from gridgeo_solvers.partition.large.joining import start_near

        given = [start_near(parts[p], run.start, count) for p, count in tasks]
    small = all(part.n <= run.params.exact_units for part in parts)
    alone = len(parts) == 1
    # Sets are priced by one measure: with several bands proofs are rarer, and so are plans.
    easy = small and (not alone or (parts[0].plain and len(parts[0].weights) == 1))
    share = SEARCHED_SMALL if easy else SEARCHED
    if easy and alone:
        share = min(share, BRIEF / max(run.left(), BRIEF))
    if run.executor is not None and len(tasks) > 1:
        return _elsewhere(run, run.executor, parts, tasks, given, share)
    if run.limit is not None and run.beside is not None and run.whole(parts[0]):
        p, count = tasks[0]
        helped = run.beside.begin(parts[p], count, run.params, run.seed, given[0], run.left())
        share = min(share, max(SEARCHED_HELPED, SETTLED / max(run.left(), SETTLED))) if helped else share
    return _here(run, parts, tasks, given, share)


def _here(
    run: Run, parts: list[Part], tasks: list[tuple[int, int]], given: list[IntArray | None], share: float
) -> Iterator[Found]:
    """One task after the other, in this process."""
    # Compiled kernels load here, not when the package is imported.
    from gridgeo_solvers.partition.search import search

    work = [parts[p].n * count for p, count in tasks]
    kept = run.left() * (1 - share)
    for number, ((p, count), start) in enumerate(zip(tasks, given, strict=True)):
        part = parts[p]
        seconds = None if run.limit is None else max(run.left() - kept, 0.0) * work[number] / sum(work[number:])
        yield run.counted(search(part, count, run.params, run.seed, start, seconds, run.stop, run.hearer(part)))


def _elsewhere(
    run: Run,
    executor: Executor,
    parts: list[Part],
    tasks: list[tuple[int, int]],
    given: list[IntArray | None],
    share: float,
) -> Iterator[Found]:
    """Tasks side by side on the executor; one whose process dies is done here."""
    from gridgeo_solvers.partition.search import search

    work = [parts[p].n * count for p, count in tasks]
    whole = PROCESSES * share * run.left()
    with tempfile.TemporaryDirectory(prefix="gridgeo-", ignore_cleanup_errors=True) as folder:
        bell = Bell(str(Path(folder) / "stop"))
        asked = [
            (parts[p], count, run.params, run.seed, start, None if run.limit is None else whole * one / sum(work))
            for (p, count), start, one in zip(tasks, given, work, strict=True)
        ]
        try:
            flying = [executor.submit(search, *each, bell) for each in asked]
        except RuntimeError:
            # Broken or shut down.
            flying = []
        for number, each in enumerate(asked):
            try:
                searched = _waited(run, flying[number], bell)
            except (IndexError, CancelledError, RuntimeError, OSError):
                searched = search(*each, run.stop)
            yield run.counted(searched)


def _waited(run: Run, future: Future[tuple[Found, int]], bell: Bell) -> tuple[Found, int]:
    """What a task found; the bell is rung as soon as the run is to stop."""
    while not future.done():
        wait([future], timeout=LOOK)
        if run.stop():
            bell.ring()
    return future.result()
