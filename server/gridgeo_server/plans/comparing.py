"""What differs between two plans as JSON values: units and households that change hands, borders that fall and rise."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from gridgeo import crs
from gridgeo.plans.comparing import Comparison
from gridgeo_server.town import plain

_MOVE = ("unit", "from", "to", "households")


def told(comparison: Comparison) -> dict[str, Any]:
    """Figures and measures as `gridgeo.compare` has them, every unit that moves, and each pair of grids, most households first."""
    changed = comparison.grids[comparison.grids["state"] != "same"]
    return {
        **comparison.figures(),
        "measures": _rows(comparison.measures),
        "grids_changed": _rows(changed),
        "pairs": _pairs(comparison),
        "moves": _moves(comparison),
    }


def features(comparison: Comparison) -> list[dict[str, Any]]:
    """GeoJSON features (degrees): every moved unit, and the borders between grids that are kept, dropped and new."""
    found = [
        {"type": "Feature", "geometry": mapping(shape), "properties": {"what": "moved", **one}}
        for one, shape in zip(_moves(comparison), _degrees(comparison.moved.geometry), strict=True)
    ]
    for state, lines in comparison.borders.groupby("state").geometry:
        parts = shapely.get_parts(_degrees(lines))
        line = shapely.line_merge(shapely.union_all(parts[shapely.get_type_id(parts) == 1]))
        found.append({"type": "Feature", "geometry": mapping(line), "properties": {"what": "border", "border": state}})
    return found


def _moves(comparison: Comparison) -> list[dict[str, Any]]:
    return _rows(pd.DataFrame(comparison.moved[list(_MOVE)]))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _pairs(comparison: Comparison) -> list[dict[str, Any]]:
    """Each pair of grids with what goes from one to the other, and a place inside the largest piece of that."""
    rows = _rows(comparison.pairs)
    if not rows:
        return []
    shapes = comparison.moved.groupby(["from", "to"]).geometry.apply(lambda own: _inside(own.to_numpy()))
    spots = gpd.GeoSeries([shapes[one["from"], one["to"]] for one in rows], crs=comparison.moved.crs)
    return [
        {**one, "lon": round(point.x, 7), "lat": round(point.y, 7)}
        for one, point in zip(rows, _degrees(spots), strict=True)
    ]


def _inside(shapes: np.ndarray) -> shapely.Point:
    return shapely.point_on_surface(max(shapely.get_parts(shapely.union_all(shapes)), key=shapely.area))


def _degrees(shapes: gpd.GeoSeries) -> np.ndarray:
    degrees = crs.to_wgs84(shapes.rename("geometry").to_frame()).geometry.to_numpy()
    return np.asarray(shapely.transform(degrees, lambda points: np.round(points, 7)))
