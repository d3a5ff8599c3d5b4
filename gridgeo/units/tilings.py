"""Judging a tiling: whether polygons cover an outline without a gap or an overlap.

It shares no code with what draws units and grids: areas are compared by ordinary overlay, pair by pair.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely


def tiling_faults(tiles: gpd.GeoDataFrame, outline: Any, *, tolerance: float = 1e-6, name: str = "unit") -> list[str]:
    """What is wrong with a tiling, in words; an empty list when nothing is.

    Parameters
    ----------
    tiles
        Polygons; the column `name` names them. Metres.
    outline
        The polygon they must cover, same CRS.
    tolerance
        Area that may be wrong in all, relative to the outline's area.
    name
        Column of names, for the messages.

    Returns
    -------
    One sentence a fault: invalid or empty shapes, overlapping pairs, gaps, and land outside the outline.
    """
    shapes = tiles.geometry.to_numpy()
    names = tiles[name].astype(str).to_numpy()
    faults = [f"{name} {names[i]} is empty" for i in np.flatnonzero(shapely.is_empty(shapes))]
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    if len(broken):
        return faults + [f"{name} {names[i]} is invalid: {shapely.is_valid_reason(shapes[i])}" for i in broken]
    allowed = tolerance * outline.area
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = a < b
    a, b = a[once], b[once]
    overlap = np.asarray(shapely.area(shapely.intersection(shapes[a], shapes[b])))
    faults += [
        f"{name} {names[a[i]]} and {names[b[i]]} overlap by {overlap[i]:.4g} m²"
        for i in np.flatnonzero(overlap > allowed / max(len(shapes), 1))
    ]
    covered = shapely.union_all(shapes)
    gap, beyond = outline.difference(covered).area, covered.difference(outline).area
    if gap > allowed:
        where = outline.difference(covered).representative_point()
        faults.append(f"{gap:.4g} m² of the outline lie in no {name}, near ({where.x:.1f}, {where.y:.1f})")
    if beyond > allowed:
        where = covered.difference(outline).representative_point()
        faults.append(f"{beyond:.4g} m² of the {name}s lie outside the outline, near ({where.x:.1f}, {where.y:.1f})")
    return faults
