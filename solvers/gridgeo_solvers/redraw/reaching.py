"""What a grid that reaches beyond a separator can hold there, and what one that doesn't must hold before it.

Let a separator S part the units B beyond from the units N before it, g a label whose grid hangs together, K any units of N,
and w a measure with the band L..U. The grid holds a unit of S, or lies all in B, or holds nothing of B. Hence

* room: w(g in B) ≤ max(U - w(K), 0) g(S) + max(U / w(K), 1) w(K not in g): who reaches over S keeps K and has room for the
  rest, or gives parts of K up; who lies all in B gave up all of K;
* need, where w(K) < L: w(g in N) ≥ L - (L - w(K)) g(S) - L / w(K) · w(K not in g): who has K and doesn't reach over S finds
  what it lacks before it.

Both hold whatever K is. They bite most around the units that a relaxation gives to g (nearly) whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.redraw.asking import FloatArray, IntArray
from gridgeo_solvers.redraw.cases import Case
from gridgeo_solvers.redraw.separators import flood

LEAST = 0.01
"""Share of a band's end by which a rule has to be broken to be added."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Reach:
    """A label, a separator, the units beyond it and those before it, shape (n,)."""

    g: int
    cut: IntArray
    beyond: Mask
    near: Mask


@dataclass(frozen=True)
class Row:
    """``values @ x[units, g] ≤ high``."""

    g: int
    units: IntArray
    values: FloatArray
    high: float


def reach_of(case: Case, g: int, i: int, cut: tuple[int, ...]) -> Reach:
    """The sides of a separator, unit `i` beyond it."""
    open_ = np.ones(case.n, dtype=bool)
    open_[list(cut)] = False
    beyond = flood(case.graph, [i], open_)
    return Reach(g, np.array(cut, dtype=np.int64), beyond, open_ & ~beyond)


def rows_of(case: Case, reach: Reach, core: Mask) -> list[Row]:
    """The rules of every band around `core`, which lies before the separator."""
    found: list[Row] = []
    for weights, low, high in zip(case.weights, case.low, case.high, strict=True):
        own = float(weights[core].sum())
        if own <= 0:
            continue
        if np.isfinite(high):
            found.append(_room(reach, core, weights, own, float(high)))
        if own < low:
            found.append(_need(reach, core, weights, own, float(low)))
    return found


def _room(reach: Reach, core: Mask, weights: FloatArray, own: float, high: float) -> Row:
    far, kept = np.flatnonzero(reach.beyond & (weights > 0)), np.flatnonzero(core & (weights > 0))
    steep = max(high / own, 1.0)
    room = np.full(len(reach.cut), -max(high - own, 0.0))
    values = np.concatenate([weights[far], room, steep * weights[kept]])
    return Row(reach.g, np.concatenate([far, reach.cut, kept]), values / high, steep * own / high)


def _need(reach: Reach, core: Mask, weights: FloatArray, own: float, low: float) -> Row:
    inside = np.flatnonzero(reach.near & (weights > 0))
    values = np.where(core[inside], low / own - 1.0, -1.0) * weights[inside]
    lack = np.full(len(reach.cut), own - low)
    return Row(reach.g, np.concatenate([inside, reach.cut]), np.concatenate([values, lack]) / low, 0.0)


def broken_reaches(case: Case, reaches: list[Reach], shares: FloatArray, most: int) -> list[Row]:
    """Up to `most` rules that `shares`, shape (n, labels), break most, around the units that are whole enough for each."""
    found: list[tuple[float, Row]] = []
    for reach in reaches:
        share = shares[:, reach.g]
        over = float(share[reach.cut].sum())
        # A unit of the core is worth its place where what is lacking of it weighs less than its part of what reaches over.
        if not 1e-6 < over < 1 or not (share[reach.beyond] > 1e-6).any():
            continue
        core = reach.near & (1 - share < 0.9 * over)
        for row in rows_of(case, reach, core):
            excess = float(row.values @ share[row.units]) - row.high
            if excess > LEAST:
                found.append((excess, row))
    found.sort(key=lambda one: -one[0])
    return [row for _, row in found[:most]]
