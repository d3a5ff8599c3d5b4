"""Tables of named places, proven row by row and brought onto a town's map."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo import crs
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.jurisdictions import Jurisdiction

FAR_M = 2_000.0
"""A place farther than this from every street of the town can't be reached over them."""


@dataclass(frozen=True)
class Placed:
    """Rows of a table with their names and metres in the town's system.

    Parameters
    ----------
    what
        What messages call the table.
    table
        As it was given.
    ids
        Name of each row, unique.
    xy
        Shape (n, 2).
    """

    what: str
    table: pd.DataFrame
    ids: list[str]
    xy: NDArray[np.float64]

    def numbers(
        self, column: str, default: float | None = None, *, least: float = 0.0, above: bool = False
    ) -> NDArray[np.float64]:
        """A column of numbers of at least `least` (or above it); `default` where there is no such column.

        Raises
        ------
        BadInput
            The column is missing without a default, or a cell is no such number; the message names the row.
        """
        if column not in self.table.columns:
            if default is None:
                have = ", ".join(map(str, self.table.columns))
                raise BadInput(f"the {self.what} have no column '{column}'; they have {have}")
            return np.full(len(self.table), default)
        values = pd.to_numeric(self.table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        bad = ~np.isfinite(values) | ((values <= least) if above else (values < least))
        self.refuse(bad, column, f"give a number {'above' if above else 'of at least'} {least:g}")
        return values

    def refuse(self, bad: NDArray[np.bool_], column: str, mend: str) -> None:
        """`BadInput` about the first row that is bad."""
        if bad.any():
            row = int(np.argmax(bad))
            cell = self.table[column].iloc[row] if column in self.table.columns else self.ids[row]
            shown = "the cell is empty" if pd.isna(cell) else f"'{cell}'"
            raise BadInput(f"{self.what}, row {row + 1} ('{self.ids[row]}'), column '{column}': {shown}; {mend}")


def placed(table: pd.DataFrame, key: str, what: str, town: Jurisdiction) -> Placed:
    """Prove a table of places.

    Parameters
    ----------
    table
        A column `key` of unique names, and `lon` and `lat` (degrees, WGS 84) or a geometry with a CRS.
    key, what
        The column, and what messages call the table.
    town
        On whose map the places should lie.

    Raises
    ------
    BadInput
        A column is missing, a name is empty or stands twice, or a coordinate is none or lies far from the town.
    UnknownCRS
        A geometry declares no CRS.
    """
    if table.empty:
        raise BadInput(f"the table of {what} is empty; give a row for each")
    if key not in table.columns:
        raise BadInput(
            f"the {what} have no column '{key}' (a unique name); they have {', '.join(map(str, table.columns))}"
        )
    ids = ["" if pd.isna(value) else str(value).strip() for value in table[key]]
    rows = Placed(what, table, ids, np.zeros((len(table), 2)))
    rows.refuse(np.array([not name for name in ids]), key, "give each a name of its own")
    rows.refuse(pd.Series(ids).duplicated().to_numpy(), key, "it stands twice; give each a name of its own")
    if town.road_edges.empty:
        raise BadInput(f"{town.name} has no streets; import a map with streets")
    x, y = _metric(rows, town)
    west, south, east, north = town.road_edges.total_bounds
    with np.errstate(invalid="ignore"):
        away = np.hypot(
            np.maximum(np.maximum(west - x, x - east), 0.0), np.maximum(np.maximum(south - y, y - north), 0.0)
        )
    far = ~(away <= FAR_M)
    if far.any():
        row = int(np.argmax(far))
        gap = f"{away[row] / 1000:,.1f} km from" if np.isfinite(away[row]) else "on another side of the Earth than"
        raise BadInput(f"{what}, row {row + 1} ('{ids[row]}'): lies {gap} {town.name}; are lon and lat swapped?")
    return Placed(what, table, ids, np.column_stack([x, y]))


def _metric(rows: Placed, town: Jurisdiction) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = rows.table
    if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is not None:
        if table.crs is None:
            raise UnknownCRS(
                f"the {rows.what} declare no coordinate reference system; set one, e.g. frame.set_crs(4326)"
            )
        rows.refuse((table.geometry.isna() | table.geometry.is_empty).to_numpy(), table.geometry.name, "give a point")
        points = shapely.point_on_surface(crs.to_metric(table, town.crs).geometry.to_numpy())
        return shapely.get_x(points), shapely.get_y(points)
    degrees = {}
    for name, limit in (("lon", 180.0), ("lat", 90.0)):
        values = rows.numbers(name, least=-limit)
        rows.refuse(values > limit, name, f"give degrees from -{limit:g} to {limit:g}")
        degrees[name] = values
    return crs.transform(degrees["lon"], degrees["lat"], crs.WGS84, town.crs)
