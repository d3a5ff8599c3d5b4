"""How few grids are enough at the least: loads packed into bins, and units that never meet."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.redraw.asking import FloatArray, IntArray

TRIED = 60
"""Units from which a set of units that never meet is grown."""


def fewest_bins(loads: FloatArray, room: float) -> int:
    """A bound on the bins of `room` that hold all loads: L2 of Martello and Toth (1990).

    For each threshold t up to half a bin: loads above ``room - t`` stand alone, those above a half share with no other of
    them, and what of the rest, from t on, doesn't fit beside these needs more bins. A load above a bin counts as a full one.

    Examples
    --------
    >>> fewest_bins(np.array([6.0, 6.0, 6.0, 4.0, 4.0]), 10.0)
    3
    """
    load = np.minimum(np.sort(np.asarray(loads, dtype=float))[::-1] / room, 1.0)
    sums = np.r_[0.0, np.cumsum(load)]
    half = int((load > 0.5 + 1e-12).sum())
    least = math.ceil(float(sums[-1]) - 1e-9)
    for t in np.unique(np.r_[0.0, load[load <= 0.5 + 1e-12]]).tolist():
        alone = int((load > 1 - t + 1e-12).sum())
        # Of loads that share with small ones alone: their number, and the room that they leave.
        wide = max(half - alone, 0)
        left = wide - float(sums[max(half, alone)] - sums[alone])
        small = float(sums[int((load >= t - 1e-12).sum())] - sums[half])
        least = max(least, alone + wide + max(math.ceil(small - left - 1e-9), 0))
    return max(least, 1)


def parted(far: NDArray[np.bool_], rivals: IntArray) -> int:
    """Units of which no two share a grid, as many as were found: each needs a grid of its own.

    Parameters
    ----------
    far
        Shape (n, n), or (0, 0): pairs that are too far apart.
    rivals
        Shape (p, 2): other pairs that never share a grid.
    """
    if not len(far):
        units, ends = np.unique(rivals, return_inverse=True)
        far, pairs = np.zeros((len(units), len(units)), dtype=bool), ends.reshape(-1, 2)
    else:
        far, pairs = far.copy(), rivals
    far[pairs[:, 0], pairs[:, 1]] = far[pairs[:, 1], pairs[:, 0]] = True
    many = far.sum(axis=1)
    most = 1
    for i in np.argsort(-many, kind="stable")[:TRIED].tolist():
        size, open_ = 1, far[i].copy()
        while open_.any():
            # The unit that leaves most others open.
            among = np.flatnonzero(open_)
            j = int(among[far[np.ix_(among, among)].sum(axis=1).argmax()])
            open_ &= far[j]
            size += 1
        most = max(most, size)
    return most
