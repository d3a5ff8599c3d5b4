"""Times and ways between places anywhere in a town, over its streets: the one door that sites and collection rounds use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo.graphs import WALKING_M_S
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.placed import FAR_M
from gridgeo.roads import Roads
from gridgeo.roads.snapping import Snapped


@dataclass(frozen=True)
class Between:
    """The streets of one mode; a place is reached from the nearest point on them, straight and on foot.

    Parameters
    ----------
    roads
        The streets.
    """

    roads: Roads

    @classmethod
    def of(cls, town: Jurisdiction, mode: str) -> Between:
        """The streets of `town`; `BadInput` where the mode is unknown or may use none."""
        return cls(Roads.of(town.road_nodes, town.road_edges, mode))

    def round_trips(self, here: NDArray[np.float64], there: NDArray[np.float64]) -> NDArray[np.float64]:
        """Minutes from each place to each other and back, shape (here, there); inf where no road leads there or back.

        Parameters
        ----------
        here, there
            Shape (n, 2) and (m, 2): metres.
        """
        a, b = self._snapped(here), self._snapped(there)
        ways = self.roads.times(a, b).to_numpy(dtype=float) + self.roads.times(b, a).to_numpy(dtype=float).T
        steps = 2 * (a.off_m[:, None] + b.off_m[None, :]) / WALKING_M_S
        return np.asarray((ways + steps) / 60)

    def seconds(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds between places, shape (k, k), the steps between street and place among them; inf where there is no way."""
        places = self._snapped(xy)
        steps = (places.off_m[:, None] + places.off_m[None, :]) / WALKING_M_S
        seconds = self.roads.times(places, places).to_numpy(dtype=float) + steps
        np.fill_diagonal(seconds, 0.0)
        return seconds

    def one_way(self, here: NDArray[np.float64], there: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds from each place to each other, shape (here, there), steps beside the streets among them; inf where no road leads.

        Parameters
        ----------
        here, there
            Shape (n, 2) and (m, 2): metres.
        """
        a, b = self._snapped(here), self._snapped(there)
        steps = (a.off_m[:, None] + b.off_m[None, :]) / WALKING_M_S
        return np.asarray(self.roads.times(a, b).to_numpy(dtype=float) + steps)

    def legs(
        self, xy: NDArray[np.float64], pairs: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], tuple[float, shapely.LineString]]:
        """Metres along the streets and line of the quickest way for each (from, to), all of which have one."""
        places = self._snapped(xy)
        a, b = (places.rows([pair[end] for pair in pairs]) for end in (0, 1))
        found = self.roads.travel.routes(a.places, b.places)
        told = [(route.metres(self.roads.network), self.roads.line(route)) for route in found]
        return dict(zip(pairs, told, strict=True))

    def _snapped(self, xy: NDArray[np.float64]) -> Snapped:
        return self.roads.snap_at(xy, within_m=FAR_M)
