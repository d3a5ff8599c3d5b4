"""Who goes: the officer on duty who is there first by road."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from gridgeo import crs
from gridgeo.errors import NoPath
from gridgeo.roads import Way, ways_between
from gridgeo_server.cases.model import Case
from gridgeo_server.responders.model import Responder
from gridgeo_server.town import Town
from gridgeo_solvers.assignment import nearest

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Candidate:
    """An officer who can be sent, and the way to the case."""

    officer: Responder
    way: Way
    open_cases: int
    own_grid: bool


@dataclass(frozen=True)
class Refused:
    """An officer who can't be sent, and why: a code that stays the same, and words."""

    officer: Responder
    code: Literal["off_duty", "no_street", "no_road"]
    reason: str


def candidates(
    town: Town, case: Case, officers: list[Responder], load: Mapping[str, int], busy_min: float = 0.0
) -> tuple[list[Candidate], list[Refused]]:
    """Everybody who can be sent to `case`, first the one who is there first, and those who can't.

    Time is by road in each officer's own mode; each case already on an officer's hands adds `busy_min` minutes. Among equals the one with fewer open cases goes first, then the
    officer of the case's grid, then the lower identifier.
    """
    able: list[Responder] = []
    refused: list[Refused] = []
    for officer in sorted(officers, key=lambda one: (case.grid not in one.grids, one.responder)):
        if not officer.on_duty:
            refused.append(Refused(officer, "off_duty", "off duty"))
        elif officer.mode not in town.roads:
            refused.append(Refused(officer, "no_street", f"the map has no street for {officer.mode}"))
        else:
            able.append(officer)
    ways = _ways(town, able, case.lon, case.lat)
    # Tenths of a second: what is equally near on the ground must not differ by a rounding error.
    seconds = [np.inf if way is None else round(way.seconds, 1) for way in ways]
    work = [load.get(officer.responder, 0) for officer in able]
    order = nearest([time + 60 * busy_min * n for time, n in zip(seconds, work, strict=True)], work)
    chosen = []
    for row in order.tolist():
        officer, way = able[row], ways[row]
        if way is not None:
            chosen.append(Candidate(officer, way, work[row], case.grid in officer.grids))
    refused += [
        Refused(officer, "no_road", f"no road for {officer.mode} leads there")
        for officer, way in zip(able, ways, strict=True)
        if way is None
    ]
    return chosen, refused


def way_to(town: Town, officer: Responder, lon: float, lat: float) -> Way:
    """The quickest way of `officer` to a place; `NoPath` where no road leads there."""
    (way,) = _ways(town, [officer], lon, lat)
    if way is None:
        raise NoPath(f"no road that may be used by {officer.mode} leads from there to the goal")
    return way


def _ways(town: Town, officers: list[Responder], lon: float, lat: float) -> list[Way | None]:
    """The quickest way of each officer to one place, None where there is none."""
    found: list[Way | None] = [None] * len(officers)
    for mode in sorted({officer.mode for officer in officers}):
        rows = [row for row, officer in enumerate(officers) if officer.mode == mode]
        for row, way in zip(rows, _ways_by(town, mode, [officers[row].place for row in rows], (lon, lat)), strict=True):
            found[row] = way
    return found


def _ways_by(town: Town, mode: str, starts: list[tuple[float, float]], goal: tuple[float, float]) -> list[Way | None]:
    lon, lat = np.array([*starts, goal]).T
    roads = town.roads[mode]
    x, y = crs.transform(lon, lat, crs.WGS84, roads.crs)
    *points, there = (shapely.Point(*place) for place in zip(x.tolist(), y.tolist(), strict=True))
    return ways_between(roads, points, there)


def first_ways(town: Town, stop: threading.Event) -> None:
    """Find a way by each mode before anybody asks: what is compiled on first use keeps no case waiting.

    Ends early when `stop` is set. What fails here fails when it is asked for.
    """
    try:
        west, south, east, north = town.bounds
        middle = ((west + east) / 2, (south + north) / 2)
        for mode in town.roads:
            if stop.is_set():
                return
            _ways_by(town, mode, [middle], middle)
    except Exception:
        logger.exception("the first ways could not be found ahead")
