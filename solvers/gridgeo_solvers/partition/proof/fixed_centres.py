"""Plans whose centres are given: a bound in no time, and a proof by integer programming where that isn't enough.

The prices of a transportation problem (see `transport`) bound all plans with these centres, and say which pairs of row
and centre a cheaper plan may use at all: few, so that what remains is a small programme. Contiguity is added as answers
break it: a piece that hangs loose needs a row of the ring around it (Oehrlein and Haunert 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, IntArray, Part
from gridgeo_solvers.partition.ground.programme import Programme
from gridgeo_solvers.partition.ground.values import Found, found
from gridgeo_solvers.partition.heuristics.integer import loose
from gridgeo_solvers.stop import StopRule

ROUNDS = 200
"""Most rounds of solve and cut."""
NAMED = 60
"""Most rows of one loose piece that ask for a way home at once."""
SURE = 1e-8
"""Share of a bound by which it may be wrong when the solver answers it."""


@dataclass(frozen=True)
class Settled:
    """What is known of one set of centres: a bound on its plans, and a plan below the limit where one was met."""

    bound: float
    plan: IntArray | None
    nodes: int = 0


@dataclass(frozen=True)
class Dual:
    """Prices at given centres: `value` bounds all plans, `reduced`, shape (rows, k), is added where a pair is used.

    `u`, shape (rows,), and `rent`, shape (rows, k) and (k,), are the multipliers and what the prices add.
    """

    value: float
    u: FloatArray
    rent: FloatArray
    due: FloatArray
    reduced: FloatArray


def ends(part: Part, k: int) -> tuple[FloatArray, FloatArray]:
    """Lower and upper ends of the bands with what the judge forgives, shape (measures, k) each."""
    low, high = part.bands(k)
    return low * (1 - SLACK), high * (1 + SLACK)


def dual(part: Part, cost: FloatArray, homes: IntArray, prices: FloatArray, low: FloatArray, high: FloatArray) -> Dual:
    """The bound that `prices`, shape (measures, k), give to centres with `cost`, shape (rows, k), in these home rows."""
    k = len(homes)
    prices = np.where(np.isfinite(high), prices, np.minimum(prices, 0.0))
    rent = part.weights.T @ prices if len(part.weights) else np.zeros(cost.shape)
    due = np.where(prices > 0, prices * np.where(np.isfinite(high), high, 0.0), prices * low).sum(axis=0)
    priced = cost + rent
    u = priced.min(axis=1)
    u[homes] = priced[homes, np.arange(k)]
    value = float(u.sum() - due.sum())
    value -= 1e-12 * (float(np.abs(u).sum()) + float(np.abs(due).sum()))
    reduced = priced - u[:, None]
    reduced[homes] = np.inf
    reduced[homes, np.arange(k)] = 0.0
    return Dual(value, u, rent, due, reduced)


class FixedCentres:
    """The programme of the plans below `limit` with these centres, held in the solver while it is cut."""

    def __init__(self, part: Part, cost: FloatArray, homes: IntArray, bound: Dual, limit: float) -> None:
        self.part, self.homes, self.limit, self.value = part, homes, limit, bound.value
        allowed = bound.value + bound.reduced <= limit
        self.row, self.grid = np.nonzero(allowed)
        self.column = np.full(allowed.shape, -1, dtype=np.int64)
        self.column[self.row, self.grid] = np.arange(len(self.row))
        self.scale = max(limit / part.n, 1e-12)
        self.nodes = 0
        own = cost[self.row, self.grid]
        ones = np.ones(len(own))
        only = allowed.sum(axis=1)[self.row] == 1
        self.programme = Programme(own / self.scale, only.astype(float), ones, ones)
        self._once()
        self._bands(*ends(part, len(homes)))

    def settle(self, nodes: int, stop: StopRule) -> Settled:
        """Bound and plan after at most `nodes` nodes of branch and bound a round; cuts on shares of rows come first."""
        for _ in range(ROUNDS):
            answer = self.programme.relax()
            if self._closed(answer.infeasible, answer.bound):
                return Settled(max(self.value, self.limit), None)
            if answer.values is None or stop() or not self._cut(answer.values):
                break
        self.programme.prove_above(self.limit / self.scale)
        for _ in range(ROUNDS):
            if stop():
                break
            answer = self.programme.solve(nodes=nodes, gap=0.0)
            self.nodes += 1
            if self._closed(answer.infeasible, answer.bound):
                return Settled(max(self.value, self.limit), None, self.nodes)
            if answer.values is None:
                break
            plan = self._read(answer.values)
            if not self._cut(answer.values):
                return Settled(self.value, plan, self.nodes)
        return Settled(self.value, None, self.nodes)

    def _closed(self, infeasible: bool, bound: float) -> bool:
        """Whether no plan is left below the limit; remembers the bound, which says nothing beyond the limit."""
        if np.isfinite(bound):
            self.value = max(self.value, min(bound * self.scale * (1 - SURE), self.limit))
        return infeasible or self.value >= self.limit * (1 - 2 * SURE)

    def _read(self, values: FloatArray) -> IntArray:
        share = np.full(self.column.shape, -1.0)
        share[self.row, self.grid] = values
        return share.argmax(axis=1).astype(np.int64)

    def _cut(self, values: FloatArray) -> bool:
        """Add the ways home that the greatest shares lack; whether a rule was broken."""
        needs, broken = [], False
        for rows in loose(self.part, self._read(values), self.homes):
            g = int(self._read(values)[rows[0]])
            ring = np.unique(np.concatenate([self.part.graph.neighbours(r) for r in rows]))
            others = self.column[np.setdiff1d(ring, rows), g]
            columns = others[others >= 0]
            held = float(values[columns].sum())
            for r in rows[np.argsort(-values[self.column[rows, g]], kind="stable")][:NAMED]:
                if values[self.column[r, g]] > held + 1e-6:
                    broken = True
                    needs.append((int(self.column[r, g]), columns.tolist()))
        if needs:
            self.programme.add_needs(needs)
        return broken

    def _once(self) -> None:
        n, m = self.part.n, len(self.row)
        rows = csr_array((np.ones(m), (self.row, np.arange(m))), shape=(n, m))
        self.programme.add_rows(rows, np.ones(n), np.ones(n))

    def _bands(self, low: FloatArray, high: FloatArray) -> None:
        k, m = len(self.homes), len(self.row)
        for w, least, most in zip(self.part.weights, low, high, strict=True):
            whole: NDArray[np.bool_] = np.asarray(w == np.rint(w))
            if whole.all():
                least, most = np.ceil(least - 1e-9), np.floor(most + 1e-9)
            rows = csr_array((w[self.row], (self.grid, np.arange(m))), shape=(k, m))
            self.programme.add_rows(
                rows, np.where(least > 0, least, -np.inf), np.where(np.isfinite(most), most, np.inf)
            )


def met(part: Part, plan: IntArray, k: int) -> Found | None:
    """`plan` with its value, where it keeps every rule and has `k` connected grids."""
    if len(np.unique(plan)) != k or int(part.graph.within(plan).components().max()) + 1 != k:
        return None
    one = found(part, plan, k)
    return one if one.feasible else None
