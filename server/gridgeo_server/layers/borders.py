"""The lines between grids, each once, so that a dashed or wide line is never drawn twice."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely


def grid_borders(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row for each pair of grids that share a line: `grid_a` < `grid_b`, and whether they share their area.

    Outer edges (the coast) are left out: traced along piers they turn to scribble.
    """
    shapes = grids.geometry.to_numpy()
    names, areas = grids["grid"].astype(str).to_numpy(), grids["area"].astype(str).to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = names[left] < names[right]
    left, right = left[once], right[once]
    shared = shapely.intersection(shapely.boundary(shapes[left]), shapely.boundary(shapes[right]))
    lines = np.array([_lines(shape) for shape in shared], dtype=object)
    kept = ~shapely.is_empty(lines) if len(lines) else np.empty(0, dtype=bool)
    left, right, lines = left[kept], right[kept], lines[kept]
    order = np.lexsort((names[right], names[left]))
    return gpd.GeoDataFrame(
        {
            "grid_a": names[left][order],
            "grid_b": names[right][order],
            "same_area": areas[left][order] == areas[right][order],
        },
        geometry=gpd.GeoSeries(list(lines[order]), crs=grids.crs),
        crs=grids.crs,
    )


def _lines(shape: shapely.Geometry) -> shapely.Geometry:
    """The lines of an intersection, joined end to end; corners where two grids only meet are dropped."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    lines = [part for part in parts if part.geom_type == "LineString"]
    return shapely.line_merge(shapely.multilinestrings(lines)) if lines else shapely.LineString()
