"""Lines that divide the plane: the faces between them, and which faces an outline has inside when only part of it is known.

An outline that crosses the edge of a map is cut off there: what is left of it no longer closes. But each piece of it still has
the inside on one side and the outside on the other, so walking from face to face changes side exactly where a piece is crossed.
That two-colouring finds the inside up to one choice: which of the two colours it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

GRID_M = 0.01
"""Coordinates are rounded to this (metres) where lines are cut at their crossings; far below the accuracy of any survey."""


@dataclass(frozen=True)
class Arrangement:
    """The faces between labelled lines.

    Parameters
    ----------
    faces
        Polygons that tile what the lines enclose, metres.
    pieces
        Lines cut at all crossings.
    labels
        For each piece, the positions of the lines it is part of.
    left, right
        Face to the left and right of each piece along its direction; -1 is no face.
    """

    faces: NDArray[Any]
    pieces: NDArray[Any]
    labels: tuple[frozenset[int], ...]
    left: NDArray[np.int64]
    right: NDArray[np.int64]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Search tree over the faces."""
        return shapely.STRtree(self.faces)

    @cached_property
    def area(self) -> NDArray[np.float64]:
        """Square metres of each face."""
        return np.asarray(shapely.area(self.faces))

    @cached_property
    def length(self) -> NDArray[np.float64]:
        """Metres of each piece."""
        return np.asarray(shapely.length(self.pieces))

    def carrying(self, lines: Iterable[int]) -> NDArray[np.bool_]:
        """Which pieces are part of any of `lines`."""
        wanted = frozenset(lines)
        return np.array([not wanted.isdisjoint(label) for label in self.labels], dtype=bool)

    def within(self, shape: Any) -> NDArray[np.bool_]:
        """Which faces lie inside the polygon `shape` (a point well inside each decides)."""
        shapely.prepare(shape)
        return np.asarray(shapely.contains(shape, shapely.point_on_surface(self.faces)))

    def face_of(self, points: Any) -> NDArray[np.int64]:
        """Face that holds each point; -1 where none does."""
        found = np.full(len(points), -1, dtype=np.int64)
        which, face = self.tree.query(points, predicate="intersects")
        found[which[::-1]] = face[::-1]
        return found

    def groups(self, cut: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Number the faces so that two share a number when one can go from one to the other without crossing a `cut` piece."""
        free = ~cut & (self.left >= 0) & (self.right >= 0)
        links = coo_array((np.ones(int(free.sum())), (self.left[free], self.right[free])), shape=(len(self.faces),) * 2)
        return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)

    def two_colours(self, cut: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], float]:
        """Colour the faces so that the colour changes exactly across the `cut` pieces.

        Returns
        -------
        The colour of each face, and the metres of pieces that contradict it: 0 where the pieces are part of closed lines.
        """
        group = self.groups(cut)
        count = int(group.max(initial=-1)) + 1
        both = cut & (self.left >= 0) & (self.right >= 0)
        a, b = group[self.left[both]], group[self.right[both]]
        links = coo_array((np.ones(len(a)), (a, b)), shape=(count, count)).tocsr()
        colour = np.full(count, -1)
        for start in range(count):
            if colour[start] >= 0:
                continue
            order, before = breadth_first_order(links, start, directed=False)
            colour[start] = 0
            for node in order[1:]:
                colour[node] = 1 - colour[before[node]]
        wrong = colour[a] == colour[b]
        return colour[group] == 1, float(self.length[both][wrong].sum())


def arrange(lines: Sequence[Any]) -> Arrangement:
    """Cut `lines` (metres) at all their crossings and find the faces between them.

    Lines are rounded to a grid of `GRID_M`; ends that hang loose divide nothing and disappear.
    """
    sources = np.array([line for line in lines if not line.is_empty], dtype=object)
    position = [number for number, line in enumerate(lines) if not line.is_empty]
    noded = shapely.union_all(sources, grid_size=GRID_M) if len(sources) else shapely.MultiLineString()
    pieces = shapely.get_parts(noded)
    faces = shapely.orient_polygons(shapely.get_parts(shapely.polygonize(pieces)))
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    labels: list[set[int]] = [set() for _ in pieces]
    if len(pieces):
        which, source = shapely.STRtree(sources).query(middle, predicate="dwithin", distance=3 * GRID_M)
        for piece, line in zip(which.tolist(), source.tolist(), strict=True):
            labels[piece].add(position[line])
    left, right = _sides(pieces, faces)
    return Arrangement(faces, pieces, tuple(frozenset(label) for label in labels), left, right)


def _sides(pieces: NDArray[Any], faces: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Faces left and right of each piece: an oriented ring has its face on the left of every segment."""
    face_of_segment: dict[tuple[float, float, float, float], int] = {}
    rings, owner = shapely.get_rings(faces, return_index=True)
    for ring, face in zip(rings, owner.tolist(), strict=True):
        xy = shapely.get_coordinates(ring)
        for segment in map(tuple, np.hstack([xy[:-1], xy[1:]]).tolist()):
            face_of_segment[segment] = face
    left, right = np.full(len(pieces), -1, np.int64), np.full(len(pieces), -1, np.int64)
    for number, piece in enumerate(pieces):
        ax, ay, bx, by = shapely.get_coordinates(piece)[:2].ravel().tolist()
        left[number] = face_of_segment.get((ax, ay, bx, by), -1)
        right[number] = face_of_segment.get((bx, by, ax, ay), -1)
    return left, right
