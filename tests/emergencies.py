"""A ground for tests of dispatch: places along a street, officers on them."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.dispatching import Cases, Ground


def street(places: int = 6, bases: tuple[int, ...] = (1, 4), minute: float = 60.0, own: float = 0.0) -> Ground:
    """Places a minute apart in a row; each is owned by the officer whose base is nearest."""
    spot = np.arange(places)
    seconds = np.abs(spot[:, None] - spot[None, :]) * minute + own
    base = np.array(bases)
    return Ground(seconds, base, np.ones(places), seconds[base].argmin(axis=0))


def calls(*rows: tuple[float, int], handling: float = 300.0, limit: float = 150.0) -> Cases:
    """Cases at (second, place), all alike."""
    n = len(rows)
    at, place = (np.array([row[i] for row in rows]) for i in range(2))
    return Cases(at.astype(float), place.astype(np.int64), np.full(n, handling), np.full(n, limit))
