"""Simulated annealing on connected grids: one row at a time moves to a neighbouring grid, under every rule.

Connection and seeds are hard. Bands, rivals and split areas are penalties, weak while hot and strong at the end; of bands the
quadratic part lets excess diffuse through grids that are full, the linear part closes the last small miss. The kernel
is compiled at its first call, then cached.
"""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.partition.ground.parts import IntArray, Part
from gridgeo_solvers.partition.ground.values import Found, better, found
from gridgeo_solvers.partition.heuristics.sweeping import sweep, tables_of

COLD = 0.02
"""Last temperature, in mean costs of a row."""
WEAK, STRONG = 0.3, 30.0
"""Pressure of the bands at the first and the last level: what moving one mean row's excess costs."""
FIRM, FIRMEST = 10.0, 90.0
"""What one pair of rivals that meet, or one split too many, costs at the first and the last level."""


def anneal(part: Part, plan: IntArray, k: int, *, sweeps: int, hot: float, seed: int, inside: float = 0.0) -> Found:
    """Best plan met from `plan`: temperatures fall geometrically from `hot` (in mean costs of a row).

    Grids are centred anew after every level. `sweeps` is the number of proposed moves per row in all; proposals inside
    a grid, which change nothing, are counted and not drawn. The share `inside` of each band is kept clear at both ends
    while moves are weighed, so that what misses the narrower band still keeps the real one.
    """
    levels = int(np.clip(sweeps // 20, 8, 60))
    best = found(part, plan.copy(), k)
    unit_cost = max(best.value.cost / part.n, 1e-12)
    moves = _Moves(part, plan, k, seed, inside)
    for level in range(levels + 1):
        share = min(level / max(levels - 1, 1), 1.0)
        heat = 0.0 if level == levels else unit_cost * hot * (COLD / hot) ** share
        press = unit_cost * WEAK * (STRONG / WEAK) ** share
        firm = unit_cost * FIRM * (FIRMEST / FIRM) ** share
        moves.sweep(max(part.n * sweeps // levels, 1), heat, press, firm)
        best = better(best, found(part, moves.plan.copy(), k))
    return best


class _Moves:
    """A plan that changes in place, and the arrays that its kernel keeps beside it."""

    def __init__(self, part: Part, plan: IntArray, k: int, seed: int, inside: float) -> None:
        self.part, self.k, self.plan = part, k, np.array(plan, dtype=np.int64)
        graph = part.graph
        ends = np.repeat(np.arange(part.n, dtype=np.int64), np.diff(graph.indptr))
        frozen = np.zeros(part.n, dtype=bool)
        frozen[part.seeds] = True
        self._net = (graph.indptr, graph.indices, ends, np.lexsort((ends, graph.indices)), part.cut, frozen)
        low, high = part.bands(k)
        clear = inside * np.where(np.isfinite(high) & (low > 0), high - low, 0.0)
        low, high = low + clear, high - clear
        typical = k / part.n
        self._bands = (np.ascontiguousarray(part.weights), low, high, 1 / part.mean, 1 / typical)
        slot = np.cumsum(np.diff(part.apart.indptr) > 0) - 1
        slot[np.diff(part.apart.indptr) == 0] = -1
        self._rivals = (part.apart.indptr, part.apart.indices, slot.astype(np.int64))
        self._zones = (part.zone, part.splits)
        self._tables = tables_of(self.plan, k, self._rivals, self._zones)
        self._state = np.array([seed * 2654435769 + 88172645463325252], dtype=np.uint64)
        self._stamp = np.zeros((2, part.n), dtype=np.int64)
        self._mark = 0

    def sweep(self, proposals: int, heat: float, press: float, firm: float) -> None:
        """Propose moves at one temperature; one mean row's excess costs `press`, one pair of rivals `firm`."""
        part, k = self.part, self.k
        now = part.distances.table(part.centres(self.plan, k)) * part.centred if part.centred else np.zeros((0, 0))
        self._mark = sweep(
            self.plan, part.totals(self.plan, k), now, self._net, self._bands, self._rivals, self._zones,
            self._tables, (proposals, heat, press * part.n / k, firm), self._state, self._stamp, self._mark,
        )  # fmt: skip
