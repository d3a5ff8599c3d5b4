"""What no plan is worth less than, where moves are traded against shapes at a price.

Moves, cut borders and the worst deviation of a case are bounded together by its programme (see `shaping`), and exactly where it
is small; compactness is bounded alone, by the engine of partitions, and added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gridgeo_solvers import clock
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.objectives import Objective
from gridgeo_solvers.partition import PartitionParams
from gridgeo_solvers.partition import solve as partition
from gridgeo_solvers.redraw.asking import IntArray, Redrawing
from gridgeo_solvers.redraw.cases import Case
from gridgeo_solvers.redraw.counting import Counts, Plan
from gridgeo_solvers.redraw.model import Model
from gridgeo_solvers.redraw.proving import Proof
from gridgeo_solvers.redraw.shaping import parting
from gridgeo_solvers.stop import StopRule

MOST = 40_000
"""Edges times labels of one programme."""
SMALL = 2500
"""Pairs of unit and label up to which branch and bound is begun."""
NEAR = 0.9
"""Share of what the best plan is worth that the relaxation has to reach before."""
ROUNDS = 40
"""Times that the relaxation is cut."""
NODES, SLICE = 60, 20
"""Branch-and-bound nodes in all, and of the first run."""
SECONDS = 300.0
"""Seconds of one case where no time limit is given; work ends it earlier."""
GLANCE = PartitionParams(starts=1, rounds=0, plans=1, sweeps=20, pairs=0, nodes=1, exact_units=0)
"""Work for the bound of compactness, which needs a plan but no good one."""


def cheapest_borders(asked: Redrawing) -> float:
    """What k grids cut at the least: in c connected parts they touch along k - c edges."""
    least = max(asked.problem.k - len(np.unique(asked.problem.graph.components())), 0)
    return float(np.sort(parting(asked))[:least].sum())


def floor_of_trade(
    asked: Redrawing,
    cases: Sequence[Case],
    counts: Counts,
    proven: Sequence[float],
    assignment: IntArray,
    seconds: float | None,
) -> float:
    """What no plan is worth less than; `proven` bounds moves, cuts and deviation of every case with its number of grids."""
    assert asked.price is not None
    return counts.bound(proven, asked.price) + _always_cut(asked, cases) + _compactness(asked, assignment, seconds)


def bounded(asked: Redrawing, case: Case, plan: Plan, known: float, stop: StopRule, seconds: float | None) -> Proof:
    """What moves, cuts and deviation of every plan of one case are worth at the least, and a plan that is good for them.

    Branch and bound is begun where the relaxation is near `known`, what the best plan of all cases is worth.
    """
    assert asked.price is not None
    labels = max(case.m, plan.k)
    if len(case.graph.indices) // 2 * labels > MOST or stop():
        return Proof(-np.inf)
    ends = clock.now() + (SECONDS if seconds is None else seconds)
    model = Model(case, labels, plan.k, np.ones((case.rows, labels), dtype=bool), asked)
    bound = -np.inf
    for _ in range(ROUNDS):
        answer = model.programme.relax(max(ends - clock.now(), 0.05))
        if answer.values is None or not answer.ended:
            break
        bound = max(bound, answer.objective)
        if stop() or not model.learn(answer.values) + model.tighten(model.shares(answer.values)):
            break
    found = None
    if bound >= NEAR * known and case.rows * labels <= SMALL:
        bound, found = _whole(model, plan, bound, stop, ends)
    return Proof(bound, found)


def _whole(model: Model, plan: Plan, bound: float, stop: StopRule, ends: float) -> tuple[float, IntArray | None]:
    """A better bound by branch and bound, and the last plan that it met."""
    spent, slice_, found = 0, SLICE, None
    while spent < NODES and clock.now() < ends and not stop():
        answer = model.programme.solve(nodes=min(slice_, NODES - spent), seconds=max(ends - clock.now(), 0.05))
        spent += answer.nodes + SLICE // 2
        bound = max(bound, answer.bound)
        if answer.values is None:
            slice_ *= 4
            continue
        if model.learn(answer.values):
            continue
        candidate = model.plan(answer.values)
        found = found if model.case.broken(candidate) else candidate
        if answer.ended:
            break
        slice_ *= 4
    return bound, found


def _always_cut(asked: Redrawing, cases: Sequence[Case]) -> float:
    """What is cut in every plan: edges between cases, and around locked grids."""
    place = -1 - asked.old
    for number, case in enumerate(cases):
        place[case.units] = number
    u, v, _ = asked.problem.graph.edges()
    return float(parting(asked)[place[u] != place[v]].sum())


def _compactness(asked: Redrawing, assignment: IntArray, seconds: float | None) -> float:
    """What compactness is worth at the least, whatever moves."""
    weight = {term.objective: term.weight for term in asked.problem.terms}.get(Objective.COMPACTNESS, 0.0)
    if weight <= 0:
        return 0.0
    alone = replace(asked.problem, objective=Objective.COMPACTNESS)
    try:
        answer = partition(alone, params=GLANCE, start=assignment, time_limit=seconds)
    except Infeasible:
        return 0.0
    return weight * max(answer.bound or 0.0, 0.0)
