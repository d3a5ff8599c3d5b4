"""Cut a problem into connected parts that can be solved apart.

A grid is connected and never crosses its group, so it lies in one connected component of the graph without the
edges between groups. Units that must share a grid are contracted into one row; centres stay single units. Every other
rule becomes arrays over rows here, so that searches, programmes and bounds know rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.ground.distances import Distances, FloatArray, IntArray
from gridgeo_solvers.problems import CENTRED, PARTING, Objective, PartitionProblem

__all__ = ["SLACK", "FloatArray", "IntArray", "Part", "parts_of", "start_rows"]

SLACK = 1e-9


@dataclass(frozen=True)
class Part:
    """A connected piece of a problem: `rows` are what is assigned, `sites` are what can be a centre.

    Parameters
    ----------
    units
        Positions of the part's units in the problem; site s is ``units[s]``.
    row_of
        Shape (sites,): the row that every unit belongs to.
    graph
        Borders between rows.
    distances
        What rows add to a grid centred on a site: counts `centred` times in the objective, and guides starts and
        contiguity rules even where it doesn't count.
    cut
        Beside ``graph.indices``: what parting two neighbouring rows costs.
    steps
        Beside ``graph.indices``: the way between two neighbouring rows, in km or seconds, never 0.
    weights
        Shape (measures, rows), banded measures only, named by `names`.
    lower, upper
        Shape (measures,): the widest band of any grid. `lower_of`, `upper_of`, shape (measures, k): the band of
        each grid, where they differ; the grids are then in the order of `seeds`.
    mean
        Shape (measures,): total over the number of grids of the problem, what deviations are shares of.
    centred
        Weight of the distances in the objective; 0 where only borders count.
    apart
        Pairs of rows that never share a grid: the rivals of row r are ``apart.neighbours(r)``.
    zone, splits
        Shape (rows,): area of each row, -1 for none; an area lies in at most ``splits + 1`` grids.
    seeds
        Row of each grid that never leaves it, in the order of the grids; empty where grids are free.
    group
        Label of the group that the part lies in.
    """

    units: IntArray
    row_of: IntArray
    graph: Graph
    distances: Distances
    cut: FloatArray
    steps: FloatArray
    weights: FloatArray
    lower: FloatArray
    upper: FloatArray
    mean: FloatArray
    names: tuple[str, ...]
    centred: float
    apart: Graph
    zone: IntArray
    splits: int
    seeds: IntArray
    group: int
    lower_of: FloatArray | None = None
    upper_of: FloatArray | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.graph.n

    @cached_property
    def plain(self) -> bool:
        """Whether bands and connection are the only rules, and distances the only objective."""
        return bool(
            self.centred > 0 and not self.cut.any() and not len(self.apart.indices) and not len(self.seeds)
            and (self.zone < 0).all()
        )  # fmt: skip

    @cached_property
    def rivals(self) -> tuple[IntArray, IntArray]:
        """Both rows of every pair of rivals, each pair once."""
        u, v, _ = self.apart.edges()
        return u, v

    @cached_property
    def guide(self) -> FloatArray:
        """Every row to every site, shape (rows, sites); only for parts of a few thousand units."""
        return self.distances.table(np.arange(len(self.units)))

    @cached_property
    def cost(self) -> FloatArray:
        """`guide` as it counts in the objective."""
        return self.guide * self.centred

    def bands(self, k: int) -> tuple[FloatArray, FloatArray]:
        """Lower and upper ends of every measure for every grid, shape (measures, k) each."""
        shape = (len(self.weights), k)
        if self.lower_of is not None and self.upper_of is not None:
            return self.lower_of, self.upper_of
        return (
            np.broadcast_to(self.lower[:, None], shape).copy(),
            np.broadcast_to(self.upper[:, None], shape).copy(),
        )

    def objective(self, plan: IntArray) -> float:
        """Value of a plan of rows, in the unit of the problem."""
        value = 0.0
        if self.cut.any():
            ends = np.repeat(np.arange(self.n), np.diff(self.graph.indptr))
            value += float(self.cut[plan[ends] != plan[self.graph.indices]].sum()) / 2
        if self.centred:
            value += self.centred * float(self.distances.medoids(plan, int(plan.max()) + 1)[1].sum())
        return value

    def centres(self, plan: IntArray, k: int) -> IntArray:
        """Best site of every grid, shape (k,)."""
        return self.distances.medoids(plan, k)[0]

    def totals(self, plan: IntArray, k: int) -> FloatArray:
        """Total of every banded measure in every grid, shape (measures, k)."""
        return np.array([np.bincount(plan, weights=w, minlength=k) for w in self.weights]).reshape(-1, k)

    def violation(self, plan: IntArray, k: int) -> float:
        """How far `plan` is from every rule but connection: what totals miss the bands by, as shares of the means,
        plus 1 for each pair of rivals that meet, each split too many and each seed astray; 0 is feasible.
        """
        totals = self.totals(plan, k)
        low, high = self.bands(k)
        over = np.where(totals > high * (1 + SLACK), totals - high, 0.0)
        under = np.where(totals < low * (1 - SLACK), low - totals, 0.0)
        missed = float(((over + under) / self.mean[:, None]).sum())
        if len(self.apart.indices):
            u, v = self.rivals
            missed += float((plan[u] == plan[v]).sum())
        if (self.zone >= 0).any():
            touched = np.zeros((int(self.zone.max()) + 1, k), dtype=bool)
            inside = self.zone >= 0
            touched[self.zone[inside], plan[inside]] = True
            missed += float(np.maximum(touched.sum(axis=1) - 1 - self.splits, 0).sum())
        if len(self.seeds):
            missed += float((plan[self.seeds] != np.arange(len(self.seeds))).sum())
        return missed

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


def parts_of(problem: PartitionProblem, rank: int | None = None) -> list[Part]:
    """Connected parts of `problem`, by their lowest unit; their objective is that of the terms of `rank` (the lowest)."""
    group = np.zeros(problem.n, dtype=np.int64) if problem.group is None else problem.group
    bundle = _bundles(problem)
    inner = problem.graph.within(group)
    u, v, _ = inner.edges()
    pairs = [(units[0], other) for units in problem.together for other in units[1:]]
    tied = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    # A bundle may be scattered; it holds its part together even where no border does, and the judge decides.
    label = _components(problem.n, np.concatenate([u, tied[:, 0]]), np.concatenate([v, tied[:, 1]]))
    firsts = np.unique(label, return_index=True)[1]
    terms = _Terms(problem, min(term.rank for term in problem.terms) if rank is None else rank)
    return [
        _part(problem, terms, np.flatnonzero(label == label[first]), bundle, inner, int(group[first]))
        for first in np.sort(firsts)
    ]


def start_rows(part: Part, assignment: IntArray, k: int) -> IntArray | None:
    """A given assignment of all units as a plan of `part`; None where it isn't one of `k` connected grids."""
    given = np.asarray(assignment)[part.units]
    # Seeded grids keep their order: a part's grids are in the order of its seeds.
    labels = np.unique(given, return_inverse=True)[1].astype(np.int64)
    plan = np.zeros(part.n, dtype=np.int64)
    plan[part.row_of] = labels
    if int(labels.max()) + 1 != k or (plan[part.row_of] != labels).any():
        return None
    return plan if int(part.graph.within(plan).components().max()) + 1 == k else None


class _Terms:
    """The objectives of one rank as weights: of distances, and of every edge of the problem's graph."""

    def __init__(self, problem: PartitionProblem, rank: int) -> None:
        chosen = [term for term in problem.terms if term.rank == rank]
        self.centred = sum(term.weight for term in chosen if term.objective in CENTRED)
        self.travel = any(term.objective is Objective.TRAVEL for term in chosen)
        _, _, length = problem.graph.edges()
        per_edge = {
            Objective.BOUNDARY: length,
            Objective.CUTS: np.ones(len(length)),
            Objective.TIES: np.zeros(len(length)) if problem.ties is None else np.asarray(problem.ties, dtype=float),
        }
        self.cut = np.zeros(len(length))
        for term in chosen:
            if term.objective in PARTING:
                self.cut += term.weight * per_edge[term.objective]


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


def _part(
    problem: PartitionProblem, terms: _Terms, units: IntArray, bundle: IntArray, inner: Graph, group: int
) -> Part:
    _, first, raw = np.unique(bundle[units], return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    row_of = rank[raw].astype(np.int64)
    rows = int(row_of.max()) + 1
    position = np.full(problem.n, -1, dtype=np.int64)
    position[units] = row_of
    graph = inner.subgraph(units).quotient(row_of)
    banded = [m for m in problem.measures if m.banded]
    weights = np.array([np.bincount(row_of, weights=m.weights[units], minlength=rows) for m in banded])
    unequal = any(np.ndim(m.lower) or np.ndim(m.upper) for m in banded)
    lower_of = np.array([np.broadcast_to(np.maximum(m.lower, 0.0), problem.k) for m in banded])
    upper_of = np.array([np.broadcast_to(m.upper, problem.k) for m in banded])
    seeds = position[np.array(problem.seeds, dtype=np.int64)]
    if len(problem.seeds) == problem.k and banded and (seeds >= 0).any():
        lower_of, upper_of = lower_of[:, seeds >= 0], upper_of[:, seeds >= 0]
    return Part(
        units=units,
        row_of=row_of,
        graph=graph,
        distances=_distances(problem, units, row_of, rows, travel=terms.travel, massless=terms.centred == 0),
        cut=_cuts(problem, terms, position, graph),
        steps=_steps(problem, units, row_of, graph, travel=terms.travel),
        weights=weights.reshape(-1, rows),
        lower=lower_of.min(axis=1) if banded else np.zeros(0),
        upper=upper_of.max(axis=1) if banded else np.zeros(0),
        mean=np.array([max(float(m.weights.sum()) / problem.k, 1e-12) for m in banded]),
        names=tuple(m.name for m in banded),
        centred=terms.centred,
        apart=_rivals(problem, units, row_of, rows, position),
        zone=_zones(problem, units, row_of, rows),
        splits=problem.splits,
        seeds=seeds[seeds >= 0],
        group=group,
        lower_of=lower_of if unequal else None,
        upper_of=upper_of if unequal else None,
    )


def _distances(
    problem: PartitionProblem, units: IntArray, row_of: IntArray, rows: int, *, travel: bool, massless: bool
) -> Distances:
    mass = problem.mass[units].astype(np.float64)
    if massless:
        # Nothing in the objective depends on mass; units without mass still need a shape to grow by.
        mass = mass + max(float(mass.mean()), 1e-9)
    seconds = np.zeros((0, 0))
    if travel:
        assert problem.seconds is not None
        seconds = np.ascontiguousarray(problem.seconds[np.ix_(units, units)], dtype=np.float64)
    first = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(row_of, minlength=rows), out=first[1:])
    members = np.argsort(row_of, kind="stable").astype(np.int64)
    return Distances(
        np.ascontiguousarray(problem.x[units]), np.ascontiguousarray(problem.y[units]), mass, problem.whole_km,
        seconds, first, members,
    )  # fmt: skip


def _cuts(problem: PartitionProblem, terms: _Terms, position: IntArray, graph: Graph) -> FloatArray:
    """What parting neighbouring rows costs, beside ``graph.indices``."""
    if not terms.cut.any() or not len(graph.indices):
        return np.zeros(len(graph.indices))
    u, v, _ = problem.graph.edges()
    a, b = position[u], position[v]
    inside = (a >= 0) & (b >= 0) & (a != b)
    summed = coo_array((terms.cut[inside], (a[inside], b[inside])), shape=(graph.n, graph.n)).tocsr()
    both = (summed + summed.T).tocsr()
    ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
    return np.asarray(both[ends, graph.indices], dtype=np.float64).ravel()


def _rivals(problem: PartitionProblem, units: IntArray, row_of: IntArray, rows: int, position: IntArray) -> Graph:
    """Pairs of rows that never share a grid: given pairs, two seeds, two units too far from each other."""
    pairs = [np.array(problem.apart, dtype=np.int64).reshape(-1, 2)]
    if len(problem.seeds) > 1:
        seeds = np.array(problem.seeds, dtype=np.int64)
        a, b = np.triu_indices(len(seeds), 1)
        pairs.append(np.column_stack([seeds[a], seeds[b]]))
    rivals = [position[both] for both in pairs]
    if np.isfinite(problem.reach):
        far = _ways(problem, units) > problem.reach * (1 + SLACK)
        rivals.append(row_of[np.argwhere(np.triu(far | far.T, 1))])
    ends = np.concatenate(rivals)
    ends = ends[(ends >= 0).all(axis=1) & (ends[:, 0] != ends[:, 1])]
    # A reach can make rivals of most pairs: as single numbers they are sorted soonest.
    keys = np.sort(np.concatenate([ends[:, 0] * rows + ends[:, 1], ends[:, 1] * rows + ends[:, 0]]))
    keys = keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
    indptr = np.concatenate([[0], np.cumsum(np.bincount(keys // rows, minlength=rows))]).astype(np.int64)
    return Graph(indptr, keys % rows, np.ones(len(keys)))


def _ways(problem: PartitionProblem, units: IntArray) -> FloatArray:
    """Way between every two units, seconds where they are given, else km; shape (units, units)."""
    if problem.seconds is not None:
        return np.asarray(problem.seconds)[np.ix_(units, units)]
    x, y = problem.x[units], problem.y[units]
    return np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) / 1000


def _zones(problem: PartitionProblem, units: IntArray, row_of: IntArray, rows: int) -> IntArray:
    zone = np.full(rows, -1, dtype=np.int64)
    if problem.zone is not None:
        zone[row_of] = np.asarray(problem.zone)[units]
        known, zone_of = np.unique(zone, return_inverse=True)
        zone = zone_of.astype(np.int64) - int(known[0] < 0)
    return zone


def _steps(problem: PartitionProblem, units: IntArray, row_of: IntArray, graph: Graph, *, travel: bool) -> FloatArray:
    """Way between neighbouring rows, from the first unit of each, never 0 (so that orders along paths are strict)."""
    first = units[np.unique(row_of, return_index=True)[1]]
    a = np.repeat(first, np.diff(graph.indptr))
    b = first[graph.indices]
    if travel:
        assert problem.seconds is not None
        way = (problem.seconds[a, b] + problem.seconds[b, a]) / 2
    else:
        way = np.hypot(problem.x[a] - problem.x[b], problem.y[a] - problem.y[b]) / 1000
    floor = 1e-3 * float(way.mean()) if len(way) and way.mean() > 0 else 1.0
    return np.maximum(way, floor)
