"""Ranked, weighed and worst-case goals on top of a core that makes one weighed sum of additive objectives small.

A rank is settled before the next begins, which may give up no more than its slack. A worst case (balance, diameter)
becomes a rule whose cap is lowered until no plan is found (the bottleneck method of Garfinkel and Rao 1971); weighed
against other objectives, its caps make a ladder (ε-constraints, Haimes et al. 1971) whose best step is taken. What an
additive rank reached is held by a large weight, and every plan is accepted by its exact values alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gridgeo_solvers import clock
from gridgeo_solvers.partition.ground.answer import Partition
from gridgeo_solvers.partition.ground.parts import SLACK, IntArray
from gridgeo_solvers.partition.objectives.asking import Asked, Asking, Weights, told
from gridgeo_solvers.partition.objectives.thresholds import BOTTLENECKS, Floor, floor_of
from gridgeo_solvers.problems import Objective, PartitionProblem, Term
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.stop import StopRule

PROBES = 40
"""Most caps tried for one worst case."""
STEPS = 12
"""Steps of a ladder of caps between the first plan and the least value possible."""
FEW = 40
"""Units up to which a ladder has a step for every value that a plan has."""
WEIGHINGS = 8
"""Weights tried to find how little holds an earlier rank."""
HOLD = 1000.0
"""Weight, in values of the present rank to values of an earlier one, that holds the earlier one."""


def needs_goals(problem: PartitionProblem) -> bool:
    """Whether the objective is more than one weighed sum of additive terms."""
    ranks = {term.rank for term in problem.terms}
    return len(ranks) > 1 or any(term.objective in BOTTLENECKS for term in problem.terms)


def solve_goals(
    problem: PartitionProblem,
    solve_core: Callable[..., Partition],
    *,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
    start: IntArray | None = None,
    **options: Any,
) -> Partition:
    """Settle the ranks of `problem` one after the other.

    Parameters
    ----------
    problem
        What to split; its terms may be of any rank, `Objective.BALANCE` and `Objective.DIAMETER` among them.
    solve_core
        Called as ``solve_core(problem, stop=, time_limit=, progress=, start=, **options)`` with additive terms of one
        rank; raises `Infeasible`.
    stop, time_limit, progress, start
        As for `solve`; the time is shared among all calls.
    options
        Handed on to the core.

    Returns
    -------
    Partition
        `objective`, `bound` and `gap` are those of the lowest rank; `notes` tell every objective. It is called optimal
        only where that rank is the only one.

    Raises
    ------
    Infeasible
        As the core raised it on the problem with no cap.
    """
    began = clock.now()
    asking = Asking(problem, solve_core, options, stop, time_limit, progress or Progress(), start)
    ranks = sorted({term.rank for term in problem.terms})
    bound: float | None = None
    for rank in ranks:
        terms = tuple(term for term in problem.terms if term.rank == rank and term.weight > 0)
        proven = _settle(asking, terms, _guide(problem, rank))
        bound = proven if rank == ranks[0] else bound
        asking.hold(terms)
    if all(term.objective in BOTTLENECKS for term in problem.terms if term.rank == ranks[-1]):
        asking.finish(_guide(problem, ranks[-1]))
    return _answer(asking, bound, began, alone=len(ranks) == 1)


def _guide(problem: PartitionProblem, rank: int) -> Weights:
    """Additive objectives of the next rank that has any; compactness without one."""
    for later in sorted({term.rank for term in problem.terms if term.rank > rank}):
        weights = _additive(tuple(term for term in problem.terms if term.rank == later))
        if weights:
            return weights
    return {Objective.COMPACTNESS: 1.0}


def _additive(terms: tuple[Term, ...]) -> Weights:
    weights: Weights = {}
    for term in terms:
        if term.objective not in BOTTLENECKS and term.weight > 0:
            weights[term.objective] = weights.get(term.objective, 0.0) + term.weight
    return weights


def _settle(asking: Asking, terms: tuple[Term, ...], guide: Weights) -> float | None:
    """Find the best plan of one rank under what earlier ones hold; returns a proven bound on its value."""
    worst = tuple(dict.fromkeys(term.objective for term in terms if term.objective in BOTTLENECKS))
    added = _additive(terms)
    if not worst:
        return _least_sum(asking, terms, added or guide)
    floors = {objective: floor_of(asking.problem, objective) for objective in worst}
    if len(worst) == 1 and not added:
        least = _tighten(asking, terms, worst[0], floors[worst[0]], guide)
        return least * sum(term.weight for term in terms)
    first = _ladder(asking, terms, list(worst), floors, added or guide, {})
    bound = sum(term.weight * floors[term.objective].least for term in terms if term.objective in BOTTLENECKS)
    if not added:
        return bound
    return None if not first or first[0].bound is None else first[0].bound + bound


def _least_sum(asking: Asking, terms: tuple[Term, ...], added: Weights) -> float | None:
    """Make a weighed sum small; what earlier sums reached is held by weights that fall while the ceilings hold."""
    if not asking.ceilings:
        asked = asking.ask(added, {}, share=0.7)
        asking.offer(asked.plan, terms)
        return asked.bound
    holding, kept, broken = HOLD, 0.0, 0.0
    for _ in range(WEIGHINGS):
        if asking.over():
            break
        asked = asking.ask(asking.held_by(added, terms, holding), {}, share=0.3)
        if asking.offer(asked.plan, terms):
            kept = holding
            if not asking.slack():
                break
        else:
            broken = holding
        between = (kept * broken) ** 0.5 if broken else kept / 8
        holding = between if kept else holding * 8
    return None


def _tighten(asking: Asking, terms: tuple[Term, ...], worst: Objective, floor: Floor, guide: Weights) -> float:
    """Lower the cap of one worst case until nothing is found; returns the least value that is not proven impossible."""
    if asking.best is None:
        asking.offer(asking.ask(guide, {}, share=0.3, quick=True).plan, terms)
    failed, least = -1.0, floor.least
    asking.progress.stage(f"lower the {worst}", PROBES)
    for _ in range(PROBES):
        assert asking.best is not None
        now = asking.best.values[worst]
        cap = Floor(least, floor.steps).between(max(failed, least if floor.steps is None else -1.0), now)
        if cap is None or asking.over():
            break
        weights = asking.held_by(guide, terms, HOLD) if asking.ceilings else guide
        asked = asking.ask(weights, {worst: cap}, share=0.15, quick=not asking.ceilings)
        asking.progress.advance()
        if asked.plan is None or not asking.offer(asked.plan, terms):
            failed = cap
            if asked.proven and not asking.ceilings and not asking.caps:
                least = max(least, floor.risen(cap))
    assert asking.best is not None
    now = asking.best.values[worst]
    # Once nothing just below is possible, the present value is the least.
    return now if floor.below(now) is None or least >= (floor.below(now) or 0.0) else least


def _ladder(
    asking: Asking,
    terms: tuple[Term, ...],
    worst: list[Objective],
    floors: dict[Objective, Floor],
    added: Weights,
    caps: dict[Objective, float],
) -> list[Asked]:
    """Plans with the least weighed sum of `added` at falling caps of every worst case; the best is offered."""
    if not worst:
        asked = asking.ask(asking.held_by(added, terms, HOLD), caps, share=0.15)
        asking.offer(asked.plan, terms)
        return [asked] if asked.plan is not None else []
    here, floor = worst[0], floors[worst[0]]
    weight = sum(term.weight for term in terms if term.objective is here)
    steps: list[Asked] = []
    cap: float | None = None
    stride = 0.0
    while True:
        found = _ladder(asking, terms, worst[1:], floors, added, caps if cap is None else {**caps, here: cap})
        steps += found
        if not found or asking.over():
            return steps
        now = max(asked.value(here) for asked in found)
        if cap is None and asking.problem.n > FEW:
            stride = (now - floor.least) / STEPS
        cap = floor.below(now)
        if cap is None:
            return steps
        cap = min(cap, max(now - stride, floor.least))
        rest = sum(term.weight * floors[term.objective].least for term in terms if term.objective in worst[1:])
        # Lower caps don't make the other objectives smaller.
        dearest = min(sum(w * asked.value(o) for o, w in _additive(terms).items()) for asked in found)
        if asking.best is not None and dearest + rest + weight * floor.least >= told(asking.best.values, terms):
            return steps


def _answer(asking: Asking, bound: float | None, began: float, *, alone: bool) -> Partition:
    assert asking.best is not None
    values, answer = asking.best.values, asking.best.answer
    lowest = min(term.rank for term in asking.problem.terms)
    objective = told(values, tuple(term for term in asking.problem.terms if term.rank == lowest))
    if bound is not None and bound <= 0 < objective:
        bound = None
    if bound is not None and bound >= objective * (1 - SLACK):
        bound = objective
    gap = relative_gap(objective, bound)
    return replace(
        answer,
        objective=objective,
        bound=bound,
        gap=gap,
        status=Status.OPTIMAL if gap == 0.0 and alone else Status.FEASIBLE,
        seconds=clock.now() - began,
        starts=asking.starts,
        notes=(*answer.notes, *(f"{name}: {value:.6g}" for name, value in values.items())),
    )
