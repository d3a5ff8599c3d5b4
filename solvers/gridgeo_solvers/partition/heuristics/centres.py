"""Search for good centres: many settled starts, then regions of the best ones are seeded anew.

The worth of a set of centres is its transportation dual (`Transport`), which is exact, has no noise and costs
milliseconds. A move takes a grid with some of its neighbours, draws new centres for their rows and settles everything
again from the old prices: merging, splitting and shifting are special cases of it (iterated local search, Lourenço,
Martin and Stützle 2019; for medoids: Resende and Werneck 2004).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gridgeo_solvers.partition.ground.parts import IntArray, Part
from gridgeo_solvers.partition.heuristics.transport import Draft, Transport

POOL = 24
"""Drafts that are kept."""
STARTS = 6
"""Fresh starts that one leg chooses from."""
HEAT = 0.02
"""How much worse than the best a leg may stray at first."""


class CentreSearch:
    """Finds drafts of one part for one number of grids; `pool` holds the best, in order, with different centres."""

    def __init__(self, part: Part, k: int, random: np.random.Generator) -> None:
        self.part, self.k, self.random = part, k, random
        self.transport = Transport(part, k)
        self.pool: list[Draft] = []
        self._load = part.weights[self.transport.lead] if len(part.weights) else np.ones(part.n)

    def start(self) -> Draft:
        """A draft from fresh centres."""
        return self.keep(self.transport.settle(self.seeds(self.k, np.arange(self.part.n))))

    def keep(self, draft: Draft) -> Draft:
        """Remember a draft if it is among the best and its centres are new."""
        apart = len(np.unique(self.part.row_of[draft.centres])) == self.k
        if apart and np.isfinite(draft.value) and all(draft.key != one.key for one in self.pool):
            self.pool = sorted([*self.pool, draft], key=lambda one: one.value)[:POOL]
        return draft

    def leg(self, most: int, spent: Callable[[int], float], heat: float = HEAT) -> list[Draft]:
        """The pool after some fresh starts and `most` moves from the best of them, or until ``spent(moves)`` is 1.

        Empty where that time is over before anything was settled.
        """
        for _ in range(STARTS):
            if spent(0) >= 1.0:
                break
            self.start()
        if self.pool:
            self.improve(self.pool[0], lambda moves: max(moves / most, spent(moves)), heat)
        return self.pool

    def improve(self, draft: Draft, spent: Callable[[int], float], heat: float = HEAT) -> Draft:
        """Best draft after moves from `draft`, until ``spent(moves)``, the share of the work that is done, is 1.

        A slightly worse draft may be gone on from, by up to the share `heat` at first, less so later.
        """
        best = now = draft
        moves = 0
        while (share := spent(moves)) < 1.0:
            moves += 1
            tried = self.keep(self.moved(now))
            allowed = heat * (1 - share) ** 2
            bold = tried.value < best.value * (1 + allowed) and self.random.random() < 0.5
            if tried.value < now.value or bold:
                now = tried
            if now.value < best.value:
                best = now
            elif now.value > best.value * (1 + allowed):
                now = best
        return best

    def moved(self, draft: Draft) -> Draft:
        """`draft` with some neighbouring centres drawn anew."""
        size = int(self.random.choice([1, 2, 3, 4, 6], p=[0.2, 0.3, 0.25, 0.15, 0.1]))
        region = self._region(draft, min(size, self.k))
        rows = np.flatnonzero(np.isin(draft.choice, region))
        centres = draft.centres.copy()
        if len(region) == 1:
            centres[region] = self._near(draft, int(region[0]))
        elif len(rows) > len(region):
            centres[region] = self.seeds(len(region), rows)
        return self.transport.settle(centres, draft.prices)

    def seeds(self, count: int, rows: IntArray) -> IntArray:
        """`count` sites in different ones of `rows`: spread by D² sampling, or by load alone."""
        spread = self.random.random() < 0.6
        load = self._load[rows] + 1e-9
        taken = [int(self.random.choice(len(rows), p=load / load.sum()))]
        near = self._to(rows, taken[-1])
        free = np.ones(len(rows), dtype=bool)
        while len(taken) < count:
            free[taken[-1]] = False
            chance = (near if spread else load * (near > 0)) * free
            if chance.sum() <= 0:
                chance = free.astype(float)
            taken.append(int(self.random.choice(len(rows), p=chance / chance.sum())))
            near = np.minimum(near, self._to(rows, taken[-1]))
        d = self.part.distances
        return d.members[d.first[rows[taken]]]

    def _to(self, rows: IntArray, taken: int) -> IntArray:
        site = self.part.distances.members[self.part.distances.first[rows[taken]]]
        return self.part.distances.table(np.array([site]))[rows, 0]

    def _region(self, draft: Draft, size: int) -> IntArray:
        """A grid and those that lie nearest to it, by the cost of its rows to their centres."""
        g = int(self.random.integers(self.k))
        if size == 1:
            return np.array([g])
        reach = self.part.distances.table(draft.centres)[draft.choice == g]
        if not len(reach):
            return self.random.permutation(self.k)[:size]
        far = reach.sum(axis=0)
        far[g] = -1.0
        # Mostly the nearest; now and then one further off.
        order = np.argsort(far * self.random.uniform(0.7, 1.4, self.k), kind="stable")
        others = order[order != g][: size - 1]
        return np.array([g, *others])

    def _near(self, draft: Draft, g: int) -> int:
        """A site near the centre of grid `g`."""
        table = self.part.distances
        rows = np.flatnonzero(draft.choice == g)
        if len(rows) < 2:
            return int(draft.centres[g])
        way = table.table(np.array([draft.centres[g]]))[rows, 0] / (
            self.part.distances.mass[table.members[table.first[rows]]] + 1e-9
        )
        near = rows[np.argsort(way, kind="stable")[1 : 2 + max(8, len(rows) // 5)]]
        row = int(self.random.choice(near))
        return int(table.members[table.first[row]])
