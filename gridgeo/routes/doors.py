"""The list of doors to call at, proven and brought onto the plan's map."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo import crs
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.plans.plan import Plan

_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


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
    rows = _Rows(doors)
    begins = rows.clock("shift_from", shift_from)
    points = _points(rows, plan)
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
        "grid": _grids(rows, plan),
    }
    return gpd.GeoDataFrame(table, geometry=points, crs=plan.jurisdiction.crs)


class _Rows:
    """The table with the words for what is wrong in a cell."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        ids = table["door"]
        self.ids = [None if pd.isna(value) else str(value).strip() for value in ids]
        self.refuse(np.array([not value for value in self.ids]), "door", "is empty; give each door a name of its own")
        self.refuse(
            pd.Series(self.ids).duplicated().to_numpy(), "door", "stands twice; give each door a name of its own"
        )

    def refuse(self, bad: NDArray[np.bool_], column: str, why: str) -> None:
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise BadInput(
                f"doors, row {row + 1} (door '{self.ids[row]}'), column '{column}': {self._shown(row, column)} {why}"
            )

    def _shown(self, row: int, column: str) -> str:
        value = self.table[column].iloc[row]
        return "the cell" if pd.isna(value) else f"'{value}'"

    def has(self, column: str) -> bool:
        return column in self.table.columns

    def numbers(self, column: str) -> NDArray[np.float64]:
        values = pd.to_numeric(self.table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        self.refuse(~np.isfinite(values), column, "is no number")
        return np.asarray(values)

    def texts(self, column: str, other: list[Any]) -> list[Any]:
        if not self.has(column):
            return other
        return [spare if pd.isna(value) else str(value) for value, spare in zip(self.table[column], other, strict=True)]

    def clock(self, option: str, value: str) -> float:
        """Minutes after midnight of an option written HH:MM."""
        found = _minutes_of_day(value)
        if found is None:
            raise BadInput(f"{option} is '{value}'; give a time of day, e.g. 08:00")
        return found

    def minutes(self, column: str, begins: float, default: float) -> NDArray[np.float64]:
        """Minutes after the beginning of the shift; an empty cell is the default."""
        if not self.has(column):
            return np.full(len(self.table), default)
        found = np.full(len(self.table), default)
        for row, value in enumerate(self.table[column]):
            if pd.isna(value):
                continue
            of_day = _minutes_of_day(value)
            found[row] = _float(value) if of_day is None else of_day - begins
        self.refuse(
            ~np.isfinite(found), column, "is neither a time of day like 09:30 nor minutes after the shift begins"
        )
        return found


def _minutes_of_day(value: object) -> float | None:
    """Minutes after midnight of HH:MM or of a time, None for anything else."""
    if hasattr(value, "hour") and hasattr(value, "minute"):
        return float(value.hour * 60 + value.minute)
    told = _CLOCK.fullmatch(str(value).strip())
    if told is None or int(told[1]) > 24 or int(told[2]) > 59:
        return None
    return int(told[1]) * 60.0 + int(told[2])


def _float(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


def _points(rows: _Rows, plan: Plan) -> NDArray[np.object_]:
    place, table = plan.jurisdiction, rows.table
    if isinstance(table, gpd.GeoDataFrame):
        if table.crs is None:
            raise UnknownCRS("the doors declare no coordinate reference system; set one, e.g. frame.set_crs(4326)")
        empty = (table.geometry.isna() | table.geometry.is_empty).to_numpy()
        rows.refuse(empty, table.geometry.name, "has no geometry; give a point")
        moved = crs.to_metric(table, place.crs)
        return np.asarray(shapely.centroid(moved.geometry.to_numpy()))
    if rows.has("lon") and rows.has("lat"):
        lon, lat = rows.numbers("lon"), rows.numbers("lat")
        rows.refuse(abs(lon) > 180, "lon", "is no longitude; give degrees between -180 and 180")
        rows.refuse(abs(lat) > 90, "lat", "is no latitude; give degrees between -90 and 90 (are lon and lat swapped?)")
        x, y = crs.transform(lon, lat, crs.WGS84, place.crs)
        rows.refuse(~(np.isfinite(x) & np.isfinite(y)), "lon", f"lies too far from {place.name} to be placed")
        return np.asarray(shapely.points(x, y))
    if rows.has("building"):
        known = pd.Index(place.buildings["building"].astype(str))
        found = known.get_indexer(pd.Index([str(value) for value in table["building"]]))
        rows.refuse(found < 0, "building", f"is no building of {place.name}")
        return np.asarray(shapely.point_on_surface(place.buildings.geometry.to_numpy()[found]))
    raise BadInput("doors say nowhere where they are: give columns lon and lat, or building, or a geometry")


def _grids(rows: _Rows, plan: Plan) -> list[str | None]:
    if not rows.has("grid"):
        return [None] * len(rows.table)
    given = [None if pd.isna(value) else str(value) for value in rows.table["grid"]]
    known = set(plan.grids["grid"].astype(str))
    rows.refuse(
        np.array([value is not None and value not in known for value in given]), "grid", "is no grid of the plan"
    )
    return given
