"""Cutting one long tour into shifts (Ulusoy 1985; Prins 2004, *A simple and effective evolutionary algorithm for the VRP*)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import Infeasible


def split(
    work: NDArray[np.float64],
    between: NDArray[np.float64],
    out: NDArray[np.float64],
    back: NDArray[np.float64],
    limit: float,
) -> list[int]:
    """Where to cut a sequence of jobs into routes: the fewest routes, and among those the least total time.

    Parameters
    ----------
    work
        Shape (n,): seconds of each job, in order.
    between
        Shape (n - 1,): seconds from each job to the next.
    out, back
        Shape (n,): seconds from the start to each job, and from each job to the start.
    limit
        Seconds of a route at the most.

    Returns
    -------
    First job of each route.

    Raises
    ------
    Infeasible
        A job alone takes longer than `limit`.

    Examples
    --------
    >>> ten = np.full(3, 10.0)
    >>> split(ten, np.array([1.0, 50.0]), np.zeros(3), np.zeros(3), 25.0)
    [0, 2]
    """
    n = len(work)
    alone = out + work + back
    if n and alone.max() > limit:
        job = int(alone.argmax())
        raise Infeasible([f"job {job} alone takes {alone[job]:.0f} s, longer than a shift of {limit:.0f} s"])
    along = np.concatenate([[0.0], np.cumsum(work[:-1] + between)]) if n else np.empty(0)
    # Seconds from the beginning of job i to the end of job j are finish[j] - along[i].
    finish = along + work
    best = [(0, 0.0)] + [(n + 1, np.inf)] * n
    came = [0] * (n + 1)
    for first in range(n):
        routes, seconds = best[first]
        ahead = out[first] - along[first]
        length = ahead + finish[first:] + back[first:]
        # Driving on only adds work, but the way back may shrink: look until even the way without it is too long.
        reach = int(np.searchsorted(finish[first:] + ahead, limit, side="right"))
        for step in np.flatnonzero(length[:reach] <= limit).tolist():
            told = (routes + 1, seconds + float(length[step]))
            if told < best[first + step + 1]:
                best[first + step + 1] = told
                came[first + step + 1] = first
    cuts = []
    end = n
    while end:
        end = came[end]
        cuts.append(end)
    return cuts[::-1]
