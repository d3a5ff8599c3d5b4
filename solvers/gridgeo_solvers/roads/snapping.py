"""The nearest place along a street for many points: an index of cells over the straight segments of all pieces of street.

Cells hold the segments that cross them. A search looks at its own cell, then at ring after ring around it, until no
cell further out can hold anything nearer (Bentley, Weide and Yao 1980, *Optimal expected-time algorithms for closest point problems*).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.kernels import inner_kernel, kernel

ANY = -1
"""A wanted label that every piece with a label has."""


@dataclass(frozen=True)
class StreetIndex:
    """Segments of streets in cells.

    Parameters
    ----------
    ends
        Shape (s, 4): x and y of both ends of each segment, metres.
    piece
        Shape (s,): piece of street of each segment, ascending.
    metres
        Shape (s,): how far along its piece each segment begins.
    length
        Shape (p,): metres of each piece.
    corner, size, shape
        Lower left corner of the cells, metres a side of each, and columns and rows.
    first, held
        Segments of cell c are ``held[first[c]:first[c + 1]]``.
    """

    ends: NDArray[np.float64]
    piece: NDArray[np.int64]
    metres: NDArray[np.float64]
    length: NDArray[np.float64]
    corner: tuple[float, float]
    size: float
    shape: tuple[int, int]
    first: NDArray[np.int64]
    held: NDArray[np.int32]

    @classmethod
    def of(cls, xy: NDArray[np.float64], owner: NDArray[np.int64], pieces: int) -> StreetIndex:
        """The index of lines.

        Parameters
        ----------
        xy
            Shape (v, 2): vertices of all lines, one line after the other, metres.
        owner
            Shape (v,): piece 0..p-1 of each vertex, ascending.
        pieces
            Number of pieces; each has two vertices or more.
        """
        if not np.isfinite(xy).all():
            raise BadProblem(f"piece {owner[~np.isfinite(xy).all(axis=1)][0]} has a vertex that is no number")
        inside = owner[1:] == owner[:-1]
        ends = np.column_stack([xy[:-1], xy[1:]])[inside]
        piece = owner[:-1][inside]
        length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
        total = np.bincount(piece, weights=length, minlength=pieces).astype(np.float64)
        before = np.cumsum(length) - length
        begin = np.searchsorted(piece, np.arange(pieces))
        metres = before - before[np.minimum(begin, len(piece) - 1)][piece]
        low, high = xy.min(axis=0), xy.max(axis=0)
        width, height = np.maximum(high - low, 1.0)
        size = float(np.sqrt(width * height / len(piece)))
        size = max(size, max(width, height) / 4096, 1.0)
        shape = int(width / size) + 1, int(height / size) + 1
        corner = float(low[0]), float(low[1])
        first, held = _filled(ends, corner, size, shape)
        return cls(ends, piece, metres, total, corner, size, shape, first, held)

    def nearest(
        self,
        points: NDArray[np.float64],
        label: NDArray[np.int64],
        wanted: NDArray[np.int64],
        within: float = np.inf,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """The nearest place on a piece of the wanted label for each point; the lower piece among equals.

        Parameters
        ----------
        points
            Shape (k, 2), metres.
        label
            Shape (p,): label of each piece, -1 for one that no point may have.
        wanted
            Shape (k,): label wanted by each point; `ANY` for any.
        within
            Metres at the most.

        Returns
        -------
        Piece (-1 where none is within reach), share of its length, and metres from the point to it (inf).
        """
        segment, share, off = _search(
            points,
            self.ends,
            label[self.piece],
            np.require(
                wanted, np.int64, ["C", "W"]
            ),  # one kind of array and number: `_search` is compiled for each anew
            float(within),
            self.corner,
            self.size,
            self.shape,
            self.first,
            self.held,
        )
        met = segment >= 0
        piece = np.where(met, self.piece[segment], -1)
        part = np.hypot(*(self.ends[segment, 2:] - self.ends[segment, :2]).T)
        with np.errstate(divide="ignore", invalid="ignore"):
            along = np.clip((self.metres[segment] + share * part) / self.length[piece], 0.0, 1.0)
        return piece, np.where(met, np.nan_to_num(along), 0.0), off

    def one(
        self, x: float, y: float, label: NDArray[np.int64] | None = None, within: float = np.inf
    ) -> tuple[int, float]:
        """As `nearest` for one point of any label: piece (-1: none) and share of its length.

        `label` is that of each segment, -1 for one that the point may not have; every segment will do without it.
        """
        label = self._alike if label is None else label
        cells = self.corner, self.size, self.shape, self.first, self.held
        segment, share = _search_one(x, y, self.ends, label, within, *cells)
        if segment < 0:
            return -1, 0.0
        piece = int(self.piece[segment])
        x1, y1, x2, y2 = self.ends[segment].tolist()
        whole = float(self.length[piece])
        along = float(self.metres[segment]) + share * float(np.hypot(x2 - x1, y2 - y1))
        return piece, min(1.0, max(0.0, along / whole)) if whole else 0.0

    @cached_property
    def _alike(self) -> NDArray[np.int64]:
        return np.zeros(len(self.piece), dtype=np.int64)


@inner_kernel
def _span(ends, s, row, corner, size, columns):
    """First and last column that segment s crosses in a row of cells, one cell more at rounding's edge."""
    x1, y1, x2, y2 = ends[s]
    low, high = min(x1, x2), max(x1, x2)
    if y1 != y2:
        bottom, top = corner[1] + row * size, corner[1] + (row + 1) * size
        a = x1 + (x2 - x1) * (bottom - y1) / (y2 - y1)
        b = x1 + (x2 - x1) * (top - y1) / (y2 - y1)
        low, high = max(low, min(a, b)), min(high, max(a, b))
    slack = 1e-9 * size
    left = int(np.floor((low - corner[0]) / size - slack))
    right = int(np.floor((high - corner[0]) / size + slack))
    return max(0, min(left, columns - 1)), max(0, min(right, columns - 1))


@kernel
def _filled(ends, corner, size, shape):
    columns, rows = shape
    first = np.zeros(columns * rows + 1, dtype=np.int64)
    held = np.empty(0, dtype=np.int32)
    at = np.empty(0, dtype=np.int64)
    for sweep in range(2):
        if sweep == 1:
            first = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(first[1:])))
            held = np.empty(first[-1], dtype=np.int32)
            at = first[:-1].copy()
        for s in range(len(ends)):
            low = int((min(ends[s, 1], ends[s, 3]) - corner[1]) / size)
            high = int((max(ends[s, 1], ends[s, 3]) - corner[1]) / size)
            for row in range(min(low, rows - 1), min(high, rows - 1) + 1):
                left, right = _span(ends, s, row, corner, size, columns)
                for column in range(left, right + 1):
                    cell = row * columns + column
                    if sweep == 0:
                        first[cell + 1] += 1
                    else:
                        held[at[cell]] = s
                        at[cell] += 1
    return first, held


@inner_kernel
def _foot(ends, s, x, y):
    """Share of segment s at which it is nearest to (x, y), and the square of the distance."""
    dx, dy = ends[s, 2] - ends[s, 0], ends[s, 3] - ends[s, 1]
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0.0:
        share = min(1.0, max(0.0, ((x - ends[s, 0]) * dx + (y - ends[s, 1]) * dy) / square))
    ox, oy = x - ends[s, 0] - share * dx, y - ends[s, 1] - share * dy
    return share, ox * ox + oy * oy


@inner_kernel
def _nearest(x, y, ends, label, wanted, within, corner, size, shape, first, held):
    """Segment (-1: none), share of it and squared distance of the place that is nearest to (x, y)."""
    columns, rows = shape
    segment, share = np.int64(-1), 0.0
    # From the nearest point of the cells' box: what is far from it is at least as far from the point.
    bx = min(max(x, corner[0]), corner[0] + columns * size)
    by = min(max(y, corner[1]), corner[1] + rows * size)
    outside = (x - bx) ** 2 + (y - by) ** 2
    column = min(int((bx - corner[0]) / size), columns - 1)
    row = min(int((by - corner[1]) / size), rows - 1)
    best = within * within
    for ring in range(max(columns, rows) + 1):
        if ring > 0 and outside + ((ring - 1) * size) ** 2 > best:
            break
        for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
            edge = r == row - ring or r == row + ring
            step = 1 if edge or ring == 0 else 2 * ring
            for c in range(column - ring, column + ring + 1, step):
                if c < 0 or c >= columns:
                    continue
                cell = r * columns + c
                for q in range(first[cell], first[cell + 1]):
                    s = held[q]
                    if label[s] < 0 or (wanted >= 0 and label[s] != wanted):
                        continue
                    t, square = _foot(ends, s, x, y)
                    if square < best or (square == best and (segment < 0 or s < segment)):
                        best = square
                        segment = np.int64(s)
                        share = t
    return segment, share, best


@kernel
def _search_one(x, y, ends, label, within, corner, size, shape, first, held):
    segment, share, _ = _nearest(x, y, ends, label, np.int64(ANY), within, corner, size, shape, first, held)
    return segment, share


@kernel
def _search(points, ends, label, wanted, within, corner, size, shape, first, held):
    count = len(points)
    segment = np.empty(count, dtype=np.int64)
    share = np.empty(count)
    off = np.full(count, np.inf)
    for p in range(count):
        segment[p], share[p], square = _nearest(
            points[p, 0], points[p, 1], ends, label, wanted[p], within, corner, size, shape, first, held
        )
        if segment[p] >= 0:
            off[p] = np.sqrt(square)
    return segment, share, off
