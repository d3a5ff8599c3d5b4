"""Centres of a wide part are searched on a small one: bundles of neighbouring rows, each a point with a mass.

What the units of a bundle add to a centre is what their mean point adds with their whole mass, and a constant (Huygens
and Steiner), so that sets of centres compare alike on both, while a move costs a fraction. The sets that do well are settled
again on all rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gridgeo_solvers.partition.ground.bundles import Bundles
from gridgeo_solvers.partition.ground.distances import Distances
from gridgeo_solvers.partition.ground.parts import Part
from gridgeo_solvers.partition.heuristics.centres import CentreSearch
from gridgeo_solvers.partition.heuristics.transport import Draft, Transport

BUNDLES = 64
"""Bundles for each grid, at most."""
LEG = 8
"""Moves of one leg, for each grid."""
HEAT = 0.01
"""How much worse than the best a leg may stray at first."""


class CoarseSearch:
    """Finds drafts of a wide `part` (straight-line distances) by centres of its bundles."""

    def __init__(self, part: Part, k: int, random: np.random.Generator) -> None:
        self.k, self.random = k, random
        self.transport = Transport(part, k)
        self.small, self._sites = _points(part, BUNDLES * k)

    def leg(self, spent: Callable[[int], float]) -> Draft | None:
        """A draft of the whole part from a fresh start and `LEG` moves for each grid, or until ``spent(moves)`` is 1.

        None where that time is over before anything was settled.
        """
        pool = CentreSearch(self.small, self.k, self.random).leg(LEG * self.k, spent, HEAT)
        return self.transport.settle(self._sites[pool[0].centres], pool[0].prices) if pool else None


def _points(part: Part, most: int) -> tuple[Part, np.ndarray]:
    """`part` with bundles for rows and units, and the site in `part` that stands for each."""
    d = part.distances
    heavy = d.mass + 1e-9 * max(float(d.mass.mean()), 1.0)
    load = np.bincount(part.row_of, weights=heavy, minlength=part.n).astype(np.float64)
    bundles = Bundles(part, load, most)
    home, count = bundles.label[part.row_of], bundles.count
    mass = np.bincount(home, weights=heavy, minlength=count).astype(np.float64)
    x, y = (np.bincount(home, weights=heavy * at, minlength=count) / mass for at in (d.x, d.y))
    own = np.arange(count, dtype=np.int64)
    points = Distances(x, y, mass, False, np.zeros((0, 0)), np.arange(count + 1, dtype=np.int64), own)
    small = replace(bundles.part, units=part.units[bundles.sites], row_of=own, distances=points)
    return small, bundles.sites
