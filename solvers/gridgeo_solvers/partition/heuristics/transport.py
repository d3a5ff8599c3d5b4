"""Centres, and the prices that balance them: the dual of a transportation problem.

Every grid asks a price per unit of each banded measure; a row goes where cost plus prices is least. For one measure the
prices are exact (`flows.balance`); for several, the price vector of one measure after the other is made exact while the
others stand (block-coordinate ascent on the concave dual). Connection and whole rows are left out, so the dual value is
a lower bound for these centres, and so nearly the worth of the finished plan that centres are searched by it. Centres
move to the best site of their rows until nothing moves (capacitated k-medoids, after Mulvey and Beck 1984).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground.distances import medoid_kernel, table_kernel
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part
from gridgeo_solvers.partition.heuristics.flows import balance

STEPS = 30
"""Most times that centres move in one settling."""
BLOCKS = 6
"""Most rounds over the measures, where there are several."""


@dataclass(frozen=True)
class Draft:
    """Centres (sites), the prices (measures, k) that balance them, the rows' choices, and the dual value."""

    centres: IntArray
    prices: FloatArray
    choice: IntArray
    value: float

    @property
    def key(self) -> tuple[int, ...]:
        """The centres, comparable."""
        return tuple(sorted(self.centres.tolist()))


class Transport:
    """Settles centres of one part for one number of grids."""

    def __init__(self, part: Part, k: int) -> None:
        self.part, self.k = part, k
        low, high = part.bands(k)
        self._low, self._high = np.ascontiguousarray(low), np.ascontiguousarray(high)
        # The narrowest band comes last, so that it holds exactly.
        width = (np.minimum(part.upper, 10 * part.mean) - part.lower) / part.mean
        order = np.argsort(-width, kind="stable")
        self._order = order.astype(np.int64)
        self.lead = int(order[-1]) if len(order) else -1

    def settle(self, centres: IntArray, prices: FloatArray | None = None, *, steps: int = STEPS) -> Draft:
        """Prices for `centres`, which move to the best sites of their rows up to `steps` times (0: they stay)."""
        where = np.asarray(centres, dtype=np.int64).copy()
        asked = np.zeros(self._low.shape) if prices is None else prices.copy()
        choice = np.zeros(self.part.n, dtype=np.int64)
        d = self.part.distances
        value = _settle(
            where, asked, choice, self.part.weights, self._low, self._high, self._order, steps, BLOCKS, *d.arrays
        )
        return Draft(where, asked, choice, value)

    def at(self, centres: IntArray, prices: FloatArray) -> Draft:
        """The draft of exactly these centres."""
        return self.settle(centres, prices, steps=0)


@kernel
def _settle(
    centres, prices, choice, weights, low, high, order, steps, blocks, x, y, mass, whole_km, seconds, first, members
):  # fmt: skip
    k = len(centres)
    step = 0
    while True:
        cost = table_kernel(centres, x, y, mass, whole_km, seconds, first, members)
        value = price(cost, weights, low, high, order, prices, choice, blocks)
        if step >= steps or k == 1:
            return value
        step += 1
        used = np.zeros(k, dtype=np.int64)
        for r in range(len(choice)):
            used[choice[r]] += 1
        site, _ = medoid_kernel(choice, k, x, y, mass, whole_km, seconds, first, members)
        moved = False
        for g in range(k):
            if used[g] and site[g] != centres[g]:
                centres[g] = site[g]
                moved = True
        if not moved:
            return value


@kernel
def price(cost, weights, low, high, order, prices, choice, blocks):
    """Raise the dual value over all measures; `prices` and `choice` change in place. Returns the value."""
    n, k = cost.shape
    if len(order) == 0:
        value = 0.0
        for r in range(n):
            choice[r] = np.argmin(cost[r])
            value += cost[r, choice[r]]
        return value
    if len(order) == 1:
        return balance(cost, weights[0], low[0], high[0], prices[0].copy(), choice, prices[0])
    value = -np.inf
    for _ in range(blocks):
        before = value
        for m in order:
            priced = cost.copy()
            fixed = 0.0
            for other in order:
                if other == m:
                    continue
                for g in range(k):
                    p = prices[other, g]
                    if p != 0.0:
                        fixed -= p * (high[other, g] if p > 0.0 else low[other, g])
                        for r in range(n):
                            priced[r, g] += weights[other, r] * p
            value = fixed + balance(priced, weights[m], low[m], high[m], prices[m].copy(), choice, prices[m])
        if value == np.inf or value <= before + 1e-4 * abs(before):
            break
    return value
