"""Cut a problem into connected parts that can be solved apart.

A grid is connected and never crosses its group, so it lies in one connected component of the graph without the
edges between groups. Units that must share a grid are contracted into one row; centres stay single units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Objective, PartitionProblem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SLACK = 1e-9


@dataclass(frozen=True)
class Part:
    """A connected piece of a problem: `rows` are what is assigned, `sites` are what can be a centre.

    `cost` has shape (rows, sites): what row r adds to a grid centred on site s, 0 throughout when the objective
    is the boundary (`centred` is then false). `guide` has the same shape and always tells how near a row is to a site:
    starts and contiguity rules use it. `steps` runs beside ``graph.indices``: the way between two neighbouring rows, in km
    or seconds. `weights` has shape (measures, rows), banded measures only.
    """

    units: IntArray
    row_of: IntArray
    graph: Graph
    cost: FloatArray
    guide: FloatArray
    steps: FloatArray
    weights: FloatArray
    lower: FloatArray
    upper: FloatArray
    mean: FloatArray
    names: tuple[str, ...]
    centred: bool
    group: int

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.graph.n

    def objective(self, grid_of: IntArray) -> float:
        """Value of an assignment of rows, in the unit of the problem."""
        if not self.centred:
            u, v, length = self.graph.edges()
            return float(length[grid_of[u] != grid_of[v]].sum())
        return float(sum(self.centre_cost(grid_of, g)[1] for g in range(int(grid_of.max()) + 1)))

    def centre_cost(self, grid_of: IntArray, g: int) -> tuple[int, float]:
        """Best site of grid `g` and the grid's cost to it (by `guide` when the objective has no centres)."""
        rows = np.flatnonzero(grid_of == g)
        sites = np.flatnonzero(grid_of[self.row_of] == g)
        table = self.cost if self.centred else self.guide
        sums = table[np.ix_(rows, sites)].sum(axis=0)
        best = int(sums.argmin())
        return int(sites[best]), float(sums[best])

    def totals(self, grid_of: IntArray, k: int) -> FloatArray:
        """Total of every banded measure in every grid, shape (measures, k)."""
        return np.array([np.bincount(grid_of, weights=w, minlength=k) for w in self.weights]).reshape(-1, k)

    def violation(self, grid_of: IntArray, k: int) -> float:
        """Sum of what the totals miss the bands by, each as a share of its measure's mean; 0 is feasible."""
        totals = self.totals(grid_of, k)
        low, high = self.lower[:, None], self.upper[:, None]
        over = np.where(totals > high * (1 + SLACK), totals - high, 0.0)
        under = np.where(totals < low * (1 - SLACK), low - totals, 0.0)
        return float(((over + under) / self.mean[:, None]).sum())

    def counts(self, fixed: int | None = None) -> range:
        """Numbers of grids at which the part's totals fit the bands (nothing said about single units)."""
        least, most = 1, self.n
        for w, low, high in zip(self.weights, self.lower, self.upper, strict=True):
            total = float(w.sum())
            if np.isfinite(high):
                if high <= 0:
                    most = most if total <= 0 else 0
                else:
                    least = max(least, int(np.ceil(total / high * (1 - SLACK) - SLACK)))
            if low > 0:
                most = min(most, int(np.floor(total / low * (1 + SLACK) + SLACK)))
        if fixed is not None:
            least, most = max(least, fixed), min(most, fixed)
        return range(least, max(most, least - 1) + 1)


def parts_of(problem: PartitionProblem) -> list[Part]:
    """Connected parts of `problem`, by their lowest unit."""
    group = np.zeros(problem.n, dtype=np.int64) if problem.group is None else problem.group
    bundle = _bundles(problem)
    inner = problem.graph.within(group)
    u, v, _ = inner.edges()
    pairs = [(units[0], other) for units in problem.together for other in units[1:]]
    tied = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    # A bundle may be scattered; it holds its part together even where no border does, and the judge decides.
    label = _components(problem.n, np.concatenate([u, tied[:, 0]]), np.concatenate([v, tied[:, 1]]))
    firsts = np.unique(label, return_index=True)[1]
    return [
        _part(problem, np.flatnonzero(label == label[first]), bundle, inner, int(group[first]))
        for first in np.sort(firsts)
    ]


def start_rows(part: Part, assignment: IntArray, k: int) -> IntArray | None:
    """A given assignment of all units as a plan of `part`; None where it isn't one of `k` connected grids."""
    labels = np.unique(np.asarray(assignment)[part.units], return_inverse=True)[1].astype(np.int64)
    plan = np.zeros(part.n, dtype=np.int64)
    plan[part.row_of] = labels
    if int(labels.max()) + 1 != k or (plan[part.row_of] != labels).any():
        return None
    return plan if int(part.graph.within(plan).components().max()) + 1 == k else None


def _components(n: int, u: IntArray, v: IntArray) -> IntArray:
    matrix = coo_array((np.ones(len(u)), (u, v)), shape=(n, n))
    return connected_components(matrix, directed=False)[1].astype(np.int64)


def _bundles(problem: PartitionProblem) -> IntArray:
    """Number of the must-link set of every unit; sets that share a unit are one."""
    pairs = [(units[0], other) for units in problem.together for other in units[1:]]
    if not pairs:
        return np.arange(problem.n, dtype=np.int64)
    tied = np.array(pairs, dtype=np.int64)
    return _components(problem.n, tied[:, 0], tied[:, 1])


def _part(problem: PartitionProblem, units: IntArray, bundle: IntArray, inner: Graph, group: int) -> Part:
    _, first, raw = np.unique(bundle[units], return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    row_of = rank[raw].astype(np.int64)
    graph = inner.subgraph(units).quotient(row_of)
    guide_units = _unit_costs(problem, units)
    rows = int(row_of.max()) + 1
    if rows == len(units):
        guide = guide_units
    else:
        guide = np.zeros((rows, len(units)))
        np.add.at(guide, row_of, guide_units)
    banded = [m for m in problem.measures if m.banded]
    weights = np.array([np.bincount(row_of, weights=m.weights[units], minlength=rows) for m in banded])
    centred = problem.objective is not Objective.BOUNDARY
    return Part(
        units=units,
        row_of=row_of,
        graph=graph,
        cost=guide if centred else np.zeros_like(guide),
        guide=guide,
        steps=_steps(problem, units, row_of, graph),
        weights=weights.reshape(-1, rows),
        lower=np.array([max(m.lower, 0.0) for m in banded]),
        upper=np.array([m.upper for m in banded]),
        mean=np.array([max(float(m.weights.sum()) / problem.k, 1e-12) for m in banded]),
        names=tuple(m.name for m in banded),
        centred=centred,
        group=group,
    )


def _unit_costs(problem: PartitionProblem, units: IntArray) -> FloatArray:
    """What each unit adds to a grid centred on each other unit, shape (units, units)."""
    mass = problem.mass[units]
    if problem.objective is Objective.TRAVEL:
        assert problem.seconds is not None
        return np.ascontiguousarray(mass[:, None] * problem.seconds[np.ix_(units, units)])
    x, y = problem.x[units], problem.y[units]
    km = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) / 1000
    if problem.whole_km:
        km = np.rint(km)
    if problem.objective is Objective.BOUNDARY:
        # Nothing in the boundary depends on mass; units without mass still need a shape to grow by.
        mass = mass + max(float(mass.mean()), 1e-9)
    return np.ascontiguousarray(mass[:, None] * km * km)


def _steps(problem: PartitionProblem, units: IntArray, row_of: IntArray, graph: Graph) -> FloatArray:
    """Way between neighbouring rows, from the first unit of each, never 0 (so that orders along paths are strict)."""
    first = units[np.unique(row_of, return_index=True)[1]]
    a = np.repeat(first, np.diff(graph.indptr))
    b = first[graph.indices]
    if problem.objective is Objective.TRAVEL:
        assert problem.seconds is not None
        way = (problem.seconds[a, b] + problem.seconds[b, a]) / 2
    else:
        way = np.hypot(problem.x[a] - problem.x[b], problem.y[a] - problem.y[b]) / 1000
    floor = 1e-3 * float(way.mean()) if len(way) and way.mean() > 0 else 1.0
    return np.maximum(way, floor)
