"""Whose ground a place is on a day: its grid, others near by, and outside all of them the nearest.

On the day that is served the locator answers that also receives cases; about other days the register does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gridgeo.errors import OutsideJurisdiction
from gridgeo.location import SNAP_M, Beside, Located
from gridgeo_server.plans import register
from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.town import Town

Row = Mapping[str, Any]
"""A grid of the register as it was held on a day."""


@dataclass(frozen=True)
class Ground:
    """What lies at a place: the grid that has it, and how far outside it the place lies, metres; other grids, with metres.

    Where no grid has it, the `nearest` is told where it is known, and whether the coordinates look `swapped`.
    """

    grid: Row | None
    snapped_m: float | None = None
    beside: tuple[tuple[Row, float], ...] = ()
    nearest: tuple[Row, float] | None = None
    swapped: bool = False


class Grounds:
    """Looks places up on one day, in one state of the register.

    Parameters
    ----------
    town
        What is served, where it is of that day; None for another day.
    """

    def __init__(self, connection: sa.Connection, calendar: Calendar, day: date, town: Town | None) -> None:
        self._connection, self._calendar, self._day, self._town = connection, calendar, day, town
        self._known: dict[str, Row] = {}

    def at(self, lon: float, lat: float, near_m: float = 0.0, *, far: bool = True) -> Ground:
        """What lies at a place in degrees, WGS 84; `far` says whether the nearest grid is wanted where it lies outside."""
        if self._town is not None:
            try:
                return self._served(self._town, lon, lat, near_m)
            except LookupError:
                # The register is ahead of what is served, for a moment.
                self._town = None
        near = register.grids_near(self._connection, self._calendar, lon, lat, self._day, max(near_m, SNAP_M))
        if near and near[0][1] <= SNAP_M:
            (grid, gap), *others = near
            told = tuple((row, round(metres, 1)) for row, metres in others if metres <= near_m)
            return Ground(grid, round(gap, 1), told)
        if not far:
            return Ground(None)
        nearest = register.nearest_grid(self._connection, self._calendar, lon, lat, self._day)
        swapped = abs(lon) <= 90 and bool(
            register.grids_near(self._connection, self._calendar, lat, lon, self._day, SNAP_M)
        )
        return Ground(None, None, (), nearest and (nearest[0], round(nearest[1], 1)), swapped)

    def _served(self, town: Town, lon: float, lat: float, near_m: float) -> Ground:
        try:
            found = town.locator.find(lon, lat, near_m)
        except OutsideJurisdiction:
            return Ground(None)
        if isinstance(found, Located):
            beside = tuple(self._told(town, one) for one in found.beside)
            return Ground(self._row(town, found.grid), found.snapped_m, beside)
        return Ground(None, None, (), self._told(town, found.nearest), found.swapped)

    def _told(self, town: Town, one: Beside) -> tuple[Row, float]:
        return self._row(town, one.grid), one.metres

    def _row(self, town: Town, grid: str) -> Row:
        if grid not in self._known:
            history = register.history_of_code(self._connection, self._calendar, town.grid_names[grid])
            held = register.holding(history, self._day)
            if held is None:
                raise LookupError(f"the register holds no grid of the code {town.grid_names[grid]} on {self._day}")
            self._known[grid] = held
        return self._known[grid]
