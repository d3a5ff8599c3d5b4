"""Villages about a depot, for collection rounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridgeo_solvers.collection import CollectionProblem


def villages(seed: int, n: int, **more: Any) -> CollectionProblem:
    """`n` villages in a square of 40 km about the depot, driven straight at 40 km/h; 1 to 12 items a day."""
    random = np.random.default_rng(seed)
    places = np.concatenate([[[20.0, 20.0]], random.uniform(0, 40, (n, 2))])
    km = np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1))
    told: dict[str, Any] = {
        "seconds": km / 40 * 3600,
        "metres": km * 1000,
        "items": random.integers(1, 13, n).astype(float),
        "service": np.full(n, 300.0),
        "most_days": 3,
        "capacity": 200.0,
        "shift": 8 * 3600.0,
    }
    return CollectionProblem(**(told | more))
