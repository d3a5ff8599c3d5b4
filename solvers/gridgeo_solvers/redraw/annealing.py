"""Simulated annealing from a labelled plan: what is moved, and what the shapes are worth, under every rule.

Contiguity is hard but for plans that begin in pieces, which may only lose some. Bands and rivals are penalties, weak
while hot and far above what a chain of moves costs at the end. The kernel is compiled at its first call, then cached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gridgeo_solvers.redraw.asking import FloatArray, IntArray
from gridgeo_solvers.redraw.cases import Case, pieces_of
from gridgeo_solvers.redraw.moving import sweep
from gridgeo_solvers.stop import StopRule

LEVELS = 40
"""Temperatures of one annealing."""
HOT, COLD = 1.0, 0.02
"""First and last temperature, in mean costs of a unit."""
PRESSED, WARM = 16, 0.15
"""Levels that follow where no plan without a fault was met, and their temperature, in mean costs of a unit."""
WEAK, STRONG = 1.5, 30.0
"""What a miss of a band costs at the first and last level, per household that would mend it."""
FIRM = 40.0
"""What two rivals that meet, an area in a grid too many, or a loose piece cost, in mean costs of a unit."""
STEEP = 4.0
"""How much more a large miss costs: doubled at a quarter of the mean grid."""


@dataclass(frozen=True)
class Shape:
    """What else a plan is worth, beside moves: the objective that is traded against them.

    `cut` has shape (2m,): cost of parting along each directed edge of the case's graph, half of it each way. `inertia` is
    the worth of mass · m² around each grid's centre, `deviation` that of the squared deviation of the first measure.
    """

    cut: FloatArray
    mass: FloatArray
    x: FloatArray
    y: FloatArray
    inertia: float
    deviation: float
    price: float

    @classmethod
    def none(cls, case: Case) -> Shape:
        """Nothing but moves."""
        zeros = np.zeros(case.n)
        return cls(np.zeros(len(case.graph.indices)), zeros, zeros, zeros, 0.0, 0.0, 1.0)


def anneal(
    case: Case,
    plan: IntArray,
    labels: int,
    *,
    sweeps: int,
    seed: int,
    stop: StopRule,
    shape: Shape | None = None,
    most: float = np.inf,
    hot: float = HOT,
    better: Callable[[IntArray], None] | None = None,
) -> IntArray | None:
    """The best plan without a fault that is met from `plan`, None where none is.

    `most` is what may be moved in all (with the trifle for units); `better` hears the best plan after every level.
    """
    own = Shape.none(case) if shape is None else shape
    moves = _Moves(case, plan, labels, own, seed)
    unit = max(float(case.cost.mean()), 1e-9) * max(own.price, 1e-9) + _wall(case, own)
    count = max(case.n * sweeps // LEVELS, 1)
    per_household = unit / max(float(case.cost.mean()), 1e-9)
    for level in range(LEVELS + 1 + PRESSED):
        # Where bands are missed still, they are pressed harder and harder.
        if stop() or (level > LEVELS and np.isfinite(moves.told[1])):
            break
        share = min(level / (LEVELS - 1), 1.0)
        heat = 0.0 if level == LEVELS else unit * hot * (COLD / hot) ** share
        press = WEAK * (STRONG / WEAK) ** share * per_household
        if level > LEVELS:
            heat, press = unit * WARM, press * 1.5 ** (level - LEVELS)
        if moves.sweep(count, heat, press, FIRM * unit, most) and better is not None:
            better(moves.best.copy())
    return None if np.isinf(moves.told[1]) or case.broken(moves.best) else moves.best.copy()


def _wall(case: Case, shape: Shape) -> float:
    """What the shapes of a mean unit are worth, so that temperatures fit them too."""
    return 2 * float(shape.cut.sum()) / max(case.n, 1)


class _Moves:
    """A plan that changes in place, and the arrays that its kernel keeps beside it."""

    def __init__(self, case: Case, plan: IntArray, labels: int, shape: Shape, seed: int) -> None:
        self.case, self.plan, self.best = case, np.array(plan, dtype=np.int64), np.array(plan, dtype=np.int64)
        graph = case.graph
        order = np.argsort(case.row_of, kind="stable").astype(np.int64)
        row_ptr = np.r_[0, np.cumsum(np.bincount(case.row_of))].astype(np.int64)
        rival_ptr, rivals = _listed(case)
        totals = case.totals(plan, labels)
        piece = pieces_of(graph, plan)[0]
        first = np.unique(piece, return_index=True)[1]
        pieces = np.bincount(plan[first], minlength=labels).astype(np.int64)
        self._net = (graph.indptr, graph.indices, np.ascontiguousarray(shape.cut, dtype=np.float64))
        self._rows = (row_ptr, order, case.row_of)
        fixed = case.fixed.copy()
        # Anchors stay where they are: their grids' bands go with them.
        fixed[case.limits.anchors] = True
        self._worth = (case.cost, case.home, fixed, rival_ptr, rivals)
        total = np.maximum(case.weights.sum(axis=1), 1e-12)
        price = np.append(float(case.cost.sum()) / total, STEEP * labels / float(case.cost.sum()))
        self._bands = (np.ascontiguousarray(case.weights), *case.ends(plan, labels), price)
        self._limits = (case.limits.far, case.limits.zone, case.limits.room)
        mean = float(total[0]) / labels if len(total) else 1.0
        deviation = shape.deviation if len(total) else 0.0
        self._shape = (shape.mass, shape.x, shape.y, shape.inertia, deviation, mean)
        m, x, y = shape.mass, shape.x, shape.y
        moments = (m, m * x, m * y, m * (x * x + y * y))
        sums = np.array([np.bincount(plan, weights=part, minlength=labels) for part in moments])
        size = np.bincount(plan, minlength=labels).astype(np.int64)
        self._state = (size, pieces, totals, sums, *_inside(case, plan, labels), *_chained(case, plan, labels))
        self.told = np.array([self._objective(shape, plan, labels), np.inf, case.moved(plan), 0.0, 0.0, 0.0, 0.0])
        self.told[6] = pieces.sum() - (size > 0).sum()
        self.told[3] = case.missed(plan, labels).sum()
        self.told[4] = case.limits.meetings(plan) + case.limits.excess(plan)
        if len(case.rivals):
            self.told[4] += (plan[case.rivals[:, 0]] == plan[case.rivals[:, 1]]).sum()
        self._price = shape.price
        if not case.broken(plan):
            self.told[1] = self.told[0]
        self._random = np.array([seed * 2654435769 + 88172645463325252], dtype=np.uint64)
        self._stamp = np.zeros((2, case.n), dtype=np.int64)
        self._queue = np.empty(case.n, dtype=np.int64)

    def _objective(self, shape: Shape, plan: IntArray, labels: int) -> float:
        """What the kernel counts, computed afresh."""
        graph = self.case.graph
        ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
        value = self.case.moved(plan) * shape.price + float(shape.cut[plan[ends] != plan[graph.indices]].sum()) / 2
        mass, sums = self._state[3][0], self._state[3]
        used = mass > 0
        around = sums[3][used] - (sums[1][used] ** 2 + sums[2][used] ** 2) / mass[used]
        value += shape.inertia * float(around.sum())
        if shape.deviation > 0 and len(self.case.weights):
            value += shape.deviation * float(((self._state[2][0] / self._shape[5] - 1.0) ** 2).sum())
        return value

    def sweep(self, count: int, heat: float, press: float, firm: float, most: float) -> bool:
        """Propose `count` moves; whether a better plan without a fault was met."""
        before = self.told[1]
        work = np.array([count, heat, press, firm, most, self._price])
        sweep(
            self.plan, self.best, self._net, self._rows, self._worth, self._bands, self._limits, self._shape, self._state,
            work, self.told, self._random, self._stamp, self._queue,
        )  # fmt: skip
        return bool(self.told[1] < before)


def _listed(case: Case) -> tuple[IntArray, IntArray]:
    """Rivals of every unit, as compressed rows."""
    ends = np.concatenate([case.rivals, case.rivals[:, ::-1]]).reshape(-1, 2)
    order = np.argsort(ends[:, 0], kind="stable")
    ptr = np.r_[0, np.cumsum(np.bincount(ends[:, 0], minlength=case.n))].astype(np.int64)
    return ptr, ends[order, 1].astype(np.int64)


def _inside(case: Case, plan: IntArray, labels: int) -> tuple[IntArray, IntArray]:
    """Units of each area in each label, shape (Z, labels), and how many labels each area lies in."""
    many = len(case.limits.room)
    own = case.limits.zone >= 0
    key = case.limits.zone[own] * labels + plan[own]
    inside = np.bincount(key, minlength=many * labels).reshape(many, labels).astype(np.int64)
    return inside, (inside > 0).sum(axis=1).astype(np.int64)


def _chained(case: Case, plan: IntArray, labels: int) -> tuple[IntArray, IntArray, IntArray]:
    """The first unit of each label, and the units after and before each unit of its label; -1 for none."""
    first, after, before = (np.full(count, -1, dtype=np.int64) for count in (labels, case.n, case.n))
    order = np.argsort(plan, kind="stable")
    same = plan[order][1:] == plan[order][:-1]
    after[order[:-1][same]], before[order[1:][same]] = order[1:][same], order[:-1][same]
    heads = np.r_[True, ~same]
    first[plan[order[heads]]] = order[heads]
    return first, after, before
