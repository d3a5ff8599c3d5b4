"""Proof of optimality by the centres: every set of k sites that could be the centres of a cheaper plan is refuted.

Reduced costs of the Lagrangian bound leave some hundred sites. Divisions of them ("one centre here, two there") are
split until their bound exceeds the best plan, or few sets of centres are left (`centre_sets`); those fall by the prices
of their transportation problem, one vector of prices often felling many sets, or else by an integer programme
(`fixed_centres`), which may also find a better plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

from gridgeo_solvers.partition.bounds.lagrangian import Bound
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part
from gridgeo_solvers.partition.ground.values import Found
from gridgeo_solvers.partition.heuristics.transport import Transport
from gridgeo_solvers.partition.proof.centre_sets import Division, Sites
from gridgeo_solvers.partition.proof.fixed_centres import Dual, FixedCentres, dual, ends, met
from gridgeo_solvers.stop import StopRule

LISTED = 100
"""Most sets of centres of a division that are looked at one by one."""
TIE = 1e-9
"""Share of its cost by which a plan must be cheaper to count as better."""


@dataclass(frozen=True)
class CentreWork:
    """Most work of a proof: divisions looked at, steps on each, priced sets, integer programmes and their nodes."""

    divisions: int = 3000
    steps: int = 20
    sets: int = 30_000
    programmes: int = 400
    nodes: int = 20_000


@dataclass
class Tally:
    """What a proof did: divisions bounded, sets met one by one, priced, left for programmes, and programmes run."""

    divisions: int = 0
    listed: int = 0
    priced: int = 0
    survivors: int = 0
    programmes: int = 0
    rounds: int = 0


@dataclass
class _Left:
    """A set of centres that its prices don't refute."""

    centres: IntArray
    bound: Dual = field(repr=False)


class CentreProof:
    """One proof about `part` with `k` grids, from the plan `best` and the Lagrangian `bound`."""

    def __init__(self, part: Part, best: Found, k: int, bound: Bound, work: CentreWork) -> None:
        self.part, self.best, self.k, self.work, self.start = part, best, k, work, bound
        self.tally = Tally()
        self.transport = Transport(part, k)
        self.low, self.high = ends(part, k)
        self.prices = self.transport.at(part.centres(best.plan, k), np.zeros(self.low.shape)).prices
        keep, _ = bound.fixed_out(part, k, self.limit)
        sites = np.flatnonzero(keep)
        self.sites = Sites(part, k, sites, best.plan[part.row_of[sites]], bound.measure)
        self.left: list[_Left] = []

    @property
    def limit(self) -> float:
        """What a plan must cost less than to count as better."""
        return self.best.value.cost * (1 - TIE)

    def run(self, stop: StopRule) -> tuple[Found, float]:
        """Best plan and bound, equal where the proof is complete."""
        if len(self.sites.sites) < self.k or self.start.value >= self.limit:
            return self.best, self.best.value.cost
        open_value = self._divide(stop)
        # Where divisions stay open, programmes help the bound only for sets below the least of those.
        values = [open_value]
        values += [
            self._settle(left, stop) if left.bound.value < open_value else left.bound.value
            for left in sorted(self.left, key=lambda one: one.bound.value)
        ]
        value = max(min(values), min(self.start.value, self.best.value.cost))
        return self.best, self.best.value.cost if value >= self.limit * (1 - 2e-8) else value

    def _divide(self, stop: StopRule) -> float:
        """Least bound of the divisions that the work didn't reach; infinite where none is left."""
        s = self.sites
        every = np.arange(len(s.sites))
        root = Division(self.start.value, (every,), (self.k,), self.start.u, self.start.price[s.sites].copy())
        heap, count = [(root.value, 0, root)], 0
        while heap:
            if stop() or self.tally.divisions >= self.work.divisions or self.tally.priced >= self.work.sets:
                return heap[0][0]
            _, _, division = heappop(heap)
            self.tally.divisions += 1
            raised = s.raised(division, self.limit, self.work.steps)
            if raised.value > self.limit or any(len(g) < c for g, c in zip(raised.groups, raised.counts, strict=True)):
                continue
            if raised.sets <= LISTED:
                self._list(raised)
                continue
            for child in s.split(raised):
                count += 1
                heappush(heap, (child.value, count, child))
        return np.inf

    def _list(self, division: Division) -> None:
        """Refute the sets of a division one by one, or leave them to programmes."""
        table = division.listed()
        home = np.sort(self.sites.home[table], axis=1)
        table = table[(np.diff(home, axis=1) > 0).all(axis=1)]
        bounds = np.full(len(table), division.value)
        done = np.zeros(len(table), dtype=bool)
        self.tally.listed += len(table)
        while True:
            open_sets = np.flatnonzero(~done & (bounds <= self.limit))
            if not len(open_sets):
                return
            i = int(open_sets[bounds[open_sets].argmin()])
            done[i] = True
            one = self._priced(table[i])
            if one.value <= self.limit:
                self.left.append(_Left(table[i], one))
                self.tally.survivors += 1
            if len(open_sets) > 1:
                bounds = np.maximum(bounds, self._alike(division, one, table))

    def _priced(self, chosen: IntArray) -> Dual:
        self.tally.priced += 1
        draft = self.transport.at(self.sites.sites[chosen], self.prices)
        if np.isfinite(draft.prices).all():
            self.prices = draft.prices
        cost = np.ascontiguousarray(self.sites.cost[chosen].T)
        return dual(self.part, cost, self.sites.home[chosen], self.prices * self.part.centred, self.low, self.high)

    def _alike(self, division: Division, one: Dual, table: IntArray) -> FloatArray:
        """What the multipliers and prices of one set say of all sets of the division."""
        worth = np.full(len(self.sites.sites), -np.inf)
        for g, owner in enumerate(division.owner):
            some = division.groups[owner]
            reduced = self.sites.cost[some] - (one.u - one.rent[:, g])[None, :]
            own = reduced[np.arange(len(some)), self.sites.home[some]]
            total = np.minimum(reduced, 0.0).sum(axis=1) + np.maximum(own, 0.0) - one.due[g]
            worth[some] = np.maximum(worth[some], total)
        size = float(np.abs(one.u).sum()) + self.k * float(np.abs(worth[np.isfinite(worth)]).max())
        return np.asarray(one.u.sum() + worth[table].sum(axis=1) - 1e-11 * size)

    def _settle(self, left: _Left, stop: StopRule) -> float:
        """Bound on the plans with these centres after an integer programme; a better plan is kept."""
        cost = np.ascontiguousarray(self.sites.cost[left.centres].T)
        value = left.bound.value
        while value <= self.limit and not stop() and self.tally.programmes < self.work.programmes:
            self.tally.programmes += 1
            model = FixedCentres(self.part, cost, self.sites.home[left.centres], left.bound, self.limit)
            settled = model.settle(self.work.nodes, stop)
            self.tally.rounds += settled.nodes
            value = max(value, settled.bound)
            one = None if settled.plan is None else met(self.part, settled.plan, self.k)
            if one is None or one.value.cost >= self.limit:
                break
            self.best = one
        return value


def prove_by_centres(
    part: Part, best: Found, k: int, bound: Bound, stop: StopRule, work: CentreWork | None = None
) -> tuple[Found, float]:
    """Best plan and bound of a `plain` part; both equal where every set of centres is refuted within `work`."""
    return CentreProof(part, best, k, bound, work or CentreWork()).run(stop)
