"""The independent judge: does an answer keep every rule?

Nothing here is shared with the solvers, so that a mistake there cannot hide itself. What an answer is worth is
computed in `gridgeo_solvers.check_values`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo_solvers.check_values import Members, evaluate, longest_way
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.words import against, figures

__all__ = ["SLACK", "Fault", "evaluate", "judge"]

SLACK = 1e-9
"""Share of a band's edge by which a total may pass it: the rounding of a floating-point sum."""
LAST_DIGITS = 8 * float(np.finfo(np.float64).eps)
"""The same where all weights are whole numbers: their sums are exact, only the edge itself was rounded."""
MOST_NAMED = 5


@dataclass(frozen=True)
class Fault:
    """One broken rule: its name, the grid concerned (None for the whole plan) and a sentence.

    The sentence calls a grid by its unit of most mass: grids get their names later. A band's rule is named like its
    measure; the others are assigned, count, contiguity, nesting, seeds, reach, together, apart and splits.
    """

    rule: str
    grid: int | None
    text: str


def judge(problem: PartitionProblem, assignment: ArrayLike) -> list[Fault]:
    """Every broken hard rule of `assignment` (grid 0..k-1 of every unit); an empty list is a valid answer.

    Grids come first, in their order, then what concerns the whole plan.
    """
    given = np.asarray(assignment)
    if given.shape != (problem.n,):
        return [Fault("assigned", None, f"{given.size} units are assigned, there are {problem.n}")]
    outside = np.flatnonzero(~((given >= 0) & (given < problem.k) & (given == np.floor(given))))
    if len(outside):
        named = ", ".join(problem.unit_name(int(i)) for i in outside[:MOST_NAMED])
        return [Fault("assigned", None, f"{len(outside)} units lie in no grid 0..{problem.k - 1}, e.g. {named}")]
    grid_of = given.astype(np.int64)
    members = Members(grid_of, problem.k)
    faults = [Fault("count", g, f"grid {g} has no unit") for g in np.flatnonzero(members.sizes == 0).tolist()]
    faults += _contiguity(problem, members)
    for measure in problem.measures:
        faults += _band(problem, measure, members)
    faults += _nesting(problem, members)
    faults += _seeds(problem, members)
    faults += _reach(problem, members)
    faults += _apart(problem, grid_of)
    faults += _together(problem, grid_of)
    faults += _splits(problem, members)
    return sorted(faults, key=lambda fault: (fault.grid is None, fault.grid or 0))


def _called(problem: PartitionProblem, members: Members, g: int) -> str:
    units = members.of(g)
    return f"the grid of {problem.unit_name(int(units[problem.mass[units].argmax()]))}"


def _contiguity(problem: PartitionProblem, members: Members) -> Iterator[Fault]:
    u, v, _ = problem.graph.edges()
    kept = members.grid_of[u] == members.grid_of[v]
    matrix = coo_array((np.ones(int(kept.sum())), (u[kept], v[kept])), shape=(problem.n, problem.n))
    _, piece = connected_components(matrix, directed=False)
    firsts = np.unique(piece, return_index=True)[1]
    pieces = np.bincount(members.grid_of[firsts], minlength=problem.k)
    for g in np.flatnonzero(pieces > 1).tolist():
        text = f"{_called(problem, members, g)} falls into {pieces[g]} pieces that share no walkable border"
        yield Fault("contiguity", g, text)


def _band(problem: PartitionProblem, measure: Measure, members: Members) -> Iterator[Fault]:
    totals = np.bincount(members.grid_of, weights=measure.weights, minlength=problem.k)
    slack = LAST_DIGITS if (measure.weights == np.floor(measure.weights)).all() else SLACK
    lower, upper = (np.broadcast_to(np.asarray(end, dtype=float), problem.k) for end in (measure.lower, measure.upper))
    missed = (totals < lower - slack * np.abs(lower)) | (totals > upper + slack * np.abs(upper))
    for g in np.flatnonzero(missed & (members.sizes > 0)).tolist():
        value, band = against(float(totals[g]), float(lower[g]), float(upper[g]))
        text = f"{_called(problem, members, g)} has {measure.told(value)}, outside the band {band}"
        yield Fault(measure.name, g, text)


def _nesting(problem: PartitionProblem, members: Members) -> Iterator[Fault]:
    if problem.group is None:
        return
    labels, met = members.met(problem.group)
    counts = np.bincount(met[:, 1], minlength=problem.k)
    for g in np.flatnonzero(counts > 1).tolist():
        named = ", ".join(problem.group_name(int(label)) for label in labels[met[met[:, 1] == g, 0]])
        yield Fault("nesting", g, f"{_called(problem, members, g)} lies in more than one group: {named}")
    held = dict(zip(labels.tolist(), np.bincount(met[:, 0], minlength=len(labels)).tolist(), strict=True))
    for label, count in (problem.grids_per_group or {}).items():
        found = held.get(label, 0)
        if found != count:
            text = f"{problem.group_name(label)} has {found} grids, {count} were asked for"
            yield Fault("nesting", None, text)


def _seeds(problem: PartitionProblem, members: Members) -> Iterator[Fault]:
    for g, i in enumerate(problem.seeds):
        lies = int(members.grid_of[i])
        if lies != g:
            text = f"{problem.unit_name(i)} is the seed of grid {g} and lies in {_called(problem, members, lies)}"
            yield Fault("seeds", g, text)


def _reach(problem: PartitionProblem, members: Members) -> Iterator[Fault]:
    if np.isinf(problem.reach):
        return
    unit = "km" if problem.seconds is None else "seconds"
    for g in np.flatnonzero(members.sizes > 1).tolist():
        way, i, j = longest_way(problem, members.of(g))
        if way > problem.reach * (1 + SLACK):
            value, most = figures(way, problem.reach)
            ends = f"{problem.unit_name(i)} to {problem.unit_name(j)}"
            text = f"{_called(problem, members, g)} takes {value} {unit} from {ends}, the reach is {most}"
            yield Fault("reach", g, text)


def _together(problem: PartitionProblem, grid_of: NDArray[np.int64]) -> Iterator[Fault]:
    for units in problem.together:
        grids = {int(grid_of[i]) for i in units}
        if len(grids) > 1:
            named = ", ".join(problem.unit_name(i) for i in units[:MOST_NAMED])
            yield Fault("together", None, f"{named} must share a grid and lie in {len(grids)}")


def _apart(problem: PartitionProblem, grid_of: NDArray[np.int64]) -> Iterator[Fault]:
    for i, j in problem.apart:
        if grid_of[i] == grid_of[j]:
            text = f"{problem.unit_name(i)} and {problem.unit_name(j)} must lie in different grids and share one"
            yield Fault("apart", int(grid_of[i]), text)


def _splits(problem: PartitionProblem, members: Members) -> Iterator[Fault]:
    if problem.zone is None:
        return
    labels, met = members.met(problem.zone)
    counts = np.bincount(met[:, 0], minlength=len(labels))
    for row in np.flatnonzero((counts > problem.splits + 1) & (labels >= 0)).tolist():
        inside = np.flatnonzero(problem.zone == labels[row])
        called = problem.unit_name(int(inside[problem.mass[inside].argmax()]))
        text = (
            f"the area {labels[row]} around {called} is cut into {counts[row]} grids, {problem.splits + 1} are allowed"
        )
        yield Fault("splits", None, text)
