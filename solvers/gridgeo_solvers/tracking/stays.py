"""Stays: where somebody stood, sat or climbed stairs for minutes while the positions danced about.

After Li et al. 2008 (*Mining user similarity based on location history*), but about the running mean, so that noise doesn't
end a stay, and one position far off doesn't either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Stays:
    """Stays in their order: positions `first` to `last` of the track, both counted, and the middle of each, metres."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def stays(x: ArrayLike, y: ArrayLike, seconds: ArrayLike, *, least_s: float = 300.0, within_m: float = 30.0) -> Stays:
    """Find the stays of a track.

    Parameters
    ----------
    x, y
        Shape (n,): metres.
    seconds
        Shape (n,): times, none before the one before it.
    least_s
        Seconds of a stay at the least.
    within_m
        Metres from the middle of the stay within which its positions lie, but for single ones.

    Examples
    --------
    Ten minutes in a shop, then away at 1 m/s:

    >>> found = stays([0] * 11 + [60, 120], [0] * 13, [60 * k for k in range(13)])
    >>> found.first.tolist(), found.last.tolist()
    ([0], [10])
    """
    east, north, clock = (np.ascontiguousarray(values, dtype=np.float64) for values in (x, y, seconds))
    first, last, mid_x, mid_y = _stays(east, north, clock, float(least_s), float(within_m))
    return Stays(first, last, mid_x, mid_y)


@njit(cache=True, nogil=True, error_model="numpy")
def _stays(x, y, clock, least_s, within_m):  # type: ignore[no-untyped-def]
    n = len(x)
    first, last = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    mid_x, mid_y = np.empty(n), np.empty(n)
    count, i = 0, 0
    while i < n:
        total, sum_x, sum_y, end, off = 1, x[i], y[i], i, 0
        j = i + 1
        while j < n:
            away = np.hypot(x[j] - sum_x / total, y[j] - sum_y / total)
            if away <= within_m:
                total, sum_x, sum_y, end, off = total + 1, sum_x + x[j], sum_y + y[j], j, 0
            else:
                off += 1
                if off > 1:
                    break
            j += 1
        if clock[end] - clock[i] >= least_s and end > i:
            first[count], last[count] = i, end
            mid_x[count], mid_y[count] = sum_x / total, sum_y / total
            count += 1
            i = end + 1
        else:
            i += 1
    return first[:count], last[:count], mid_x[:count], mid_y[:count]
