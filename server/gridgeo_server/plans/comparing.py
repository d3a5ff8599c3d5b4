"""What differs between two plans: units and households that change hands, and the borders that fall and rise."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from gridgeo import crs
from gridgeo.plans.plan import Plan
from gridgeo_server.town import plain


def moved(a: Plan, b: Plan) -> dict[str, Any]:
    """Moved units and households, in all and for each pair of grids, most households first. JSON values."""
    table = a.diff(b)
    households = int(a.jurisdiction.units["households"].sum())
    count = int(table["households"].sum())
    return {
        "units": len(table),
        "units_share": round(len(table) / max(1, len(a.assignment)), 6),
        "households": count,
        "households_share": round(count / households, 6) if households else 0.0,
        "ties_kept": ties_kept(a, b),
        "pairs": _pairs(a, table),
        "moves": [
            {name: plain(one[name]) for name in ("unit", "from", "to", "households")}
            for one in table.to_dict("records")
        ],
        "grids_gone": sorted(set(a.assignment) - set(b.assignment)),
        "grids_new": sorted(set(b.assignment) - set(a.assignment)),
    }


def ties_kept(a: Plan, b: Plan) -> float | None:
    """Share of the neighbouring units that were in one grid in `a` and still are in `b`; None where no two were."""
    borders = a.jurisdiction.borders
    left, right = borders["unit_a"].to_numpy(), borders["unit_b"].to_numpy()
    before = a.assignment.loc[left].to_numpy() == a.assignment.loc[right].to_numpy()
    after = b.assignment.loc[left].to_numpy() == b.assignment.loc[right].to_numpy()
    return round(float((before & after).sum() / before.sum()), 6) if before.any() else None


def features(a: Plan, b: Plan) -> list[dict[str, Any]]:
    """GeoJSON features (degrees): every moved unit, and the borders between grids that are kept, dropped and new."""
    table = a.diff(b)
    units = a.jurisdiction.units.set_index("unit").loc[table["unit"]]
    shapes = _degrees(units.geometry)
    found = [
        {
            "type": "Feature",
            "geometry": mapping(shape),
            "properties": {
                "what": "moved",
                **{name: plain(row[name]) for name in ("unit", "from", "to", "households")},
            },
        }
        for row, shape in zip(table.to_dict("records"), shapes, strict=True)
    ]
    return found + _borders(a, b)


def _borders(a: Plan, b: Plan) -> list[dict[str, Any]]:
    table = a.jurisdiction.borders
    table = table[~(table.geometry.is_empty | table.geometry.isna())]
    left, right = table["unit_a"].to_numpy(), table["unit_b"].to_numpy()
    apart = [plan.assignment.loc[left].to_numpy() != plan.assignment.loc[right].to_numpy() for plan in (a, b)]
    kinds = {"kept": apart[0] & apart[1], "dropped": apart[0] & ~apart[1], "new": ~apart[0] & apart[1]}
    found = []
    for kind, which in kinds.items():
        if not which.any():
            continue
        parts = shapely.get_parts(_degrees(table.geometry[which]))
        line = shapely.line_merge(shapely.union_all(parts[shapely.get_type_id(parts) == 1]))
        found.append({"type": "Feature", "geometry": mapping(line), "properties": {"what": "border", "border": kind}})
    return found


def _pairs(a: Plan, table: pd.DataFrame) -> list[dict[str, Any]]:
    shapes = a.jurisdiction.units.set_index("unit").geometry
    rows = []
    for (start, end), part in table.groupby(["from", "to"]):
        whole = shapely.union_all(shapes.loc[part["unit"]].to_numpy())
        largest = max(shapely.get_parts(whole), key=shapely.area)
        spot = gpd.GeoSeries([shapely.point_on_surface(largest)], crs=shapes.crs)
        point = _degrees(spot)[0]
        rows.append(
            {
                "from": str(start),
                "to": str(end),
                "units": len(part),
                "households": int(part["households"].sum()),
                "lon": round(point.x, 7),
                "lat": round(point.y, 7),
            }
        )
    return sorted(rows, key=lambda row: (-row["households"], row["from"], row["to"]))


def _degrees(shapes: gpd.GeoSeries) -> np.ndarray:
    degrees = crs.to_wgs84(shapes.rename("geometry").to_frame()).geometry.to_numpy()
    return np.asarray(shapely.transform(degrees, lambda points: np.round(points, 7)))
