"""Several plans to choose from: different plans by one set of rules, and a front of counts, bands and compactness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Unpack

from gridgeo.arguments import proven
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.building import build_problem
from gridgeo.plans.partitioning import Search, drawn, fewest_that_hold, rules_for
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Band, Rules
from gridgeo.plans.wishes import Wishes
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import StopRule

TOLERANCES = (0.05, 0.10, 0.15, 0.20, 0.30)
"""Bands that a front tries where none are given."""


@proven
def alternatives(
    jurisdiction: Jurisdiction,
    count: int,
    k: int | tuple[int, int] | None = None,
    *,
    worse: float = 0.05,
    apart: float = 0.1,
    rules: Rules | None = None,
    time_limit: float | None = None,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
    **wishes: Unpack[Wishes],
) -> list[Plan]:
    """Up to `count` plans that keep the same rules, are nearly as good as the best, and differ.

    Parameters
    ----------
    jurisdiction, k, rules, time_limit, seed, stop, progress, wishes
        As in `gridgeo.partition`.
    count
        Number of plans wanted; there may be fewer.
    worse
        Share by which the objective of each may be dearer than that of the best.
    apart
        Least share of mass (half households, half land) that lies in another grid, between every two.

    Returns
    -------
    Plans, the best first.

    Raises
    ------
    BadInput, NoFeasiblePlan
        As `gridgeo.partition`.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise BadInput(f"{count!r} alternatives are asked for; give a whole number of at least 1")
    for what, share in (("worse", worse), ("apart", apart)):
        if not 0 <= share <= 1:
            raise BadInput(f"{what} is {share}; give a share between 0 and 1, 0.05 is 5 %")
    wanted = rules_for(jurisdiction, k, rules, wishes)
    search = Search(time_limit, 0.0, seed, stop, progress or Progress())
    from gridgeo_solvers.partition.choices.alternatives import alternatives as several

    def attempt(held: Rules, problem: PartitionProblem, limit: float | None) -> list[Plan]:
        answers = several(
            problem,
            count,
            worse=worse,
            apart=apart,
            seed=seed,
            time_limit=limit,
            stop=stop,
            progress=search.progress,
        )
        return [drawn(jurisdiction, held, problem, answer) for answer in answers]

    return fewest_that_hold(jurisdiction, wanted, search, attempt)


@dataclass(frozen=True)
class Choice:
    """One point of a front: a plan, its number of grids, the worst deviation of a banded measure, and its objective."""

    k: int
    imbalance: float
    objective: float
    plan: Plan


@proven
def front(
    jurisdiction: Jurisdiction,
    k: int | tuple[int, int] | None = None,
    *,
    tolerances: Sequence[float] = TOLERANCES,
    rules: Rules | None = None,
    time_limit: float | None = None,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
    **wishes: Unpack[Wishes],
) -> list[Choice]:
    """Plans of which none is better than another in number of grids, balance and objective at once.

    Parameters
    ----------
    jurisdiction, k, rules, time_limit, seed, stop, progress, wishes
        As in `gridgeo.partition`. Every number of grids from the fewest to the most is tried.
    tolerances
        Each is tried in place of every tolerance of `balance`; ranges like ``300:500`` stay as they are.

    Returns
    -------
    By number of grids, then by imbalance.

    Raises
    ------
    BadInput
        As `gridgeo.partition`, or no measure is balanced by a tolerance.
    NoFeasiblePlan
        No number of grids and tolerance has a plan.
    """
    wanted = rules_for(jurisdiction, k, rules, wishes)
    _refuse_bands(wanted, tolerances)

    def held(count: int, tolerance: float) -> Rules:
        bands = {
            name: band if band.tolerance is None else Band(tolerance=tolerance) for name, band in wanted.balance.items()
        }
        return replace(wanted, k=count, balance=bands)

    def problem_of(count: int, tolerance: float) -> PartitionProblem:
        return build_problem(jurisdiction, held(count, tolerance))

    from gridgeo_solvers.partition.choices.front import front as pareto

    points = pareto(
        problem_of,
        list(range(wanted.fewest, wanted.most + 1)),
        list(tolerances),
        seed=seed,
        time_limit=time_limit,
        progress=progress,
        stop=stop,
    )
    if not points:
        raise NoFeasiblePlan(
            [
                f"no plan of {wanted.fewest} to {wanted.most} grids was found within ±{max(tolerances):.0%}; "
                f"allow more grids or wider tolerances"
            ]
        )
    choices = []
    for point in sorted(points, key=lambda one: (one.k, one.imbalance)):
        loosest = next((t for t in sorted(tolerances) if point.imbalance <= t * (1 + 1e-9)), max(tolerances))
        plan = drawn(jurisdiction, held(point.k, loosest), problem_of(point.k, loosest), point.answer)
        choices.append(Choice(point.k, point.imbalance, point.objective, plan))
    return choices


def _refuse_bands(rules: Rules, tolerances: Sequence[float]) -> None:
    if not any(band.tolerance is not None for band in rules.balance.values()):
        raise BadInput("a front varies the tolerance of a measure, but none has one; balance e.g. households=0.10")
    if not len(tolerances):
        raise BadInput("a front needs at least one tolerance, e.g. 0.10")
    for tolerance in tolerances:
        Band(tolerance=tolerance)
