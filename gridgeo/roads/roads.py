"""The streets of one profile, ready for questions: what is near, how long it takes, which way, how far one gets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
import shapely.ops
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo.graphs import MODES, road_graph
from gridgeo.roads.profiles import Profile, hour_factors, profile_of, profile_seconds
from gridgeo.roads.snapping import NO_ROAD, OTHER_PART, Snapped, coordinates_of
from gridgeo.roads.turns import forbidden_arcs
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.roads import FAR, Network, Reached, Route, StreetIndex, Travel

SCRAP = 0.01
"""Share of all metres of street up to which a part of the network is a scrap, to which no place is brought."""
WITHIN_M = 150.0
"""Metres at the most between a place and its street."""
ANY = -1
"""Any part of the network that is no scrap."""
AROUND_M = 40.0
"""Metres beside the streets that belong to the area within reach."""


@dataclass(frozen=True)
class Roads:
    """Streets of one profile: arrays for the solvers, and what they look like on the map.

    Make one by `Roads.of`.

    Parameters
    ----------
    profile
        How one travels.
    travel
        The network, and ways over it.
    lines
        Shape (m,): line of each arc, in its direction of travel.
    x, y
        Shape (n,): metres, for each junction.
    streets
        Shape (p,): the layer's number of each piece of street.
    row
        Shape (m,): row of each arc in the layer of edges.
    quiet
        Shape (m,): seconds of each arc at an hour without any factor.
    highway
        Shape (m,): OpenStreetMap class of each arc.
    crs
        Reference system of the lines, metres.
    """

    profile: Profile
    travel: Travel
    lines: NDArray[np.object_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    streets: NDArray[np.int64]
    row: NDArray[np.int64]
    quiet: NDArray[np.float64]
    highway: NDArray[np.object_]
    crs: pyproj.CRS

    @classmethod
    def of(
        cls,
        road_nodes: gpd.GeoDataFrame,
        road_edges: gpd.GeoDataFrame,
        profile: Profile | str = "foot",
        *,
        forbidden: pd.DataFrame | None = None,
    ) -> Roads:
        """The streets that a profile may use.

        Parameters
        ----------
        road_nodes, road_edges
            Layers of a jurisdiction, in metres; nodes may have `height_m`.
        profile
            A profile, or the mode of a known one: foot, ebike, car.
        forbidden
            Turns that must not be made: `from_street`, `via` (node) and `to_street`. Turns of streets that the profile
            doesn't use count for nothing.

        Raises
        ------
        BadInput
            The profile is unknown, no street may be used, an edge names a node that isn't there, a street has more
            than two edges, or a turn names streets that don't meet.
        """
        profile = profile_of(profile)
        told = profile_seconds(road_nodes, road_edges, profile)
        graph = road_graph(road_nodes, road_edges.assign(**{MODES[profile.mode]: told}), profile.mode)
        streets = np.unique(graph.street)
        network = graph.network
        roads = cls(
            profile=profile,
            travel=Travel.of(network),
            lines=road_edges.geometry.to_numpy()[graph.row],
            x=graph.x,
            y=graph.y,
            streets=streets,
            row=graph.row,
            quiet=network.seconds,
            highway=road_edges["highway"].astype(str).to_numpy(dtype=object)[graph.row],
            crs=road_edges.crs,
        )
        if forbidden is None or forbidden.empty:
            return roads
        arcs = forbidden_arcs(forbidden, graph.nodes, network, streets)
        return replace(roads, travel=Travel.of(network, arcs))

    @property
    def network(self) -> Network:
        """Junctions, arcs and pieces of street."""
        return self.travel.network

    @cached_property
    def piece_metres(self) -> NDArray[np.float64]:
        """Length of each piece of street."""
        return self.network.metres[self.network.forward]

    def at(self, clock: str) -> Roads:
        """The same streets at a time of day, HH:MM, with the profile's factors; takes milliseconds."""
        seconds = self.quiet * hour_factors(self.highway, self.profile, clock)
        roads = replace(self, travel=self.travel.reweighed(seconds))
        roads.__dict__["_index"] = self._index
        return roads

    def parts(self) -> pd.DataFrame:
        """Parts of the network within which every place can be left and regained, the longest first.

        Columns `part`, `streets`, `length_m`, `share` of all metres, and `scrap`: whether no place is brought to it.
        A last row with part -1 holds streets that can't be regained or left, where there are any.
        """
        part = self.travel.part
        table = pd.DataFrame({"part": part, "length_m": self.piece_metres})
        sums = table.groupby("part")["length_m"].agg(["size", "sum"]).reset_index()
        sums.columns = pd.Index(["part", "streets", "length_m"])
        sums["share"] = sums["length_m"] / sums["length_m"].sum()
        sums["scrap"] = ~np.isin(sums["part"], self._large)
        order = np.lexsort((sums["part"], -sums["length_m"], sums["part"] < 0))
        return sums.iloc[order].reset_index(drop=True)

    def snap(
        self,
        places: gpd.GeoDataFrame | gpd.GeoSeries,
        *,
        within_m: float = WITHIN_M,
        part: int | NDArray[np.int64] = ANY,
    ) -> Snapped:
        """The nearest point along a street for each place, on a part of the network that can be left again.

        Parameters
        ----------
        places
            Points in any declared CRS, labelled by their index; of other shapes the middle counts.
        within_m
            Metres at the most between a place and its street.
        part
            Part of the network wanted for all places or for each, as `parts` numbers them; any that is no scrap by default.

        Raises
        ------
        UnknownCRS, BadInput
            As `gridgeo.roads.snapping.coordinates_of`; or `within_m` is no number above 0.
        """
        return self.snap_at(coordinates_of(places, self.crs), label=places.index, within_m=within_m, part=part)

    def snap_at(
        self,
        xy: NDArray[np.float64],
        *,
        label: pd.Index | None = None,
        within_m: float = WITHIN_M,
        part: int | NDArray[np.int64] = ANY,
    ) -> Snapped:
        """As `snap`, for metres in the streets' CRS, shape (k, 2)."""
        if not within_m > 0:
            raise BadInput(f"within_m is {within_m}; give a number of metres above 0")
        wanted = np.broadcast_to(np.asarray(part, dtype=np.int64), len(xy))
        piece, share, off = self._index.nearest(xy, self._of_large, wanted, within_m)
        # A part that is asked for by its number may be a scrap.
        small = np.flatnonzero((piece < 0) & (wanted >= 0))
        small = small[~np.isin(wanted[small], self._large)]
        if len(small):
            piece[small], share[small], off[small] = self._index.nearest(
                xy[small], self.travel.part, wanted[small], within_m
            )
        reason = np.full(len(xy), "", dtype=object)
        lost = np.flatnonzero(piece < 0)
        if len(lost):
            every, any_ = np.zeros(self.network.pieces, dtype=np.int64), np.full(len(lost), ANY)
            near, _, _ = self._index.nearest(xy[lost], every, any_, within_m)
            reason[lost] = np.where(near >= 0, OTHER_PART, NO_ROAD)
        return Snapped(pd.RangeIndex(len(xy)) if label is None else label, piece, share, off, reason)

    def snap_one(self, x: float, y: float) -> tuple[int, float]:
        """Piece and share of the nearest point along a street, however far it is: as `snap_at`, for one place after another."""
        return self._index.one(x, y, self._of_large_segments)

    def junctions(self, nodes: NDArray[np.int64], *, label: pd.Index | None = None) -> Snapped:
        """Junctions, by position, as places: each lies at the end of one of its streets.

        Raises
        ------
        BadInput
            No street of the profile touches a junction.
        """
        network = self.network
        first, last = network.tail[network.forward], network.head[network.forward]
        ends = np.concatenate([first, last])
        order = np.argsort(ends, kind="stable")
        at = np.minimum(np.searchsorted(ends[order], nodes), len(order) - 1)
        found = order[at]
        lost = ends[found] != nodes
        if lost.any():
            raise BadInput(f"junction {nodes[int(np.argmax(lost))]} is touched by no street for {self.profile.name}")
        share = (found >= len(first)).astype(np.float64)
        none = np.full(len(nodes), "", dtype=object)
        return Snapped(
            pd.RangeIndex(len(nodes)) if label is None else label, found % len(first), share, np.zeros(len(nodes)), none
        )

    def points(self, snapped: Snapped) -> gpd.GeoSeries:
        """Where the places meet the streets, by their labels; empty where they don't."""
        points = np.full(len(snapped), None, dtype=object)
        found = snapped.found
        line = self.lines[self.network.forward[snapped.piece[found]]]
        points[found] = shapely.line_interpolate_point(line, snapped.share[found], normalized=True)
        return gpd.GeoSeries(points, index=snapped.label, crs=self.crs)

    def times(
        self,
        starts: Snapped,
        goals: Snapped,
        *,
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> pd.DataFrame:
        """Quickest seconds from each start to each goal: one row a start, one column a goal, float32; inf where there is no way.

        Parameters
        ----------
        starts, goals
            Places on these streets.
        progress
            Told of every start that is done.
        executor
            Works out several blocks side by side; threads serve best.
        """
        out = np.full((len(starts), len(goals)), np.inf, dtype=np.float32)
        for rows, block in self.blocks(starts, goals, progress=progress, executor=executor):
            out[rows] = block
        return pd.DataFrame(out, index=starts.label, columns=goals.label, copy=False)

    def blocks(
        self,
        starts: Snapped,
        goals: Snapped,
        *,
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """The table of `times` block by block, for tables larger than memory: positions of starts, and their rows."""
        here, there = starts.found, goals.found
        for rows, ms in self.travel.blocks(starts.places, goals.places, progress=progress, executor=executor):
            block = np.full((len(ms), len(goals)), np.inf, dtype=np.float32)
            seconds = (ms / 1000).astype(np.float32)
            seconds[ms >= FAR] = np.inf
            block[:, there] = seconds
            yield here[rows], block

    def nearest(self, starts: Snapped, goals: Snapped, k: int = 1) -> pd.DataFrame:
        """The `k` goals that are reached first from each start: `start`, `order` from 0, `goal`, `seconds`.

        Starts and goals without a way have no row. Among equals the goal that stands first goes first.
        """
        if k < 1:
            raise BadInput(f"k is {k}; ask for one goal at least")
        which, ms = self.travel.nearest(starts.places, goals.places, k)
        row, order = np.nonzero(which >= 0)
        return pd.DataFrame(
            {
                "start": starts.label[starts.found[row]],
                "order": order,
                "goal": goals.label[goals.found[which[row, order]]],
                "seconds": ms[row, order] / 1000,
            }
        )

    def routes(self, starts: Snapped, goals: Snapped) -> gpd.GeoDataFrame:
        """The quickest way from each start to the goal of the same row, along the streets.

        Returns
        -------
        One row a pair: `start`, `goal`, `seconds` and `length_m` (inf where there is no way), line (empty where there is none).

        Raises
        ------
        BadInput
            The two aren't equally many.
        """
        if len(starts) != len(goals):
            raise BadInput(f"{len(starts)} starts but {len(goals)} goals; give one goal for each start")
        both = np.flatnonzero((starts.piece >= 0) & (goals.piece >= 0))
        seconds, metres = np.full(len(starts), np.inf), np.full(len(starts), np.inf)
        shapes = np.full(len(starts), shapely.LineString(), dtype=object)
        found = self.travel.routes(starts.rows(both).places, goals.rows(both).places)
        for row, route in zip(both.tolist(), found, strict=True):
            if route.ms < FAR:
                seconds[row], metres[row] = route.ms / 1000, route.metres(self.network)
                shapes[row] = self.line(route)
        columns = {"start": starts.label, "goal": goals.label, "seconds": seconds, "length_m": metres}
        return gpd.GeoDataFrame(columns, geometry=shapes, crs=self.crs)

    def line(self, *routes: Route) -> shapely.LineString:
        """One line along ways that follow each other; points that coincide count once."""
        return _clean([piece for route in routes for piece in self._pieces_of(route)])

    def _pieces_of(self, route: Route) -> list[shapely.LineString]:
        lines = list(self.lines[route.arcs])
        if len(lines) == 1:
            return [_part(lines[0], route.begin, route.end)]
        if lines:
            lines[0], lines[-1] = _part(lines[0], route.begin, 1.0), _part(lines[-1], 0.0, route.end)
        return lines

    def reach(
        self, starts: Snapped, minutes: float | Sequence[float], *, shape: str = "area", around_m: float = AROUND_M
    ) -> gpd.GeoDataFrame:
        """What is reached from each start within so many minutes.

        Parameters
        ----------
        starts
            Places on these streets; those without a street have no row.
        minutes
            One limit or several, above 0.
        shape
            "streets" for the parts of streets that are reached, cut where the time is up; "area" for the ground beside them.
        around_m
            Metres beside the streets that belong to the area.

        Returns
        -------
        One row for each start and limit, `start`, `minutes`, `length_m` (metres of street) and the area; or, for "streets",
        one row for each part of a street: `start`, `minutes`, `street`, `length_m` and its line.
        """
        limits = np.atleast_1d(np.asarray(minutes, dtype=float)).tolist()
        if not limits or not all(np.isfinite(limit) and limit > 0 for limit in limits):
            raise BadInput(f"minutes are {minutes}; give numbers above 0")
        if shape not in ("area", "streets"):
            raise BadInput(f"shape is '{shape}'; choose area or streets")
        if not around_m > 0:
            raise BadInput(f"around_m is {around_m}; give a number of metres above 0")
        rows: list[gpd.GeoDataFrame] = []
        for position in starts.found.tolist():
            place = starts.rows(np.array([position]))
            for limit in limits:
                streets = self._reached(self.travel.reach(place.places, round(limit * 60_000)))
                streets.insert(0, "start", [starts.label[position]] * len(streets))
                streets.insert(1, "minutes", limit)
                rows.append(streets if shape == "streets" else _area(streets, around_m))
        if not rows:
            columns = ["start", "minutes", *(["street"] if shape == "streets" else []), "length_m"]
            return gpd.GeoDataFrame(columns=[*columns, "geometry"], geometry="geometry", crs=self.crs)
        return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=self.crs)

    def _reached(self, found: Reached) -> gpd.GeoDataFrame:
        lines = self.lines[self.network.forward[found.piece]].copy()
        cut = np.flatnonzero((found.begin > 0) | (found.end < 1))
        for row in cut.tolist():
            lines[row] = _part(lines[row], float(found.begin[row]), float(found.end[row]))
        columns = {"street": self.streets[found.piece], "length_m": shapely.length(lines)}
        return gpd.GeoDataFrame(columns, geometry=lines, crs=self.crs)

    def pieces(self, streets: pd.Series) -> NDArray[np.int64]:
        """Position of each street number, all of which this profile may use."""
        return np.searchsorted(self.streets, streets.to_numpy(dtype=np.int64)).astype(np.int64)

    def point(self, node: int) -> shapely.Point:
        """Where a junction lies."""
        return shapely.Point(self.x[node], self.y[node])

    def path(self, arcs: NDArray[np.int64], at: int) -> shapely.LineString:
        """One line along `arcs`; a line of no length at junction `at` where there are none."""
        if not len(arcs):
            return shapely.LineString([self.point(at)] * 2)
        return _clean(list(self.lines[arcs]))

    @cached_property
    def _of_large(self) -> NDArray[np.int64]:
        """The part of each piece, -1 where that is a scrap."""
        part = self.travel.part
        return np.where(np.isin(part, self._large), part, -1)

    @cached_property
    def _of_large_segments(self) -> NDArray[np.int64]:
        """The same for each segment of the index."""
        return self._of_large[self._index.piece]

    @cached_property
    def _large(self) -> NDArray[np.int64]:
        """Parts that are no scraps."""
        metres = self.travel.part_metres
        return np.flatnonzero((metres > SCRAP * metres.sum()) | (metres == metres.max(initial=0.0)))

    @cached_property
    def _index(self) -> StreetIndex:
        lines = self.lines[self.network.forward]
        xy, owner = shapely.get_coordinates(lines, return_index=True)
        return StreetIndex.of(xy, owner.astype(np.int64), len(lines))


def _part(line: shapely.LineString, begin: float, end: float) -> shapely.LineString:
    """The part of `line` between two shares of it; a point becomes a line of none."""
    part = shapely.ops.substring(line, begin, end, normalized=True)
    return part if isinstance(part, shapely.LineString) else shapely.LineString([part, part])


def _clean(pieces: list[shapely.LineString]) -> shapely.LineString:
    """One line through all pieces, in order; points that coincide count once, and a line has two at least."""
    points = shapely.get_coordinates(pieces)
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = (np.abs(np.diff(points, axis=0)) > 1e-6).any(axis=1)
    kept = points[keep]
    return shapely.LineString(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))


def _area(streets: gpd.GeoDataFrame, around_m: float) -> gpd.GeoDataFrame:
    """The ground beside parts of streets, as one row."""
    ground = shapely.union_all(shapely.buffer(streets.geometry.to_numpy(), around_m, quad_segs=4))
    row = {
        "start": [streets["start"].iloc[0]],
        "minutes": [streets["minutes"].iloc[0]],
        "length_m": [float(streets["length_m"].sum())],
    }
    return gpd.GeoDataFrame(row, geometry=[ground], crs=streets.crs)
