"""First plans of many grids without a table of rows by grids: bisected centres, prices among the nearest of them.

Rows are points with a mass. The plane is cut into k boxes of equal load along alternating axes (Simon 1991), whose
centroids settle by a few rounds of capacitated k-means: prices of a power diagram (Aurenhammer, Hoffmann and Aronov
1998) are set by coordinate ascent, each among the rows that have its centre nearby, then centres move to their grids'
centroids. Memory is rows × `NEAR`.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part

NEAR = 12
"""Centres that a row chooses among."""
LLOYD = 40
"""Times that centres move to the centroid of their grid."""
ROUNDS = 1
"""Times that every price is set between two moves of the centres."""


@dataclass(frozen=True)
class Points:
    """The rows of a part as points: `x`, `y` in km, `mass` > 0 and `load`, the mean of its measures, all shape (rows,).

    `shares` has shape (rows, measures): the weights as shares of a grid's mean.
    """

    x: FloatArray
    y: FloatArray
    mass: FloatArray
    load: FloatArray
    shares: FloatArray

    @classmethod
    def of(cls, part: Part, k: int) -> Points:
        """Rows of `part` at the centroids of their units; a row without mass has a hair of it."""
        d = part.distances
        row = part.row_of
        mass = np.bincount(row, weights=d.mass, minlength=part.n)
        hair = max(1e-6 * float(mass.mean()), 1e-12)
        unit = np.where(mass[row] > hair, d.mass, 1.0)
        heavy = np.bincount(row, weights=unit, minlength=part.n)
        x, y = (np.bincount(row, weights=unit * (z - z.mean()), minlength=part.n) / heavy / 1000 for z in (d.x, d.y))
        totals = np.maximum(part.weights.sum(axis=1), 1e-12)
        shares = np.ascontiguousarray((part.weights / totals[:, None] * k).T)
        load = shares.mean(axis=1) if shares.shape[1] else np.maximum(mass, hair) / np.maximum(mass, hair).sum() * k
        return cls(x, y, np.maximum(mass, hair), load, shares)


def power_start(points: Points, k: int, random: np.random.Generator) -> tuple[IntArray, FloatArray]:
    """Grid of every row, all of nearly equal load but not all connected, and the centres (k, 2) they were drawn to."""
    xy = np.column_stack([points.x, points.y])
    plan = _bisected(xy, points.load, k, random)
    centres = _centroids(points, plan, k)
    near = min(NEAR, k)
    prices = np.zeros(k)
    for _ in range(LLOYD if k > 1 else 0):
        far, choice = cKDTree(centres).query(xy, k=near)
        choice = np.ascontiguousarray(choice.reshape(len(xy), near), dtype=np.int64)
        cost = np.ascontiguousarray(np.asarray(far).reshape(len(xy), near) ** 2)
        order = np.argsort(choice.ravel(), kind="stable")
        first = np.zeros(k + 1, dtype=np.int64)
        np.cumsum(np.bincount(choice.ravel(), minlength=k), out=first[1:])
        set_prices(choice, cost, points.load, prices, first, order, ROUNDS)
        plan = cheapest(choice, cost, prices)
        centres = _centroids(points, plan, k, centres)
    return plan, centres


def _bisected(xy: FloatArray, load: FloatArray, k: int, random: np.random.Generator) -> IntArray:
    """Boxes of equal load, cut across their longer side, in axes turned at random."""
    turn = random.random() * np.pi
    turned = xy @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    plan = np.zeros(len(xy), dtype=np.int64)
    stack = [(np.arange(len(xy)), 0, k)]
    while stack:
        rows, first, count = stack.pop()
        if count == 1:
            plan[rows] = first
            continue
        axis = int(np.ptp(turned[rows], axis=0).argmax())
        rows = rows[np.argsort(turned[rows, axis], kind="stable")]
        left = count // 2
        run = np.cumsum(load[rows])
        cut = int(np.searchsorted(run - load[rows] / 2, run[-1] * left / count))
        cut = min(max(cut, left), len(rows) - (count - left))
        stack += [(rows[:cut], first, left), (rows[cut:], first + left, count - left)]
    return plan


def _centroids(points: Points, plan: IntArray, k: int, former: FloatArray | None = None) -> FloatArray:
    """Centroid of every grid, shape (k, 2); the `former` one of a grid without rows."""
    mass = np.bincount(plan, weights=points.mass, minlength=k)
    sums = [np.bincount(plan, weights=points.mass * z, minlength=k) for z in (points.x, points.y)]
    centres = np.column_stack(sums) / np.maximum(mass, 1e-300)[:, None]
    return centres if former is None else np.where(mass[:, None] > 0, centres, former)


@kernel
def set_prices(choice, cost, load, prices, first, order, rounds):
    """Set `prices` in turn until about one grid's mean of `load` prefers each centre: a weighted quantile each time.

    Row r may choose ``choice[r]`` at ``cost[r]``; ``order[first[g]:first[g + 1]]`` are the places where g is offered.
    """
    near = choice.shape[1]
    goal = load.sum() / len(prices)
    for _ in range(rounds):
        for g in range(len(prices)):
            count = first[g + 1] - first[g]
            gain = np.empty(count)
            for p in range(count):
                place = order[first[g] + p]
                r = place // near
                other = np.inf
                for q in range(near):
                    h = choice[r, q]
                    if h != g:
                        other = min(other, cost[r, q] + prices[h])
                gain[p] = other - cost[r, place % near]
            run = 0.0
            for p in np.argsort(-gain):
                run += load[order[first[g] + p] // near]
                prices[g] = gain[p]
                if run >= goal:
                    break


@kernel
def cheapest(choice, cost, prices):
    """The cheapest offer of every row."""
    plan = np.empty(len(choice), dtype=np.int64)
    for r in range(len(choice)):
        best = np.inf
        for q in range(choice.shape[1]):
            value = cost[r, q] + prices[choice[r, q]]
            if value < best:
                best = value
                plan[r] = choice[r, q]
    return plan
