"""The list of doors to call at, proven and brought onto the plan's map."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes.reading import Rows, grids, points


def check_doors(
    doors: pd.DataFrame, plan: Plan, *, shift_from: str = "08:00", shift_min: float = 240.0
) -> gpd.GeoDataFrame:
    """Prove a table of doors and place it on the plan's map.

    Parameters
    ----------
    doors
        Columns `door` (unique) and `minutes` (> 0), and where it is: a geometry with a CRS, or `lon` and `lat` in degrees,
        or `building`, one of the jurisdiction's. May have `from` and `to`, between which the visit begins, as HH:MM or as
        minutes after the beginning of the shift; `grid`, one of the plan's; `name`. Numbers may be written as text.
    plan
        The plan in which the doors lie.
    shift_from
        Time of day at which the shift begins, HH:MM; reads `from` and `to` that are times of day.
    shift_min
        Minutes of the shift; a door without `to` may be called at until its end.

    Returns
    -------
    One row a door, in the given order: `door`, `name`, `minutes`, `from_min`, `to_min` (minutes after the beginning of
    the shift), `grid` (the given one, else None), point in the plan's CRS.

    Raises
    ------
    BadInput
        The table is empty or a column is missing; or a cell is empty, no number, out of range, unknown or repeated: the
        message names the row, the door and the column.
    UnknownCRS
        The table has a geometry, but declares no CRS.
    """
    if doors.empty:
        raise BadInput("the list of doors is empty; give one row for each door: door, lon, lat, minutes")
    for column, meaning in (("door", "a unique name for each door"), ("minutes", "the length of each visit")):
        if column not in doors.columns:
            raise BadInput(
                f"doors have no column '{column}' ({meaning}); they have {', '.join(map(str, doors.columns))}"
            )
    rows = Rows(doors)
    begins = rows.clock("shift_from", shift_from)
    places = points(rows, plan)
    early = rows.minutes("from", begins, 0.0)
    late = rows.minutes("to", begins, shift_min)
    rows.refuse(early > late, "to", "lies before 'from'; a window ends after it begins")
    minutes = rows.numbers("minutes")
    rows.refuse(~(minutes > 0), "minutes", "isn't above 0; give the length of the visit")
    table = {
        "door": rows.ids,
        "name": rows.texts("name", rows.ids),
        "minutes": minutes,
        "from_min": early,
        "to_min": late,
        "grid": grids(rows, plan),
    }
    return gpd.GeoDataFrame(table, geometry=places, crs=plan.jurisdiction.crs)


def grid_of(doors: gpd.GeoDataFrame, plan: Plan) -> pd.Series:
    """The given grid of each door, or the one it lies in (the first by name on a shared border), else None."""
    grids = plan.grids
    which, found = shapely.STRtree(grids.geometry.to_numpy()).query(doors.geometry.to_numpy(), predicate="intersects")
    names = grids["grid"].astype(str).to_numpy()
    # Sorted backwards, so that the first by name stands where several are told.
    lies = dict(sorted(zip(which.tolist(), names[found].tolist(), strict=True), reverse=True))
    grid = [given or lies.get(row) for row, given in enumerate(doors["grid"])]
    return pd.Series(grid, index=doors.index, dtype=object)
