"""Streets cut into cells of a few metres: the states between which somebody moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem

_BUCKETS = 4_000_000
"""Squares of the search grid at the most."""


@dataclass(frozen=True)
class Cells:
    """Cells of equal length along every piece of street.

    State ``2 c`` is cell c walked along its piece, ``2 c + 1`` the same cell walked against it.

    Parameters
    ----------
    first
        Shape (p + 1,): cells of piece i are ``first[i]:first[i + 1]``, in its direction.
    piece
        Shape (cells,): piece of each cell.
    x, y, metres
        Shape (cells,): middle of each cell and its length.
    indptr, ahead, back
        States that follow state s are ``ahead[indptr[s]:indptr[s + 1]]``; `back` marks those that turn round on the spot,
        by 1, and by 2 at a dead end, where nothing else can be done.
    square_m, west, south, columns, rows, start, order
        A grid of squares: cells of square q are ``order[start[q]:start[q + 1]]``.
    """

    first: NDArray[np.int64]
    piece: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    metres: NDArray[np.float64]
    indptr: NDArray[np.int64]
    ahead: NDArray[np.int64]
    back: NDArray[np.int8]
    square_m: float
    west: float
    south: float
    columns: int
    rows: int
    start: NDArray[np.int64]
    order: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        tail: ArrayLike,
        head: ArrayLike,
        vertices: ArrayLike,
        xy: ArrayLike,
        *,
        both: ArrayLike | None = None,
        cell_m: float = 4.0,
    ) -> Cells:
        """Cut pieces of street.

        Parameters
        ----------
        tail, head
            Shape (p,): junction at which each piece begins and ends, ≥ 0.
        vertices
            Shape (p,): number of points of each piece's line, at least 2.
        xy
            Shape (sum of `vertices`, 2): the points of all lines one after the other, metres.
        both
            Shape (p,): whether a piece may be walked against its direction; all may unless given.
        cell_m
            Metres of a cell at the most.

        Raises
        ------
        BadProblem
            There is no piece, shapes differ, a line has one point or a coordinate isn't a number.
        """
        a, b, count = (np.asarray(values, dtype=np.int64) for values in (tail, head, vertices))
        points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        twoway = np.ones(len(a), dtype=bool) if both is None else np.asarray(both, dtype=bool)
        if not len(a):
            raise BadProblem("there is no piece of street to walk on")
        if not len(a) == len(b) == len(count) == len(twoway) or count.sum() != len(points) or (count < 2).any():
            raise BadProblem(
                "tail, head, vertices and both must have one entry a piece, and each line two points or more"
            )
        if not np.isfinite(points).all() or not cell_m > 0:
            raise BadProblem("a coordinate or the length of a cell is not a number above 0")
        first, x, y, metres = _cut(count, points, cell_m)
        piece = np.repeat(np.arange(len(a)), np.diff(first))
        indptr, ahead, back = _links(a, b, first, twoway)
        side, west, south, columns, rows, start, order = _squares(x, y)
        return cls(first, piece, x, y, metres, indptr, ahead, back, side, west, south, columns, rows, start, order)

    @property
    def pieces(self) -> int:
        """Number of pieces of street."""
        return len(self.first) - 1

    def share(self, cell: NDArray[np.int64]) -> NDArray[np.float64]:
        """Share of its piece that lies before each cell."""
        piece = self.piece[cell]
        count = np.diff(self.first)[piece]
        return np.asarray((cell - self.first[piece]) / count)


def _cut(
    count: NDArray[np.int64], points: NDArray[np.float64], cell_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Cells of each piece, their middles and lengths, found along all lines laid end to end."""
    last = np.cumsum(count) - 1
    step = np.hypot(*np.diff(points, axis=0).T)
    step[last[:-1]] = 0.0  # from the end of a line to the beginning of the next nobody walks
    along = np.concatenate([[0.0], np.cumsum(step)])
    begin, end = along[last - count + 1], along[last]
    length = np.maximum(end - begin, 1e-6)
    cells = np.maximum(1, np.ceil(length / cell_m - 1e-9)).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(cells)])
    piece = np.repeat(np.arange(len(count)), cells)
    number = np.arange(first[-1]) - first[piece]
    at = begin[piece] + (number + 0.5) * (length / cells)[piece]
    # Two points at one distance lie at the joint of two lines: the search must stay inside the line of its piece.
    after = np.clip(np.searchsorted(along, at, side="right"), (last - count + 2)[piece], last[piece])
    run = np.maximum(along[after] - along[after - 1], 1e-12)
    share = np.clip((at - along[after - 1]) / run, 0.0, 1.0)[:, None]
    middle = points[after - 1] * (1 - share) + points[after] * share
    return first, middle[:, 0].copy(), middle[:, 1].copy(), (length / cells)[piece]


def _links(
    tail: NDArray[np.int64], head: NDArray[np.int64], first: NDArray[np.int64], both: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
    """States that follow each state: the next cell, the streets at a junction, and the same cell turned round."""
    pieces = np.arange(len(tail))
    cells = np.arange(first[-1])
    piece = np.repeat(pieces, np.diff(first))
    begins, ends = first[:-1], first[1:] - 1
    inner = np.flatnonzero(piece[1:] == piece[:-1])
    against = inner[both[piece[inner]]]
    turning = cells[both[piece]]
    lonely = np.bincount(np.concatenate([tail, head]), minlength=int(max(tail.max(), head.max())) + 1) == 1
    dead = np.zeros(len(cells), dtype=bool)
    dead[begins[lonely[tail]]] = True
    dead[ends[lonely[head]]] = True
    kind = np.where(dead[turning], 2, 1)
    reach = np.concatenate([2 * ends, 2 * begins[both] + 1])
    reached = np.concatenate([head, tail[both]])
    leave = np.concatenate([2 * begins, 2 * ends[both] + 1])
    left = np.concatenate([tail, head[both]])
    came, goes = _joined(reached, left)
    fresh = (reach[came] ^ 1) != leave[goes]
    source = np.concatenate([2 * inner, 2 * (against + 1) + 1, 2 * turning, 2 * turning + 1, reach[came[fresh]]])
    target = np.concatenate([2 * (inner + 1), 2 * against + 1, 2 * turning + 1, 2 * turning, leave[goes[fresh]]])
    back = np.zeros(len(source), dtype=np.int8)
    back[len(inner) + len(against) : len(inner) + len(against) + 2 * len(turning)] = np.concatenate([kind, kind])
    order = np.lexsort((target, source))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=2 * len(cells)))])
    return indptr.astype(np.int64), target[order], back[order]


def _joined(one: NDArray[np.int64], other: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of positions whose values are equal."""
    order = np.argsort(other, kind="stable")
    low = np.searchsorted(other[order], one, side="left")
    many = np.searchsorted(other[order], one, side="right") - low
    left = np.repeat(np.arange(len(one)), many)
    number = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    return left, order[np.repeat(low, many) + number]


def _squares(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[float, float, float, int, int, NDArray[np.int64], NDArray[np.int64]]:
    west, south = float(x.min()), float(y.min())
    wide, high = float(x.max()) - west, float(y.max()) - south
    side = max(25.0, float(np.sqrt((wide + 1) * (high + 1) / _BUCKETS)))
    columns, rows = int(wide // side) + 1, int(high // side) + 1
    square = ((y - south) // side).astype(np.int64) * columns + ((x - west) // side).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(np.bincount(square, minlength=columns * rows))]).astype(np.int64)
    return side, west, south, columns, rows, start, np.argsort(square, kind="stable").astype(np.int64)
