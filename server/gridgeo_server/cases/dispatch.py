"""Who goes: the officer on duty who is there first by road."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gridgeo.travel import Journeys, Spot, Streets, Way
from gridgeo_server.cases.model import Case
from gridgeo_server.responders.model import Responder
from gridgeo_server.town import Town
from gridgeo_solvers.assignment import nearest


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
    reached: dict[str, Journeys] = {}
    able: list[tuple[Responder, Spot, float]] = []
    refused: list[Refused] = []
    for officer in sorted(officers, key=lambda one: (case.grid not in one.grids, one.responder)):
        streets = town.streets.get(officer.mode)
        if not officer.on_duty:
            refused.append(Refused(officer, "off_duty", "off duty"))
        elif streets is None:
            refused.append(Refused(officer, "no_street", f"the map has no street for {officer.mode}"))
        else:
            if officer.mode not in reached:
                reached[officer.mode] = streets.towards(_spot(town, streets, case.lon, case.lat))
            start = _spot(town, streets, *officer.place)
            # Tenths of a second: what is equally near on the ground must not differ by a rounding error.
            able.append((officer, start, round(reached[officer.mode].seconds(start), 1)))
    work = [load.get(officer.responder, 0) for officer, _, _ in able]
    order = nearest([time + 60 * busy_min * n for (_, _, time), n in zip(able, work, strict=True)], work)
    chosen = []
    for row in order.tolist():
        officer, start, _ = able[row]
        way = reached[officer.mode].way(start)
        chosen.append(Candidate(officer, way, load.get(officer.responder, 0), case.grid in officer.grids))
    refused += [
        Refused(officer, "no_road", f"no road for {officer.mode} leads there")
        for officer, _, time in able
        if not np.isfinite(time)
    ]
    return chosen, refused


def way_to(town: Town, officer: Responder, lon: float, lat: float) -> Way:
    """The quickest way of `officer` to a place; `NoPath` where no road leads there."""
    streets = town.streets[officer.mode]
    return streets.towards(_spot(town, streets, lon, lat)).way(_spot(town, streets, *officer.place))


def _spot(town: Town, streets: Streets, lon: float, lat: float) -> Spot:
    point = town.locator.to_metric(lon, lat)
    return streets.spot(point.x, point.y)
