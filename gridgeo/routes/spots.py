"""Hot spots of a patrol: places to stay at, brought onto the streets of their grids."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.roads import NO_ROAD, Roads
from gridgeo.routes.period_tables import NEAR_M
from gridgeo.routes.reading import Rows, points
from gridgeo.routes.rhythm import Rhythm
from gridgeo_solvers.roads.snapping import ANY


def placed_spots(
    spots: pd.DataFrame | None, plan: Plan, roads: Roads, starts: Mapping[str, int], rhythm: Rhythm
) -> pd.DataFrame:
    """Hot spots with their grid, the piece of street along which they lie and how far along it, or the reason why none does.

    Raises
    ------
    BadInput
        A column is missing, or a row has no minutes above 0 or is to be passed more often than there are shifts.
    """
    if spots is None or spots.empty:
        columns = ("spot", "grid", "piece", "share", "reason", "seconds", "times", "point")
        return pd.DataFrame({name: [] for name in columns})
    if "spot" not in spots.columns or "minutes" not in spots.columns:
        raise BadInput("hot spots need columns spot and minutes, and lon and lat or a geometry")
    rows = Rows(spots, "spot", "hot spots")
    minutes, times = rows.numbers("minutes"), rows.numbers("times", float(max(rhythm.times.values())))
    rows.refuse(minutes <= 0, "minutes", "must be above 0: how long an officer stays")
    rows.refuse(
        (times < 1) | (times > rhythm.shifts) | (times % 1 != 0),
        "times",
        f"must be a whole number from 1 to {rhythm.shifts}",
    )
    where = points(rows, plan)
    grid = [_near_grid(plan, point) for point in where]
    part = np.array([ANY if name is None else roads.network.parts[starts[name]] for name in grid], dtype=np.int64)
    snapped = roads.snap_at(shapely.get_coordinates(where), within_m=NEAR_M, part=part)
    outside = np.array([name is None for name in grid])
    return pd.DataFrame(
        {
            "spot": rows.ids,
            "grid": grid,
            "piece": snapped.piece,
            "share": snapped.share,
            "reason": np.where(outside, NO_ROAD, snapped.reason),
            "seconds": minutes * 60,
            "times": times.astype(int),
            "point": where,
        }
    )


def _near_grid(plan: Plan, point: shapely.Point) -> str | None:
    inside = plan.grids[shapely.dwithin(plan.grids.geometry.to_numpy(), point, NEAR_M)]
    return str(inside.loc[inside.distance(point).idxmin(), "grid"]) if len(inside) else None
