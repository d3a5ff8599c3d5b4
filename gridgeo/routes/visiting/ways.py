"""The ways between doors and officers' starts over the streets, by each mode: the only module here that knows the road graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo.plans.plan import Plan
from gridgeo.routes.roads import Roads, starts_of
from gridgeo.routes.snapping import NO_ROAD, OTHER_PART, insert, snap
from gridgeo.routes.streets import patrolled_streets


@dataclass(frozen=True)
class Ways:
    """Places 0..p-1 on the streets of each mode.

    Parameters
    ----------
    modes
        Names of the modes.
    streets
        Streets of each mode, with a junction for each place.
    node
        Shape (modes, p): junction of each place, -1 where the mode doesn't reach it.
    off_m
        Shape (p,): metres between a place and the nearest street that reaches it.
    reason
        Shape (p,): why no mode reaches a place, empty where one does.
    """

    modes: tuple[str, ...]
    streets: tuple[Roads, ...]
    node: NDArray[np.int64]
    off_m: NDArray[np.float64]
    reason: NDArray[np.object_]
    starts: tuple[Mapping[str, int], ...]
    """Junction of each grid's start, by mode."""
    within_m: float

    @classmethod
    def of(
        cls,
        plan: Plan,
        modes: Sequence[str],
        points: Sequence[shapely.Point | None],
        grids: Sequence[str | None],
        within_m: float,
        stations: gpd.GeoDataFrame | None,
    ) -> Ways:
        """Bring places onto the streets.

        Parameters
        ----------
        plan
            Grids over streets.
        modes
            Modes to prepare.
        points
            Where the places are; None for the start of the place's grid.
        grids
            Grid of each place: it must be reached from there and back. None for the town's main grid of streets.
        within_m
            Metres at the most between a place and its street.
        stations
            Points with a column `grid`, the grids' starts; see `patrol_routes`.
        """
        of_mode = [Roads.of(plan.jurisdiction.road_nodes, plan.jurisdiction.road_edges, mode) for mode in modes]
        starts = tuple(
            starts_of(plan, roads, patrolled_streets(plan, mode=mode), stations)
            for mode, roads in zip(modes, of_mode, strict=True)
        )
        return cls(*_placed(tuple(modes), of_mode, starts, points, grids, within_m), starts, within_m)

    def with_places(self, at: int, points: Sequence[shapely.Point | None], grids: Sequence[str | None]) -> Ways:
        """The same with more places, which come before place `at`."""
        _, streets, node, off, reason = _placed(self.modes, self.streets, self.starts, points, grids, self.within_m)
        return replace(
            self,
            streets=streets,
            node=np.concatenate([self.node[:, :at], node, self.node[:, at:]], axis=1),
            off_m=np.concatenate([self.off_m[:at], off, self.off_m[at:]]),
            reason=np.concatenate([self.reason[:at], reason, self.reason[at:]]),
        )

    def seconds(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Shape (modes, k, k): quickest seconds between `places`, inf where no way leads."""
        table = np.full((len(self.modes), len(places), len(places)), np.inf)
        for mode, roads in enumerate(self.streets):
            there = np.flatnonzero(self.node[mode, places] >= 0)
            if len(there):
                nodes, back = np.unique(self.node[mode, places[there]], return_inverse=True)
                table[mode][np.ix_(there, there)] = roads.network.times(nodes)[np.ix_(back, back)]
        return table

    def lines(self, mode: int, legs: Sequence[tuple[int, int]]) -> tuple[list[NDArray[np.int64]], list[float]]:
        """Arcs and metres of the quickest way of each leg from place to place."""
        roads = self.streets[mode]
        pairs = [(int(self.node[mode, a]), int(self.node[mode, b])) for a, b in legs]
        arcs = [np.array(way, dtype=np.int64) for way in roads.network.paths(pairs)]
        return arcs, [float(roads.network.metres[way].sum()) for way in arcs]


def words(within_m: float, modes: Sequence[str]) -> Mapping[str, str]:
    """What a reason why no road reaches a place is called."""
    by = " or ".join(modes)
    return {
        NO_ROAD: f"no road for {by} within {within_m:g} m",
        OTHER_PART: f"in another part of the street network: no way by {by} from the start and back",
    }


def _placed(
    modes: tuple[str, ...],
    of_mode: Sequence[Roads],
    starts: Sequence[Mapping[str, int]],
    points: Sequence[shapely.Point | None],
    grids: Sequence[str | None],
    within_m: float,
) -> tuple[tuple[str, ...], tuple[Roads, ...], NDArray[np.int64], NDArray[np.float64], NDArray[np.object_]]:
    """The streets of each mode with a junction for each place; its junction by mode, metres from the street, or the reason."""
    given = np.array([point is not None for point in points], dtype=bool)
    placed = np.array([point for point in points if point is not None], dtype=object)
    node = np.zeros((len(modes), len(points)), dtype=np.int64)
    off = np.zeros(node.shape)
    reason = np.full(node.shape, "", dtype=object)
    streets = []
    for mode, roads in enumerate(of_mode):
        first = next(iter(starts[mode].values()))
        node[mode] = [starts[mode].get(grid or "", first) for grid in grids]
        snapped = snap(roads, placed, roads.network.parts[node[mode, given]], within_m)
        cut, node[mode, given] = insert(roads, snapped)
        streets.append(cut)
        off[mode, given], reason[mode, given] = snapped.off_m, snapped.reason
    reached = (node >= 0).any(axis=0)
    return modes, tuple(streets), node, off.min(axis=0), np.where(reached, "", reason[0])
