"""The front door of re-drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridgeo_solvers import clock
from gridgeo_solvers.check import judge
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.redraw.answer import Redrawn, RedrawParams
from gridgeo_solvers.redraw.asking import IntArray, Redrawing
from gridgeo_solvers.redraw.cases import Case, cases_of, trifle
from gridgeo_solvers.redraw.counting import Counts, Plan, share_out
from gridgeo_solvers.redraw.drawing import Run, drawn
from gridgeo_solvers.redraw.proving import floor_of, prove
from gridgeo_solvers.redraw.reasons import locked_faults, why_not
from gridgeo_solvers.redraw.trading import trade, worth
from gridgeo_solvers.redraw.valuing import bounded, cheapest_borders, floor_of_trade
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.stop import AnyOf, StopRule
from gridgeo_solvers.words import figures

SEARCHED = 0.5
"""Share of the time limit after which the search gives way to the bound."""
LOST = 500
"""Branch-and-bound nodes for a part of which no plan was found."""
TRIED = 8
"""Times, beside one for each case, that grids are shared out anew where a case has no plan."""
TRADED = 0.35
"""Share of the time limit that is kept for the trade, where there is a price."""
SHAPED = 0.5
"""Share of that which goes into better plans; the rest goes into the bound."""


def solve(
    asked: Redrawing,
    *,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    params: RedrawParams | None = None,
    progress: Progress | None = None,
    known: Sequence[Plan] | None = None,
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
    known
        A plan of every case to improve, which says how many grids each has; see `thinning`.

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
    run = Run(asked, params or RedrawParams(), seed, gap, time_limit, rules, progress or Progress())
    faults = locked_faults(asked)
    if faults:
        raise Infeasible(faults)
    cases = cases_of(asked)
    counts, plans = _shared_out(run, cases, known)
    run.progress.stage("bound", len(cases))
    plans, bounds = _bounded(run, cases, plans)
    bound = counts.bound(bounds)
    if asked.price is None:
        return _answer(run, cases, plans, bound)
    run.progress.stage("trade", len(cases))
    return _traded(run, cases, counts, plans, bounds)


def _shared_out(run: Run, cases: list[Case], known: Sequence[Plan] | None) -> tuple[Counts, list[Plan]]:
    """How many grids each case has, and the best plans found; counts for which a case has none are passed over."""
    banned: set[tuple[int, int]] = set()
    plans: dict[tuple[int, int], Plan] = {}
    counts = share_out(run.asked, cases, run.seed, given=None if known is None else [plan.k for plan in known])
    _refuse_hopeless(run.asked, cases, counts)
    run.progress.stage("redraw", len(cases))
    for _ in range(TRIED + len(cases)):
        for p, k in enumerate(counts.chosen):
            if (p, k) not in plans:
                share = SEARCHED * (1 - TRADED * (run.asked.price is not None)) * (p + 1) / len(cases)
                plans[p, k] = drawn(run, cases[p], k, share, None if known is None else known[p].labels_of)
        lost = [task for task in enumerate(counts.chosen) if plans[task].labels_of is None]
        for task in lost if len(cases) > 1 else []:
            plans[task] = _rescued(run, cases[task[0]], plans[task], len(cases))
            if plans[task].labels_of is None:
                banned.add(task)
        if not banned.intersection(lost):
            break
        try:
            counts = share_out(run.asked, cases, run.seed, banned)
        except Infeasible:
            break
    return counts, [plans[task] for task in enumerate(counts.chosen)]


def _refuse_hopeless(asked: Redrawing, cases: Sequence[Case], counts: Counts) -> None:
    """Refuse a cap below what moves by sums alone, before anything is searched."""
    least = counts.bound([floor_of(case, k) for case, k in zip(cases, counts.chosen, strict=True)])
    if least > asked.most_moved:
        need, most = figures(least, asked.most_moved)
        told = f"the rules need at least {need} households to move, at most {most} may; allow more or widen the bands"
        raise Infeasible([told])


def _rescued(run: Run, case: Case, plan: Plan, many: int) -> Plan:
    """A plan that the integer programme meets where the search met none."""
    seconds = run.left(1.0)
    params = replace(run.params, proof_nodes=min(run.params.proof_nodes, LOST))
    own = None if seconds is None else seconds / (2 * many)
    proof = prove(case, plan.k, None, params, AnyOf(run.rules), own)
    return replace(plan, labels_of=proof.plan)


def _bounded(run: Run, cases: Sequence[Case], plans: list[Plan]) -> tuple[list[Plan], list[float]]:
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


def _traded(run: Run, cases: Sequence[Case], counts: Counts, plans: list[Plan], bounds: Sequence[float]) -> Redrawn:
    """Plans improved for the price, case after case, and what none is worth less than."""
    asked, bound = run.asked, counts.bound(bounds)
    assert asked.price is not None
    best = _answer(run, cases, plans, bound)
    now, proven = list(plans), []
    for number, case in enumerate(cases):
        plan = now[number].labels_of
        assert plan is not None
        share = 1 - TRADED + TRADED * (number + SHAPED) / len(cases)
        others = best.moved - float(case.mass[plan != case.home].sum())
        most = asked.most_moved - others + trifle(asked.moving) * case.n
        met = trade(asked, case, plan, now[number].labels, most, run.params.sweeps, run.seed, run.stop_at(share))
        share += TRADED * SHAPED / 2 / len(cases)
        proof = bounded(asked, case, now[number], best.objective, run.stop_at(share), run.left(share))
        # A case that is too large for its programme moves what it must, and cuts nothing.
        proven.append(max(proof.bound, asked.price * (bounds[number] - trifle(asked.moving) * case.n)))
        for one in [*met, *([] if proof.plan is None else [proof.plan])]:
            attempt = [*now[:number], replace(now[number], labels_of=one), *now[number + 1 :]]
            best, now = _improved(run, cases, best, now, attempt, bound)
        run.progress.advance()
    least = floor_of_trade(asked, cases, counts, proven, best.assignment, run.left(1.0))
    simple = asked.price * (best.bound or 0.0) + cheapest_borders(asked)
    return _proven(best, max(least, simple))


def _improved(
    run: Run, cases: Sequence[Case], best: Redrawn, now: list[Plan], attempt: list[Plan], bound: float
) -> tuple[Redrawn, list[Plan]]:
    """The better of the best answer and an attempt; one that breaks the cap is none."""
    try:
        answer = _answer(run, cases, attempt, bound)
    except Infeasible:
        return best, now
    return (answer, attempt) if answer.objective < best.objective else (best, now)


def _proven(answer: Redrawn, least: float) -> Redrawn:
    """The answer with what no plan is worth less than, the rounding of sums forgiven."""
    if least >= answer.objective * (1 - 1e-9):
        return replace(answer, objective_bound=answer.objective, status=Status.OPTIMAL)
    return replace(answer, objective_bound=least)


def _answer(run: Run, cases: Sequence[Case], plans: Sequence[Plan], bound: float) -> Redrawn:
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
    assignment, continues = _in_order(asked, assignment, continues)
    moved = float(asked.moving[continues[assignment] != asked.old].sum())
    least = _whole_bound(asked, bound, moved)
    spared = set(assignment[asked.spared].tolist())
    faults = [fault for fault in judge(asked.problem, assignment) if fault.grid not in spared]
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


def _in_order(asked: Redrawing, assignment: IntArray, continues: IntArray) -> tuple[IntArray, IntArray]:
    """Grids numbered by the old ones that they continue, new ones after them by their lowest unit; by seeds where these are."""
    if asked.problem.seeds and len(np.unique(assignment[list(asked.problem.seeds)])) == len(continues):
        order = assignment[list(asked.problem.seeds)]
        return np.argsort(order)[assignment], continues[order]
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
