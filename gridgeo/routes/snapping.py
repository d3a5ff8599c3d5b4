"""Doors brought onto the streets: each becomes a junction in the middle of the piece of street it lies at."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from gridgeo.routes.roads import Roads
from gridgeo_solvers.routing import Network

NO_ROAD = "no road"
"""Reason: no street of the mode within reach."""
OTHER_PART = "other part"
"""Reason: the streets within reach don't lead to the start and back."""

_GRAIN_M = 0.01
"""Places on a street nearer to each other, or to a junction, are one place."""


@dataclass(frozen=True)
class Snapped:
    """Where each point meets the streets.

    Parameters
    ----------
    piece
        Piece of street (position in `Roads.streets`), -1 where there is none.
    along
        Share of the piece's line, in the direction of its first arc.
    off_m
        Metres between point and street.
    reason
        Why there is no piece (`NO_ROAD`, `OTHER_PART`), empty where there is one.
    """

    piece: NDArray[np.int64]
    along: NDArray[np.float64]
    off_m: NDArray[np.float64]
    reason: NDArray[np.object_]


def snap(roads: Roads, points: NDArray[np.object_], part: NDArray[np.int64], within_m: float) -> Snapped:
    """The nearest place on a street of the network part wanted for each point.

    Parameters
    ----------
    points
        Points in the streets' CRS, shape (k,).
    part
        Part of the network (`Network.parts`) that each must lie in, shape (k,).
    within_m
        Metres at the most between a point and its street.
    """
    network = roads.network
    forward = network.forward
    lines = roads.lines[forward]
    ends = network.parts[network.tail[forward]], network.parts[network.head[forward]]
    piece = np.full(len(points), -1, dtype=np.int64)
    off = np.full(len(points), np.inf)
    for wanted in np.unique(part).tolist():
        own = np.flatnonzero((ends[0] == wanted) & (ends[1] == wanted))
        here = np.flatnonzero(part == wanted)
        piece[here], off[here] = _nearest(lines, own, points[here])
    reason = np.full(len(points), "", dtype=object)
    far = np.flatnonzero(~(off <= within_m))
    _, anywhere = _nearest(lines, np.arange(len(lines)), points[far])
    reason[far] = np.where(anywhere <= within_m, OTHER_PART, NO_ROAD)
    piece[far] = -1
    met = np.flatnonzero(piece >= 0)
    along = np.zeros(len(points))
    along[met] = shapely.line_locate_point(lines[piece[met]], points[met], normalized=True)
    return Snapped(piece, np.nan_to_num(along), off, reason)


def _nearest(
    lines: NDArray[np.object_], own: NDArray[np.int64], points: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Nearest of the lines `own` for each point, the first among equals, and its distance; -1 and inf where there is none."""
    piece, off = np.full(len(points), -1, dtype=np.int64), np.full(len(points), np.inf)
    if len(own) and len(points):
        which, found = shapely.STRtree(lines[own]).query_nearest(points, all_matches=True)
        order = np.lexsort((found, which))[::-1]
        piece[which[order]] = own[found[order]]
        off = shapely.distance(points, lines[piece])
    return piece, off


def insert(roads: Roads, snapped: Snapped) -> tuple[Roads, NDArray[np.int64]]:
    """The streets with a junction where each snapped point meets its street, and the junction of each (-1: it met none).

    Junctions that were there keep their positions. Travel time is shared out by length.
    """
    network = roads.network
    joint = np.full(len(snapped.piece), -1, dtype=np.int64)
    pieces = np.unique(snapped.piece[snapped.piece >= 0])
    new = _Arcs()
    n = network.n
    for piece in pieces.tolist():
        arc, back = int(network.forward[piece]), int(network.back[piece])
        here = np.flatnonzero(snapped.piece == piece)
        shares, at = _places(snapped.along[here], float(shapely.length(roads.lines[arc])))
        chain = np.concatenate([[network.tail[arc]], n + np.arange(len(shares)), [network.head[arc]]])
        joint[here] = chain[at]
        n += len(shares)
        new.places += [shapely.line_interpolate_point(roads.lines[arc], share, normalized=True) for share in shares]
        new.chain(roads, arc, chain, shares)
        if back >= 0:
            new.chain(roads, back, chain[::-1], 1.0 - shares[::-1], backward=True)
    kept = np.flatnonzero(~np.isin(network.piece, pieces))
    return new.joined(roads, kept, n), joint


def _places(along: NDArray[np.float64], length: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Shares at which a line is cut for points at shares `along`, and the place of each: 0 is the line's start, the last its end."""
    grain = _GRAIN_M / max(length, _GRAIN_M)
    whole = np.rint(along / grain) * grain
    shares = np.unique(whole[(whole > grain / 2) & (whole < 1.0 - grain / 2)])
    at = np.where(whole <= grain / 2, 0, np.where(whole >= 1.0 - grain / 2, len(shares) + 1, 0))
    inner = (whole > grain / 2) & (whole < 1.0 - grain / 2)
    at[inner] = 1 + np.searchsorted(shares, whole[inner])
    return shares, at.astype(np.int64)


class _Arcs:
    """Arcs that take the place of cut ones, gathered piece by piece."""

    def __init__(self) -> None:
        self.places: list[shapely.Point] = []
        self._tail: list[int] = []
        self._head: list[int] = []
        self._seconds: list[float] = []
        self._metres: list[float] = []
        self._street: list[int] = []
        self._lines: list[shapely.Geometry] = []
        self._pieces: dict[tuple[int, int], int] = {}
        self._piece: list[int] = []

    def chain(
        self,
        roads: Roads,
        arc: int,
        chain: NDArray[np.int64],
        shares: NDArray[np.float64],
        *,
        backward: bool = False,
    ) -> None:
        """The arcs along `chain` that replace `arc`, cut at `shares` of its line."""
        network, line = roads.network, roads.lines[arc]
        street = int(roads.streets[network.piece[arc]])
        spans = list(itertools.pairwise([0.0, *shares.tolist(), 1.0]))
        for part, (tail, head, (a, b)) in enumerate(zip(chain[:-1].tolist(), chain[1:].tolist(), spans, strict=True)):
            self._tail.append(tail)
            self._head.append(head)
            self._seconds.append(float(network.seconds[arc]) * (b - a))
            self._metres.append(float(network.metres[arc]) * (b - a))
            self._street.append(street)
            self._lines.append(shapely.ops.substring(line, a, b, normalized=True))
            # Both directions of a part share their number. Its ends don't tell it: a loop that is cut once has two parts
            # between the same two junctions.
            key = (int(network.piece[arc]), len(spans) - 1 - part if backward else part)
            self._piece.append(self._pieces.setdefault(key, len(self._pieces)))

    def joined(self, roads: Roads, kept: NDArray[np.int64], n: int) -> Roads:
        """`roads` with only its arcs `kept`, and these."""
        old = roads.network
        rest, piece = np.unique(old.piece[kept], return_inverse=True)
        streets = np.full(len(rest) + len(self._pieces), -1, dtype=np.int64)
        streets[: len(rest)] = roads.streets[rest]
        streets[len(rest) + np.array(self._piece, dtype=np.int64)] = self._street
        lines = np.empty(len(kept) + len(self._lines), dtype=object)
        lines[: len(kept)] = roads.lines[kept]
        lines[len(kept) :] = self._lines
        network = Network(
            n,
            np.concatenate([old.tail[kept], np.array(self._tail, dtype=np.int64)]),
            np.concatenate([old.head[kept], np.array(self._head, dtype=np.int64)]),
            np.concatenate([old.seconds[kept], self._seconds]),
            np.concatenate([old.metres[kept], self._metres]),
            np.concatenate([piece, len(rest) + np.array(self._piece, dtype=np.int64)]),
        )
        x = np.concatenate([roads.x, shapely.get_x(self.places)])
        y = np.concatenate([roads.y, shapely.get_y(self.places)])
        return replace(roads, network=network, lines=lines, x=x, y=y, streets=streets)
