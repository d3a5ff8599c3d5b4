"""Many places in the hands of workers: problems made one by one, and one grid more where so many can't be.

Frames become arrays here, in the calling process, a few places at a time; workers see arrays only. A place that has no
plan is named with its reasons and never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.errors import told as sentences
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.building import build_problem
from gridgeo.plans.objectives import objective_values
from gridgeo.plans.partitioning import reasons_of_counts
from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.rules import Rules
from gridgeo_solvers.partition import PartitionParams
from gridgeo_solvers.partition.many import QUICK, Fate, Job, Outcome, outcomes
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.stop import StopRule

FULL = 100
"""Up to so many places, each is searched as thoroughly as one alone; beyond, a good plan with a bound is enough."""


@dataclass(frozen=True)
class Drawn:
    """What one place of many came to.

    `status` is optimal or feasible where there is a plan, else what became of it (`gridgeo_solvers.partition.many.Fate`),
    and `reasons` says why. `file` is where the plan was written; it is then not kept in `plan`. `figures` are those of
    the plan. `seconds` is the time that a worker spent on it, with its last number of grids.
    """

    name: str
    status: str
    grids: int | None = None
    figures: Figures = field(default_factory=Figures)
    seconds: float = 0.0
    reasons: tuple[str, ...] = ()
    plan: Plan | None = None
    file: Path | None = None

    @property
    def solved(self) -> bool:
        """Whether there is a plan that keeps every rule."""
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)

    def row(self) -> dict[str, Any]:
        """The place as one row of a table."""
        return {
            "name": self.name,
            "grids": self.grids,
            "objective": self.figures.objective,
            "bound": self.figures.bound,
            "gap": self.figures.gap,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True)
class Work:
    """Who solves many places, how thoroughly, and until when; see `gridgeo.partition_each`."""

    executor: Executor | None = None
    workers: int | None = None
    params: PartitionParams | None = None
    time_limit: float | None = None
    gap: float = 0.0
    seed: int = 0
    stop: StopRule | None = None
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True)
class Case:
    """A place as it was handed to the solver: `rules` name one number of grids, `most` the largest that is allowed."""

    town: Jurisdiction
    rules: Rules
    most: int
    problem: PartitionProblem

    def told(self, name: str, outcome: Outcome) -> Drawn:
        """What the place came to, without its plan."""
        answer = outcome.answer
        if answer is None:
            return unsolved(name, outcome)
        values = objective_values(self.problem, answer.assignment)
        figures = Figures(answer.objective, answer.bound, answer.gap, str(answer.status), answer.seed, values)
        return Drawn(name, str(answer.status), answer.k, figures, outcome.seconds)


def unsolved(name: str, outcome: Outcome) -> Drawn:
    """A place without an answer, with everything that is known of why."""
    reasons = sentences(outcome.reasons or (), outcome.conflict, outcome.causes)
    return Drawn(name, str(outcome.fate), seconds=outcome.seconds, reasons=tuple(reasons))


class Turns:
    """Places that wait for a plan, each with the number of grids that is tried next.

    Parameters
    ----------
    places
        Name → whatever `asked` makes a jurisdiction and its rules of.
    asked
        Called anew for each number of grids, so that no more than a few jurisdictions are held.
    work
        Who solves them.
    """

    def __init__(
        self, places: Mapping[str, Any], asked: Callable[[Any], tuple[Jurisdiction, Rules]], work: Work
    ) -> None:
        self.places, self.asked, self.work = places, asked, work
        self._next: dict[str, int] = dict.fromkeys(places, 0)
        self._failed: dict[str, list[list[str]]] = {name: [] for name in places}
        self._at_work: dict[str, Case] = {}
        self._refused: list[Outcome] = []

    def __len__(self) -> int:
        """Number of places of this turn, whether they become problems or not."""
        return len(self._next)

    def __iter__(self) -> Iterator[Job]:
        """Make the problems of this turn."""
        for name, count in self._next.items():
            try:
                case = self._case(name, count)
            except NoFeasiblePlan as error:
                self._refuse(name, error.told(), Fate.INFEASIBLE)
            except BadInput as error:
                self._refuse(name, [str(error)], Fate.REFUSED)
            else:
                self._at_work[name] = case
                yield Job(name, case.problem)

    def outcomes(self) -> Iterator[tuple[Outcome, Case | None]]:
        """What became of every place, as it comes, with what was asked for where that could be made."""
        work = self.work
        params = QUICK if work.params is None and len(self.places) > FULL else work.params
        while self._next:
            again: dict[str, int] = {}
            for outcome in outcomes(
                self, executor=work.executor, workers=work.workers, seed=work.seed, params=params, gap=work.gap,
                time_limit=work.time_limit, progress=work.progress, stop=work.stop,
            ):  # fmt: skip
                case = self._at_work.pop(outcome.name)
                if self._has_another(outcome, case):
                    again[outcome.name] = case.rules.fewest + 1
                else:
                    yield self._with_reasons(outcome, case), case
            yield from ((outcome, None) for outcome in self._refused)
            self._refused = []
            self._next = again
            if again:
                work.progress.note(f"{len(again)} places can't keep every rule or none was found; trying one grid more")

    def _case(self, name: str, count: int) -> Case:
        town, rules = self.asked(self.places[name])
        for k in range(max(count, rules.fewest), rules.most + 1):
            held = replace(rules, k=k)
            try:
                return Case(town, held, rules.most, build_problem(town, held))
            except NoFeasiblePlan as error:
                self._failed[name].append(error.told())
        raise NoFeasiblePlan(reasons_of_counts(rules.fewest, rules.most, self._failed[name]))

    def _has_another(self, outcome: Outcome, case: Case) -> bool:
        if outcome.fate not in (Fate.INFEASIBLE, Fate.NOT_FOUND):
            return False
        self._failed[outcome.name].append(list(outcome.reasons or ()))
        return case.rules.fewest < case.most and not (self.work.stop is not None and self.work.stop())

    def _with_reasons(self, outcome: Outcome, case: Case) -> Outcome:
        failed = self._failed.pop(outcome.name)
        if outcome.fate not in (Fate.INFEASIBLE, Fate.NOT_FOUND):
            return outcome
        fewest = case.rules.fewest - len(failed) + 1
        return replace(outcome, reasons=reasons_of_counts(fewest, case.most, failed))

    def _refuse(self, name: str, reasons: list[str], fate: Fate) -> None:
        self._refused.append(Outcome(name, None, reasons, fate))
        self.work.progress.note(f"{name}: {fate}: {reasons[0]}")
        self.work.progress.advance()
