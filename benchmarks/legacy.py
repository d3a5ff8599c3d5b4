"""Districts whose plan in force growth has put out of balance: the same arguments give the same district everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from generated import _cells, _spread_points
from numpy.typing import NDArray

from gridgeo_solvers.measures import Measure
from gridgeo_solvers.partition import PartitionParams, solve
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw import Redrawing

FAST = PartitionParams(starts=2, plans=1, rounds=24, sweeps=200, pairs=0, bound_steps=0, exact_units=0)


def district(
    units: int = 1500,
    grids: int = 40,
    *,
    k: int | None = None,
    tolerance: float = 0.10,
    growth: float = 0.5,
    seed: int = 1,
) -> Redrawing:
    """A district of `units` Voronoi cells with a plan of `grids` balanced grids, after growth; to be drawn into `k` grids.

    Households were within `tolerance` of their mean when the plan was drawn. Then some quarters grew, by about `growth`
    where they grew most, and single blocks were built up or pulled down, so that a few grids miss the band.
    """
    random = np.random.default_rng([seed, units, grids])
    side = 120.0 * np.sqrt(units)
    xy = _spread_points(units, side, side, random)
    graph, area = _cells(xy, side, side)
    before = np.rint(np.clip(30.0 * random.lognormal(0.0, 0.5, units), 2.0, 12.0 * units / grids))
    band = Measure.within("households", before, grids, 0.7 * tolerance)
    drawn = PartitionProblem(graph, (band,), grids, before, xy[:, 0], xy[:, 1])
    old = solve(drawn, params=FAST, seed=seed).assignment
    now = grown(before, xy, side, growth, random)
    count = grids if k is None else k
    measures = (Measure.within("households", now, count, tolerance), Measure("area", area, unit="m²"))
    problem = replace(drawn, measures=measures, k=count, mass=now)
    return Redrawing(problem, old, now)


def grown(
    before: NDArray[np.float64], xy: NDArray[np.float64], side: float, growth: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """Households after growth: a few round quarters gain up to `growth`, single blocks a little more or less."""
    factor = np.ones(len(before))
    for _ in range(4):
        away = np.hypot(*(xy - random.random(2) * side).T) / side
        factor += growth * np.exp(-((away / 0.13) ** 2))
    return np.rint(before * factor * random.lognormal(0.0, 0.05, len(before)))
