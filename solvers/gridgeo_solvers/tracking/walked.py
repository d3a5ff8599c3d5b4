"""How much of each street some passes have covered together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.tracking.cells import Cells


def walked_cells(cells: Cells, low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shape (cells,): how many of the passes from cell `low` to cell `high` went over each cell."""
    change = np.zeros(len(cells.piece) + 1, dtype=np.int64)
    np.add.at(change, low, 1)
    np.add.at(change, high + 1, -1)
    return np.cumsum(change)[:-1]


def walked_share(cells: Cells, low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.float64]:
    """Shape (pieces,): share of each piece that at least one of the passes went over.

    Examples
    --------
    >>> cells = Cells.of([0, 1], [1, 2], [2, 2], [(0, 0), (40, 0), (40, 0), (40, 40)], cell_m=10)
    >>> walked_share(cells, np.array([0, 1]), np.array([1, 2])).tolist()
    [0.75, 0.0]
    """
    count = np.diff(cells.first)
    covered = np.add.reduceat((walked_cells(cells, low, high) > 0).astype(np.float64), cells.first[:-1])
    return np.asarray(covered / count)


def walked_stretches(
    cells: Cells, low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Stretches that were gone over: the piece of each, and the shares of it at which it begins and ends."""
    covered = walked_cells(cells, low, high) > 0
    edge = np.ones(len(covered), dtype=bool)
    edge[1:] = (covered[1:] != covered[:-1]) | (cells.piece[1:] != cells.piece[:-1])
    first = np.flatnonzero(edge)
    last = np.append(first[1:], len(covered)) - 1
    kept = covered[first]
    first, last = first[kept], last[kept]
    piece = cells.piece[first]
    count = np.diff(cells.first)[piece]
    return piece, (first - cells.first[piece]) / count, (last + 1 - cells.first[piece]) / count
