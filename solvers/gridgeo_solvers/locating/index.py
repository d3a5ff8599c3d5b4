"""An index of cells over the rings of many polygons: an immutable value, built anew and swapped whole.

A cell knows the polygons that cover it altogether, and those whose border may pass through it. Only the latter are looked at
ring by ring, with the crossings of a ray to the right of the point (Shimrat 1962, *Algorithm 112*).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.locating import build, search

_CELLS_A_CORNER = 2.0
"""Cells for each corner of a polygon: with more of them fewer points lie near a border, but less of the index fits the cache."""
_MOST_A_SIDE = 4096
_LARGEST = 1e100
"""Beyond it products of coordinates overflow."""


@dataclass(frozen=True)
class RingIndex:
    """Polygons in cells; a polygon belongs to an owner, who may have several.

    Parameters
    ----------
    xy
        Shape (v, 2): corners of all rings, one ring after the other, each closed.
    polygons
        Shape (p + 1, 2): owner of each polygon, ascending, and its first run; the last row ends the runs.
    runs
        Shape (r, 6): west, south, east, north of neighbouring corners of a ring, the first and the last of them.
    frame
        West, south, cells per unit of length, columns and rows.
    start, held
        Cell c holds ``held[start[c]:start[c + 1]]``: twice the polygon's number, plus one where it covers the whole cell.
    """

    xy: NDArray[np.float64]
    polygons: NDArray[np.int32]
    runs: NDArray[np.float64]
    frame: NDArray[np.float64]
    start: NDArray[np.int32]
    held: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        xy: NDArray[np.float64],
        rings: NDArray[np.integer[Any]],
        polygons: NDArray[np.integer[Any]],
        owners: NDArray[np.integer[Any]],
    ) -> RingIndex:
        """The index of polygons given by offsets, as GeoArrow lays out multipolygons.

        Parameters
        ----------
        xy
            Shape (v, 2): corners.
        rings
            Ring i has the corners ``rings[i]:rings[i + 1]``, the last equal to the first.
        polygons
            Polygon p has the rings ``polygons[p]:polygons[p + 1]``. Inside are the points that an odd number of its rings go
            around, and its border.
        owners
            Owner o has the polygons ``owners[o]:owners[o + 1]``.

        Raises
        ------
        BadProblem
            There is no polygon, a coordinate is no number, or a ring is not closed.
        """
        xy = np.ascontiguousarray(xy, dtype=np.float64)
        if len(polygons) < 2 or not len(xy):
            raise BadProblem("there is no polygon to look points up in")
        usable = (np.abs(xy) < _LARGEST).all(axis=1)
        if not usable.all():
            row = int(np.flatnonzero(~usable)[0])
            raise BadProblem(f"corner {row} is ({xy[row, 0]:g}, {xy[row, 1]:g}), which is no place")
        open_ring = (xy[rings[:-1]] != xy[rings[1:] - 1]).any(axis=1)
        if open_ring.any():
            raise BadProblem(f"ring {int(np.flatnonzero(open_ring)[0])} is not closed; let it end where it began")
        owner = np.repeat(np.arange(len(owners) - 1), np.diff(owners))
        begin, runs = build.runs_of(xy, rings.astype(np.int64), polygons.astype(np.int64))
        table = np.column_stack([np.append(owner, -1), begin]).astype(np.int32)
        west, south = xy.min(axis=0).tolist()
        wide, high = (xy.max(axis=0) - xy.min(axis=0)).tolist()
        side = _side(wide, high, len(xy), float(np.abs(xy).max()))
        frame = np.array([west, south, 1.0 / side, wide // side + 1, high // side + 1])
        start, held = build.filled(xy, table, runs, frame)
        return cls(xy, table, runs, frame, start, held)

    @cached_property
    def _cells(self) -> tuple[Any, ...]:
        """What the kernels take, in their order."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def one(self, x: float, y: float) -> tuple[int, int]:
        """The first owner who covers a point, border included (-1: nobody), and how many do."""
        return search.one(float(x), float(y), *self._cells)

    def many(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """As `one` for the points of shape (k, 2): two arrays of shape (k,)."""
        return search.many(np.ascontiguousarray(points, dtype=np.float64), *self._cells)

    def all(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Everybody who covers each point: the owners of point i are ``owners[start[i]:start[i + 1]]``, ascending."""
        points = np.ascontiguousarray(points, dtype=np.float64)
        start = np.concatenate([[0], np.cumsum(self.many(points)[1], dtype=np.int64)])
        return start, search.every(points, start, *self._cells)

    def within(self, x: float, y: float, reach: float) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Owners whose ground is no farther from a point than `reach`, the nearest first, then the lowest; and how far it is."""
        polygon, far = search.within(float(x), float(y), float(reach), *self._cells)
        owner = self.polygons[polygon, 0]
        order = np.lexsort((owner, far))
        _, once = np.unique(owner[order], return_index=True)
        order = order[np.sort(once)]
        return owner[order], far[order]

    def nearest(self, x: float, y: float, reach: float = np.inf) -> tuple[int, float]:
        """The owner whose ground is nearest to a point, the lowest among equals, and how far it is; -1 and inf beyond `reach`."""
        polygon, far = search.nearest(float(x), float(y), float(reach), *self._cells)
        return (int(self.polygons[polygon, 0]), far) if polygon >= 0 else (-1, np.inf)


def _side(wide: float, high: float, corners: int, largest: float) -> float:
    """Side of a cell: so many cells for each corner, none too small for the precision of the coordinates."""
    longest = max(wide, high)
    least = max(longest / _MOST_A_SIDE, largest * 2.0**-28, 1e-100)
    return max(least, (max(wide, least) * max(high, least) / (_CELLS_A_CORNER * corners)) ** 0.5)
