"""Officers on foot: along their patrol, to a case, and back."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from gridgeo import crs
from gridgeo.roads import Roads, ways_between
from gridgeo_server.responders.model import Responder
from gridgeo_server.town import Town

METRES_A_SECOND = {"foot": 1.25, "ebike": 4.0, "car": 6.0}
"""Pace of a simulated officer, before the simulation's speed."""


@dataclass
class Walker:
    """One simulated officer: the line being walked (metres) and how far along it.

    `patrol` is the round to go back to, and `patrol_m` where it was left; without one the officer wanders.
    """

    responder: str
    roads: Roads
    pace: float
    line: shapely.LineString
    at_m: float = 0.0
    goal: str | None = None
    """The case being walked to; None on patrol."""
    patrol: shapely.LineString | None = None
    patrol_m: float = 0.0
    on_patrol: bool = field(default=True)

    @property
    def place(self) -> shapely.Point:
        """Where the officer is, metres."""
        return shapely.line_interpolate_point(self.line, self.at_m)

    @property
    def arrived(self) -> bool:
        """The end of the line is reached."""
        return self.at_m >= self.line.length

    def step(self, seconds: float) -> None:
        """Walk for `seconds`; the end of a line is not passed."""
        self.at_m = min(self.line.length, self.at_m + seconds * self.pace)
        if self.on_patrol and self.patrol is not None:
            self.patrol_m = self.at_m

    def go_to(self, case: str, goal: shapely.Point) -> None:
        """Leave the round and walk to a case; where no road leads there, walk straight."""
        self.goal, self.on_patrol = case, False
        self.line, self.at_m = self._way_to(goal), 0.0

    def resume(self, random: np.random.Generator, ground: BaseGeometry) -> None:
        """Go on with the round, or wander to a place on the officer's ground where there is none.

        The end of a round is its beginning, so it starts again.
        """
        self.goal = None
        if self.patrol is None:
            self.line, self.at_m, self.on_patrol = self._way_to(random_point(random, ground)), 0.0, True
        elif self.on_patrol:
            self.line, self.at_m, self.patrol_m = self.patrol, 0.0, 0.0
        elif self.place.distance(left := shapely.line_interpolate_point(self.patrol, self.patrol_m)) < 5.0:
            self.line, self.at_m, self.on_patrol = self.patrol, self.patrol_m, True
        else:
            self.line, self.at_m = self._way_to(left), 0.0

    def _way_to(self, goal: shapely.Point) -> shapely.LineString:
        (way,) = ways_between(self.roads, [self.place], goal)
        return shapely.LineString([self.place, goal]) if way is None else way.line


def walkers_of(town: Town, officers: list[Responder], speed: float, random: np.random.Generator) -> dict[str, Walker]:
    """A walker for each officer, somewhere along the patrol of the officer's first grid."""
    rounds = _rounds(town)
    found = {}
    for officer in officers:
        roads = town.roads.get(officer.mode) or town.roads["foot"]
        patrol = next((rounds[grid] for grid in officer.grids if grid in rounds), None)
        place = town.locator.to_metric(*officer.place)
        line = patrol if patrol is not None else shapely.LineString([place, place])
        at = float(random.uniform(0, line.length)) if patrol is not None else 0.0
        pace = METRES_A_SECOND[officer.mode] * speed
        found[officer.responder] = Walker(officer.responder, roads, pace, line, at_m=at, patrol=patrol, patrol_m=at)
    return found


def ground_of(town: Town, officer: Responder) -> BaseGeometry:
    """The officer's grids, metres; the whole jurisdiction for one without grids."""
    grids = town.grids
    own = grids[grids["grid"].astype(str).isin(officer.grids)]
    return own.union_all() if len(own) else grids.union_all()


def random_point(random: np.random.Generator, ground: BaseGeometry) -> shapely.Point:
    """A point of `ground`, every place equally likely; a point inside after a hundred misses."""
    west, south, east, north = ground.bounds
    for _ in range(100):
        point = shapely.Point(random.uniform(west, east), random.uniform(south, north))
        if ground.contains(point):
            return point
    return shapely.point_on_surface(ground)


def to_degrees(town: Town, points: list[shapely.Point]) -> list[tuple[float, float]]:
    """Longitude and latitude of metric points."""
    x = np.array([point.x for point in points])
    y = np.array([point.y for point in points])
    lon, lat = crs.transform(x, y, town.jurisdiction.crs, crs.WGS84)
    return list(zip(lon.round(7).tolist(), lat.round(7).tolist(), strict=True))


def _rounds(town: Town) -> dict[str, shapely.LineString]:
    """The first patrol of each grid as one line."""
    if town.planned is None:
        return {}
    routes: gpd.GeoDataFrame = town.planned.routes
    patrols = routes[routes["kind"] == "patrol"].sort_values("route")
    found: dict[str, shapely.LineString] = {}
    for grid, line in zip(patrols["grid"].astype(str), patrols.geometry, strict=True):
        parts = [part for part in shapely.get_parts(line) if part.length > 0]
        if parts and grid not in found:
            found[grid] = shapely.LineString(np.concatenate([shapely.get_coordinates(part) for part in parts]))
    return found
