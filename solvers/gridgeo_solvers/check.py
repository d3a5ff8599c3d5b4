"""The independent judge: does an answer keep every rule, and what is it worth?

Nothing here is shared with the solvers, so that a mistake there cannot hide itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo_solvers.problems import Objective, PartitionProblem
from gridgeo_solvers.words import against

SLACK = 1e-9
"""Share of a band's edge by which a total may pass it: the rounding of a floating-point sum."""


@dataclass(frozen=True)
class Fault:
    """One broken rule: its name, the grid concerned (None for the whole plan) and a sentence.

    The sentence calls a grid by its unit of most mass: grids get their names later.
    """

    rule: str
    grid: int | None
    text: str


def judge(problem: PartitionProblem, assignment: NDArray[np.int64]) -> list[Fault]:
    """Every broken hard rule of `assignment` (grid 0..k-1 of every unit); an empty list is a valid answer."""
    grid_of = np.asarray(assignment)
    if grid_of.shape != (problem.n,):
        return [Fault("assigned", None, f"{grid_of.size} units are assigned, there are {problem.n}")]
    outside = np.flatnonzero((grid_of < 0) | (grid_of >= problem.k))
    if len(outside):
        named = ", ".join(problem.unit_name(int(i)) for i in outside[:5])
        return [Fault("assigned", None, f"{len(outside)} units lie in no grid 0..{problem.k - 1}, e.g. {named}")]
    faults = []
    for g in range(problem.k):
        members = np.flatnonzero(grid_of == g)
        if len(members) == 0:
            faults.append(Fault("count", g, f"grid {g} has no unit"))
            continue
        faults += _contiguity(problem, g, members) + _bands(problem, g, members) + _nesting(problem, g, members)
    for units in problem.together:
        grids = sorted({int(grid_of[i]) for i in units})
        if len(grids) > 1:
            named = ", ".join(problem.unit_name(i) for i in units[:5])
            faults.append(Fault("together", None, f"{named} must share a grid and lie in {len(grids)}"))
    return faults + _group_counts(problem, grid_of)


def evaluate(problem: PartitionProblem, assignment: NDArray[np.int64]) -> dict[str, Any]:
    """Objective, totals and largest relative deviation per measure, computed from the problem alone.

    Returns
    -------
    dict
        ``objective`` (see `Objective` for units), ``totals`` {measure: array (k,)},
        ``max_deviation`` {measure: share of the mean}, ``boundary`` metres between grids.
    """
    grid_of = np.asarray(assignment)
    totals = {m.name: np.bincount(grid_of, weights=m.weights, minlength=problem.k) for m in problem.measures}
    deviation = {}
    for name, total in totals.items():
        mean = total.sum() / problem.k
        deviation[name] = float(np.abs(total - mean).max() / mean) if mean > 0 else 0.0
    u, v, length = problem.graph.edges()
    boundary = float(length[grid_of[u] != grid_of[v]].sum())
    if problem.objective is Objective.BOUNDARY:
        objective = boundary
    else:
        grids = [np.flatnonzero(grid_of == g) for g in range(problem.k)]
        objective = float(sum(_spread(problem, members) for members in grids if len(members)))
    return {"objective": objective, "totals": totals, "max_deviation": deviation, "boundary": boundary}


def _spread(problem: PartitionProblem, members: NDArray[np.int64]) -> float:
    """Mass-weighted cost of the members to their best member."""
    mass = problem.mass[members]
    if problem.objective is Objective.TRAVEL:
        assert problem.seconds is not None
        return float((mass @ problem.seconds[np.ix_(members, members)]).min())
    best = np.inf
    for start in range(0, len(members), 512):
        centre = members[start : start + 512]
        km = (
            np.hypot(
                problem.x[centre, None] - problem.x[None, members], problem.y[centre, None] - problem.y[None, members]
            )
            / 1000
        )
        if problem.whole_km:
            km = np.rint(km)
        best = min(best, float(((km * km) @ mass).min()))
    return best


def _contiguity(problem: PartitionProblem, g: int, members: NDArray[np.int64]) -> list[Fault]:
    inside = np.zeros(problem.n, dtype=bool)
    inside[members] = True
    u, v, _ = problem.graph.edges()
    kept = inside[u] & inside[v]
    matrix = coo_array((np.ones(int(kept.sum())), (u[kept], v[kept])), shape=(problem.n, problem.n))
    _, label = connected_components(matrix, directed=False)
    pieces = len(np.unique(label[members]))
    if pieces == 1:
        return []
    text = f"{_called(problem, members)} falls into {pieces} pieces that share no walkable border"
    return [Fault("contiguity", g, text)]


def _called(problem: PartitionProblem, members: NDArray[np.int64]) -> str:
    return f"the grid of {problem.unit_name(int(members[problem.mass[members].argmax()]))}"


def _bands(problem: PartitionProblem, g: int, members: NDArray[np.int64]) -> list[Fault]:
    faults = []
    for m in problem.measures:
        total = float(m.weights[members].sum())
        low, high = m.lower - SLACK * abs(m.lower), m.upper + SLACK * abs(m.upper)
        if total < low or total > high:
            value, band = against(total, m.lower, m.upper)
            text = f"{_called(problem, members)} has {m.told(value)}, outside the band {band}"
            faults.append(Fault(m.name, g, text))
    return faults


def _nesting(problem: PartitionProblem, g: int, members: NDArray[np.int64]) -> list[Fault]:
    if problem.group is None:
        return []
    groups = np.unique(problem.group[members]).tolist()
    if len(groups) == 1:
        return []
    named = ", ".join(problem.group_name(label) for label in groups)
    return [Fault("nesting", g, f"{_called(problem, members)} lies in more than one group: {named}")]


def _group_counts(problem: PartitionProblem, grid_of: NDArray[np.int64]) -> list[Fault]:
    faults = []
    for label, count in (problem.grids_per_group or {}).items():
        assert problem.group is not None
        found = len(np.unique(grid_of[problem.group == label]))
        if found != count:
            faults.append(
                Fault("nesting", None, f"{problem.group_name(label)} has {found} grids, {count} were asked for")
            )
    return faults
