"""Several jurisdictions partitioned from one call, in parallel. One that has no plan never stops the others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

from gridgeo.arguments import proven
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.judging import check
from gridgeo.plans.plan import Plan, numbered
from gridgeo.plans.rules import Band, Rules
from gridgeo.plans.turns import Case, Drawn, Turns, Work, unsolved
from gridgeo.plans.wishes import Wishes, make_rules
from gridgeo_solvers.partition import PartitionParams
from gridgeo_solvers.partition.many import Fate, Outcome
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import StopRule

__all__ = ["Drawn", "judged", "partition_many"]

OF_ONE_TOWN = ("targets", "keep_together", "keep_apart", "seeds", "fix", "customs", "links")
"""Wishes that name units, of which each town has its own."""


@proven
def partition_many(
    towns: Iterable[Jurisdiction | str | os.PathLike[str]],
    k: int | tuple[int, int] | None = None,
    *,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    params: PartitionParams | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
    **wishes: Unpack[Wishes],
) -> list[Drawn]:
    """Partition several jurisdictions by the same rules, in parallel; what became of each, in their order.

    Parameters
    ----------
    towns
        Jurisdictions, or files of them, which are read one by one while others are being solved.
    k
        Number of grids of each town, or the fewest and the most, of which the fewest that keep every rule are drawn.
    wishes
        As for `gridgeo.partition`, for each town: `households`, `officer_hours`, `balance`, `aim`, `objective`,
        `within`, `splits`, `split_level`, `prefer_borders`, `reach`. What names units isn't taken.
    folder
        Where to write each plan, as ``NAME.gpkg``; plans are then let go as soon as they are written.
    executor, workers, params, time_limit, gap, seed, stop, progress
        As for `gridgeo.partition_each`.

    Raises
    ------
    BadInput
        A rule that can't be read or that names units, two towns of one name, or a folder that can't be written to. A file
        that can't be read doesn't stop the others: it is named among the results.
    """
    from gridgeo.sources import read_jurisdiction

    _refuse(k, wishes)
    given = dict(_named(towns))
    target = None if folder is None else _folder(folder)

    def asked(name: str) -> tuple[Jurisdiction, Rules]:
        source = given[name]
        town = source if isinstance(source, Jurisdiction) else read_jurisdiction(source)
        town.check_units()
        return town, make_rules(town, k, **wishes)

    work = Work(executor, workers, params, time_limit, gap, seed, stop, progress or Progress())
    drawn = {
        outcome.name: unsolved(outcome.name, outcome) if case is None else _plan_of(case, outcome, seed, target)
        for outcome, case in Turns({name: name for name in given}, asked, work).outcomes()
    }
    return [drawn[name] for name in given]


def _refuse(k: int | tuple[int, int] | None, wishes: Wishes) -> None:
    """Refuse what concerns every town before any is read."""
    values: dict[str, Any] = dict(wishes)
    for name in OF_ONE_TOWN:
        if values.get(name) is not None and len(values[name]):
            raise BadInput(
                f"{name} names units, and each of several towns has its own; leave it out or ask town by town"
            )
    if k is None and values.get("households") is None and values.get("officer_hours") is None:
        raise BadInput("how many grids? give k, the households of a grid as LOW:HIGH, or the hours of an officer")
    simple = ("aim", "prefer_borders", "splits", "split_level", "reach")
    Rules(
        k=1 if k is None else k,
        balance={name: Band.parse(band) for name, band in (values.get("balance") or {}).items()},
        objective=values.get("objective", "compactness"),
        **{name: values[name] for name in simple if name in values},
    )


def _plan_of(case: Case, outcome: Outcome, seed: int, target: Path | None) -> Drawn:
    drawn = case.told(outcome.name, outcome)
    if outcome.answer is None:
        return drawn
    figures = replace(drawn.figures, seed=seed)
    plan = Plan(case.town, numbered(case.town, outcome.answer.assignment), case.rules, figures)
    try:
        judged(case.town, plan)
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
