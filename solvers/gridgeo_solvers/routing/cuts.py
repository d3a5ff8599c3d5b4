"""What no tours through streets cost less than: a linear programme over cuts.

Belenguer and Benavent 2003, *A cutting plane algorithm for the capacitated arc routing problem*. Its variables say how
often each street is gone without service, by all tours together. The tours must cross the border of every set of junctions
without the depot, as often as its load needs, there and back (capacity cuts), and an even number of times (odd cuts).
Only cuts that the last solution breaks are added: odd ones from minimum cuts between junctions with an odd number of tasks
(Padberg and Rao 1982), capacity ones from one minimum cut for each guess of how far rounding lifts the load.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from gridgeo_solvers.routing.formats.carplib import StreetInstance
from gridgeo_solvers.stop import StopRule

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

ROUNDS = 300
"""Programmes solved at the most."""
BROKEN = 1e-3
"""By how much a cut must be broken to be added."""
SHARES = (0.0, 0.25, 0.5, 0.75)
"""Streets gone more often than this without service join junctions into sets that are tried first."""
LIFTS = (1.0, 1.1, 1.25, 1.5, 2.0, 3.0)
"""Factors of the load for which one minimum cut each is looked for: what rounding up may add."""
EXACT = 100_000
"""Units of one crossing in a flow, which is counted in whole numbers."""
SAFE = 1e-6
"""Share of the programme's value that may be numerical dirt."""


def cut_bound(instance: StreetInstance, *, stop: StopRule | None = None) -> float:
    """What no tours that serve all tasks cost less than; one-way streets may be crossed either way here.

    Parameters
    ----------
    instance
        The streets.
    stop
        Asked between programmes and between the sets that are tried; true ends with the bound so far.
    """
    cuts = _Cuts(instance)
    engine = highspy.Highs()
    engine.setOptionValue("output_flag", False)
    engine.setOptionValue("threads", 1)
    for cost in instance.cost.tolist():
        engine.addVar(0.0, highspy.kHighsInf)
        engine.changeColCost(engine.getNumCol() - 1, cost)
    deadheads, best = np.zeros(len(instance.cost)), 0.0
    for _ in range(ROUNDS):
        fresh = cuts.broken(deadheads, stop or (lambda: False))
        if not fresh:
            break
        for crossed, least in fresh:
            engine.addRow(least, highspy.kHighsInf, len(crossed), crossed.astype(np.int32), np.ones(len(crossed)))
        engine.run()
        if engine.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        deadheads = np.array(engine.getSolution().col_value)
        best = engine.getInfo().objective_function_value
        if stop is not None and stop():
            break
    safe = best * (1 - SAFE)
    whole = bool((instance.cost == np.rint(instance.cost)).all())
    return float(instance.cost[: instance.tasks].sum()) + (math.ceil(safe - SAFE) if whole else safe)


class _Cuts:
    """Cuts that a solution breaks, each once: the streets that cross it and how often they must be gone without service."""

    def __init__(self, instance: StreetInstance) -> None:
        self.instance = instance
        self.u, self.v, self.n = instance.tail, instance.head, instance.n
        self.task = np.arange(len(instance.cost)) < instance.tasks
        ends = np.concatenate([self.u[self.task], self.v[self.task]])
        apart = (self.u != self.v)[self.task]
        self.odd = np.bincount(ends[np.tile(apart, 2)], minlength=self.n) % 2 == 1
        self.load = np.bincount(ends, weights=np.tile(instance.demand, 2), minlength=self.n).astype(np.float64)
        self.known: set[bytes] = set()

    def broken(self, deadheads: FloatArray, stop: StopRule) -> list[tuple[IntArray, float]]:
        """Broken cuts that are new, the cheap ways to find them first; none where all ways find none or `stop` says so."""
        for search in (self._joined, self._heavy, self._even):
            found: list[tuple[IntArray, float]] = []
            for inside in search(deadheads):
                found += self._cut(inside, deadheads)
                if stop():
                    return found
            if found:
                return found
        return []

    def _cut(self, inside: BoolArray, deadheads: FloatArray) -> Iterator[tuple[IntArray, float]]:
        """The cut around a set of junctions, where it is broken and new."""
        crossing = inside[self.u] != inside[self.v]
        served = int((crossing & self.task).sum())
        least = served % 2
        if not inside[self.instance.depot]:
            load = float(self.instance.demand[(inside[self.u] | inside[self.v])[self.task]].sum())
            # A set without load needs no tour; without capacity, a load needs one all the same.
            tours = math.ceil(load / self.instance.capacity - 1e-9) if self.instance.capacity else 0
            least = max(least, 2 * tours - served)
        key = np.packbits(inside).tobytes()
        if key not in self.known and least - float(deadheads[crossing].sum()) > BROKEN:
            self.known.add(key)
            yield np.flatnonzero(crossing), float(least)

    def _joined(self, deadheads: FloatArray) -> Iterator[BoolArray]:
        """Single junctions, and those that streets gone without service join."""
        for share in SHARES:
            kept = deadheads > share + BROKEN
            matrix = coo_array((np.ones(int(kept.sum())), (self.u[kept], self.v[kept])), shape=(self.n, self.n))
            count, part = connected_components(matrix, directed=False)
            for number in range(count):
                yield self._without_depot(part == number)

    def _heavy(self, deadheads: FloatArray) -> Iterator[BoolArray]:
        """For each lift the set whose border is crossed least for its load, and its connected parts.

        A street's crossings count as its capacity less its load; a junction left outside costs the load of its streets.
        """
        if not self.instance.capacity:
            return
        for lift in LIFTS:
            share = lift / self.instance.capacity
            crossed: FloatArray = deadheads + self.task.astype(np.float64)
            crossed[self.task] -= share * self.instance.demand
            inside = self._least_cut(crossed.clip(min=0.0), share * self.load)
            yield inside
            yield from self._parts(inside)

    def _least_cut(self, crossed: FloatArray, outside: FloatArray) -> BoolArray:
        """The set without the depot with the least sum of `crossed` over its border and `outside` over its complement."""
        source = self.n
        tail = np.concatenate([self.u, self.v, np.full(self.n, source)])
        head = np.concatenate([self.v, self.u, np.arange(self.n)])
        return self._side(tail, head, np.concatenate([crossed, crossed, outside]), source, self.instance.depot)[
            : self.n
        ]

    def _even(self, deadheads: FloatArray) -> Iterator[BoolArray]:
        """Least cuts between odd junctions, along a tree of them (Gusfield 1990)."""
        tail, head = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        both = np.concatenate([deadheads, deadheads])
        odd = np.flatnonzero(self.odd)
        towards = np.zeros(len(odd), dtype=np.int64)
        for i in range(1, len(odd)):
            inside = self._side(tail, head, both, int(odd[i]), int(odd[towards[i]]))[: self.n]
            later = np.arange(i + 1, len(odd))
            towards[later[inside[odd[later]] & (towards[later] == towards[i])]] = i
            yield self._without_depot(inside)

    def _side(self, tail: IntArray, head: IntArray, room: FloatArray, source: int, sink: int) -> BoolArray:
        """Places on the source's side of a least cut; `room` of arcs from `tail` to `head`."""
        size = self.n + 1
        matrix = csr_array(coo_array((np.rint(room * EXACT).astype(np.int32), (tail, head)), shape=(size, size)))
        matrix.sum_duplicates()
        left = csr_array(matrix - maximum_flow(matrix, source, sink).flow)
        left.data[left.data < 0] = 0
        left.eliminate_zeros()
        inside = np.zeros(size, dtype=bool)
        inside[breadth_first_order(left, source, return_predecessors=False)] = True
        return inside

    def _parts(self, inside: BoolArray) -> Iterator[BoolArray]:
        kept = inside[self.u] & inside[self.v]
        matrix = coo_array((np.ones(int(kept.sum())), (self.u[kept], self.v[kept])), shape=(self.n, self.n))
        _, part = connected_components(matrix, directed=False)
        for number in np.unique(part[inside]):
            yield inside & (part == number)

    def _without_depot(self, inside: BoolArray) -> BoolArray:
        return ~inside if inside[self.instance.depot] else inside
