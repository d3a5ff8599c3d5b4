"""Plans of very many units: bisected centres, a power diagram, and border rows that drift while bands tighten.

Cost grows with the rows of the borders, memory with the rows; nothing has the shape rows × grids. A quarter whose
measures are out of proportion can only be mended by its neighbours and theirs: every grid has a price for each
measure, raised while it has too much of it and slowly forgotten (a leaky method of multipliers, Hestenes 1969), so
that excess is handed on through grids that keep their bands.
"""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part
from gridgeo_solvers.partition.large.drifting import Level, drift
from gridgeo_solvers.partition.large.joining import joined
from gridgeo_solvers.partition.large.power import Points, power_start
from gridgeo_solvers.partition.large.state import Rows, grids_of
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import StopRule

HOT, COLD = 1.0, 0.02
"""First and last temperature, in mean costs of a row."""
WEAK, STRONG = 0.3, 30.0
"""Pressure of the bands at the first and the last temperature."""
NARROW, WIDE = 0.1, 0.98
"""Share of a band's width that is aimed at, at first and in the end."""
RAISE, KEEP = 0.2, 0.95
"""What a mean row's miss adds to a grid's price, and the share of a price that is kept from one level to the next."""
DEAREST = 20.0
"""Largest price, so that a grid that can't be mended doesn't stir up its neighbours for ever."""
LEVELS = 40
"""Temperatures in a whole annealing."""
MENDING = 60
"""Further levels, at most, while a band is missed."""
MENDING_HEAT = 0.15


def large_plan(
    part: Part, k: int, *, seed: int, stop: StopRule, progress: Progress | None = None, sweeps: int = 400
) -> IntArray:
    """A connected plan of `k` grids of the rows of a connected `part`, as balanced and compact as found.

    Bands (the widest of any grid), connection and the moment of inertia about centroids are what it knows; other rules
    and objectives are left to whoever goes on from the plan. The same seed gives the same plan unless `stop` cut it short.

    Parameters
    ----------
    part
        `Part.graph` is connected; straight-line positions are used even where road times count.
    k
        Number of grids, at most the number of rows.
    seed
        Of all random choices.
    stop
        Asked between two levels; the best plan so far is returned.
    progress
        Hears a stage of that many levels, and every level.
    sweeps
        Proposed moves for each border row in all.

    Returns
    -------
    IntArray
        Shape (rows,): grid 0..k-1 of every row; every grid has a row.
    """
    if k == 1 or k == part.n:
        return np.zeros(part.n, dtype=np.int64) if k == 1 else np.arange(part.n, dtype=np.int64)
    random = np.random.default_rng([seed, k, part.n])
    points = Points.of(part, k)
    plan = joined(part.graph, power_start(points, k, random)[0], points.load, k)
    return settle(part, points, plan, k, random, stop=stop, progress=progress, sweeps=sweeps)


def settle(
    part: Part,
    points: Points,
    plan: IntArray,
    k: int,
    random: np.random.Generator,
    *,
    stop: StopRule,
    progress: Progress | None = None,
    sweeps: int = 400,
    hot: float | None = None,
) -> IntArray:
    """Anneal a connected `plan` from temperature `hot`; the best plan met once cold (or the last, where stopped)."""
    hot = HOT if hot is None else hot
    run = _Annealing(part, points, plan, k)
    heard = progress or Progress()
    heard.stage("anneal", LEVELS)
    for level in range(LEVELS):
        if stop():
            break
        share = level / (LEVELS - 1)
        heat = hot * (COLD / hot) ** share
        run.level(heat, WEAK * (STRONG / WEAK) ** share, NARROW + (WIDE - NARROW) * share, sweeps / LEVELS, random)
        heard.advance()
    best, missed = run.plan.copy(), run.missed()
    for turn in range(MENDING):
        if not missed or stop():
            break
        heat = MENDING_HEAT * (COLD / MENDING_HEAT) ** (turn % 10 / 9)
        run.level(heat, STRONG, WIDE, sweeps / LEVELS, random)
        if run.missed() < missed:
            best, missed = run.plan.copy(), run.missed()
    return best


class _Annealing:
    """The state of one annealing: a plan, what its grids' totals may be, and the price of every measure in each."""

    def __init__(self, part: Part, points: Points, plan: IntArray, k: int) -> None:
        self.rows, self.k = Rows.of(part.graph, points), k
        self.plan = plan.copy()
        mean = np.maximum(part.weights.sum(axis=1), 1e-12) / k
        self.lower, self.upper = part.lower / mean, part.upper / mean
        self.middle = np.clip(1.0, self.lower, self.upper)
        self.prices = np.zeros((k, len(mean)))

    def level(self, heat: float, press: float, width: float, per_border: float, random: np.random.Generator) -> None:
        """Let rows drift at one temperature, bands drawn in to the share `width` of theirs, then renew the prices."""
        low = self.middle + width * (self.lower - self.middle)
        high = self.middle + width * (self.upper - self.middle)
        level = Level(heat, press, low, high, self.prices)
        drift(self.plan, self.k, self.rows, level, per_border, int(random.integers(1, 1 << 62)))
        rows, totals = self._totals()
        over = np.maximum(totals - high, 0.0) - np.maximum(low - totals, 0.0)
        self.prices = np.clip(KEEP * self.prices + RAISE * over * rows[:, None], -DEAREST, DEAREST)

    def missed(self) -> float:
        """What all totals miss their bands by, in means of a grid."""
        totals = self._totals()[1]
        missed = np.maximum(totals - self.upper, 0.0) + np.maximum(self.lower - totals, 0.0)
        return float(missed[missed > 1e-9].sum())

    def _totals(self) -> tuple[IntArray, FloatArray]:
        grids = grids_of(self.plan, self.k, self.rows)
        return grids.size, grids.totals
