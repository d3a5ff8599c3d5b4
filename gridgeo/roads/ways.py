"""Ways of several people to one place, as they are shown: time, length, line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely

from gridgeo.roads.roads import Roads
from gridgeo_solvers.roads import FAR, Places, Route


@dataclass(frozen=True, eq=False)
class Way:
    """A way along the streets, by its seconds; where it leads is found when it is asked for.

    Parameters
    ----------
    roads
        The streets.
    start, goal
        One place each.
    """

    seconds: float
    roads: Roads = field(repr=False)
    start: Places = field(repr=False)
    goal: Places = field(repr=False)

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
        return self.roads.travel.routes(self.start, self.goal)[0]


def ways_between(roads: Roads, starts: Sequence[shapely.Point], goal: shapely.Point) -> list[Way | None]:
    """The quickest way from each start to one goal; None where no road leads there.

    Parameters
    ----------
    roads
        Streets of the profile by which all of them travel.
    starts, goal
        Points in the streets' CRS, brought to the nearest street however far it is.
    """
    if not len(starts):
        return []
    count = len(starts)
    places = roads.snap_at(shapely.get_coordinates([*starts, goal]), within_m=np.inf).places
    there = places.rows(slice(count, None))
    told = roads.travel.table(places.rows(slice(0, count)), there)[:, 0].tolist()
    return [
        None if ms >= FAR else Way(ms / 1000, roads, places.rows(slice(row, row + 1)), there)
        for row, ms in enumerate(told)
    ]
