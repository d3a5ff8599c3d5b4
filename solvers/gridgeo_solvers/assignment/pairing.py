"""Who follows whom: pairs from two sides that have most in common, where only few pairs have anything in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from gridgeo_solvers.errors import BadProblem

_EXACT = 2.0**52
"""Sums of whole numbers below this are exact in the solver's floating point."""
_STEPS = 1 << 20
"""The tie-break is told apart in so many steps where the gains leave room for it, in fewer where they don't."""


def pair_most_shared(
    left: ArrayLike, right: ArrayLike, gain: ArrayLike, tie: ArrayLike | None = None
) -> NDArray[np.int64]:
    """The pairs, each side at most once, whose gains add up to the most; among these the most tie-break.

    Every left vertex may also stay alone for nothing, so the assignment is always complete; each connected piece is
    assigned by shortest augmenting paths on the sparse pairs (Jonker and Volgenant 1987, *A shortest augmenting path
    algorithm for dense and sparse linear assignment problems*, as in SciPy), and costs as much as its pairs.

    Parameters
    ----------
    left, right
        Shape (p,): vertex numbers ≥ 0 of each candidate pair. A pair may stand once.
    gain
        Shape (p,): what a pair has in common, whole numbers ≥ 0, e.g. households.
    tie
        Shape (p,): what decides between equal sums of gains, ≥ 0, e.g. square metres, told apart to about a millionth
        of the largest, and more coarsely where the gains of a piece add up to more than 10⁹. A pair with neither gain
        nor tie is never made.

    Returns
    -------
    Positions of the chosen pairs among the candidates, ascending. The same arrays give the same pairs.

    Raises
    ------
    BadProblem
        The arrays differ in length, a pair stands twice, or a number is negative, not finite or, as a gain, not whole.

    Examples
    --------
    Two old grids both share most with new grid 0; the most households stay when the first one gives way:

    >>> pair_most_shared([0, 0, 1], [0, 1, 0], gain=[60, 50, 40]).tolist()
    [1, 2]
    """
    u, v = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    worth = np.asarray(gain, dtype=np.float64)
    second = np.zeros(len(worth)) if tie is None else np.asarray(tie, dtype=np.float64)
    _refuse(u, v, worth, second)
    kept = np.flatnonzero((worth > 0) | (second > 0))
    if not len(kept):
        return kept.astype(np.int64)
    u, v, worth, second = u[kept], v[kept], worth[kept], second[kept]
    shape = (int(u.max()) + 1, int(v.max()) + 1)
    piece = _pieces(u, v, shape)
    order = np.argsort(piece, kind="stable")
    chosen = [
        rows if len(rows) == 1 else rows[_assign(u[rows], v[rows], worth[rows], second[rows])]
        for rows in np.split(order, np.flatnonzero(np.diff(piece[order])) + 1)
    ]
    return np.sort(kept[np.concatenate(chosen)]).astype(np.int64)


def _refuse(u: NDArray[np.int64], v: NDArray[np.int64], worth: NDArray[np.float64], tie: NDArray[np.float64]) -> None:
    if not len(u) == len(v) == len(worth) == len(tie):
        raise BadProblem(f"{len(u)} left, {len(v)} right, {len(worth)} gains and {len(tie)} ties: give one of each")
    for name, values in (("left", u), ("right", v), ("gain", worth), ("tie", tie)):
        wrong = ~np.isfinite(values) | (values < 0)
        if wrong.any():
            raise BadProblem(f"{name} of pair {int(np.argmax(wrong))} is {values[wrong][0]}; it must be 0 or more")
    if (worth % 1 != 0).any():
        raise BadProblem(f"gain of pair {int(np.argmax(worth % 1 != 0))} is a fraction; count in whole numbers")
    if len(u):
        key = u * (int(v.max()) + 1) + v
        values, counts = np.unique(key, return_counts=True)
        if (counts > 1).any():
            again = int(np.flatnonzero(key == values[counts > 1][0])[1])
            raise BadProblem(f"pair {again} ({u[again]}, {v[again]}) stands twice; add its gains up")


def _pieces(u: NDArray[np.int64], v: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.int64]:
    """The connected piece of each pair."""
    size = shape[0] + shape[1]
    graph = sparse.coo_array((np.ones(len(u)), (u, v + shape[0])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][u], dtype=np.int64)


def _assign(
    u: NDArray[np.int64], v: NDArray[np.int64], gain: NDArray[np.float64], tie: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Positions of the pairs chosen in one connected piece."""
    rows, row = np.unique(u, return_inverse=True)
    columns, column = np.unique(v, return_inverse=True)
    weight = _one_number(row, gain, tie)
    n, m = len(rows), len(columns)
    # Each left vertex is given a partner of its own that is worth nothing. One more than the best on every cost keeps
    # explicit zeros, which mean "no pair" there, out of the matrix, and changes no order.
    most = float(weight.max()) + 1.0
    cost = np.concatenate([most - weight, np.full(n, most)])
    where = (np.concatenate([row, np.arange(n)]), np.concatenate([column, m + np.arange(n)]))
    left, right = min_weight_full_bipartite_matching(sparse.csr_array((cost, where), shape=(n, m + n)))
    key = row * (m + n) + column
    order = np.argsort(key)
    real = right < m
    found = np.searchsorted(key[order], left[real].astype(np.int64) * (m + n) + right[real])
    return np.asarray(order[found], dtype=np.int64)


def _one_number(row: NDArray[np.int64], gain: NDArray[np.float64], tie: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gain first, tie second, as whole numbers of which no sum of ties outweighs one gain."""
    if not tie.any():
        return gain
    count = int(row.max()) + 1
    most = np.zeros(count)
    np.maximum.at(most, row, gain)
    steps = min(float(_STEPS), max(1.0, np.floor(_EXACT / ((most.sum() + 1.0) * (count + 1)) - 1.0)))
    # A tie of the least size still counts as one step, so that a pair with a tie alone is worth more than none.
    part = np.maximum(np.rint(tie / tie.max() * steps), (tie > 0).astype(np.float64))
    return np.asarray(gain * (steps * count + 1.0) + part)
