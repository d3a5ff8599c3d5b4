"""Many partition problems at once, on processes of this machine or on any executor, a Dask cluster's among them.

Every job is seeded by its own name, so its answer depends on nothing that happens around it: not on the order of the
jobs, nor on how many workers there are, nor on which of them died. A job is answered once, however often it is run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sized
from concurrent.futures import Executor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gridgeo_solvers import clock
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.partition.engine import solve
from gridgeo_solvers.partition.ground.answer import Partition, PartitionParams
from gridgeo_solvers.partition.many.lanes import Lanes
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import AnyOf, StopRule

if TYPE_CHECKING:
    from gridgeo_solvers.partition.refusal.conflicts import Conflict

TOGETHER = 60
"""Jobs are handed to a worker in handfuls of about this many units: a message costs as much as a tiny job."""

QUICK = PartitionParams(starts=4, rounds=60, plans=2, sweeps=300, pairs=800, bound_steps=400, exact_units=0)
"""For a thousand problems of some sixty units: a good plan and a bound for each, without pursuing proof."""


@dataclass(frozen=True)
class Job:
    """One problem of many; `name` tells it from the others and seeds it."""

    name: str
    problem: PartitionProblem


class Fate(StrEnum):
    """What became of a job."""

    SOLVED = "solved"
    INFEASIBLE = "infeasible"
    """Proven: no plan keeps every rule."""
    NOT_FOUND = "not found"
    """No plan was found, and none is proven impossible."""
    REFUSED = "refused"
    """The problem contradicts itself."""
    FAILED = "failed"
    """The solver, or the process it ran in, broke down over this job, twice where it was the process."""
    STOPPED = "stopped"
    """The run was stopped before this job's turn."""


@dataclass(frozen=True)
class Outcome:
    """What one job came to: an `answer`, or the `reasons` why there is none.

    `nearest` is the plan that breaks least, where an infeasible job has one, and `causes` name its worst items;
    `conflict` is the fewest rules that leave no plan together, where they were found: see
    `gridgeo_solvers.errors.Infeasible`. `seconds` is wall time in the worker.
    """

    name: str
    answer: Partition | None = None
    reasons: list[str] | None = None
    fate: Fate = Fate.SOLVED
    nearest: Partition | None = None
    seconds: float = 0.0
    conflict: Conflict | None = None
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Choices:
    """What holds for every job; travels to the workers."""

    seed: int
    params: PartitionParams | None
    gap: float
    time_limit: float | None


def solve_many(
    problems: Iterable[Job],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    seed: int = 0,
    params: PartitionParams | None = None,
    gap: float = 0.0,
    time_limit: float | None = None,
    progress: Progress | None = None,
    stop: StopRule | None = None,
) -> list[Outcome]:
    """Solve every job, and say of each what became of it, in the order of the jobs.

    Parameters
    ----------
    problems
        What to split; may be made while others are being solved. No two have the same name.
    executor
        Where to work: any `concurrent.futures.Executor`, e.g. ``dask.distributed.Client(address).get_executor()``.
        It isn't shut down. Left out: processes of this machine, started afresh where a job kills one; a script that
        does so needs the usual ``if __name__ == "__main__":``.
    workers
        Number of processes where no `executor` is given, as many as processors where left out; 1 works in this process.
    seed
        Of all randomness; each job's own is drawn from it and from the job's name.
    params, gap, time_limit
        As for `solve`, for each job; `QUICK` suits a thousand small ones.
    progress
        Hears of one stage with a step for each job, and a note for each job without an answer.
    stop
        Ends the run: jobs at work give the best they have, those not begun are `Fate.STOPPED`.

    Raises
    ------
    BadProblem
        Two jobs have the same name. Trouble with one job never stops the others: see `Outcome.fate`.

    Examples
    --------
    >>> import numpy as np
    >>> from gridgeo_solvers.graph import Graph
    >>> from gridgeo_solvers.problems import Measure
    >>> path = Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)])
    >>> def street(name, tolerance):
    ...     band = Measure.within("households", [10, 10, 10, 12], k=2, tolerance=tolerance)
    ...     return Job(name, PartitionProblem(path, (band,), 2, np.ones(4), np.arange(4) * 100.0, np.zeros(4)))
    >>> for outcome in solve_many([street("north", 0.1), street("south", 0.0)], workers=1):
    ...     print(outcome.name, outcome.fate)
    north solved
    south infeasible
    """
    order: list[str] = []

    def listed() -> Iterator[Job]:
        for job in problems:
            order.append(job.name)
            yield job

    # Unlike a generator, a list has a length that progress can tell.
    jobs = _Counted(listed(), len(problems) if isinstance(problems, Sized) else None)
    found = {
        outcome.name: outcome
        for outcome in outcomes(
            jobs, executor=executor, workers=workers, seed=seed, params=params, gap=gap, time_limit=time_limit,
            progress=progress, stop=stop,
        )
    }  # fmt: skip
    return [found[name] for name in order]


def outcomes(
    problems: Iterable[Job],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    seed: int = 0,
    params: PartitionParams | None = None,
    gap: float = 0.0,
    time_limit: float | None = None,
    progress: Progress | None = None,
    stop: StopRule | None = None,
) -> Iterator[Outcome]:
    """`solve_many` for more than fits in memory: outcomes as they come, each job once, only a few jobs at a time made."""
    told = progress or Progress()
    total = len(problems) if isinstance(problems, Sized) else getattr(problems, "total", None)
    told.stage("partition", total)
    choices = _Choices(seed, params, gap, time_limit)
    lanes = Lanes(executor, workers, stop, told)
    for handful, result, trouble in lanes.run(_solve_all, _handfuls(_named_once(problems)), choices):
        for at, job in enumerate(handful):
            outcome = result[at] if result is not None else _unsolved(job.name, trouble)
            if outcome.reasons:
                told.note(f"{outcome.name}: {outcome.fate}: {outcome.reasons[0]}")
            told.advance()
            yield outcome


def seed_of(seed: int, name: str) -> int:
    """Seed of the job `name` in a run seeded by `seed`.

    Examples
    --------
    >>> seed_of(0, "north") == seed_of(0, "north"), seed_of(0, "north") == seed_of(1, "north")
    (True, False)
    """
    return int.from_bytes(hashlib.sha256(f"{seed}\0{name}".encode()).digest()[:4], "big") >> 1


@dataclass
class _Counted:
    """An iterator that knows how many items it will give."""

    items: Iterator[Job]
    total: int | None = field(default=None)

    def __iter__(self) -> Iterator[Job]:
        return self.items


def _named_once(jobs: Iterable[Job]) -> Iterator[Job]:
    seen: set[str] = set()
    for job in jobs:
        if job.name in seen:
            raise BadProblem(f"job '{job.name}' stands twice; every job needs a name of its own")
        seen.add(job.name)
        yield job


def _handfuls(jobs: Iterable[Job]) -> Iterator[tuple[Job, ...]]:
    handful: list[Job] = []
    units = 0
    for job in jobs:
        if handful and units + job.problem.n > TOGETHER:
            yield tuple(handful)
            handful, units = [], 0
        handful.append(job)
        units += job.problem.n
    if handful:
        yield tuple(handful)


def _solve_all(jobs: tuple[Job, ...], choices: _Choices, stop: StopRule) -> list[Outcome]:
    """What a worker does with a handful of jobs."""
    return [
        Outcome(job.name, reasons=["stopped before its turn"], fate=Fate.STOPPED)
        if stop()
        else _solve_one(job, choices, stop)
        for job in jobs
    ]


def _solve_one(job: Job, choices: _Choices, stop: StopRule) -> Outcome:
    began = clock.now()

    def ended(fate: Fate, reasons: list[str], **more: Any) -> Outcome:
        return Outcome(job.name, None, reasons, fate, seconds=clock.now() - began, **more)

    try:
        answer = solve(
            job.problem,
            stop=AnyOf((stop,)),
            time_limit=choices.time_limit,
            gap=choices.gap,
            seed=seed_of(choices.seed, job.name),
            params=choices.params,
        )
    except Infeasible as error:
        fate = Fate.INFEASIBLE if error.proven else Fate.NOT_FOUND
        return ended(fate, error.reasons, nearest=error.nearest, conflict=error.conflict, causes=error.causes)
    except BadProblem as error:
        return ended(Fate.REFUSED, [str(error)])
    except Exception as error:
        # A fault of the solver over one job must not lose the hundreds beside it; it is named with its job.
        return ended(Fate.FAILED, [f"the solver failed with {type(error).__name__}: {error}"])
    return Outcome(job.name, answer, seconds=clock.now() - began)


def _unsolved(name: str, trouble: str | None) -> Outcome:
    if trouble is None:
        return Outcome(name, reasons=["stopped before its turn"], fate=Fate.STOPPED)
    return Outcome(name, reasons=[trouble], fate=Fate.FAILED)
