"""The independent judge of a re-drawing: are rules, locks and cap kept, and is so much moved as is said?

Nothing here is shared with the solver: moves are counted from the plans alone, by the best matching of new and old grids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from gridgeo_solvers.check import Fault, judge

if TYPE_CHECKING:
    from gridgeo_solvers.redraw import Redrawing, Redrawn

MOST_NAMED = 5


def judge_redraw(asked: Redrawing, answer: Redrawn) -> list[Fault]:
    """Every fault of `answer`: rules of the problem, continuations, locks, the cap, and figures that aren't so.

    Spared grids may break the rules of single grids.
    """
    faults = judge(asked.problem, answer.assignment)
    if any(fault.rule == "assigned" for fault in faults):
        return faults
    assignment, continues = np.asarray(answer.assignment), np.asarray(answer.continues)
    faults = [fault for fault in faults if fault.grid is None or continues[fault.grid] not in asked.spared_grids]
    faults += _continuations(asked, continues)
    faults += _locks(asked, assignment, continues)
    stays = continues[assignment] == asked.old
    moved = float(asked.moving[~stays].sum())
    if abs(moved - answer.moved) > 1e-6 * max(1.0, moved):
        faults.append(Fault("moved", None, f"{answer.moved:,.2f} are said to be moved, {moved:,.2f} are"))
    if moved > asked.most_moved * (1 + 1e-9) + 1e-9:
        faults.append(Fault("cap", None, f"{moved:,.2f} are moved, at most {asked.most_moved:,.2f} may be"))
    if answer.bound is not None and answer.bound > moved * (1 + 1e-9) + 1e-9:
        faults.append(Fault("bound", None, f"the bound {answer.bound:,.2f} lies above what is moved, {moved:,.2f}"))
    if answer.objective_bound is not None and answer.objective_bound > answer.objective * (1 + 1e-9) + 1e-9:
        told = f"the bound {answer.objective_bound:,.2f} lies above what the plan is worth, {answer.objective:,.2f}"
        faults.append(Fault("bound", None, told))
    return faults


def least_moved(old: ArrayLike, new: ArrayLike, moving: ArrayLike) -> float:
    """What is moved between two plans at the least, over every one-to-one continuation of old grids by new ones.

    Examples
    --------
    >>> least_moved([0, 0, 1, 1], [1, 1, 1, 0], [5.0, 5.0, 2.0, 3.0])
    2.0
    """
    a, b, weight = np.asarray(old), np.asarray(new), np.asarray(moving, dtype=float)
    shared = np.zeros((int(a.max()) + 1, int(b.max()) + 1))
    for i, j, w in zip(a.tolist(), b.tolist(), weight.tolist(), strict=True):
        shared[i, j] += w
    rows, columns = linear_sum_assignment(shared, maximize=True)
    return float(weight.sum() - shared[rows, columns].sum())


def _continuations(asked: Redrawing, continues: NDArray[np.int64]) -> list[Fault]:
    kept = continues[continues >= 0]
    twice = np.flatnonzero(np.bincount(kept, minlength=1) > 1).tolist()
    return [Fault("continuity", None, f"old grid {g} is continued by more than one new grid") for g in twice]


def _locks(asked: Redrawing, assignment: NDArray[np.int64], continues: NDArray[np.int64]) -> list[Fault]:
    faults = [
        Fault("locks", int(assignment[i]), f"{asked.problem.unit_name(i)} is locked and was moved")
        for i in asked.locked_units
        if continues[assignment[i]] != asked.old[i]
    ]
    for g in asked.locked_grids:
        now = np.flatnonzero(continues == g)
        before = set(np.flatnonzero(asked.old == g).tolist())
        after = set(np.flatnonzero(assignment == now[0]).tolist()) if len(now) == 1 else set()
        if before != after:
            named = ", ".join(asked.problem.unit_name(i) for i in sorted(before ^ after)[:MOST_NAMED])
            faults.append(Fault("locks", None, f"old grid {g} is locked and was changed: {named}"))
    return faults
