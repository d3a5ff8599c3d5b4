"""Questions to the register about any day: built once for a register, answered in a fraction of a millisecond."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo import crs
from gridgeo.errors import BadInput, OutsideJurisdiction
from gridgeo.location import rings_of
from gridgeo.register.versions import Version, day

FOREVER = "9999-12-31"
"""Stands for the end of what still holds; no day that is asked for lies behind it."""


class Lookup:
    """Finds versions of grids by code or by place, on any day.

    Every version's shape lies in one index, whatever its dates: a place has only so many versions, and the day
    chooses among them. It is the index by which cases are located, so that both agree on every border.

    Parameters
    ----------
    versions
        Columns as in `gridgeo.schemas.REGISTER`; polygons in a metric CRS.
    """

    def __init__(self, versions: gpd.GeoDataFrame) -> None:
        self._crs = versions.crs
        self._rows = pd.DataFrame(versions.drop(columns=versions.geometry.name)).reset_index(drop=True)
        self._code = self._rows["code"].astype(str).to_numpy(dtype=object)
        self._start = self._rows["valid_from"].to_numpy(dtype=object)
        self._end = self._rows["valid_to"].fillna(FOREVER).to_numpy(dtype=object)
        order = np.lexsort((self._rows["version"].to_numpy(), self._code.astype(str)))
        self._of: dict[str, list[int]] = {}
        for row in order.tolist():
            self._of.setdefault(self._code[row], []).append(row)
        self._index = rings_of(versions.geometry.to_numpy()) if len(versions) else None

    def grid(self, code: str, on: date) -> Version | None:
        """The grid of this code on a day; None where the code wasn't in force on that day.

        Raises
        ------
        BadInput
            No grid ever had this code.
        """
        when = day(on)
        if code not in self._of:
            raise BadInput(f"no grid ever had the code '{code}' in this register; look it up by place instead")
        return next((self._version(row) for row in self._of[code] if self._holds(row, when)), None)

    def owner(self, code: str, on: date) -> str | None:
        """Who owned the grid of this code on a day; None where it wasn't in force."""
        found = self.grid(code, on)
        return None if found is None else found.owner

    def history(self, code: str) -> list[Version]:
        """Every version of a code, the first one first."""
        return [self._version(row) for row in self._of.get(code, [])]

    def at(self, lon: float, lat: float, on: date) -> Version:
        """The grid in which a place lay on a day; a place on a border lies in the first grid by code.

        Parameters
        ----------
        lon, lat
            Degrees, WGS 84.

        Raises
        ------
        BadInput
            A coordinate is no number or not on Earth.
        OutsideJurisdiction
            The place lay in no grid on that day; the message says whether it ever did.
        """
        for name, value, limit in (("lon", lon, 180), ("lat", lat, 90)):
            if not (np.isfinite(value) and abs(value) <= limit):
                raise BadInput(f"{name} {value} is no coordinate; give degrees from -{limit} to {limit}")
        x, y = crs.transform(lon, lat, crs.WGS84, self._crs)
        return self._found(float(x), float(y), on, f"({lon:g}, {lat:g})")

    def at_point(self, point: shapely.Point, on: date) -> Version:
        """As `at`, for a point in the register's metric CRS, such as a building's or a door's."""
        return self._found(point.x, point.y, on, f"({point.x:.1f} m, {point.y:.1f} m)")

    def _found(self, x: float, y: float, on: date, told: str) -> Version:
        when = day(on)
        if not (np.isfinite(x) and np.isfinite(y)):
            raise OutsideJurisdiction(f"{told} lies in no grid, on another side of the Earth")
        rows = [] if self._index is None else self._index.all(np.array([[x, y]]))[1].tolist()
        held = [row for row in rows if self._holds(row, when)]
        if held:
            return self._version(min(held, key=lambda row: str(self._code[row])))
        if rows:
            first = min(self._start[row] for row in rows)
            raise OutsideJurisdiction(
                f"{told} lay in no grid on {when}; its first grid came into force on {first}"
                if when < first
                else f"{told} lay in no grid on {when}, though it did on other days"
            )
        raise OutsideJurisdiction(f"{told} never lay in any grid of this register; check longitude and latitude")

    def _holds(self, row: int, when: str) -> bool:
        return bool(self._start[row] <= when < self._end[row])

    def _version(self, row: int) -> Version:
        return Version.of({str(name): value for name, value in self._rows.iloc[row].items()})

    def __iter__(self) -> Iterator[Version]:
        return (self._version(row) for rows in self._of.values() for row in rows)
