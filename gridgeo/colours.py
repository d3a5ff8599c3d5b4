"""Six colours for grids, given so that neighbours differ."""

from __future__ import annotations

import heapq

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

GRID_COLOURS = ("#8EADD6", "#F5E1B6", "#9DF1E7", "#D9BDEA", "#A9CF98", "#D09B7F")
"""Blue, sand, mint, lilac, green, clay: index 1 to 6 on a light page."""

_CLOSE_PAIRS = ((2, 3), (4, 5))
"""Indices whose light tints lie nearest to each other; neighbours avoid them where they can."""

_TOUCH_M = 8.0
"""Grids that share less than this, e.g. four that meet in a corner, need not differ."""


def colour_grids(grids: gpd.GeoDataFrame) -> pd.Series:
    """A colour index from 1 to 6 for each grid, on the index of `grids`.

    Grids that share more than 8 m of border get different indices, the six are used evenly, and the two
    weakest pairs of tints are kept apart where possible. The method is saturation-degree colouring (Brélaz 1979,
    *New methods to color the vertices of a graph*); planar maps rarely need more than five. The answer depends
    on the order of rows alone.

    Parameters
    ----------
    grids
        Polygons in a metric CRS.

    Examples
    --------
    >>> two = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 50, 50), shapely.box(50, 0, 100, 50)], crs=32632)
    >>> colour_grids(two).nunique()
    2
    """
    neighbours = _neighbours(grids)
    colour = [0] * len(grids)
    used = [0] * (len(GRID_COLOURS) + 1)
    seen: list[set[int]] = [set() for _ in neighbours]
    queue = [(0, -len(around), row) for row, around in enumerate(neighbours)]
    heapq.heapify(queue)
    while queue:
        saturation, _, row = heapq.heappop(queue)
        if colour[row] or -saturation != len(seen[row]):
            continue
        around = [colour[j] for j in neighbours[row] if colour[j]]
        chosen = min(range(1, len(GRID_COLOURS) + 1), key=lambda c: _price(c, around, used))
        colour[row] = chosen
        used[chosen] += 1
        for j in neighbours[row]:
            if not colour[j] and chosen not in seen[j]:
                seen[j].add(chosen)
                heapq.heappush(queue, (-len(seen[j]), -len(neighbours[j]), j))
    return pd.Series(colour, index=grids.index, name="colour", dtype=np.int64)


def _price(candidate: int, around: list[int], used: list[int]) -> tuple[int, int, int, int]:
    """Clashes first, then weak pairs beside each other, then how often the colour is used, then its number."""
    weak = sum((min(candidate, c), max(candidate, c)) in _CLOSE_PAIRS for c in around)
    return around.count(candidate), weak, used[candidate], candidate


def _neighbours(grids: gpd.GeoDataFrame) -> list[list[int]]:
    """Positions of the grids that share more than 8 m with each grid."""
    shapes = grids.geometry.to_numpy()
    found: list[list[int]] = [[] for _ in shapes]
    if len(shapes) == 0:
        return found
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.length(shapely.intersection(shapely.boundary(shapes[left]), shapely.boundary(shapes[right])))
    for a, b in zip(left[shared > _TOUCH_M].tolist(), right[shared > _TOUCH_M].tolist(), strict=True):
        found[a].append(b)
        found[b].append(a)
    return found
