"""Which units officers reach in time: what the policy coverage weighs, remembered by the junctions at which they stand.

An officer is taken to stand at the nearer end of the street they are on: most officers move little from one case to the next, and
who moves on comes to junctions where others stood before.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo import crs
from gridgeo.roads import Roads
from gridgeo.roads.snapping import Snapped
from gridgeo_server.approaches import Travelling

MOST = 1_000
"""Most junctions that are remembered."""


class Reach:
    """Reach over a town's streets; safe from any thread.

    Parameters
    ----------
    units
        With their `households`.
    roads
        Streets by mode.
    """

    def __init__(self, units: gpd.GeoDataFrame, roads: Mapping[str, Roads]) -> None:
        self._units, self._roads = units, roads
        self._known: dict[tuple[str, int, float], NDArray[np.bool_]] = {}
        self._goals: dict[str, Snapped] = {}
        self._held = threading.Lock()

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """Shape (units,): share of all households; the same for all where nobody lives."""
        homes = self._units["households"].to_numpy(dtype=np.float64)
        return np.asarray(homes / homes.sum() if homes.any() else np.full(len(homes), 1 / len(homes)))

    def within(self, officers: Sequence[Travelling], seconds: float) -> NDArray[np.bool_]:
        """Shape (officers, units): whether each is reached by road in so many seconds, by the officer's own mode."""
        found = np.zeros((len(officers), len(self._units)), dtype=bool)
        for mode in sorted({officer.mode for officer in officers}):
            rows = [row for row, officer in enumerate(officers) if officer.mode == mode]
            nodes = self._junctions(mode, [officers[row].place for row in rows])
            with self._held:
                found[rows] = self._rows(mode, nodes, seconds)
        return found

    def _junctions(self, mode: str, places: list[tuple[float, float]]) -> list[int]:
        """The junction at which each stands, by position."""
        roads = self._roads[mode]
        lon, lat = np.array(places).T
        xy = np.column_stack(crs.transform(lon, lat, crs.WGS84, roads.crs))
        here, network = roads.snap_at(xy, within_m=np.inf), roads.network
        edge = network.forward[here.piece]
        return [int(node) for node in np.where(here.share < 0.5, network.tail[edge], network.head[edge])]

    def _rows(self, mode: str, nodes: list[int], seconds: float) -> NDArray[np.bool_]:
        missing = sorted({node for node in nodes if (mode, node, seconds) not in self._known})
        if len(self._known) + len(missing) > MOST:
            self._known.clear()
            missing = sorted(set(nodes))
        if missing:
            roads = self._roads[mode]
            if mode not in self._goals:
                spots = shapely.get_coordinates(shapely.point_on_surface(self._units.geometry.to_numpy()))
                self._goals[mode] = roads.snap_at(spots, within_m=np.inf)
            times = roads.times(roads.junctions(np.array(missing)), self._goals[mode]).to_numpy(dtype=np.float64)
            self._known.update({(mode, node, seconds): times[row] <= seconds for row, node in enumerate(missing)})
        return np.array([self._known[mode, node, seconds] for node in nodes])
