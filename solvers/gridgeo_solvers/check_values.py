"""What an answer is worth, computed afresh from the problem alone. Nothing here is shared with the solvers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull, QhullError

from gridgeo_solvers.problems import Objective, PartitionProblem

AT_ONCE = 1 << 18
"""Distances held in memory at once."""
FEW = 500
"""Units of a grid up to which every pair is measured; above, only pairs of corners of the convex hull."""


class Members:
    """Units of every grid, found by one sort.

    Parameters
    ----------
    grid_of
        Shape (n,): grid 0..k-1 of every unit.
    k
        Number of grids.
    """

    def __init__(self, grid_of: NDArray[np.int64], k: int) -> None:
        self.grid_of = grid_of
        self.sizes = np.bincount(grid_of, minlength=k)
        self._order = np.argsort(grid_of, kind="stable")
        self._ends = np.concatenate([[0], np.cumsum(self.sizes)])

    def of(self, g: int) -> NDArray[np.int64]:
        """Units of grid `g`, ascending."""
        return self._order[self._ends[g] : self._ends[g + 1]]

    def met(self, label: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Labels, ascending, and which grids they meet: one row (position of the label, grid) for each such pair."""
        labels, position = np.unique(label, return_inverse=True)
        k = len(self.sizes)
        keys = np.unique(position * k + self.grid_of)
        return labels, np.column_stack([keys // k, keys % k])


def evaluate(problem: PartitionProblem, assignment: ArrayLike) -> dict[str, Any]:
    """Objective, totals and largest relative deviation per measure, computed from the problem alone.

    Returns
    -------
    dict
        ``objective``: what the problem asks for, the weighed sum of its terms of the lowest rank; ``ranks``: these
        sums for all ranks, ascending; ``objectives`` {name of each `Objective` that can be computed: its value alone};
        ``totals`` {measure: array (k,)}; ``max_deviation`` {measure: share of the mean}; ``boundary`` metres between
        grids. See `Objective` for units.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> path = Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)])
    >>> problem = PartitionProblem(path, (), 2, np.ones(4), np.arange(4) * 1000.0, np.zeros(4))
    >>> evaluate(problem, [0, 0, 0, 1])["objectives"]
    {'compactness': 2.0, 'boundary': 1.0, 'cuts': 1.0, 'diameter': 2.0}
    """
    members = Members(np.asarray(assignment).astype(np.int64), problem.k)
    totals = {
        measure.name: np.bincount(members.grid_of, weights=measure.weights, minlength=problem.k).astype(np.float64)
        for measure in problem.measures
    }
    deviation = {name: _deviation(total, float(total.sum()) / problem.k) for name, total in totals.items()}
    objectives = _objectives(problem, members, totals)
    ranks = [
        sum(term.weight * objectives[str(term.objective)] for term in problem.terms if term.rank == rank)
        for rank in sorted({term.rank for term in problem.terms})
    ]
    return {
        "objective": ranks[0],
        "ranks": ranks,
        "objectives": objectives,
        "totals": totals,
        "max_deviation": deviation,
        "boundary": objectives["boundary"],
    }


def longest_way(problem: PartitionProblem, units: NDArray[np.int64]) -> tuple[float, int, int]:
    """Longest way from one of `units` to another, and its ends: seconds where they are given, else straight km.

    A single unit has a way of 0, whatever time it takes to itself.
    Of many units in the plane the two farthest are corners of the convex hull.
    """
    if problem.seconds is None and len(units) > FEW:
        units = units[_corners(problem.x[units], problem.y[units])]
    best, ends = -1.0, (0, 0)
    step = max(1, AT_ONCE // len(units))
    for start in range(0, len(units), step):
        some = units[start : start + step]
        if problem.seconds is None:
            way = np.hypot(
                problem.x[some, None] - problem.x[None, units], problem.y[some, None] - problem.y[None, units]
            )
        else:
            way = problem.seconds[np.ix_(some, units)]
            way[np.arange(len(some)), start + np.arange(len(some))] = 0.0
        at = int(way.argmax())
        if way.flat[at] > best:
            best = float(way.flat[at])
            ends = (int(some[at // len(units)]), int(units[at % len(units)]))
    return best / (1000 if problem.seconds is None else 1), *ends


def _objectives(
    problem: PartitionProblem, members: Members, totals: dict[str, NDArray[np.float64]]
) -> dict[str, float]:
    u, v, length = problem.graph.edges()
    parted = members.grid_of[u] != members.grid_of[v]
    grids = [members.of(g) for g in np.flatnonzero(members.sizes).tolist()]
    values = {
        Objective.COMPACTNESS: sum(_straight(problem, units) for units in grids),
        Objective.BOUNDARY: float(length[parted].sum()),
        Objective.CUTS: float(parted.sum()),
        Objective.DIAMETER: max(longest_way(problem, units)[0] for units in grids),
    }
    if problem.seconds is not None:
        values[Objective.TRAVEL] = sum(_driven(problem.seconds, problem.mass, units) for units in grids)
    if problem.ties is not None:
        values[Objective.TIES] = float(problem.ties[parted].sum())
    aims = [m for m in problem.measures if m.aim] or [m for m in problem.measures if m.banded]
    if aims:
        means = {m.name: float(totals[m.name].sum()) / problem.k for m in aims}
        values[Objective.BALANCE] = max(
            _deviation(totals[m.name], means[m.name] if m.target is None else m.target) for m in aims
        )
    return {str(objective): values[objective] for objective in Objective if objective in values}


def _deviation(totals: NDArray[np.float64], target: float | NDArray[np.float64]) -> float:
    """Largest share of the target by which a total misses it; 0 where nothing is there to share."""
    if not np.all(np.asarray(target) > 0):
        return 0.0
    return float((np.abs(totals - target) / target).max())


def _driven(seconds: NDArray[np.float64], mass: NDArray[np.float64], units: NDArray[np.int64]) -> float:
    """Mass-weighed seconds of the units to their best unit."""
    best = np.inf
    step = max(1, AT_ONCE // len(units))
    for start in range(0, len(units), step):
        best = min(best, float((mass[units] @ seconds[np.ix_(units, units[start : start + step])]).min()))
    return best


def _straight(problem: PartitionProblem, units: NDArray[np.int64]) -> float:
    """Mass-weighed squared km of the units to their best unit.

    Squares about a point are the squares about the centre of mass plus mass · distance² (parallel axes), so that units
    far from it cannot be best: a rounded distance is at most 0.5 km shorter. All others are measured one by one.
    """
    mass = problem.mass[units]
    weight = float(mass.sum())
    if weight == 0:
        return 0.0
    x, y = (values[units] - float(mass @ values[units]) / weight for values in (problem.x, problem.y))
    square = (x * x + y * y) / 1e6
    about = float(mass @ square) + weight * square
    least = np.maximum(np.sqrt(about) - 0.5 * np.sqrt(weight), 0.0) ** 2 if problem.whole_km else about
    best = float(_squares(problem, units, units[[int(about.argmin())]])[0])
    hopeful = units[least <= best * (1 + 1e-6)]
    step = max(1, AT_ONCE // len(units))
    for start in range(0, len(hopeful), step):
        best = min(best, float(_squares(problem, units, hopeful[start : start + step]).min()))
    return best


def _squares(problem: PartitionProblem, units: NDArray[np.int64], centres: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mass-weighed squared km of the units to each of `centres`."""
    away = problem.x[centres, None] - problem.x[None, units], problem.y[centres, None] - problem.y[None, units]
    km = np.hypot(*away) / 1000
    if problem.whole_km:
        km = np.rint(km)
    return np.asarray((km * km) @ problem.mass[units], dtype=np.float64)


def _corners(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions of the corners of the convex hull; of points on one line, its two ends."""
    points = np.column_stack([x - x[0], y - y[0]])
    try:
        return np.asarray(ConvexHull(points).vertices, dtype=np.int64)
    except QhullError:
        along = points @ points[np.hypot(*points.T).argmax()]
        return np.array([along.argmin(), along.argmax()], dtype=np.int64)
