"""Ways of several people to one place, as they are shown: time, length, line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo.roads.roads import Roads
from gridgeo_solvers import roads as roads_solvers
from gridgeo_solvers.roads import FAR, Route


@dataclass(frozen=True, eq=False)
class Way:
    """A way along the streets, by its seconds; where it leads is found when it is asked for.

    Parameters
    ----------
    roads
        The streets.
    """

    seconds: float
    roads: Roads = field(repr=False)
    find: Callable[[], Route] = field(repr=False)

    @cached_property
    def metres(self) -> float:
        """How long it is."""
        return self._route.metres(self.roads.network)

    @cached_property
    def line(self) -> shapely.LineString:
        """Its line in the streets' CRS."""
        return self.roads.line(self._route)

    @cached_property
    def _route(self) -> Route:
        return self.find()


class Approach:
    """Ways of several people who stay where they are to one goal after another.

    What is known of them is worked out once: a goal then takes microseconds.

    Parameters
    ----------
    roads
        Streets of the profile by which all of them travel.
    xy
        Shape (k, 2): where they are, in the streets' CRS; brought to the nearest street however far it is.
    """

    def __init__(self, roads: Roads, xy: NDArray[np.float64]) -> None:
        self._roads = roads
        self._known = roads_solvers.Approach(roads.travel, roads.snap_at(xy, within_m=np.inf).places)

    def to(self, x: float, y: float) -> Arrivals:
        """When each of them is at a place, and how."""
        spot = self._roads.snap_one(x, y)
        return Arrivals(self._roads, self._known.ms(*spot), partial(self._route, spot))

    def _route(self, spot: tuple[int, float], row: int) -> Route:
        return self._known.route(row, *spot)


class Arrivals:
    """The quickest ways of several people to one goal; those that are asked for are found, of the others the time alone is known.

    Parameters
    ----------
    roads
        The streets.
    ms
        Shape (k,): milliseconds, `FAR` where no road leads there.
    route
        Finds the way of one of them.
    """

    def __init__(self, roads: Roads, ms: NDArray[np.int32], route: Callable[[int], Route]) -> None:
        self._roads = roads
        self._ms = ms
        self._find = route

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Shape (k,): seconds, inf where no road leads there."""
        return np.where(self._ms < FAR, self._ms / 1000, np.inf)

    def way(self, row: int) -> Way | None:
        """The way of one of them, None where there is none."""
        ms = int(self._ms[row])
        return None if ms >= FAR else Way(ms / 1000, self._roads, partial(self._find, row))

    def all(self) -> list[Way | None]:
        """The way of each of them."""
        return [self.way(row) for row in range(len(self._ms))]


def ways_between(roads: Roads, starts: Sequence[shapely.Point], goal: shapely.Point) -> list[Way | None]:
    """The quickest way from each start to one goal, points in the streets' CRS; see `Approach`."""
    return Approach(roads, shapely.get_coordinates(starts)).to(goal.x, goal.y).all() if len(starts) else []
