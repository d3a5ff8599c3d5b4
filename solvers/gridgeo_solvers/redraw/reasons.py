"""Why a re-drawing has no answer, in words that name rules, grids and units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.redraw.asking import Redrawing
from gridgeo_solvers.redraw.cases import Case, pieces_of
from gridgeo_solvers.redraw.counting import Plan
from gridgeo_solvers.redraw.limits import far_pairs
from gridgeo_solvers.words import against, figures

MOST_NAMED = 5


def locked_faults(asked: Redrawing) -> list[str]:
    """Rules that locked grids and single units break by themselves, whatever is drawn around them."""
    told = [*_too_heavy(asked), *_too_far(asked), *_split_by_locked(asked)]
    problem = asked.problem
    for g in sorted(set(asked.locked_grids) - set(asked.spared_grids)):
        units = np.flatnonzero(asked.old == g)
        called = f"{asked.grid_name(g)} is locked and"
        pieces = pieces_of(problem.graph.subgraph(units), np.zeros(len(units), dtype=np.int64))[1]
        if pieces > 1:
            told.append(f"{called} falls into {pieces} pieces that share no walkable border; unlock it")
        seeds = [s for s, i in enumerate(problem.seeds) if asked.old[i] == g]
        if len(seeds) != 1 and len(problem.seeds) == problem.k:
            told.append(f"{called} holds {len(seeds)} seeds where every grid holds one; unlock it or mend the seeds")
        for measure in problem.measures:
            total = float(measure.weights[units].sum())
            slack = measure.rounding
            low, high = measure.lowest, measure.highest
            if measure.unequal and len(seeds) == 1:
                low, high = (float(ends[seeds[0]]) for ends in measure.bounds(problem.k))
            if not low * (1 - slack) <= total <= high * (1 + slack):
                value, band = against(total, low, high)
                told.append(f"{called} has {measure.told(value)}, outside the band {band}; unlock it or widen the band")
        if problem.group is not None and len(np.unique(problem.group[units])) > 1:
            told.append(f"{called} lies in more than one group; unlock it")
        inside = set(units.tolist())
        for i, j in asked.apart:
            if i in inside and j in inside:
                ends = f"{problem.unit_name(i)} and {problem.unit_name(j)}"
                told.append(f"{called} holds {ends}, which must lie in different grids; unlock it")
    return told


def _too_heavy(asked: Redrawing) -> list[str]:
    """Units that no grid can hold."""
    told = []
    for measure in asked.problem.measures:
        heavy = np.flatnonzero((measure.weights > measure.highest * (1 + measure.rounding)) & ~asked.spared)
        for i in heavy[np.argsort(-measure.weights[heavy], kind="stable")][:MOST_NAMED].tolist():
            value, most = figures(float(measure.weights[i]), measure.highest)
            told.append(
                f"{asked.problem.unit_name(i)} alone has {measure.told(value)}, a grid has at most {most}; "
                "split the unit or widen the band"
            )
    return told


def _too_far(asked: Redrawing) -> list[str]:
    """Units that rules or locks force into one grid although the way between them is too long."""
    problem = asked.problem
    forced = [(list(units), "share a grid by a rule") for units in problem.together]
    forced += [
        (np.flatnonzero(asked.fixed & (asked.old == g)).tolist(), f"are locked into {asked.grid_name(g)}")
        for g in np.unique(asked.old[asked.fixed]).tolist()
    ]
    told = []
    for units, words in forced if np.isfinite(problem.reach) else []:
        if asked.spared[units].all():
            continue
        pairs = np.argwhere(far_pairs(problem, np.array(units, dtype=np.int64)))
        if len(pairs):
            ends = " and ".join(problem.unit_name(units[i]) for i in pairs[0])
            told.append(f"{ends} {words}, but the way between them is longer than the reach; allow more or part them")
    return told


def _split_by_locked(asked: Redrawing) -> list[str]:
    """Areas that locked grids alone split too often."""
    problem = asked.problem
    locked = np.isin(asked.old, np.array(asked.locked_grids, dtype=np.int64))
    told = []
    for label in [] if problem.zone is None else np.unique(problem.zone[locked & (problem.zone >= 0)]).tolist():
        inside = np.flatnonzero(locked & (problem.zone == label))
        grids = len(np.unique(asked.old[inside]))
        if grids > problem.splits + 1:
            called = problem.unit_name(int(inside[problem.mass[inside].argmax()]))
            told.append(
                f"the area {label} around {called} lies in {grids} locked grids, {problem.splits + 1} are allowed; "
                "unlock some or allow more splits"
            )
    return told


def why_not(
    asked: Redrawing, cases: Sequence[Case], plans: Sequence[Plan], bound: float | None, moved: float | None = None
) -> Infeasible:
    """The refusal of an answer that was not found, or that moves more than may be moved."""
    if moved is not None:
        least = 0.0 if bound is None else bound
        proven = least > asked.most_moved
        best, most = figures(moved, asked.most_moved)
        told = f"the rules need {best} households to move, at most {most} may; allow more or widen the bands"
        if not proven:
            told = (
                f"no plan that moves at most {most} households was found, the best moves {best} "
                f"(at least {figures(least)[0]} must); allow more, widen the bands or search longer"
            )
        return Infeasible([told], proven=proven)
    told_all, proven = [], bound is not None and bool(np.isposinf(bound))
    for case, plan in zip(cases, plans, strict=True):
        if plan.labels_of is not None:
            continue
        unit = asked.problem.unit_name(int(case.units[case.mass.argmax()]))
        locks = " and locks" if case.fixed.any() or asked.locked_grids else ""
        words = "there is" if proven else "was found"
        told_all.append(
            f"no plan with {plan.k} grids in the part around {unit} ({case.n} units) that keeps every band and rule{locks} "
            f"{words}; widen a band, change the number of grids{' or unlock some' if locks else ''}"
        )
    return Infeasible(told_all, proven=proven)
