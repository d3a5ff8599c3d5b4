"""Tables as people write them, read cell by cell; what is wrong is named by row and column, with the mend."""

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

_BETWEEN = re.compile(r"[;,；，、]")
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


class Rows:
    """The table with the words for what is wrong in a cell; column `key` names its rows, `what` the table."""

    def __init__(self, table: pd.DataFrame, key: str = "door", what: str = "doors", *, twice: bool = False) -> None:
        self.table = table
        self.key = key
        self.what = what
        self.ids = [None if pd.isna(value) else str(value).strip() for value in table[key]]
        mend = f"give each {key} a name of its own"
        self.refuse(np.array([not value for value in self.ids]), key, f"is empty; {mend}")
        if not twice:
            self.refuse(pd.Series(self.ids).duplicated().to_numpy(), key, f"stands twice; {mend}")

    def refuse(self, bad: NDArray[np.bool_], column: str, why: str) -> None:
        """Raise for the first `bad` row of a column."""
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise BadInput(
                f"{self.what}, row {row + 1} ({self.key} '{self.ids[row]}'), column '{column}': "
                f"{self._shown(row, column)} {why}"
            )

    def _shown(self, row: int, column: str) -> str:
        value = self.table[column].iloc[row]
        return "the cell" if pd.isna(value) else f"'{value}'"

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return column in self.table.columns

    def numbers(self, column: str, default: float | None = None) -> NDArray[np.float64]:
        """Finite numbers; where there is a default, the column or a cell of it may be missing."""
        if default is not None and not self.has(column):
            return np.full(len(self.table), default)
        values = pd.to_numeric(self.table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        if default is not None:
            values = np.where(self.table[column].isna().to_numpy(), default, values)
        self.refuse(~np.isfinite(values), column, "is no number")
        return np.asarray(values)

    def lists(self, column: str) -> list[tuple[str, ...]]:
        """The words of each cell, with ; or , between; none where the cell or column is missing."""
        if not self.has(column):
            return [()] * len(self.table)
        return [
            () if pd.isna(cell) else tuple(word.strip() for word in _BETWEEN.split(str(cell)) if word.strip())
            for cell in self.table[column]
        ]

    def texts(self, column: str, other: list[Any]) -> list[Any]:
        """Text of each cell; what stands in for missing ones is `other`."""
        if not self.has(column):
            return other
        return [spare if pd.isna(value) else str(value) for value, spare in zip(self.table[column], other, strict=True)]

    def clock(self, option: str, value: str) -> float:
        """Minutes after midnight of an option written HH:MM."""
        found = minutes_of_day(value)
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
            of_day = minutes_of_day(value)
            found[row] = _float(value) if of_day is None else of_day - begins
        self.refuse(
            ~np.isfinite(found), column, "is neither a time of day like 09:30 nor minutes after the shift begins"
        )
        return found


def minutes_of_day(value: object) -> float | None:
    """Minutes after midnight of HH:MM or of a time, None for anything else."""
    if hasattr(value, "hour") and hasattr(value, "minute"):
        return float(value.hour * 60 + value.minute)
    told = _CLOCK.fullmatch(str(value).strip())
    if told is None or int(told[2]) > 59:
        return None
    minutes = int(told[1]) * 60.0 + int(told[2])
    return minutes if minutes <= 1_440 else None


def _float(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


def points(rows: Rows, plan: Plan) -> NDArray[np.object_]:
    """Where each row is, in the plan's CRS: its geometry, its `lon` and `lat` in degrees, or its `building`."""
    place, table = plan.jurisdiction, rows.table
    if isinstance(table, gpd.GeoDataFrame):
        if table.crs is None:
            raise UnknownCRS(
                f"the {rows.what} declare no coordinate reference system; set one, e.g. frame.set_crs(4326)"
            )
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
    raise BadInput(f"{rows.what} say nowhere where they are: give columns lon and lat, or building, or a geometry")


def grids(rows: Rows, plan: Plan) -> pd.Series:
    """The grid that each row names, None where it names none."""
    if not rows.has("grid"):
        return objects([None] * len(rows.table))
    given = [None if pd.isna(value) else str(value) for value in rows.table["grid"]]
    known = set(plan.grids["grid"].astype(str))
    rows.refuse(
        np.array([value is not None and value not in known for value in given]), "grid", "is no grid of the plan"
    )
    return objects(given)


def objects(values: list[Any]) -> pd.Series:
    """A column that keeps None as it is, also among text."""
    return pd.Series(values, dtype=object)
