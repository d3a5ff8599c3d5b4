"""Doors, officers, days and ways brought together: labels become positions here, and groups become problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes.doors import grid_of
from gridgeo.routes.visiting.calling import Calling, kinds_of
from gridgeo.routes.visiting.frequency import Due, due
from gridgeo.routes.visiting.officers import works_on
from gridgeo.routes.visiting.ways import Ways
from gridgeo_solvers.routing.visiting import Doors, Officers, Rhythm, VisitingProblem, Wishes

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Field:
    """Everything that a plan of visits is made from; doors and officers are rows 0..n-1 and 0..m-1 of their tables.

    Places of `ways` are the doors, then where each officer starts, then where each ends. `may` says who may call where,
    `open` (n, days) when; `due` what the frequencies ask. Skills are bits.
    """

    doors: gpd.GeoDataFrame
    officers: gpd.GeoDataFrame
    start: date
    days: int
    ways: Ways
    may: Calling
    open: NDArray[np.bool_]
    works: NDArray[np.bool_]
    need: Ints
    has: Ints
    own: Ints
    due: dict[str, Ints]
    borders: str
    wishes: Wishes

    @classmethod
    def of(
        cls,
        plan: Plan,
        doors: gpd.GeoDataFrame,
        officers: gpd.GeoDataFrame,
        *,
        start: date,
        days: int,
        borders: str,
        within_m: float,
        stations: gpd.GeoDataFrame | None,
        wishes: Wishes,
    ) -> Field:
        """Bring proven tables together.

        Raises
        ------
        BadInput
            A door prefers an officer who isn't in the table, or there are more than 62 skills.
        """
        doors = gpd.GeoDataFrame(doors.assign(grid=grid_of(doors, plan)))
        ways = _ways(plan, doors, officers, within_m, stations)
        works = works_on(officers, start, days)
        need, has = _skills(doors["skills"], officers["skills"])
        may = _may(doors, officers, borders, ways, 0)
        weekday = np.array([(start + timedelta(days=day)).weekday() for day in range(days)])
        open_ = np.array([[week[day] == "1" for day in weekday] for week in doors["weekdays"]], dtype=bool)
        open_ = open_.reshape(len(doors), days)
        two = doors["persons"].to_numpy() == 2
        first, kind = kinds_of(may.kind, need, two)  # doors of a kind ask the same of officers
        fit = may.rows(first) & ((has[None] & need[first, None] == need[first, None]) | two[first, None])
        possible = open_ & (fit.astype(np.int64) @ works.astype(np.int64) > 0)[kind]
        asked = [
            due(every, None if last is None else (last - start).days, days_open)
            for every, last, days_open in zip(doors["every"], doors["last"], possible, strict=True)
        ]
        return cls(
            doors=doors,
            officers=officers,
            start=start,
            days=days,
            ways=ways,
            may=may,
            open=open_,
            works=works,
            need=need,
            has=has,
            own=_own(doors, officers),
            due={one.name: np.array([getattr(row, one.name) for row in asked], dtype=np.int64) for one in fields(Due)},
            borders=borders,
            wishes=wishes,
        )

    def date_of(self, day: int) -> date:
        """The date of a day."""
        return self.start + timedelta(days=int(day))

    def due_doors(self) -> Ints:
        """Doors with a visit in the plan that some road reaches and that lie in a grid."""
        placed = np.array([grid is not None for grid in self.doors["grid"]]) & (
            self.ways.reason[: len(self.doors)] == ""
        )
        return np.flatnonzero(placed & (self.due["count"] > 0))

    def groups(self) -> list[tuple[Ints, Ints]]:
        """Doors and officers that have to do with each other, directly or through others; independent of other groups."""
        labels = np.arange(len(self.officers))
        due = self.due_doors()
        mine = [np.flatnonzero(row) for row in np.unique(self.may.table[np.unique(self.may.kind[due])], axis=0)]
        for officers in mine:
            if len(officers):
                joined = np.isin(labels, labels[officers])
                labels[joined] = labels[officers].min()
        groups = []
        table = self.may.table
        anyone = np.where(table.any(axis=1), table.argmax(axis=1), -1)[self.may.kind[due]]
        for label in np.unique(labels):
            own = due[(anyone >= 0) & (labels[np.maximum(anyone, 0)] == label)]
            if len(own):
                groups += self._split(own, np.flatnonzero(labels == label))
        lost = due[anyone < 0]
        if len(lost):
            groups.append((lost, np.zeros(0, dtype=np.int64)))
        return groups

    def _split(self, doors: Ints, officers: Ints) -> list[tuple[Ints, Ints]]:
        """Halve a group that is too large for one search, across its longer side; work is shared by the officers' days."""
        if len(officers) < 2 or (len(officers) <= MOST_OFFICERS and len(doors) <= MOST_DOORS):
            return [(doors, officers)]
        xy = shapely.get_coordinates(self.doors.geometry.to_numpy()[doors])
        axis = int(np.ptp(xy, axis=0).argmax())
        along = xy[:, axis]
        mine = (self.may.doors_of(int(officer))[doors] for officer in officers)
        home = np.array([along[own].mean() if own.any() else along.mean() for own in mine])
        order = officers[np.lexsort((officers, home))]
        left, right = order[: len(order) // 2], order[len(order) // 2 :]
        span = self.officers["to_min"].to_numpy() - self.officers["from_min"].to_numpy()
        power = span * self.works.sum(axis=1)
        share = power[left].sum() / max(power[officers].sum(), 1e-9)
        work = self.doors["minutes"].to_numpy()[doors] * self.due["count"][doors]
        sweep = np.lexsort((doors, along))
        is_left = np.empty(len(doors), dtype=bool)
        is_left[sweep] = np.cumsum(work[sweep]) <= share * work.sum()
        able_left, able_right = (self.may.any_of(doors, half) for half in (left, right))
        is_left = np.asarray(np.where(able_left & able_right, is_left, able_left))
        prefers = self.own[doors]
        is_left = np.where(np.isin(prefers, left), True, np.where(np.isin(prefers, right), False, is_left))
        halves = [(doors[is_left], np.sort(left)), (doors[~is_left], np.sort(right))]
        return [group for half in halves if len(half[0]) for group in self._split(*half)]

    def problem(self, doors: Ints, officers: Ints, days: slice | None = None) -> VisitingProblem:
        """The arrays of some doors and officers, on some of the days, which are counted from the first of them."""
        n, m = len(self.doors), len(self.officers)
        span = days or slice(0, self.days)
        count = span.stop - span.start
        places = np.concatenate([doors, n + officers, n + m + officers])
        crew = self.officers.iloc[officers]
        works = self.works[officers, span]
        about = self.doors.iloc[doors]
        position = np.full(m + 1, -1, dtype=np.int64)
        position[officers] = np.arange(len(officers))

        def daily(column: str, factor: float = 60.0) -> NDArray[np.float64]:
            return np.where(works, crew[column].to_numpy(dtype=float)[:, None] * factor, 0.0)

        k = len(doors)
        shift = {
            name: self.due[name][doors] - span.start for name in ("first_from", "first_to", "last_from", "last_to")
        }
        return VisitingProblem(
            self.ways.seconds(places),
            Doors(
                place=np.arange(k),
                service=about["minutes"].to_numpy(dtype=float) * 60,
                early=about["from_min"].to_numpy(dtype=float) * 60,
                late=about["to_min"].to_numpy(dtype=float) * 60,
                open=self.open[doors, span],
                persons=about["persons"].to_numpy(dtype=np.int64),
                need=self.need[doors],
                weight=about["priority"].to_numpy(dtype=float),
                own=position[self.own[doors]],
                may=self.may.at(doors, officers),
                rhythm=Rhythm(self.due["count"][doors], self.due["least"][doors], self.due["most"][doors], **shift),
            ),
            Officers(
                mode=_mode_of(self.ways, crew),
                has=self.has[officers],
                since=daily("from_min"),
                until=daily("to_min"),
                start=np.tile(k + np.arange(len(officers))[:, None], count),
                end=np.tile(k + len(officers) + np.arange(len(officers))[:, None], count),
                rest=daily("break_min"),
                rest_from=daily("break_from_min"),
                rest_to=daily("break_to_min"),
            ),
            self.wishes,
        )

    def with_doors(self, doors: gpd.GeoDataFrame, plan: Plan, day: int) -> tuple[Field, Ints]:
        """The same with more doors, which are due on `day` alone, and their positions."""
        n, more = len(self.doors), len(doors)
        doors = gpd.GeoDataFrame(doors.assign(grid=grid_of(doors, plan)))
        ways = self.ways.with_places(n, list(doors.geometry), list(doors["grid"]))
        need, _ = _skills([*self.doors["skills"], *doors["skills"]], self.officers["skills"])
        _, has = _skills([*self.doors["skills"], *doors["skills"]], self.officers["skills"])
        may = _may(doors, self.officers, self.borders, ways, n)
        once = {"count": 1, "least": 1, "most": 1, "first_from": day, "first_to": day, "last_from": day, "last_to": day}
        due = {name: np.concatenate([self.due[name], np.full(more, once[name])]) for name in self.due}
        days = np.zeros((more, self.days), dtype=bool)
        days[:, day] = True
        whole = replace(
            self,
            doors=gpd.GeoDataFrame(
                pd.concat([self.doors, doors], ignore_index=True), geometry="geometry", crs=self.doors.crs
            ),
            ways=ways,
            may=self.may.with_more(may),
            open=np.concatenate([self.open, days]),
            need=need,
            has=has,
            own=np.concatenate([self.own, _own(doors, self.officers)]),
            due=due,
        )
        return whole, np.arange(n, n + more)


MOST_OFFICERS, MOST_DOORS = 10, 700
"""Of a group that is searched as one."""


def _ways(
    plan: Plan,
    doors: gpd.GeoDataFrame,
    officers: gpd.GeoDataFrame,
    within_m: float,
    stations: gpd.GeoDataFrame | None,
) -> Ways:
    first = [grids[0] if grids else None for grids in officers["grids"]]
    starts = [None if point is None or point.is_empty else point for point in officers.geometry]
    ends = [start if end is None else end for start, end in zip(starts, officers["end"], strict=True)]
    # A door outside every grid is listed, not planned: where it would meet the streets doesn't matter.
    points = [*doors.geometry, *starts, *ends]
    modes = sorted(set(officers["mode"]))
    ways = Ways.of(plan, modes, points, [*doors["grid"], *first, *first], within_m, stations)
    lost = ways.reason[len(doors) :] != ""
    if lost.any():
        row = int(np.flatnonzero(lost)[0]) % len(officers)
        raise BadInput(
            f"officers, row {row + 1} (officer '{officers['officer'].iloc[row]}'): no road reaches where the day begins or ends; "
            f"mend lon and lat, or raise within_m above {within_m:g}"
        )
    return ways


def _mode_of(ways: Ways, officers: pd.DataFrame) -> Ints:
    return np.array([ways.modes.index(mode) for mode in officers["mode"]], dtype=np.int64)


def _may(doors: pd.DataFrame, officers: pd.DataFrame, borders: str, ways: Ways, at: int) -> Calling:
    """Who may call at doors, which are the places of `ways` from `at` on: by the grids of officers and where their modes reach."""
    reached = ways.reached[:, at : at + len(doors)]
    grids = doors["grid"].to_numpy().astype(str)
    first, kind = kinds_of(grids, *reached)
    table = reached[:, first][_mode_of(ways, officers)].T
    if borders != "open":
        inside = [
            np.isin(grids[first], [*own, *also]) if own else np.ones(len(first), dtype=bool)
            for own, also in zip(officers["grids"], officers["also"], strict=True)
        ]
        table = table & np.array(inside, dtype=bool).reshape(len(officers), len(first)).T
    return Calling(kind, table)


def _skills(needed: Sequence[tuple[str, ...]], had: Sequence[tuple[str, ...]]) -> tuple[Ints, Ints]:
    names = sorted({skill for skills in (*needed, *had) for skill in skills})
    if len(names) > 62:
        raise BadInput(
            f"there are {len(names)} different skills; 62 at the most can be told apart, so write them alike"
        )
    bit = {name: 1 << position for position, name in enumerate(names)}
    return tuple(  # type: ignore[return-value]
        np.array([sum(bit[skill] for skill in set(skills)) for skills in table], dtype=np.int64)
        for table in (needed, had)
    )


def _own(doors: pd.DataFrame, officers: pd.DataFrame) -> Ints:
    known = {name: row for row, name in enumerate(officers["officer"])}
    for row, (door, name) in enumerate(zip(doors["door"], doors["officer"], strict=True)):
        if name is not None and name not in known:
            raise BadInput(
                f"visits, row {row + 1} (door '{door}'), column 'officer': '{name}' is no officer of the table; "
                f"add the officer, or leave the cell empty"
            )
    return np.array([-1 if name is None else known[name] for name in doors["officer"]], dtype=np.int64)
