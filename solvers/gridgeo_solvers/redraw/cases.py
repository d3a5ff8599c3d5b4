"""A re-drawing falls into cases: connected parts whose grids no walk joins, locked grids taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.redraw.asking import FloatArray, IntArray, Redrawing
from gridgeo_solvers.redraw.limits import Limits, limits_of
from gridgeo_solvers.redraw.needs import most_filled, needs

TRIFLE = 0.05
"""What moving all units costs beside their households, in households."""


@dataclass(frozen=True)
class Case:
    """One connected part: n units that are drawn anew into grids with labels 0..; the first m continue old grids.

    Parameters
    ----------
    units
        Shape (n,): position of each in the problem.
    graph
        Borders between them.
    weights, low, high
        Shape (M, n), (M,), (M,): banded measures and the ends of their bands, rounding forgiven; of unequal bands the lowest
        and the highest end, see `ends`.
    mass, cost
        Shape (n,): what moving a unit counts; and that with a trifle for the unit itself, so that of two plans which
        move as many households the one that moves fewer units is better.
    home
        Shape (n,): label that continues the old grid of each unit, -1 where none in this case does.
    old
        Shape (m,): old grid that each of the first labels continues.
    fixed
        Shape (n,): units that stay at home.
    row_of
        Shape (n,): number of the set of units that share a grid.
    rivals
        Shape (p, 2): pairs that never share a grid.
    limits
        What grids are held to beside.
    group
        Label of the group that the part lies in, 0 where the problem has none.
    """

    units: IntArray
    graph: Graph
    weights: FloatArray
    low: FloatArray
    high: FloatArray
    mass: FloatArray
    cost: FloatArray
    home: IntArray
    old: IntArray
    fixed: NDArray[np.bool_]
    row_of: IntArray
    rivals: IntArray
    limits: Limits
    group: int = 0

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.units)

    @property
    def m(self) -> int:
        """Number of labels that continue an old grid."""
        return len(self.old)

    @property
    def rows(self) -> int:
        """Number of sets of units that move as one."""
        return int(self.row_of.max()) + 1

    def moved(self, plan: IntArray) -> float:
        """What `plan` moves, with the trifle for units."""
        return float(self.cost[plan != self.home].sum())

    def worse_than(self, value: float) -> float:
        """What a plan must cost less than to move less than one that costs `value`: households are moved whole."""
        return float(np.rint(value)) - 1 + 2 * TRIFLE if self.whole and np.isfinite(value) else value - 1e-6

    @property
    def whole(self) -> bool:
        """Whether what units count is whole, so that all that is moved is."""
        return bool((self.mass == np.rint(self.mass)).all())

    def totals(self, plan: IntArray, labels: int) -> FloatArray:
        """Total of every measure in every label, shape (M, labels)."""
        sums = [np.bincount(plan, weights=w, minlength=labels) for w in self.weights]
        return np.array(sums, dtype=np.float64).reshape(len(self.weights), labels)

    def ends(self, plan: IntArray, labels: int) -> tuple[FloatArray, FloatArray]:
        """Ends of the bands of every label, shape (M, labels) each: of unequal grids by the anchors that they hold."""
        low = np.repeat(self.low[:, None], labels, axis=1)
        high = np.repeat(self.high[:, None], labels, axis=1)
        held = plan[self.limits.anchors]
        low[:, held], high[:, held] = self.limits.low, self.limits.high
        return low, high

    def missed(self, plan: IntArray, labels: int) -> NDArray[np.bool_]:
        """Whether every used label misses each band, shape (M, labels)."""
        totals, (low, high) = self.totals(plan, labels), self.ends(plan, labels)
        used = np.bincount(plan, minlength=labels) > 0
        return np.asarray(((totals < low) | (totals > high)) & used)

    def broken(self, plan: IntArray) -> bool:
        """Whether `plan` breaks a rule that holds inside the case; labels without a unit don't count."""
        used = np.unique(plan)
        if self.missed(plan, int(used[-1]) + 1).any() or self.limits.broken(plan):
            return True
        if (plan[self.fixed] != self.home[self.fixed]).any():
            return True
        if len(self.rivals) and (plan[self.rivals[:, 0]] == plan[self.rivals[:, 1]]).any():
            return True
        order = np.argsort(self.row_of, kind="stable")
        same = self.row_of[order][1:] == self.row_of[order][:-1]
        if (plan[order][1:] != plan[order][:-1])[same].any():
            return True
        return pieces_of(self.graph, plan)[1] != len(used)

    def restricted(self, plan: IntArray, units: IntArray, labels: IntArray) -> Case:
        """The case of `units`, those that have one of `labels` in `plan`; labels are renumbered 0.. in their order."""
        number = np.full(max(int(labels.max()) + 1, self.m, 1) + 1, -1, dtype=np.int64)
        number[labels] = np.arange(len(labels))
        position = np.full(self.n, -1, dtype=np.int64)
        position[units] = np.arange(len(units))
        pairs = position[self.rivals].reshape(-1, 2)
        return replace(
            self,
            units=self.units[units],
            graph=self.graph.subgraph(units),
            weights=self.weights[:, units],
            mass=self.mass[units],
            cost=self.cost[units],
            home=np.where(self.home[units] >= 0, number[self.home[units]], -1),
            old=labels,
            fixed=self.fixed[units],
            row_of=np.unique(self.row_of[units], return_inverse=True)[1].astype(np.int64),
            rivals=pairs[(pairs >= 0).all(axis=1)],
            limits=self.limits.restricted(units, plan),
        )


def pieces_of(graph: Graph, plan: IntArray) -> tuple[IntArray, int]:
    """The connected piece of its grid that each unit lies in, and how many pieces there are."""
    ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
    same = plan[ends] == plan[graph.indices]
    matrix = coo_array((np.ones(int(same.sum())), (ends[same], graph.indices[same])), shape=(graph.n, graph.n))
    count, label = connected_components(matrix, directed=False)
    return label.astype(np.int64), int(count)


def cases_of(asked: Redrawing) -> list[Case]:
    """The connected parts of what is not locked, in the order of their lowest unit.

    Raises
    ------
    Infeasible
        Units that share a grid, or locked units of one grid, lie in different parts.
    """
    problem = asked.problem
    group = np.zeros(problem.n, dtype=np.int64) if problem.group is None else problem.group
    locked = np.isin(asked.old, np.array(asked.locked_grids, dtype=np.int64))
    # Locked units are parts of their own, so that nothing is joined by way of them.
    part = problem.graph.within(np.where(locked, -1 - np.arange(problem.n), group)).components()
    part[locked] = -1
    rows = _rows(asked)
    _refuse_torn(asked, part, rows)
    primary = _primary(asked, part)
    return [_case(asked, part, p, rows, primary, group) for p in np.unique(part[part >= 0]).tolist()]


def counts_of(case: Case, slack: int) -> range:
    """Numbers of grids that the bands leave open, at most `slack` from the number there was."""
    if len(case.limits.anchors):
        many = len(case.limits.anchors)
        return range(many, many + 1)
    fewest, (most, _) = max(need.grids for need in needs(case)), most_filled(case)
    return range(max(fewest, min(case.m - slack, most)), min(most, max(case.m + slack, fewest)) + 1)


def _rows(asked: Redrawing) -> IntArray:
    """Number of the set of units that share a grid by the rules, for every unit."""
    pairs = [(units[0], other) for units in asked.problem.together for other in units[1:]]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    n = asked.problem.n
    matrix = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return connected_components(matrix, directed=False)[1].astype(np.int64)


def _refuse_torn(asked: Redrawing, part: IntArray, rows: IntArray) -> None:
    name = asked.problem.unit_name
    for units in asked.problem.together:
        apart = [i for i in units if part[i] != part[units[0]]]
        grids = {int(asked.old[i]) for i in units if part[i] < 0}
        if apart or len(grids) > 1:
            other = apart[0] if apart else units[1]
            raise Infeasible(
                [f"{name(units[0])} and {name(other)} must share a grid, but no walk joins them outside locked grids"]
            )
    fixed = asked.fixed & (part >= 0)
    for g in np.unique(asked.old[fixed]).tolist():
        inside = np.flatnonzero(fixed & (asked.old == g))
        torn = inside[part[inside] != part[inside[0]]]
        if len(torn):
            ends = f"{name(int(inside[0]))} and {name(int(torn[0]))}"
            raise Infeasible([f"{ends} are locked into {asked.grid_name(g)}, but lie in parts that no grid can join"])
    for row in np.unique(rows[fixed]).tolist():
        inside = np.flatnonzero(fixed & (rows == row))
        torn = inside[asked.old[inside] != asked.old[inside[0]]]
        if len(torn):
            ends = f"{name(int(inside[0]))} and {name(int(torn[0]))}"
            raise Infeasible([f"{ends} must share a grid, but are locked into two; unlock one of them"])


def _primary(asked: Redrawing, part: IntArray) -> dict[int, int]:
    """The part in which each old grid goes on: where its locked units lie, else where most of it is."""
    primary: dict[int, int] = {}
    for g in range(asked.m):
        inside = np.flatnonzero((asked.old == g) & (part >= 0))
        if len(inside):
            weigh = asked.moving[inside] + 1e-9 + 1e18 * asked.fixed[inside]
            primary[g] = int(np.bincount(part[inside], weights=weigh).argmax())
    return primary


def _case(
    asked: Redrawing, part_of: IntArray, part: int, rows: IntArray, primary: dict[int, int], group: IntArray
) -> Case:
    problem = asked.problem
    units = np.flatnonzero(part_of == part)
    old = np.array([g for g in np.unique(asked.old[units]).tolist() if primary[g] == part], dtype=np.int64)
    number = np.full(asked.m, -1, dtype=np.int64)
    number[old] = np.arange(len(old))
    position = np.full(problem.n, -1, dtype=np.int64)
    position[units] = np.arange(len(units))
    pairs = position[np.array(asked.apart, dtype=np.int64).reshape(-1, 2)]
    banded = [measure for measure in problem.measures if measure.banded]
    mass = asked.moving[units]
    return Case(
        units=units,
        graph=problem.graph.subgraph(units),
        weights=np.array([m.weights[units] for m in banded]).reshape(len(banded), len(units)),
        low=np.array([float(m.lowest) * (1 - m.rounding) if m.lowest > 0 else -np.inf for m in banded]),
        high=np.array([float(m.highest) * (1 + m.rounding) for m in banded]),
        mass=mass,
        cost=mass + trifle(asked.moving),
        home=number[asked.old[units]],
        old=old,
        fixed=asked.fixed[units],
        row_of=np.unique(rows[units], return_inverse=True)[1].astype(np.int64),
        rivals=pairs[(pairs >= 0).all(axis=1)],
        limits=limits_of(asked, part_of, part),
        group=int(group[units[0]]),
    )


def trifle(moving: FloatArray) -> float:
    """What moving a unit costs beside its households: so little that all units together weigh less than one of them."""
    whole = bool((moving == np.rint(moving)).all())
    return (TRIFLE if whole else 1e-6 * float(moving.mean() or 1.0)) / len(moving)


def names(case: Case, asked: Redrawing) -> Iterator[str]:
    """What messages call the units of a case."""
    return (asked.problem.unit_name(int(i)) for i in case.units)
