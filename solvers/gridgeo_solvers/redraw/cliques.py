"""Units too far apart to share a grid, as linear rules that are learnt from answers that break them.

Of units that are all too far from one another a grid holds one at the most: x(C) ≤ 1 for every such clique C.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.redraw.asking import FloatArray

MOST = 40
"""Cliques of one grid that are learnt at once."""
LEAST = 0.03
"""Share by which a rule has to be broken to be learnt."""
SOME = 1e-4
"""Least share of a unit of a clique."""

Clique = tuple[int, ...]


def broken_cliques(far: NDArray[np.bool_], share: FloatArray) -> list[Clique]:
    """Cliques of units too far apart of which the shares of one grid, shape (n,), add up to more than 1.

    Each begins with a unit, takes in the largest shares that fit, and then units without a share, so that it holds for more
    answers; whole answers without any keep all pairs.
    """
    if not len(far):
        return []
    inside = np.flatnonzero(share > SOME)
    inside = inside[np.argsort(-share[inside], kind="stable")]
    found: dict[Clique, None] = {}
    for i in inside.tolist():
        near = inside[far[i, inside]]
        if not len(near):
            continue
        clique, fits = [i], far[i].copy()
        for j in near.tolist():
            if fits[j]:
                clique.append(j)
                fits &= far[j]
        if share[clique].sum() <= 1 + LEAST:
            continue
        while fits.any():
            j = int(np.argmax(fits))
            clique.append(j)
            fits &= far[j]
        found.setdefault(tuple(sorted(clique)))
        if len(found) >= MOST:
            break
    return list(found)
