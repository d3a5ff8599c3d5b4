"""Drawing a plan: from a jurisdiction and rules to arrays, to the solver, and back to names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, Unpack

import numpy as np
from numpy.typing import NDArray

from gridgeo.arguments import proven
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.building import build_problem, parts_told
from gridgeo.plans.judging import check
from gridgeo.plans.objectives import objective_values
from gridgeo.plans.plan import Figures, Plan, numbered
from gridgeo.plans.rules import Rules
from gridgeo.plans.wishes import Wishes, grid_count, make_rules, settled
from gridgeo_solvers import clock
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.partition import Partition, solve
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import StopRule

__all__ = [
    "Search",
    "build_problem",
    "drawn",
    "fewest_that_hold",
    "grid_count",
    "partition",
    "reasons_of_counts",
    "rules_for",
]

Found = TypeVar("Found")


@dataclass(frozen=True)
class Search:
    """How long, how near to the optimum and from which random numbers a plan is searched; see `partition`."""

    time_limit: float | None = None
    gap: float = 0.0
    seed: int = 0
    stop: StopRule | None = None
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        if self.time_limit is not None and not self.time_limit > 0:
            raise BadInput(f"the time limit is {self.time_limit} s; give a number above 0, or none")
        if not self.gap >= 0:
            raise BadInput(f"the gap is {self.gap}; give a share of 0 or more, 0.01 is 1 %")


@proven
def partition(
    jurisdiction: Jurisdiction,
    k: int | tuple[int, int] | None = None,
    *,
    rules: Rules | None = None,
    start: Plan | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
    **wishes: Unpack[Wishes],
) -> Plan:
    """Partition a jurisdiction into `k` connected, balanced, compact grids.

    The rules are given as keywords, or as one `gridgeo.plans.rules.Rules`. How to state each, and what it does, is told
    in the how-to "Draw grids by your own rules".

    Parameters
    ----------
    jurisdiction
        The place, with units and their borders.
    k
        Number of grids, or the fewest and the most: the fewest that keep every rule are drawn. Left out where it
        follows from `households`, `officer_hours`, `seeds` or `targets`.
    rules
        All rules at once, instead of `k` and keywords.
    start
        A plan to improve; it helps where it has as many grids.
    time_limit
        Seconds of search at the most. Without it the search ends by an amount of work that depends on the
        problem alone, so that the plan doesn't depend on the machine.
    gap
        Relative gap between objective and bound at which the search may end.
    seed
        The same input, seed and versions give the same plan.
    stop
        Another reason to end with the best plan so far.
    progress
        Hears of stages, incumbents and bounds, and of parts that no walk joins.
    executor
        Other processes that search too, as `gridgeo_solvers.partition.solve` uses them.
    households
        Smallest and largest number of households in a grid; k is then the number of grids whose mean lies
        nearest the middle, and the range is the band.
    officer_hours
        Hours of work a month that one officer, with one grid, can do: the fewest officers are found.
    balance
        A band for each measure that must hold, e.g. ``{"households": 0.10, "area": "20000:90000"}``; ±10 % of
        households where left out. Other measures are reported only.
    aim
        Measures whose worst deviation is made small first, before the objective.
    targets
        Seed → what its grid shall have of some measures; `balance` is then the tolerance around it.
    objective
        Names from `gridgeo.plans.objectives.OBJECTIVES`, as `gridgeo.plans.objectives.read_objective` reads them:
        ``boundary``, ``compactness+0.5*boundary`` (weighed) or ``balance,compactness`` (one before the other).
    within
        Level whose areas no grid may cross, or several that nest.
    keep_together, keep_apart
        Groups of units that share a grid (courtyards, estates, natural villages); pairs that never do.
    seeds, fix
        Units of which each grid holds at most one, or points of stations; unit → the seed whose grid takes it.
    splits, split_level
        An area of that level lies in at most `splits` + 1 grids.
    customs, prefer_borders
        Soft: unit → custom, whose neighbours stay together; ``roads`` and ``rivers`` that borders follow.
    reach
        Most minutes on foot between two units of one grid.
    links
        Pairs of units that one can walk between though the map doesn't show it.

    Returns
    -------
    A plan that the judge of `gridgeo.check` finds without fault.

    Raises
    ------
    BadInput
        A rule that can't be read, contradicts another, or names a unit, level or measure that doesn't exist.
    NoFeasiblePlan
        No plan keeps all rules, or none was found in time; the reasons name rules and units, and `nearest` is the plan
        that breaks them least, where there is one.
    """
    search = Search(time_limit, gap, seed, stop, progress or Progress())
    wanted = rules_for(jurisdiction, k, rules, wishes)
    first = None if start is None else _start(jurisdiction, start, wanted, search.progress)

    def attempt(held: Rules, problem: PartitionProblem, limit: float | None) -> Plan:
        given = first if first is not None and first.max() + 1 == held.fewest else None
        answer = solve(
            problem, stop=stop, time_limit=limit, gap=gap, seed=seed, progress=search.progress, start=given, executor=executor,
        )  # fmt: skip
        return drawn(jurisdiction, held, problem, answer)

    return fewest_that_hold(jurisdiction, wanted, search, attempt)


def rules_for(
    jurisdiction: Jurisdiction, k: int | tuple[int, int] | None, rules: Rules | None, wishes: Wishes
) -> Rules:
    """The rules that were given, as one or as wishes, proven for `jurisdiction`."""
    jurisdiction.check_units()
    if rules is None:
        return make_rules(jurisdiction, k, **wishes)
    if k is not None or wishes:
        extra = ", ".join(["k"] * (k is not None) + list(wishes))
        raise BadInput(f"rules are given, and {extra} beside them; put {extra} into the rules (dataclasses.replace)")
    return settled(jurisdiction, rules)


def fewest_that_hold(
    jurisdiction: Jurisdiction,
    rules: Rules,
    search: Search,
    attempt: Callable[[Rules, PartitionProblem, float | None], Found],
) -> Found:
    """What `attempt` makes of the smallest number of grids in `rules` for which it finds a plan.

    Parameters
    ----------
    jurisdiction, rules
        What is drawn, and by which rules.
    search
        `time_limit` counts for all numbers together.
    attempt
        Given the rules and the problem for one number, and seconds; raises `Infeasible` or `NoFeasiblePlan`.
    """
    ends = None if search.time_limit is None else clock.now() + search.time_limit
    failed: list[NoFeasiblePlan] = []
    parts: str | None = None
    for count in range(rules.fewest, rules.most + 1):
        held = replace(rules, k=count)
        problem = None
        try:
            problem = build_problem(jurisdiction, held)
            if count == rules.fewest:
                parts = parts_told(jurisdiction, problem.graph)
                if parts is not None:
                    search.progress.note(parts)
            return attempt(held, problem, _share(ends, last=count == rules.most))
        except (Infeasible, NoFeasiblePlan) as error:
            failed.append(_refusal(jurisdiction, held, problem, error))
            if search.stop is not None and search.stop():
                break
            if count < rules.most:
                search.progress.note(f"{count} grids can't keep every rule or none were found; trying {count + 1}")
    raise _none_holds(rules, failed, parts)


def drawn(jurisdiction: Jurisdiction, rules: Rules, problem: PartitionProblem, answer: Partition) -> Plan:
    """The plan that the solver's answer is, when the judge finds no fault in it.

    Raises
    ------
    NoFeasiblePlan
        It breaks a rule; `nearest` is the plan.
    """
    plan = _plan(jurisdiction, rules, problem, answer)
    verdict = check(jurisdiction, plan)
    if not verdict.ok:
        told = [f"the plan found breaks a rule and is not handed out: {reason}" for reason in verdict.reasons()]
        raise NoFeasiblePlan(told, nearest=plan)
    return plan


def _plan(jurisdiction: Jurisdiction, rules: Rules, problem: PartitionProblem, answer: Partition) -> Plan:
    figures = Figures(
        answer.objective,
        answer.bound,
        answer.gap,
        str(answer.status),
        answer.seed,
        objective_values(problem, answer.assignment),
    )
    return Plan(jurisdiction, numbered(jurisdiction, answer.assignment), rules, figures)


def _share(ends: float | None, *, last: bool) -> float | None:
    """Seconds for one number of grids: half of what is left, and all of it for the last."""
    if ends is None:
        return None
    left = max(ends - clock.now(), 0.1)
    return left if last else left / 2


def _refusal(
    jurisdiction: Jurisdiction, rules: Rules, problem: PartitionProblem | None, error: Infeasible | NoFeasiblePlan
) -> NoFeasiblePlan:
    """The solver's refusal, with its nearest plan under the planner's names."""
    if isinstance(error, NoFeasiblePlan):
        return error
    why: dict[str, Any] = {"conflict": error.conflict, "causes": error.causes}
    near = error.nearest
    if problem is None or not isinstance(near, Partition) or (near.assignment < 0).any():
        return NoFeasiblePlan(error.reasons, **why)
    figures = Figures(
        near.objective, status="breaks rules", seed=near.seed, objectives=objective_values(problem, near.assignment)
    )
    plan = Plan(jurisdiction, numbered(jurisdiction, near.assignment), rules, figures)
    return NoFeasiblePlan(error.reasons, nearest=plan, **why)


def _none_holds(rules: Rules, failed: list[NoFeasiblePlan], parts: str | None) -> NoFeasiblePlan:
    """The refusals of every number of grids as one: the last one's conflict, the nearest plan with its causes."""
    last = failed[-1]
    near = next((one for one in reversed(failed) if one.nearest is not None), last)
    reasons = reasons_of_counts(rules.fewest, rules.most, [one.reasons for one in failed])
    causes = near.causes if near.nearest is not None else last.causes
    return NoFeasiblePlan(
        reasons + ([] if parts is None else [parts]), nearest=near.nearest, conflict=last.conflict, causes=causes
    )


def reasons_of_counts(fewest: int, most: int, failed: Sequence[Sequence[str]]) -> list[str]:
    """Why no number of grids holds, from the reasons against each number from `fewest` on, at the most up to `most`.

    Examples
    --------
    >>> reasons_of_counts(3, 4, [["unit 7 is too heavy"], ["unit 7 is still too heavy"]])[:2]
    ['no number of grids from 3 to 4 keeps every rule', '3 grids: unit 7 is too heavy']
    """
    if most == fewest:
        return list(failed[-1])
    reasons = [f"no number of grids from {fewest} to {fewest + len(failed) - 1} keeps every rule"]
    for count in dict.fromkeys((0, len(failed) - 1)):
        reasons += [f"{fewest + count} grids: {reason}" for reason in failed[count]]
    return reasons


def _start(jurisdiction: Jurisdiction, start: Plan, rules: Rules, progress: Progress) -> NDArray[np.int64]:
    """Grid 0..k-1 of each unit in the plan to start from, in the order of the seeds where each grid has one."""
    if list(start.assignment.index) != list(jurisdiction.units["unit"]):
        raise BadInput("the plan to start from partitions other units; give a plan of this jurisdiction")
    grids = list(dict.fromkeys(start.assignment))
    if len(grids) < rules.fewest or len(grids) > rules.most:
        progress.note(f"the plan to start from has {len(grids)} grids, which can't be; the search starts without it")
    if len(rules.seeds) == len(grids):
        seeded = [start.assignment[seed] for seed in rules.seeds]
        grids = seeded if len(set(seeded)) == len(grids) else grids
    number = {grid: g for g, grid in enumerate(grids)}
    return start.assignment.map(number).to_numpy(dtype=np.int64)
