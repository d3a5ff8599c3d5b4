"""Several jurisdictions partitioned from one call, in parallel.

Frames become arrays here, in the calling process, a few places at a time; workers see arrays only. A place that has no
plan is named with its reasons and never stops the others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.judging import check
from gridgeo.plans.partitioning import _rules as rules_for
from gridgeo.plans.partitioning import build_problem
from gridgeo.plans.plan import Figures, Plan, numbered
from gridgeo.plans.rules import Band, Rules
from gridgeo_solvers.partition.answer import PartitionParams
from gridgeo_solvers.partition.many import QUICK, Fate, Job, Outcome, outcomes
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.stop import StopRule

FULL = 100
"""Up to so many places, each is searched as thoroughly as one alone; beyond, a good plan with a bound is enough."""

Balance = Mapping[str, float | str | Band]


@dataclass(frozen=True)
class Drawn:
    """What one place of many came to.

    `status` is optimal or feasible where there is a plan, else what became of it (`gridgeo_solvers.partition.many.Fate`),
    and `reasons` says why. `file` is where the plan was written; it is then not kept in `plan`. `figures` are those of
    the plan. `seconds` is the time that a worker spent on it.
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


def partition_many(
    towns: Iterable[Jurisdiction | str | os.PathLike[str]],
    k: int | None = None,
    *,
    households: tuple[float, float] | None = None,
    balance: Balance | None = None,
    objective: str = "compactness",
    within: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    params: PartitionParams | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
) -> list[Drawn]:
    """Partition several jurisdictions by the same rules, in parallel; what became of each, in their order.

    Parameters
    ----------
    towns
        Jurisdictions, or files of them, which are read one by one while others are being solved.
    k, households, balance, objective, within
        As for `gridgeo.partition`, for each town.
    folder
        Where to write each plan, as ``NAME.gpkg``; plans are then let go as soon as they are written.
    executor, workers, params, time_limit, gap, seed, stop, progress
        As for `gridgeo.partition_each`.

    Raises
    ------
    BadInput
        A rule that can't be read, two towns of one name, or a folder that can't be written to. A file that can't be
        read doesn't stop the others: it is named among the results.
    """
    from gridgeo.sources import read_jurisdiction

    given = dict(_named(towns))
    target = None if folder is None else _folder(folder)
    open_towns: dict[str, Jurisdiction] = {}

    def asked(name: str) -> tuple[Jurisdiction, Rules]:
        source = given[name]
        town = source if isinstance(source, Jurisdiction) else read_jurisdiction(source)
        open_towns[name] = town
        return town, rules_for(town, k, households, balance, objective, within, ())

    jobs = Jobs({name: name for name in given}, asked, progress or Progress())
    drawn: dict[str, Drawn] = {}
    for outcome in outcomes(
        jobs, executor=executor, workers=workers, seed=seed, params=effort(params, len(jobs)), gap=gap, time_limit=time_limit,
        progress=progress, stop=stop,
    ):  # fmt: skip
        town = open_towns.pop(outcome.name)
        drawn[outcome.name] = _plan_of(town, jobs.rules.pop(outcome.name), outcome, seed, target)
    drawn |= {name: told(name, outcome) for name, outcome in jobs.refused.items()}
    return [drawn[name] for name in given]


def effort(params: PartitionParams | None, places: int) -> PartitionParams | None:
    """How much work each of so many places gets, where the caller doesn't say."""
    return QUICK if params is None and places > FULL else params


class Jobs:
    """Problems made one by one as workers ask for them; places whose rules can't hold are set aside with the reasons."""

    def __init__(
        self, places: Mapping[str, Any], asked: Callable[[Any], tuple[Jurisdiction, Rules]], progress: Progress
    ) -> None:
        self.places, self.asked, self.progress = places, asked, progress
        self.rules: dict[str, Rules] = {}
        self.refused: dict[str, Outcome] = {}

    def __len__(self) -> int:
        """Number of places, whether they become problems or not."""
        return len(self.places)

    def __iter__(self) -> Iterator[Job]:
        """Make the problems."""
        for name, place in self.places.items():
            try:
                town, self.rules[name] = self.asked(place)
                problem = build_problem(town, self.rules[name])
            except NoFeasiblePlan as error:
                self._refuse(name, error.reasons, Fate.INFEASIBLE)
            except BadInput as error:
                self._refuse(name, [str(error)], Fate.REFUSED)
            else:
                yield Job(name, problem)

    def _refuse(self, name: str, reasons: list[str], fate: Fate) -> None:
        self.refused[name] = Outcome(name, None, reasons, fate)
        self.progress.note(f"{name}: {fate}: {reasons[0]}")
        self.progress.advance()


def told(name: str, outcome: Outcome) -> Drawn:
    """What one place came to, without its plan."""
    answer = outcome.answer
    if answer is None:
        return Drawn(name, str(outcome.fate), seconds=outcome.seconds, reasons=tuple(outcome.reasons or ()))
    figures = Figures(answer.objective, answer.bound, answer.gap, str(answer.status), answer.seed)
    return Drawn(name, str(answer.status), answer.k, figures, outcome.seconds)


def _plan_of(town: Jurisdiction, rules: Rules, outcome: Outcome, seed: int, target: Path | None) -> Drawn:
    drawn = told(outcome.name, outcome)
    if outcome.answer is None:
        return drawn
    figures = replace(drawn.figures, seed=seed)
    plan = Plan(town, numbered(town, outcome.answer.assignment), rules, figures)
    try:
        judged(town, plan)
    except NoFeasiblePlan as error:
        return Drawn(drawn.name, str(Fate.NOT_FOUND), seconds=drawn.seconds, reasons=tuple(error.reasons))
    if target is None:
        return replace(drawn, figures=figures, plan=plan)
    file = target / f"{outcome.name}.gpkg"
    plan.to_file(file)
    return replace(drawn, figures=figures, file=file)


def judged(town: Jurisdiction, plan: Plan) -> None:
    """Refuse to hand out a plan in which the independent judge finds a fault."""
    verdict = check(town, plan)
    if not verdict.ok:
        raise NoFeasiblePlan(
            [f"the plan found breaks a rule and is not handed out: {reason}" for reason in verdict.reasons()]
        )


def _named(towns: Iterable[Jurisdiction | str | os.PathLike[str]]) -> Iterator[tuple[str, Jurisdiction | Path]]:
    seen: set[str] = set()
    for town in towns:
        name, source = (town.name, town) if isinstance(town, Jurisdiction) else (Path(town).stem, Path(town))
        if name in seen:
            raise BadInput(f"two towns are called '{name}'; their plans would overwrite each other: rename one")
        seen.add(name)
        yield name, source


def _folder(path: str | os.PathLike[str]) -> Path:
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{folder}: plans of several towns go into a folder, and this one can't be made: {error}"
        ) from None
    return folder
