"""Grid polygons that came from elsewhere, laid over the units: which grid each unit belongs to, and how well it fits."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

TOLERANCE_M = 0.05
"""What coordinates lose when they are rounded: a unit that sticks out by less is covered."""

MISMATCH = 0.01
"""Smallest share of a unit's area that is told as a mismatch, gap or overlap."""


def match_polygons(units: gpd.GeoDataFrame, shapes: gpd.GeoSeries) -> pd.DataFrame:
    """The polygon that takes each unit: the only one that covers it, else the one that covers most of it.

    Where two cover the same share the one with the unit's representative point is taken, then the first.

    Parameters
    ----------
    units
        Polygons in a metric CRS.
    shapes
        Valid polygons in the same CRS, one for each grid, indexed by grid.

    Returns
    -------
    One row a unit in their order, columns `grid` (missing where no polygon touches it), `how` (``covered`` or ``largest
    overlap``), `share` of its area in that polygon, `rival` and `rival_share` of the next, and `total`, the sum of all shares (below
    1 there is a gap, above 1 polygons overlap).
    """
    cells, polygons = units.geometry.to_numpy(), shapes.to_numpy()
    holder = _only_holders(cells, polygons)
    open_units = np.flatnonzero(holder < 0)
    pairs = _overlaps(cells, polygons, open_units)
    pairs["inside"] = shapely.intersects_xy(
        polygons[pairs["polygon"]], *shapely.get_coordinates(shapely.point_on_surface(cells[pairs["unit"]])).T
    )
    pairs = pairs.sort_values(
        ["unit", "share", "inside", "polygon"], ascending=[True, False, False, True], kind="stable"
    )
    rank = pairs.groupby("unit").cumcount()
    best, second = pairs[rank == 0].set_index("unit"), pairs[rank == 1].set_index("unit")
    names = np.append(shapes.index.to_numpy(dtype="object"), np.nan)
    chosen = pd.Series(holder)
    chosen[best.index] = best["polygon"]
    position = pd.RangeIndex(len(cells))
    covered = pd.Series(holder >= 0)
    return pd.DataFrame(
        {
            "grid": names[chosen.to_numpy()],
            "how": np.where(covered, "covered", "largest overlap"),
            "share": best["share"].reindex(position).where(~covered, 1.0).fillna(0.0).to_numpy(),
            "rival": names[second["polygon"].reindex(position, fill_value=-1).to_numpy()],
            "rival_share": second["share"].reindex(position).fillna(0.0).to_numpy(),
            "total": pairs.groupby("unit")["share"].sum().reindex(position).where(~covered, 1.0).fillna(0.0).to_numpy(),
        }
    )


def _only_holders(cells: NDArray[np.object_], polygons: NDArray[np.object_]) -> NDArray[np.int64]:
    """The polygon that covers a unit while no other reaches into it; −1 for the units that need measuring."""
    tree = shapely.STRtree(cells)
    wide = shapely.buffer(polygons, TOLERANCE_M, join_style="mitre", quad_segs=1)
    narrow = shapely.buffer(polygons, -TOLERANCE_M, join_style="mitre", quad_segs=1)
    by, unit = tree.query(wide, predicate="covers")
    reached = np.bincount(tree.query(narrow, predicate="intersects")[1], minlength=len(cells))
    holder = np.full(len(cells), -1, dtype=np.int64)
    holder[unit] = by
    holder[(reached != 1) | (np.bincount(unit, minlength=len(cells)) != 1)] = -1
    return holder


def _overlaps(cells: NDArray[np.object_], polygons: NDArray[np.object_], open_units: NDArray[np.intp]) -> pd.DataFrame:
    """Every polygon that shares area with one of `open_units`, with the share of the unit's area."""
    at, polygon = shapely.STRtree(polygons).query(cells[open_units], predicate="intersects")
    unit = open_units[at]
    area = shapely.area(shapely.intersection(cells[unit], polygons[polygon]))
    share = np.minimum(area / np.maximum(shapely.area(cells[unit]), 1e-12), 1.0)
    kept = share > 1e-9
    return pd.DataFrame({"unit": unit[kept], "polygon": polygon[kept], "share": share[kept]})
