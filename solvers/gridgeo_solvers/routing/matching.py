"""Pairing vertices at the least total cost, with a bound on what any pairing costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import rustworkx
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from gridgeo_solvers.errors import BadProblem

_COMPLETE = 320
"""Up to so many vertices every pair is a candidate and the pairing is proven least."""
_NEAREST = 14
"""Above, each vertex is paired with one of so many nearest ones, or of twice as many where that fails."""
_UNITS = 1000
"""Costs are matched in thousandths, as integers, so that the same input gives the same pairs."""


@dataclass(frozen=True)
class Pairing:
    """Pairs (i, j) with i < j, their cost, and a cost that no pairing can go below."""

    pairs: tuple[tuple[int, int], ...]
    cost: float
    bound: float


def pair_up(cost: NDArray[np.float64], *, complete: int = _COMPLETE) -> Pairing:
    """A perfect matching of the least cost (Edmonds 1965, *Paths, trees, and flowers*).

    Parameters
    ----------
    cost
        Shape (k, k), symmetric, ≥ 0, k even.
    complete
        Up to this k all pairs are candidates. Above only near ones are, and the bound is half of the cheapest
        assignment of each vertex to another, a relaxation of the matching.

    Examples
    --------
    Four places on a line at 0, 1, 5 and 7:

    >>> place = np.array([0.0, 1.0, 5.0, 7.0])
    >>> pair_up(abs(place[:, None] - place)).pairs
    ((0, 1), (2, 3))
    """
    k = len(cost)
    if k % 2:
        raise BadProblem(f"{k} vertices can't be paired up; their number must be even")
    if k == 0:
        return Pairing((), 0.0, 0.0)
    units = np.rint(cost * _UNITS).astype(np.int64)
    if k <= complete:
        pairs = _match(units, [(i, j) for i in range(k) for j in range(i + 1, k)])
        total = _total(cost, pairs)
        return Pairing(pairs, total, total)
    barred = cost + np.diag(np.full(k, cost.sum() + 1.0))
    rows, columns = linear_sum_assignment(barred)
    bound = float(barred[rows, columns].sum()) / 2
    near = _NEAREST
    while True:
        candidates = _near_pairs(barred, near) | {
            (min(i, j), max(i, j)) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        }
        pairs = _match(units, sorted(candidates))
        if 2 * len(pairs) == k:
            total = _total(cost, pairs)
            return Pairing(pairs, total, min(bound, total))
        near *= 2


def _near_pairs(barred: NDArray[np.float64], near: int) -> set[tuple[int, int]]:
    near = min(near, len(barred) - 1)
    neighbours = np.argsort(barred, axis=1, kind="stable")[:, :near]
    return {(min(i, j), max(i, j)) for i, row in enumerate(neighbours.tolist()) for j in row}


def _match(units: NDArray[np.int64], candidates: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    most = int(units.max()) + 1
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(units)))
    graph.add_edges_from([(i, j, most - int(units[i, j])) for i, j in candidates])
    found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return tuple(sorted((min(i, j), max(i, j)) for i, j in found))


def _total(cost: NDArray[np.float64], pairs: tuple[tuple[int, int], ...]) -> float:
    return float(sum(cost[i, j] for i, j in pairs))
