"""A lower bound on compactness and travel that holds for every plan, with all sites allowed as centres.

Hess's model (Hess et al. 1965): x_rs assigns row r to centre s, k centres open, bands on every open grid, contiguity
left out. The rule "every row exactly once" is priced by multipliers u (Lagrangian relaxation); what remains falls apart
into one continuous knapsack per site, bounded from below by prices of its bands, and the k cheapest sites are opened.
Any u and any prices give a valid bound. Deflected subgradient steps of Polyak's length raise it, from multipliers that
spread what a good plan costs (Validi, Buchanan and Lykhovyd 2022 bound the same model).

On large parts steps are first made on bundles of rows, which costs little and comes near.
"""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.partition.bounds.relaxation import Bound, Dual, Sight, starts
from gridgeo_solvers.partition.ground.bundles import Bundles
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part
from gridgeo_solvers.stop import StopRule

__all__ = ["Bound", "lagrangian"]

LONGEST = 0.05
"""Longest step, as the gap that it would close, in shares of the incumbent."""
MEMORY = 0.9
"""Share of the last direction in the next one."""
PATIENCE = (20, 120)
"""Fewest and most steps without gain after which steps are shortened: a fortieth of all steps, within these."""
DECAY, SHORTEST = 0.75, 1e-3
"""By what steps are shortened, and how short they get before the search ends."""
FIRST, LATER = 1.0, 0.6
"""Length of the first step, from scratch and from what bundles taught."""
BUNDLES, FINER = 1024, 4
"""Rows above which bundles come first; how many more there are in the next finer part."""


def lagrangian(part: Part, k: int, incumbent: float, plan: IntArray, steps: int, stop: StopRule) -> Bound:
    """Bound of `part` with `k` grids after at most `steps` steps (on bundles as many), started from what `plan` costs."""
    dual = Dual(part, k, plan)
    best = max((dual.proven(u) for u in starts(part, k, plan, dual.load)), key=lambda bound: bound.value)
    if steps <= 0 or stop() or best.value >= incumbent:
        return best
    length, size = FIRST, BUNDLES
    while 2 * size <= part.n:
        u = _taught(dual, plan, best.u, size, incumbent, steps, length, stop)
        bound = dual.proven(u)
        best = max(best, bound, key=lambda one: one.value)
        length, size = LATER, size * FINER
        if stop():
            return best
    last = dual.proven(_climb(Sight(dual, best), best.u, incumbent, steps, length, stop))
    return max(best, last, key=lambda one: one.value)


def _taught(
    dual: Dual, plan: IntArray, u: FloatArray, size: int, incumbent: float, steps: int, length: float, stop: StopRule
) -> FloatArray:
    """Multipliers of all rows from steps on at most `size` bundles."""
    bundles = Bundles(dual.part, dual.load, size)
    small = Dual(bundles.part, dual.k, plan[bundles.heavy], bundles.sites)
    begun = bundles.total(u)
    first = small.proven(begun)
    return u + bundles.spread(_climb(Sight(small, first), begun, incumbent, steps, length, stop) - begun)


def _climb(sight: Sight, u: FloatArray, incumbent: float, steps: int, length: float, stop: StopRule) -> FloatArray:
    """Best multipliers after at most `steps` steps from `u`."""
    best, kept, stale = -np.inf, u, 0
    direction, patience = np.zeros(len(u)), int(np.clip(steps // 40, *PATIENCE))
    # A step counts as much for a light row as for a heavy one when it is measured per load.
    scale = sight.dual.scale
    for step in range(steps):
        if step and stop():
            break
        value = sight.look(u)
        stale = 0 if value > best + 2e-5 * abs(incumbent) else stale + 1
        if value > best:
            best, kept = value, u
        if stale >= patience:
            length, stale, u, direction = length * DECAY, 0, kept, np.zeros(len(u))
            continue
        slope = 1.0 - sight.uses()
        direction = MEMORY * direction + (1 - MEMORY if direction.any() else 1.0) * slope
        norm = float(direction @ (scale * direction))
        if norm < 1e-12 or best >= incumbent or length < SHORTEST:
            break
        gain = min(max(incumbent - value, 1e-9 * abs(incumbent)), LONGEST * abs(incumbent))
        u = u + length * gain / norm * scale * direction
    return kept
