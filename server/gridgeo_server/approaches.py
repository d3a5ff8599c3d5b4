"""Ways to one case after another: officers who haven't moved since the last one needn't be found on the streets again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from gridgeo import crs
from gridgeo.roads import Approach, Arrivals, Roads


class Placed(Protocol):
    """Somebody who is somewhere: longitude and latitude, degrees."""

    @property
    def place(self) -> tuple[float, float]:
        """Where."""
        ...


class Travelling(Placed, Protocol):
    """Somebody who is somewhere and goes by a mode: foot, bike, car."""

    @property
    def mode(self) -> str:
        """By what."""
        ...


class Spot(NamedTuple):
    """A place where nobody needs to be."""

    place: tuple[float, float]


class Approaches:
    """Remembers of each mode those who were asked for last, where they were.

    Safe from any thread: whoever comes while another asks for others works theirs out anew.
    """

    def __init__(self, roads: Mapping[str, Roads]) -> None:
        self._roads = roads
        self._metric = {mode: crs.transformer(crs.WGS84, one.crs) for mode, one in roads.items()}
        self._metric_one = {mode: crs.pointwise(crs.WGS84, one.crs) for mode, one in roads.items()}
        self._last: dict[str, tuple[Sequence[Placed], Approach]] = {}

    def ways(self, mode: str, who: Sequence[Placed], lon: float, lat: float) -> Arrivals:
        """The quickest way of each of them to one place by the streets of a mode."""
        known, approach = self._last.get(mode, ((), None))
        # Of lists of the same objects this looks at none of them.
        if approach is None or known != who:
            starts = np.array([one.place for one in who])
            approach = Approach(self._roads[mode], np.column_stack(self._metric[mode](*starts.T)))
            self._last[mode] = who, approach
        return approach.to(*self._metric_one[mode](lon, lat))
