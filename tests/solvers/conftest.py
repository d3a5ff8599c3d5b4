"""Street networks drawn by chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gridgeo_solvers.routing import Network


def draw_city(rows: int, columns: int, seed: int, *, oneway: float = 0.0, gaps: float = 0.0) -> Network:
    """A lattice of streets of 50 to 150 m, a share of them missing or one-way."""
    random = np.random.default_rng(seed)
    spot = np.arange(rows * columns).reshape(rows, columns)
    pairs = [(a, b) for a, b in zip(spot[:, :-1].ravel(), spot[:, 1:].ravel(), strict=True)]
    pairs += [(a, b) for a, b in zip(spot[:-1].ravel(), spot[1:].ravel(), strict=True)]
    kept = [pair for pair in pairs if random.random() >= gaps] or pairs[:1]
    tail, head, metres, piece = [], [], [], []
    for number, (a, b) in enumerate(kept):
        length = float(random.uniform(50, 150))
        ends = [(a, b), (b, a)] if random.random() < 0.5 else [(b, a), (a, b)]
        for end in ends[: 1 if random.random() < oneway else 2]:
            tail.append(end[0])
            head.append(end[1])
            metres.append(length)
            piece.append(number)
    length = np.array(metres)
    return Network(rows * columns, np.array(tail), np.array(head), length / 1.25, length, np.array(piece))


@pytest.fixture(scope="session")
def city() -> Callable[..., Network]:
    """`draw_city`: rows, columns, seed, share of one-ways, share of missing streets."""
    return draw_city
