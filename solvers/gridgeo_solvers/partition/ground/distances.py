"""How far a row is from a site: straight lines on the fly, road times from a matrix.

A *site* is a unit that can be the centre of a grid; a *row* is what is assigned: one unit, or several that stay together.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Distances:
    """What units add to a grid centred on another unit: mass × squared km, or mass × seconds.

    `x`, `y` (metres) and `mass` have shape (units,); `seconds` has shape (units, units), or (0, 0) where straight lines
    count; the units of row r are ``members[first[r]:first[r + 1]]``.
    """

    x: FloatArray
    y: FloatArray
    mass: FloatArray
    whole_km: bool
    seconds: FloatArray
    first: IntArray
    members: IntArray

    @property
    def straight(self) -> bool:
        """Whether distances are straight lines."""
        return self.seconds.size == 0

    def table(self, sites: IntArray) -> FloatArray:
        """What every row adds to a grid centred on each of `sites`, shape (rows, sites)."""
        return table_kernel(np.asarray(sites, dtype=np.int64), *self.arrays)

    def medoids(self, plan: IntArray, k: int) -> tuple[IntArray, FloatArray]:
        """Best site of every grid of a plan of rows and the grid's cost to it, shapes (k,)."""
        return medoid_kernel(plan, k, *self.arrays)

    @property
    def arrays(self):
        """The fields in the order in which the kernels take them."""
        return self.x, self.y, self.mass, self.whole_km, self.seconds, self.first, self.members


@kernel
def _cost(i, s, x, y, mass, whole_km, seconds):
    if seconds.size:
        return mass[i] * seconds[i, s]
    square = (x[i] - x[s]) ** 2 + (y[i] - y[s]) ** 2
    if whole_km:
        return mass[i] * np.rint(np.sqrt(square) / 1000.0) ** 2
    return mass[i] * square * 1e-6


@kernel
def table_kernel(sites, x, y, mass, whole_km, seconds, first, members):
    """What every row adds to each site, shape (rows, sites)."""
    rows = len(first) - 1
    out = np.zeros((rows, len(sites)))
    east, north = x[sites], y[sites]
    for r in range(rows):
        for q in range(first[r], first[r + 1]):
            i = members[q]
            if seconds.size:
                for p in range(len(sites)):
                    out[r, p] += mass[i] * seconds[i, sites[p]]
            elif whole_km:
                for p in range(len(sites)):
                    way = np.sqrt((x[i] - east[p]) ** 2 + (y[i] - north[p]) ** 2) / 1000.0
                    out[r, p] += mass[i] * np.rint(way) ** 2
            else:
                for p in range(len(sites)):
                    out[r, p] += mass[i] * ((x[i] - east[p]) ** 2 + (y[i] - north[p]) ** 2) * 1e-6
    return out


@kernel
def medoid_kernel(plan, k, x, y, mass, whole_km, seconds, first, members):
    """Best site of every grid and the grid's cost to it, shapes (k,)."""
    rows = len(plan)
    begin = np.zeros(k + 1, dtype=np.int64)
    for r in range(rows):
        begin[plan[r] + 1] += first[r + 1] - first[r]
    for g in range(k):
        begin[g + 1] += begin[g]
    fill = begin[:-1].copy()
    units = np.empty(len(members), dtype=np.int64)
    for r in range(rows):
        for q in range(first[r], first[r + 1]):
            units[fill[plan[r]]] = members[q]
            fill[plan[r]] += 1
    site = np.empty(k, dtype=np.int64)
    cost = np.empty(k)
    for g in range(k):
        site[g] = -1
        cost[g] = np.inf
        inside = units[begin[g] : begin[g + 1]]
        floors = _floors(inside, x, y, mass, whole_km, seconds)
        for p in range(-1 if len(inside) else 0, len(inside)):
            # First the likeliest, so that few others are summed up.
            a = int(floors.argmin()) if p < 0 else p
            if p >= 0 and floors[a] > cost[g]:
                continue
            total = 0.0
            for b in range(len(inside)):
                total += _cost(inside[b], inside[a], x, y, mass, whole_km, seconds)
                if total > cost[g]:
                    break
            if total < cost[g] or (total == cost[g] and inside[a] < site[g]):
                cost[g] = total
                site[g] = inside[a]
    return site, cost


@kernel
def _floors(inside, x, y, mass, whole_km, seconds):
    """What a grid of the units `inside` costs at the least when it is centred on each of them.

    Squared ways to a point add up to those to the mean point and the total mass times the squared way between both;
    rounding to whole kilometres takes at most half of one off each (in the norm weighted by mass). Nothing is said
    about road times.
    """
    floors = np.zeros(len(inside))
    total = mass[inside].sum()
    if seconds.size or total <= 0.0:
        return floors
    east = (mass[inside] * x[inside]).sum() / total
    north = (mass[inside] * y[inside]).sum() / total
    spread = 0.0
    for p in range(len(inside)):
        i = inside[p]
        floors[p] = ((x[i] - east) ** 2 + (y[i] - north) ** 2) * total / 1e6
        spread += mass[i] * ((x[i] - east) ** 2 + (y[i] - north) ** 2) / 1e6
    for p in range(len(inside)):
        floors[p] = (floors[p] + spread) * (1.0 - 1e-9)
        if whole_km:
            floors[p] = max(np.sqrt(floors[p]) - 0.5 * np.sqrt(total), 0.0) ** 2
    return floors
