"""What a walk did to each street: passes, from where to where, when and in which direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.tracking.cells import Cells
from gridgeo_solvers.tracking.following import Followed


@dataclass(frozen=True)
class Passes:
    """One entry for each time that somebody came onto a piece of street, in the order of the walk.

    Parameters
    ----------
    piece
        The piece of street.
    low, high
        First and last cell walked, both counted, by the order of the piece.
    begin, end
        Positions of the track at which the piece was entered and left.
    way
        1 along the piece, -1 against it, 0 out and back.
    metres
        Metres walked on it.
    """

    piece: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    way: NDArray[np.int64]
    metres: NDArray[np.float64]


def passes(cells: Cells, walk: Followed, *, least_m: float = 12.0) -> Passes:
    """The passes of a walk.

    Parameters
    ----------
    cells
        The streets.
    walk
        What `follow` found on them.
    least_m
        Somebody who comes onto a street and leaves it where they came, no more than so many metres in and not at its end,
        wasn't there: noise reaches round corners. Whoever came to its end was, but that adds no metres.
    """
    cell, piece = walk.cell, cells.piece[walk.cell]
    if not len(cell):
        none = np.zeros(0, dtype=np.int64)
        return Passes(none, none, none, none, none, none, np.zeros(0))
    new = walk.begins.copy()
    new[0] = True
    new[1:] |= piece[1:] != piece[:-1]
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(cell)) - 1
    low, high = np.minimum.reduceat(cell, first), np.maximum.reduceat(cell, first)
    depth = high - low
    back = (depth > 0) & (2 * np.abs(cell[last] - cell[first]) < depth)
    way = np.where(back, 0, np.where(walk.against[last], -1, 1))
    p = piece[first]
    # To and fro on the way is noise: a pass has the metres from where it came in to where it went out, or in and out again.
    metres = np.where(back, 2 * depth, np.abs(cell[last] - cell[first]) + 1) * cells.metres[low]
    left = walk.fix[np.minimum(last + 1, len(cell) - 1)]
    joined = np.append(~walk.begins[first[1:]], False)
    end = np.where(joined, left, walk.leaves[last])
    inner = ~walk.begins[first] & joined
    whole = (low == cells.first[p]) & (high == cells.first[p + 1] - 1)
    same_end = (walk.against[first] != walk.against[last]) & (cell[first] == cell[last])
    reach = (high - low + 1) * cells.metres[low]
    step = inner & same_end & (reach <= least_m)
    kept = ~(step & ~whole)
    metres[step] = 0.0
    return Passes(
        p[kept], low[kept], high[kept], walk.fix[first][kept], end[kept], way[kept].astype(np.int64), metres[kept]
    )
