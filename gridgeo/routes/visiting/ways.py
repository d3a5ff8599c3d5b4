"""The ways between doors and officers' starts over the streets, by each mode: the only module here that knows the road engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo.plans.plan import Plan
from gridgeo.roads import NO_ROAD, OTHER_PART, Roads
from gridgeo.routes.starts import starts_of
from gridgeo.routes.streets import patrolled_streets
from gridgeo_solvers.roads import Places, Route, seconds_of


@dataclass(frozen=True)
class Ways:
    """Places 0..p-1 on the streets of each mode.

    Parameters
    ----------
    modes
        Names of the modes.
    streets
        Streets of each mode.
    piece, share
        Shape (modes, p): the piece of street at which a place lies, -1 where the mode doesn't reach it, and how far along it.
    off_m
        Shape (p,): metres between a place and the nearest street that reaches it.
    reason
        Shape (p,): why no mode reaches a place, empty where one does.
    starts
        Junction of each grid's start, by mode.
    within_m
        Metres at the most between a place and its street.
    """

    modes: tuple[str, ...]
    streets: tuple[Roads, ...]
    piece: NDArray[np.int64]
    share: NDArray[np.float64]
    off_m: NDArray[np.float64]
    reason: NDArray[np.object_]
    starts: tuple[Mapping[str, int], ...]
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
            Grid of each place: it must be reached from there and back. None for the first grid.
        within_m
            Metres at the most between a place and its street.
        stations
            Points with a column `grid`, the grids' starts; see `patrol_routes`.
        """
        place = plan.jurisdiction
        streets = tuple(Roads.of(place.road_nodes, place.road_edges, mode) for mode in modes)
        starts = tuple(
            starts_of(plan, roads, patrolled_streets(plan, mode=mode), stations)
            for mode, roads in zip(modes, streets, strict=True)
        )
        placed = _placed(streets, starts, points, grids, within_m)
        return cls(tuple(modes), streets, *placed, starts, within_m)

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Shape (modes, p): whether a mode reaches a place."""
        return np.asarray(self.piece >= 0)

    def with_places(self, at: int, points: Sequence[shapely.Point | None], grids: Sequence[str | None]) -> Ways:
        """The same with more places, which come before place `at`."""
        piece, share, off, reason = _placed(self.streets, self.starts, points, grids, self.within_m)
        return replace(
            self,
            piece=np.concatenate([self.piece[:, :at], piece, self.piece[:, at:]], axis=1),
            share=np.concatenate([self.share[:, :at], share, self.share[:, at:]], axis=1),
            off_m=np.concatenate([self.off_m[:at], off, self.off_m[at:]]),
            reason=np.concatenate([self.reason[:at], reason, self.reason[at:]]),
        )

    def seconds(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Shape (modes, k, k): quickest seconds between `places`, inf where no way leads."""
        table = np.full((len(self.modes), len(places), len(places)), np.inf)
        for mode, roads in enumerate(self.streets):
            there = np.flatnonzero(self.piece[mode, places] >= 0)
            if len(there):
                stands = self._stands(mode, places[there])
                table[mode][np.ix_(there, there)] = seconds_of(roads.travel.table(stands, stands))
        return table

    def routes(self, mode: int, legs: Sequence[tuple[int, int]]) -> list[Route]:
        """The quickest way of each leg from place to place."""
        if not legs:
            return []
        ends = np.array(legs, dtype=np.int64)
        return self.streets[mode].travel.routes(self._stands(mode, ends[:, 0]), self._stands(mode, ends[:, 1]))

    def _stands(self, mode: int, places: NDArray[np.int64]) -> Places:
        return Places(self.piece[mode, places], self.share[mode, places])


def words(within_m: float, modes: Sequence[str]) -> Mapping[str, str]:
    """What a reason why no road reaches a place is called."""
    by = " or ".join(modes)
    return {
        NO_ROAD: f"no road for {by} within {within_m:g} m",
        OTHER_PART: f"in another part of the street network: no way by {by} from the start and back",
    }


def _placed(
    streets: Sequence[Roads],
    starts: Sequence[Mapping[str, int]],
    points: Sequence[shapely.Point | None],
    grids: Sequence[str | None],
    within_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.object_]]:
    """Piece and share of each place by mode; its metres from the street; the reason where none is near."""
    given = np.array([point is not None for point in points], dtype=bool)
    xy = shapely.get_coordinates([point for point in points if point is not None])
    shape = (len(streets), len(points))
    piece, share, off = np.zeros(shape, dtype=np.int64), np.zeros(shape), np.zeros(shape)
    reason = np.full(shape, "", dtype=object)
    for mode, roads in enumerate(streets):
        first = next(iter(starts[mode].values()))
        node = np.array([starts[mode].get(grid or "", first) for grid in grids], dtype=np.int64)
        own = roads.junctions(node[~given])
        piece[mode, ~given], share[mode, ~given] = own.piece, own.share
        snapped = roads.snap_at(xy, within_m=within_m, part=roads.network.parts[node[given]])
        piece[mode, given], share[mode, given] = snapped.piece, snapped.share
        off[mode, given], reason[mode, given] = snapped.off_m, snapped.reason
    reached = (piece >= 0).any(axis=0)
    return piece, share, off.min(axis=0), np.where(reached, "", reason[0])
