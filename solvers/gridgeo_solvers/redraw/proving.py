"""How much at least must move: a bound for every plan of a case, whatever pairs of unit and grid it uses.

The relaxation of `model` is solved on pairs that lie near, with rules of connection learnt from it. Its duals price every
pair, near or not: as each row takes exactly one label, ``L = z + Σ over rows of min(0, least reduced cost of a pair left
out)`` bounds all plans (Lagrange), and ``L + (reduced cost of a pair - least of its row)`` bounds the plans that use that
pair. Pairs with negative reduced costs are taken in until none is left or the work ends. Then the integer programme is solved
on the pairs whose bound lies below the best plan known. A plan either uses such pairs alone, and is bounded by the
programme, or uses another pair, and is bounded by the least of their bounds: the smaller of the two holds for all plans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers import clock
from gridgeo_solvers.redraw.answer import RedrawParams
from gridgeo_solvers.redraw.asking import FloatArray, IntArray
from gridgeo_solvers.redraw.cases import Case
from gridgeo_solvers.redraw.model import Model, near_pairs
from gridgeo_solvers.stop import StopRule

HOPS = 6
"""Borders around an old grid within which pairs are taken in from the beginning."""
ROUNDS = 60
"""Times that the relaxation is cut and priced."""
FIRST = 50
"""Nodes of the first run of branch and bound: an answer that falls into pieces is cut before more is spent on it."""
ROUND = 25
"""Nodes that the beginning of a run is counted as."""
STEP, STALE = 0.002, 5
"""Rounds after which the relaxation is left as it is, where none closed so large a share of what is open."""
PER_ROUND = 4000
"""Pairs taken in at once."""
MOST_WHOLE = 30_000
"""Pairs of one integer programme."""
SECONDS = 600.0
"""Seconds of a proof where no time limit is given; work ends it earlier."""
RELAXED = 0.8
"""Share of the time that the relaxation may take."""


@dataclass(frozen=True)
class Proof:
    """A bound on what moves, with the trifle for units (-inf where none), and a better plan where one was met."""

    bound: float
    plan: IntArray | None = None


def floor_of(case: Case, k: int) -> float:
    """What moves at the least by sums alone: excess and shortage of old grids, and grids that are new or given up.

    No unit is looked at, so that it costs nothing and is weak.
    """
    least = 0.0
    homed = case.home >= 0
    stray = float(case.mass[~homed].sum())
    held = np.bincount(case.home[homed], weights=case.mass[homed], minlength=max(case.m, 1))
    if k < case.m:
        least = max(least, float(np.sort(held)[: case.m - k].sum()))
    for weights, low, high in zip(case.weights, case.low, case.high, strict=True):
        dense = _dearth(case.mass, weights)
        totals = np.bincount(case.home[homed], weights=weights[homed], minlength=max(case.m, 1))
        excess = np.maximum(totals - high, 0.0).sum() if np.isfinite(high) else 0.0
        short = np.maximum(low - totals, 0.0).sum() if low > 0 and k >= case.m else 0.0
        fresh = max(low, 0.0) * max(k - case.m, 0)
        least = max(least, float(excess) * dense, float(short + fresh) * dense)
    return max(least, stray)


def _dearth(mass: FloatArray, weights: FloatArray) -> float:
    """Households that move with each unit of a measure, at the least."""
    some = weights > 0
    return float((mass[some] / weights[some]).min()) if some.any() else 0.0


def prove(
    case: Case, k: int, plan: IntArray | None, params: RedrawParams, stop: StopRule, seconds: float | None
) -> Proof:
    """A bound on what every plan of `case` with `k` grids moves, and a plan better than `plan` where one is met."""
    labels = max(case.m, k)
    best = np.inf if plan is None else case.moved(plan)
    least = floor_of(case, k)
    if case.rows * labels > params.pairs or stop() or least >= case.worse_than(best):
        return Proof(min(least, best))
    ends = clock.now() + (SECONDS if seconds is None else seconds)
    half = clock.now() + RELAXED * (SECONDS if seconds is None else seconds)
    used = near_pairs(case, labels, plan, HOPS)
    model = Model(case, labels, k, used)
    priced = _priced(model, used, half, best, stop)
    if priced is None:
        return Proof(min(least, best))
    bound, excess, infeasible = priced
    if infeasible:
        return Proof(np.inf)
    least = max(least, bound)
    if least >= case.worse_than(best) or params.proof_nodes == 0 or stop():
        return Proof(min(least, best))
    return _searched(model, excess + bound, least, plan, best, params, stop, ends, seconds is not None)


def _priced(
    model: Model, used: NDArray[np.bool_], ends: float, best: float, stop: StopRule
) -> tuple[float, FloatArray, bool] | None:
    """Bound of the relaxation for all pairs, what each pair adds to it, and whether nothing fits; None without an answer."""
    found: tuple[float, FloatArray, bool] | None = None
    rows, labels = model.case.rows, model.labels
    high, stale = -np.inf, 0
    for _ in range(ROUNDS):
        answer = model.programme.relax(max(ends - clock.now(), 0.05))
        if answer.infeasible and not (model.allowed & ~used).any():
            return np.inf, np.zeros((rows, labels)), True
        if answer.infeasible:
            used |= _wider(model, used)
            model.use(used)
            continue
        if answer.values is None or not answer.ended:
            break
        reduced = answer.reduced[: rows * labels].reshape(rows, labels).copy()
        reduced[~model.allowed] = np.inf
        open_ = np.where(used & model.allowed, np.maximum(reduced, 0.0), reduced)
        row_least = np.minimum(open_.min(axis=1), 0.0)
        bound = answer.objective + float(row_least.sum())
        if found is None or bound > found[0]:
            found = (bound, open_ - row_least[:, None], False)
        if bound >= model.case.worse_than(best) or clock.now() > ends or stop():
            break
        least_gain = STEP * max(min(best, 2 * abs(answer.objective)) - answer.objective, 1e-9)
        stale = 0 if answer.objective > high + least_gain or answer.objective < high - least_gain else stale + 1
        if stale > STALE:
            break
        high = answer.objective
        learnt = model.learn(answer.values) + model.tighten(model.shares(answer.values))
        taken = _take(open_, used)
        if taken:
            model.use(used)
        if not learnt and not taken:
            break
    return found


def _wider(model: Model, used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pairs that make an infeasible programme larger: all, where they are few, else those next to what is used."""
    if used.size <= MOST_WHOLE:
        return model.allowed
    graph, row_of = model.case.graph, model.case.row_of
    ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
    wider = used.copy()
    np.logical_or.at(wider, row_of[ends], used[row_of[graph.indices]])
    return wider if (wider & ~used).any() else model.allowed


def _take(reduced: FloatArray, used: NDArray[np.bool_]) -> int:
    """Take in the pairs whose reduced costs are most below 0; their number."""
    waiting = np.flatnonzero((~used & (reduced < -1e-7)).ravel())
    if not len(waiting):
        return 0
    chosen = waiting[np.argsort(reduced.ravel()[waiting], kind="stable")[:PER_ROUND]]
    used.ravel()[chosen] = True
    return len(chosen)


def _searched(
    model: Model,
    reach: FloatArray,
    least: float,
    plan: IntArray | None,
    best: float,
    params: RedrawParams,
    stop: StopRule,
    ends: float,
    timed: bool,
) -> Proof:
    """Branch and bound on the pairs that a better plan may use; `reach` bounds the plans that use each pair."""
    hopeful = reach < model.case.worse_than(best)
    outside = best
    if hopeful.sum() > MOST_WHOLE:
        edge = float(np.partition(reach[hopeful], MOST_WHOLE)[MOST_WHOLE])
        hopeful = reach < edge
        outside = edge
    model.use(hopeful)
    bound, found, spent, slice_ = least, plan, 0, FIRST
    # A time limit says itself when to end.
    work = params.proof_work // max(int(hopeful.sum()), 1)
    nodes = params.proof_nodes if timed else min(params.proof_nodes, max(work, FIRST))
    while spent < nodes and clock.now() < ends and not stop():
        if found is not None:
            model.programme.begin_from(model.values_of(found))
        cutoff = model.case.worse_than(best)
        left = max(ends - clock.now(), 0.05)
        answer = model.programme.solve(nodes=min(slice_, nodes - spent), seconds=left, cutoff=cutoff)
        spent += answer.nodes + ROUND
        if answer.infeasible or (
            answer.ended and answer.values is not None and answer.objective >= model.case.worse_than(best)
        ):
            return Proof(max(bound, min(best, outside)), found)
        bound = max(bound, min(answer.bound, outside, best))
        if answer.values is not None and model.learn(answer.values):
            continue
        slice_ *= 4
        if answer.values is None:
            continue
        candidate = model.plan(answer.values)
        if model.case.broken(candidate) or model.case.moved(candidate) >= model.case.worse_than(best):
            continue
        found, best = candidate, model.case.moved(candidate)
        if answer.ended:
            return Proof(max(bound, min(best, outside)), found)
    return Proof(min(bound, best), found)
