"""The front door of re-drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridgeo_solvers import clock
from gridgeo_solvers.check import judge
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.redraw.annealing import anneal
from gridgeo_solvers.redraw.answer import Redrawn, RedrawParams
from gridgeo_solvers.redraw.asking import IntArray, Redrawing
from gridgeo_solvers.redraw.cases import Case, cases_of, trifle
from gridgeo_solvers.redraw.choosing import choose
from gridgeo_solvers.redraw.counting import Counts, Plan, share_out
from gridgeo_solvers.redraw.proving import floor_of, prove
from gridgeo_solvers.redraw.reasons import locked_faults, why_not
from gridgeo_solvers.redraw.regions import improve, reanneal
from gridgeo_solvers.redraw.starts import start_of
from gridgeo_solvers.redraw.trading import floor_of_trade, trade, worth
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.stop import AnyOf, MaxSeconds, StopRule

SEARCHED = 0.5
"""Share of the time limit after which the search gives way to the bound."""
CHOSEN = 20.0
"""Most seconds for the choice of what to split and dissolve."""
HOPEFUL = 1.08
"""Moves of a plan, against those of the best, above which it isn't taken further."""
LOST = 500
"""Branch-and-bound nodes for a part of which no plan was found."""
SHAKEN = 0.5
"""Temperature from which the best plan is annealed again, in mean costs of a unit; less each time."""
TRIED = 8
"""Times, beside one for each case, that grids are shared out anew where a case has no plan."""
SMALL = 2000
"""Pairs of unit and grid up to which the proof takes over early."""
TRADED = 0.35
"""Share of the time limit that is kept for the trade, where there is a price."""


@dataclass
class _Run:
    """What one call of `solve` knows throughout."""

    asked: Redrawing
    params: RedrawParams
    seed: int
    gap: float
    limit: float | None
    rules: tuple[StopRule, ...]
    progress: Progress
    began: float = field(default_factory=clock.now)

    def stop_at(self, share: float) -> StopRule:
        """A rule that stops at a share of the time limit, or where the caller's own rules say so."""
        if self.limit is None:
            return AnyOf(self.rules)
        timed = MaxSeconds(max(self.began + share * self.limit - clock.now(), 0.0))
        timed()
        return AnyOf((*self.rules, timed))

    def left(self, share: float) -> float | None:
        """Seconds up to a share of the time limit; None without one."""
        return None if self.limit is None else max(self.began + share * self.limit - clock.now(), 0.05)


def solve(
    asked: Redrawing,
    *,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    params: RedrawParams | None = None,
    progress: Progress | None = None,
) -> Redrawn:
    """Draw a plan anew from the one in force: every rule holds, and as little moves as the work allows.

    Parts that no walk joins are drawn apart; how many grids each has follows from estimates on the map of old grids, which
    also say what to split and dissolve. In each part a plan is annealed from the old one, improved by integer programmes on
    a few grids at a time, and bounded by one on all of them (see `proving`). An old grid that reaches over several parts is
    looked for where its locked units or most of it lie; what it might keep elsewhere instead is taken off the bound.

    Parameters
    ----------
    asked
        Problem, old plan, locks, cap and price.
    stop
        Asked between steps; true ends the search with the best plan so far.
    time_limit
        Seconds of wall time. Without it the search ends by the work that `params` allows, and the same question, seed and
        versions give the same plan.
    gap
        The proof is not pursued once the gap is not above this share.
    seed
        Of all randomness.
    params
        How much work to do.
    progress
        Hears stages, incumbents and bounds.

    Raises
    ------
    Infeasible
        No plan keeps the rules, locks and cap (`proven`), or none was found.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> from gridgeo_solvers.problems import Measure, PartitionProblem
    >>> path = Graph.from_edges(5, [(0, 1), (1, 2), (2, 3), (3, 4)])
    >>> band = Measure("households", [10, 10, 10, 10, 10], 20, 30)
    >>> problem = PartitionProblem(path, (band,), 2, np.ones(5), np.arange(5) * 100.0, np.zeros(5))
    >>> answer = solve(Redrawing(problem, [0, 0, 0, 0, 1], [10, 10, 10, 10, 10]))
    >>> answer.assignment.tolist(), answer.moved, answer.bound
    ([0, 0, 0, 1, 1], 10.0, 10.0)
    """
    rules = () if stop is None else (stop,)
    run = _Run(asked, params or RedrawParams(), seed, gap, time_limit, rules, progress or Progress())
    faults = locked_faults(asked)
    if faults:
        raise Infeasible(faults)
    cases = cases_of(asked)
    counts, plans = _shared_out(run, cases)
    run.progress.stage("bound", len(cases))
    plans, bounds = _bounded(run, cases, plans)
    bound = counts.bound(bounds)
    if asked.price is None:
        return _answer(run, cases, plans, bound)
    run.progress.stage("trade", len(cases))
    return _traded(run, cases, plans, bound)


def _shared_out(run: _Run, cases: list[Case]) -> tuple[Counts, list[Plan]]:
    """How many grids each case has, and the best plans found; counts for which a case has none are passed over."""
    banned: set[tuple[int, int]] = set()
    drawn: dict[tuple[int, int], Plan] = {}
    counts = share_out(run.asked, cases, run.seed)
    run.progress.stage("redraw", len(cases))
    for _ in range(TRIED + len(cases)):
        for task in enumerate(counts.chosen):
            if task not in drawn:
                drawn[task] = _drawn(run, cases[task[0]], task[1], task[0], len(cases))
        lost = [task for task in enumerate(counts.chosen) if drawn[task].labels_of is None]
        for task in lost if len(cases) > 1 else []:
            drawn[task] = _rescued(run, cases[task[0]], drawn[task], len(cases))
            if drawn[task].labels_of is None:
                banned.add(task)
        if not banned.intersection(lost):
            break
        try:
            counts = share_out(run.asked, cases, run.seed, banned)
        except Infeasible:
            break
    return counts, [drawn[task] for task in enumerate(counts.chosen)]


def _rescued(run: _Run, case: Case, plan: Plan, many: int) -> Plan:
    """A plan that the integer programme meets where the search met none."""
    seconds = run.left(1.0)
    params = replace(run.params, proof_nodes=min(run.params.proof_nodes, LOST))
    own = None if seconds is None else seconds / (2 * many)
    proof = prove(case, plan.k, None, params, AnyOf(run.rules), own)
    return replace(plan, labels_of=proof.plan)


def _drawn(run: _Run, case: Case, k: int, number: int, many: int) -> Plan:
    """The best plan found of one case."""
    share = SEARCHED * (1 - TRADED * (run.asked.price is not None)) * (number + 1) / many
    stop, left = run.stop_at(share), run.left(share)
    params, found = run.params, None
    choices = choose(case, k, params.choices, run.seed, CHOSEN if left is None else min(CHOSEN, left / 4))
    helds: list[IntArray | None] = [choice.held for choice in choices] or [None]
    # Other ways to split and dissolve are tried where there is something to choose, and the best is taken further.
    short = max(params.sweeps // 4, 1)
    labels = max(case.m, k)
    tried: list[tuple[float, int, IntArray]] = []
    for turn, held in enumerate(helds):
        begin, labels = start_of(case, k, held, run.seed + turn)
        if len(np.unique(begin)) != k:
            continue
        first = anneal(case, begin, labels, sweeps=short, seed=run.seed * 31 + turn, stop=stop)
        tried.append((np.inf if first is None else case.moved(first), turn, begin if first is None else first))
        if stop():
            break
    tried.sort(key=lambda one: one[:2])
    small = case.rows * labels <= SMALL and params.proof_nodes > 0
    for value, turn, begin in tried[: 1 if small else 2]:
        if np.isfinite(value) and params.tries:
            plan: IntArray | None = begin
        else:
            plan = anneal(case, begin, labels, sweeps=params.sweeps, seed=run.seed * 31 + 7 + turn, stop=stop)
            plan = begin if plan is None and np.isfinite(value) else plan
        found = _better(run, case, found, plan, labels, turn, stop)
    for turn in range(params.rounds):
        # What a small case still lacks is found by its proof.
        if found is None or small or stop():
            break
        hot = SHAKEN / (1 + turn)
        plan = anneal(case, found, labels, sweeps=params.sweeps, seed=run.seed * 31 + 97 + turn, stop=stop, hot=hot)
        found = _better(run, case, found, plan, labels, 97 + turn, stop)
    run.progress.advance()
    return Plan(k, labels, found)


def _better(
    run: _Run, case: Case, best: IntArray | None, plan: IntArray | None, labels: int, turn: int, stop: StopRule
) -> IntArray | None:
    """The better of the best plan and `plan`, which is improved first by programmes on a few grids at a time."""
    if plan is None or (best is not None and case.moved(plan) > HOPEFUL * case.moved(best)):
        return best
    if run.params.tries:
        plan = reanneal(case, plan, labels, tries=run.params.tries, seed=run.seed + turn, stop=stop)
    if run.params.regions:
        size, nodes = run.params.regions, run.params.nodes
        plan = improve(case, plan, labels, size=size, nodes=nodes, seed=run.seed + turn, stop=stop)
    if best is not None and case.moved(plan) >= case.moved(best):
        return best
    run.progress.incumbent(float(case.mass[plan != case.home].sum()))
    return plan


def _bounded(run: _Run, cases: Sequence[Case], plans: list[Plan]) -> tuple[list[Plan], list[float]]:
    """A bound on what each case moves, and better plans where the proof met them."""
    share = 1.0 if run.asked.price is None else 1.0 - TRADED
    bounds, better = [], []
    for number, (case, plan) in enumerate(zip(cases, plans, strict=True)):
        seconds = run.left(share)
        own = None if seconds is None else seconds / (len(cases) - number)
        params = run.params
        if plan.labels_of is None:
            # Nothing was found: little more is spent on proving that nothing is there, or on finding it after all.
            params = replace(params, proof_nodes=min(params.proof_nodes, LOST))
        if plan.labels_of is not None and _near_enough(case, plan, run.gap):
            bounds.append(floor_of(case, plan.k))
            better.append(plan)
            continue
        proof = prove(case, plan.k, plan.labels_of, params, AnyOf(run.rules), own)
        bounds.append(proof.bound)
        better.append(plan if proof.plan is None else Plan(plan.k, plan.labels, proof.plan))
        run.progress.advance()
    return better, bounds


def _near_enough(case: Case, plan: Plan, gap: float) -> bool:
    assert plan.labels_of is not None
    moved = case.moved(plan.labels_of)
    return moved > 0 and gap > 0 and (moved - floor_of(case, plan.k)) / moved <= gap


def _traded(run: _Run, cases: Sequence[Case], plans: list[Plan], bound: float) -> Redrawn:
    """Plans improved for the price, case after case."""
    best = _answer(run, cases, plans, bound)
    now = list(plans)
    for number, case in enumerate(cases):
        plan = now[number].labels_of
        assert plan is not None
        stop = run.stop_at(1 - TRADED + TRADED * (number + 1) / len(cases))
        others = best.moved - float(case.mass[plan != case.home].sum())
        most = run.asked.most_moved - others + trifle(run.asked.moving) * case.n
        for one in trade(run.asked, case, plan, now[number].labels, most, run.params.sweeps, run.seed, stop):
            attempt = [*now[:number], Plan(now[number].k, now[number].labels, one), *now[number + 1 :]]
            answer = _answer(run, cases, attempt, bound)
            if answer.objective < best.objective:
                best, now = answer, attempt
        run.progress.advance()
    return best


def _answer(run: _Run, cases: Sequence[Case], plans: Sequence[Plan], bound: float) -> Redrawn:
    """The cases' plans and the locked grids as one answer, when the judge finds no fault and the cap holds."""
    asked = run.asked
    if any(plan.labels_of is None for plan in plans):
        raise why_not(asked, cases, plans, bound)
    assignment = np.full(asked.problem.n, -1, dtype=np.int64)
    used = 0
    for g in asked.locked_grids:
        assignment[asked.old == g] = used
        used += 1
    for case, plan in zip(cases, plans, strict=True):
        assert plan.labels_of is not None
        label, row = np.unique(plan.labels_of, return_inverse=True)
        assignment[case.units] = row + used
        used += len(label)
    continues = matched(asked, assignment)
    assignment, continues = _in_order(assignment, continues)
    moved = float(asked.moving[continues[assignment] != asked.old].sum())
    least = _whole_bound(asked, bound, moved)
    faults = judge(asked.problem, assignment)
    if faults:
        raise Infeasible([fault.text for fault in faults], proven=False)
    if moved > asked.most_moved * (1 + 1e-12):
        raise why_not(asked, cases, plans, least, moved)
    return Redrawn(
        assignment=assignment,
        continues=continues,
        moved=moved,
        bound=least,
        gap=relative_gap(moved, least),
        objective=moved if asked.price is None else worth(asked, assignment, moved),
        status=Status.OPTIMAL if least == moved and asked.price is None else Status.FEASIBLE,
        seconds=clock.now() - run.began,
        seed=run.seed,
        objective_bound=None if asked.price is None else floor_of_trade(asked, least or 0.0),
    )


def matched(asked: Redrawing, assignment: IntArray) -> IntArray:
    """The old grid that each new one continues, -1 for none, such that as little as possible is moved.

    Locked units and grids hold their continuation whatever it costs. Of continuations that move as much, the one that keeps
    more units counts.
    """
    k = int(assignment.max()) + 1
    shared = np.zeros((k, asked.m))
    np.add.at(shared, (assignment, asked.old), asked.moving + trifle(asked.moving))
    held = np.zeros((k, asked.m))
    np.add.at(held, (assignment[asked.fixed], asked.old[asked.fixed]), 1.0)
    new, old = linear_sum_assignment(shared + held * (1.0 + shared.sum()), maximize=True)
    continues = np.full(k, -1, dtype=np.int64)
    kept = shared[new, old] > 0
    continues[new[kept]] = old[kept]
    return continues


def _in_order(assignment: IntArray, continues: IntArray) -> tuple[IntArray, IntArray]:
    """Grids numbered by the old ones that they continue, new ones after them by their lowest unit."""
    first = np.full(len(continues), len(assignment), dtype=np.int64)
    np.minimum.at(first, assignment, np.arange(len(assignment)))
    order = np.lexsort((first, np.where(continues < 0, np.iinfo(np.int64).max, continues)))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[assignment], continues[order]


def _whole_bound(asked: Redrawing, bound: float, moved: float) -> float | None:
    """The bound without the trifles for units; households are whole numbers, and so is what they sum to."""
    if not np.isfinite(bound):
        return None
    least = max(bound - trifle(asked.moving) * asked.problem.n, 0.0)
    if (asked.moving == np.rint(asked.moving)).all():
        least = float(np.ceil(least - 1e-4))
    return min(least, moved) if least < moved * (1 - 1e-9) else moved
