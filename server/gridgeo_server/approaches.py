"""Ways to one case after another: officers who haven't moved since the last one needn't be found on the streets again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gridgeo import crs
from gridgeo.roads import Approach, Roads, Way

Places = tuple[tuple[float, float], ...]
"""Longitudes and latitudes, degrees."""


class Approaches:
    """Remembers of each mode those who were asked for last, where they were.

    Safe from any thread: whoever comes while another asks for others works theirs out anew.
    """

    def __init__(self, roads: Mapping[str, Roads]) -> None:
        self._roads = roads
        self._metric = {mode: crs.transformer(crs.WGS84, one.crs) for mode, one in roads.items()}
        self._last: dict[str, tuple[Places, Approach]] = {}

    def ways(self, mode: str, starts: Places, lon: float, lat: float) -> list[Way | None]:
        """The quickest way from each start to one place by the streets of a mode, None where there is none."""
        known, approach = self._last.get(mode, ((), None))
        if approach is None or known != starts:
            approach = Approach(self._roads[mode], np.column_stack(self._metric[mode](*np.array(starts).T)))
            self._last[mode] = starts, approach
        return approach.to(*self._metric[mode](lon, lat))
