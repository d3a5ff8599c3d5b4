"""Ways of several people to one place, as they are shown: time, length, line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gridgeo.roads.roads import Roads
from gridgeo_solvers.roads import FAR


@dataclass(frozen=True)
class Way:
    """A way along the streets: seconds, metres, and its line in the streets' CRS."""

    seconds: float
    metres: float
    line: shapely.LineString


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
    here = roads.snap_at(shapely.get_coordinates(list(starts)), within_m=np.inf)
    there = roads.snap_at(shapely.get_coordinates(goal), within_m=np.inf)
    found = roads.travel.routes(here.places, there.rows(np.zeros(len(starts), dtype=np.int64)).places)
    return [
        None if route.ms >= FAR else Way(route.ms / 1000, route.metres(roads.network), roads.line(route))
        for route in found
    ]
