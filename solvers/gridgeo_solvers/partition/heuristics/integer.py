"""Integer programming on grids with fixed centres: which row goes to which of them.

A row may go to the few grids that are nearly best for it by cost plus price (`transport`), so that the programme stays
small at every size. Bands are hard rules (priced while a plan still breaks them). Contiguity is added as answers break
it: a piece that hangs loose needs a row of the ring around it (Oehrlein and Haunert 2017), first on the relaxation, where
it is cheap, then on whole answers. Every answer is a plan of the problem; its bound says nothing about other centres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part
from gridgeo_solvers.partition.ground.programme import Programme
from gridgeo_solvers.partition.ground.values import Found, better, found
from gridgeo_solvers.partition.heuristics.annealing import COLD, anneal
from gridgeo_solvers.stop import StopRule

NAMED = 60
"""Most rows of one loose piece that ask for a way home at once."""
WIDER = (1, 4, 16)
"""How many times as many pairs are tried, one after the other, while none can hold the bands."""
LAST = 40
"""Proposed moves for each row that bring an answer back into its bands once loose pieces have changed hands."""


@dataclass(frozen=True)
class Limits:
    """Work of one programme: pairs of row and grid beyond one a row, nodes of branch and bound, rounds of cuts."""

    pairs: int = 3000
    nodes: int = 20
    rounds: int = 20
    gap: float = 1e-4
    seconds: float = 30.0


def assign(
    part: Part, k: int, centres: IntArray, prices: FloatArray, start: IntArray, limits: Limits, stop: StopRule
) -> Found:
    """Best plan found with these centres, begun from `start`, which is answered where nothing better is met.

    Where `start` breaks a band of the only measure, bands are held hard all the same at first: the prices say that shares of
    rows can hold them. Programmes that pay for broken bands come after, and alone where several measures have bands.
    """
    begun = found(part, start, k)
    if not begun.feasible and len(part.weights) == 1:
        for more in WIDER:
            wider = replace(limits, pairs=limits.pairs * more)
            hard = _assigned(part, k, centres, prices, begun, wider, stop, elastic=False)
            if hard is not None and hard.feasible:
                return hard
            if hard is not None or stop():
                break
    return _assigned(part, k, centres, prices, begun, limits, stop, elastic=not begun.feasible) or begun


def _assigned(
    part: Part,
    k: int,
    centres: IntArray,
    prices: FloatArray,
    best: Found,
    limits: Limits,
    stop: StopRule,
    *,
    elastic: bool,
) -> Found | None:
    """The best plan, `best` where nothing better is met; None where no rows of these pairs can keep the rules."""
    start = best.plan
    model = _Model(part, k, centres, prices, start, limits.pairs, elastic=elastic, bordering=not best.feasible)
    for _ in range(limits.rounds):
        answer = model.programme.relax()
        if answer.infeasible and not best.feasible:
            return None
        if answer.values is None or stop():
            break
        if not model.cut(model.read(answer.values)):
            break
    model.begin_from(start)
    for _ in range(limits.rounds):
        if stop():
            break
        answer = model.programme.solve(nodes=limits.nodes, gap=limits.gap, seconds=limits.seconds)
        if answer.infeasible and not best.feasible:
            return None
        if answer.values is None:
            break
        plan = model.read(answer.values)
        if not model.cut(plan):
            best = better(best, found(part, plan, k))
            break
        whole = mended(part, plan, centres)
        if whole is not None:
            near = found(part, whole, k)
            best = better(best, near if near.feasible else anneal(part, whole, k, sweeps=LAST, hot=COLD, seed=0))
        if best.feasible and best.value.cost <= answer.bound * model.scale * (1 + limits.gap):
            break
        model.begin_from(best.plan)
    return best


class _Model:
    """The programme of one set of centres, with the column of every pair of row and grid (-1 where not allowed)."""

    def __init__(
        self,
        part: Part,
        k: int,
        centres: IntArray,
        prices: FloatArray,
        start: IntArray,
        pairs: int,
        *,
        elastic: bool,
        bordering: bool,
    ) -> None:
        self.part, self.k = part, k
        self.homes = part.row_of[centres]
        cost = part.distances.table(centres)
        allowed = _allowed(part, cost, prices, start, self.homes, pairs, bordering=bordering)
        self.row, self.grid = np.nonzero(allowed)
        self.column = np.full(allowed.shape, -1, dtype=np.int64)
        self.column[self.row, self.grid] = np.arange(len(self.row))
        self.scale = max(float(cost[np.arange(part.n), start].mean()) * part.centred, 1e-12)
        if not part.centred:
            self.scale = max(float(part.cut.mean()), 1e-12)
        simple = not elastic and len(part.weights) < 2
        edges = _Edges(part, self.column) if part.cut.any() else None
        misses = len(part.weights) * k if elastic else 0
        areas = _areas(part, self.column)
        parts = [cost[self.row, self.grid] * part.centred / self.scale]
        parts.append(edges.cost / self.scale if edges else np.zeros(0))
        parts.append(np.repeat(50.0 * part.n / np.maximum(part.mean, 1e-12), 2 * k) if misses else np.zeros(0))
        parts.append(np.zeros(areas.count))
        sizes = [len(p) for p in parts]
        fixed = np.concatenate([allowed.sum(axis=1)[self.row] == 1, np.zeros(sum(sizes[1:]), dtype=bool)])
        whole = np.concatenate([np.ones(sizes[0]), np.zeros(sizes[1] + sizes[2]), np.ones(sizes[3])])
        ceiling = np.concatenate([np.ones(sizes[0] + sizes[1]), np.full(sizes[2], np.inf), np.ones(sizes[3])])
        self.programme = Programme(np.concatenate(parts), fixed.astype(float), ceiling, whole, searching=simple)
        self._size = sum(sizes)
        self._once()
        self._beside()
        self._bands(sizes[0] + sizes[1] if misses else -1)
        if edges:
            self.programme.add_rows(*edges.rules(sizes[0], self._size))
        if areas.count:
            self.programme.add_rows(*areas.rules(sum(sizes[:3]), self._size, part.splits))

    def read(self, values: FloatArray) -> IntArray:
        """The plan of a solution; shares go where most is."""
        share = np.full((self.part.n, self.k), -1.0)
        share[self.row, self.grid] = values[: len(self.row)]
        return share.argmax(axis=1).astype(np.int64)

    def begin_from(self, plan: IntArray) -> None:
        """Start the next solve from a plan that the columns can express."""
        if (self.column[np.arange(self.part.n), plan] >= 0).all() and self._size == len(self.row):
            self.programme.begin_from((plan[self.row] == self.grid).astype(float))

    def cut(self, plan: IntArray) -> bool:
        """Add the lazy rules that `plan` breaks; whether there were any."""
        needs = []
        for rows in loose(self.part, plan, self.homes):
            g = int(plan[rows[0]])
            ring = np.unique(np.concatenate([self.part.graph.neighbours(r) for r in rows]))
            others = self.column[np.setdiff1d(ring, rows), g]
            columns = others[others >= 0].tolist()
            needs += [(int(self.column[r, g]), columns) for r in rows[:NAMED]]
        rivals = []
        if len(self.part.apart.indices):
            u, v, _ = self.part.apart.edges()
            meet = np.flatnonzero(plan[u] == plan[v])
            for a, b in zip(u[meet].tolist(), v[meet].tolist(), strict=True):
                both = (self.column[a] >= 0) & (self.column[b] >= 0)
                rivals += [(int(self.column[a, g]), int(self.column[b, g])) for g in np.flatnonzero(both)]
        if needs:
            self.programme.add_needs(needs)
        if rivals:
            self.programme.add_rivals(rivals)
        return bool(needs or rivals)

    def _once(self) -> None:
        n, m = self.part.n, len(self.row)
        rows = csr_array((np.ones(m), (self.row, np.arange(m))), shape=(n, self._size))
        self.programme.add_rows(rows, np.ones(n), np.ones(n))

    def _beside(self) -> None:
        """A row joins a grid only beside another row of it; free rows only, and not beside the grid's home."""
        needs = []
        for column in np.flatnonzero((self.column >= 0).sum(axis=1)[self.row] > 1).tolist():
            r, g = int(self.row[column]), int(self.grid[column])
            near = self.part.graph.neighbours(r)
            if self.homes[g] not in near:
                beside = self.column[near, g]
                needs.append((column, beside[beside >= 0].tolist()))
        if needs:
            self.programme.add_needs(needs)

    def _bands(self, misses: int) -> None:
        """Bands of every measure and grid; from column `misses` on (if any) what a total lacks or has too much."""
        part, k, m = self.part, self.k, len(self.row)
        low, high = part.bands(k)
        for q, w in enumerate(part.weights):
            # Rows are kept within an absolute 1e-6; whole numbers need no margin, others a hair of it.
            margin = 0.0 if float(np.abs(w - np.rint(w)).max()) == 0.0 else 2e-6
            rows = csr_array((w[self.row], (self.grid, np.arange(m))), shape=(k, self._size))
            if misses >= 0:
                at = misses + 2 * k * q + np.arange(2 * k)
                sign = np.concatenate([np.ones(k), -np.ones(k)])
                rows = rows + csr_array((sign, (np.tile(np.arange(k), 2), at)), shape=(k, self._size))
            ends = (
                np.where(low[q] > 0, low[q] + margin, -np.inf),
                np.where(np.isfinite(high[q]), high[q] - margin, np.inf),
            )
            self.programme.add_rows(rows, *ends)


class _Edges:
    """One column for every border that may be cut: 1 where its ends part."""

    def __init__(self, part: Part, column: IntArray) -> None:
        ends = np.repeat(np.arange(part.n), np.diff(part.graph.indptr))
        once = (ends < part.graph.indices) & (part.cut > 0)
        u, v, cost = ends[once], part.graph.indices[once], part.cut[once]
        one = ((column[u] >= 0).sum(axis=1) == 1) & ((column[v] >= 0).sum(axis=1) == 1)
        self.u, self.v, self.cost = u[~one], v[~one], cost[~one]
        self._column = column

    def rules(self, first: int, size: int) -> tuple[csr_array, FloatArray, FloatArray]:
        """A border is cut as much as its ends differ in any grid."""
        rows = []
        for a, b in ((self.u, self.v), (self.v, self.u)):
            edge, grid = np.nonzero(self._column[a] >= 0)
            count = len(edge)
            other = self._column[b[edge], grid]
            at = np.concatenate([np.arange(count), np.arange(count), np.flatnonzero(other >= 0)])
            columns = np.concatenate([self._column[a[edge], grid], first + edge, other[other >= 0]])
            data = np.concatenate([np.ones(count), -np.ones(count), -np.ones(int((other >= 0).sum()))])
            rows.append(csr_array((data, (at, columns)), shape=(count, size)))
        matrix = vstack(rows, format="csr")
        return matrix, np.full(matrix.shape[0], -np.inf), np.zeros(matrix.shape[0])


@dataclass(frozen=True)
class _Areas:
    """One column for every area and grid that may touch: the pairs are `zone`, `grid`; `use` says which columns need it."""

    zone: IntArray
    grid: IntArray
    use: tuple[IntArray, IntArray]

    @property
    def count(self) -> int:
        return len(self.zone)

    def rules(self, first: int, size: int, splits: int) -> tuple[csr_array, FloatArray, FloatArray]:
        """A row's grid touches its area; an area is touched by at most ``splits + 1`` grids."""
        column, pair = self.use
        m = len(column)
        touch = csr_array(
            (
                np.concatenate([np.ones(m), -np.ones(m)]),
                (np.tile(np.arange(m), 2), np.concatenate([column, first + pair])),
            ),
            shape=(m, size),
        )
        zones = int(self.zone.max()) + 1
        few = csr_array((np.ones(self.count), (self.zone, first + np.arange(self.count))), shape=(zones, size))
        high = np.concatenate([np.zeros(m), np.full(zones, splits + 1.0)])
        return vstack([touch, few], format="csr"), np.full(m + zones, -np.inf), high


def _areas(part: Part, column: IntArray) -> _Areas:
    row, grid = np.nonzero((column >= 0) & (part.zone >= 0)[:, None])
    k = column.shape[1]
    pairs, use = np.unique(part.zone[row] * k + grid, return_inverse=True)
    return _Areas(pairs // k, pairs % k, (column[row, grid], use))


def _allowed(
    part: Part,
    cost: FloatArray,
    prices: FloatArray,
    start: IntArray,
    homes: IntArray,
    pairs: int,
    *,
    bordering: bool,
) -> NDArray[np.bool_]:
    """Pairs of row and grid of the programme: its present grid, and those that are nearly best for it."""
    n, k = cost.shape
    if part.centred:
        dear = cost + np.einsum("mr,mg->rg", part.weights, prices) if len(part.weights) else cost
        dear = dear - dear.min(axis=1, keepdims=True)
    else:
        dear = _hops(part, start, k)
    last = min(n + pairs, dear.size) - 1
    allowed: NDArray[np.bool_] = dear <= np.partition(dear.ravel(), last)[last]
    allowed[np.arange(n), start] = True
    if bordering:
        # What hangs on to its grid in the plan can be handed over the borders of the plan.
        allowed |= _hops(part, start, k) == 1.0
    for rows in (homes, part.seeds):
        allowed[rows] = False
        allowed[rows, np.arange(len(rows))] = True
    return allowed


def _hops(part: Part, plan: IntArray, k: int) -> FloatArray:
    """Number of borders between every row and every grid, 9 from the third on."""
    ends = np.repeat(np.arange(part.n), np.diff(part.graph.indptr))
    near: Any = csr_array((np.ones(len(ends)), (ends, part.graph.indices)), shape=(part.n, part.n))
    inside = np.zeros((part.n, k))
    inside[np.arange(part.n), plan] = 1.0
    hops = np.full((part.n, k), 9.0)
    for step in (2.0, 1.0):
        reached = near @ (near @ inside) if step == 2.0 else near @ inside
        hops[reached > 0] = step
    hops[np.arange(part.n), plan] = 0.0
    return hops


def loose(part: Part, plan: IntArray, homes: IntArray) -> list[IntArray]:
    """Connected pieces of grids that don't hold their grid's home."""
    ends = np.repeat(np.arange(part.n), np.diff(part.graph.indptr))
    same = plan[ends] == plan[part.graph.indices]
    matrix = coo_array((np.ones(int(same.sum())), (ends[same], part.graph.indices[same])), shape=(part.n, part.n))
    count, label = connected_components(matrix, directed=False)
    if count == len(homes):
        return []
    held = np.zeros(count, dtype=bool)
    held[label[homes]] = True
    order = np.argsort(label, kind="stable")
    pieces = np.split(order, np.cumsum(np.bincount(label, minlength=count))[:-1])
    return [piece for c, piece in enumerate(pieces) if not held[c]]


def mended(part: Part, plan: IntArray, centres: IntArray) -> IntArray | None:
    """`plan` with loose pieces given to neighbouring grids, row by row; None where that can't be."""
    from gridgeo_solvers.partition.heuristics.starts import grow

    held = plan.copy()
    for rows in loose(part, plan, part.row_of[centres]):
        held[rows] = -1
    near = np.ascontiguousarray(part.distances.table(centres))
    own = np.where(held[:, None] == np.arange(len(centres))[None, :], -1.0, near)
    whole: IntArray = grow(own, np.zeros(len(centres)), part.row_of[centres], part.graph.indptr, part.graph.indices)
    return whole if (whole >= 0).all() else None
