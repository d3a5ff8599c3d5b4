"""Several cases to several officers at once: the earliest possible worst arrival first, then the least total.

A plain sum hides a bad worst case, so the worst arrival is settled first: the linear bottleneck assignment problem, solved by a
search over thresholds with a largest matching at each (Garfinkel 1971, *An improved algorithm for the bottleneck assignment
problem*; Hopcroft and Karp 1973), then the linear sum assignment over the legs that are left (Burkard, Dell'Amico and Martello 2012,
*Assignment Problems*, chapters 4 and 6). Both are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import maximum_bipartite_matching

from gridgeo_solvers.errors import BadProblem

_EXACT = 2.0**52
"""Sums of whole numbers below this are exact in the solver's floating point."""


@dataclass(frozen=True)
class Batch:
    """Who goes where.

    Parameters
    ----------
    officer
        Shape (k,): officer of each case, -1 where nobody is left who can come.
    turn
        Shape (k,): how many cases of the batch the officer has before this one; -1 without an officer.
    seconds
        Shape (k,): arrival, waiting for earlier turns among it; inf without an officer.
    """

    officer: NDArray[np.int64]
    turn: NDArray[np.int64]
    seconds: NDArray[np.float64]

    @property
    def worst(self) -> float:
        """The latest arrival of all that are sent, seconds; 0 where nobody is."""
        return float(self.seconds[self.officer >= 0].max(initial=0.0))

    @property
    def total(self) -> float:
        """All arrivals together, seconds."""
        return float(self.seconds[self.officer >= 0].sum())

    @property
    def unassigned(self) -> list[int]:
        """Cases that nobody is sent to."""
        return np.flatnonzero(self.officer < 0).tolist()


def assign_batch(
    seconds: ArrayLike, *, room: ArrayLike = 1, wait: ArrayLike = 0.0, urgency: ArrayLike | None = None
) -> Batch:
    """Send officers to as many cases as can be, urgent ones first; among these the worst arrival is earliest, then the sum least.

    Parameters
    ----------
    seconds
        Shape (k, m): arrival of each officer at each case, told apart to a millisecond; inf where an officer can't be sent.
    room
        Shape (m,) or one number: how many cases an officer may be given.
    wait
        Shape (m,) or one number: seconds that every earlier turn of an officer puts the next one back.
    urgency
        Shape (k,): whole numbers, the lower goes first where there are too few officers, and among the turns of one officer where
        that makes nobody wait beyond the worst arrival. All alike where left out.

    Returns
    -------
    Batch. The same arrays give the same answer; among equal sums officers of lower positions are preferred.

    Raises
    ------
    BadProblem
        A time is negative or not a number, or shapes don't fit.

    Examples
    --------
    The least sum, 1 + 9 = 10 s, would let somebody wait for 9 s; the worst can be 6 s:

    >>> batch = assign_batch([[1.0, 5.0], [6.0, 9.0]])
    >>> batch.officer.tolist(), batch.worst, batch.total
    ([1, 0], 6.0, 11.0)
    """
    time = np.atleast_2d(np.asarray(seconds, dtype=np.float64))
    if time.size == 0:
        none = np.full(len(time), -1, dtype=np.int64)
        return Batch(none, none.copy(), np.full(len(time), np.inf))
    k, m = time.shape
    if np.isnan(time).any() or (time < 0).any():
        raise BadProblem("an arrival time is negative or not a number")
    rank = urgent = ranks_of(urgency, k)
    owner, turn = _turns(np.broadcast_to(np.asarray(room, dtype=np.int64), m), k)
    each = np.broadcast_to(np.asarray(wait, dtype=np.float64), m)
    if not (each >= 0).all():
        raise BadProblem("a wait is negative or not a number; give seconds of 0 or more")
    delay = each[owner] * turn
    every = time[:, owner] + delay
    ms = np.where(np.isfinite(every), np.rint(np.where(np.isfinite(every), every, 0.0) * 1000), np.inf)
    if _matched(np.isfinite(ms), np.zeros_like(rank))[0] == k:
        rank = np.zeros_like(rank)  # all can be served, so none has to go first
    counts = _matched(np.isfinite(ms), rank)
    column = np.full(k, -1, dtype=np.int64)
    if counts[-1]:
        early = np.where(ms <= _threshold(ms, rank, counts), ms, np.inf)
        column = _urgent_turns(_least_sum(early, rank, np.diff(counts, prepend=0)), owner, early, urgent)
    return _told(column, owner, every)


def ranks_of(urgency: ArrayLike | None, k: int) -> NDArray[np.int64]:
    """Class of each case from 0, the most urgent."""
    if urgency is None:
        return np.zeros(k, dtype=np.int64)
    given = np.asarray(urgency, dtype=np.int64)
    if given.shape != (k,):
        raise BadProblem(f"{k} cases but {given.size} urgencies: give one for each")
    return np.unique(given, return_inverse=True)[1].astype(np.int64)


def _turns(room: NDArray[np.int64], k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Officer and turn of each place in the batch; nobody needs more turns than there are cases."""
    if (room < 0).any():
        raise BadProblem("a room is negative; give 0 or more cases")
    count = np.minimum(room, k)
    owner = np.repeat(np.arange(len(room)), count)
    first = np.cumsum(count) - count
    return owner.astype(np.int64), (np.arange(len(owner)) - first[owner]).astype(np.int64)


def _matched(legs: NDArray[np.bool_], rank: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each class, how many cases of it and of all more urgent ones can be served together.

    Cases that can be served together are independent sets of a transversal matroid (Edmonds and Fulkerson 1965), so all these
    numbers are reached at once.
    """
    counts = []
    for last in range(int(rank.max()) + 1):
        graph = sparse.csr_array(legs[rank <= last])
        counts.append(int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum()))
    return np.array(counts, dtype=np.int64)


def _threshold(ms: NDArray[np.float64], rank: NDArray[np.int64], counts: NDArray[np.int64]) -> float:
    """The least time within which as many cases of each class are served as without a limit."""
    times = np.unique(ms[np.isfinite(ms)])
    low, high = 0, len(times) - 1
    while low < high:
        middle = (low + high) // 2
        if (_matched(ms <= times[middle], rank) == counts).all():
            high = middle
        else:
            low = middle + 1
    return float(times[low])


def _least_sum(ms: NDArray[np.float64], rank: NDArray[np.int64], served: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each case, -1 for as many of each class as can't be served."""
    k, places = ms.shape
    scale = float(k * places + 1)
    if float(ms[np.isfinite(ms)].max()) * scale * k >= _EXACT:
        scale = 1.0
    cost = ms * scale + (np.arange(places) if scale > 1 else 0.0)
    idle = np.repeat(np.arange(len(served)), np.bincount(rank, minlength=len(served)) - served)
    stays = np.where(rank[:, None] == idle[None, :], 0.0, np.inf)
    row, column = linear_sum_assignment(np.hstack([cost, stays]))
    found = np.full(k, -1, dtype=np.int64)
    found[row] = np.where(column < places, column, -1)
    return found


def _urgent_turns(
    column: NDArray[np.int64], owner: NDArray[np.int64], ms: NDArray[np.float64], urgent: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The same officers for the same cases, urgent ones in earlier turns, which changes no sum.

    From the last turn backwards the least urgent case goes that can wait for so long (Lawler 1973, *Optimal sequencing of a single
    machine subject to precedence constraints*).
    """
    turned = column.copy()
    sent = np.flatnonzero(column >= 0)
    for who in np.flatnonzero(np.bincount(owner[column[sent]]) > 1).tolist():
        left = sent[owner[column[sent]] == who].tolist()
        for place in sorted(column[left].tolist(), reverse=True):
            last = max((case for case in left if np.isfinite(ms[case, place])), key=lambda case: (urgent[case], case))
            turned[last] = place
            left.remove(last)
    return turned


def _told(column: NDArray[np.int64], owner: NDArray[np.int64], every: NDArray[np.float64]) -> Batch:
    sent = np.flatnonzero(column >= 0)
    officer, turn = np.full(len(column), -1, dtype=np.int64), np.full(len(column), -1, dtype=np.int64)
    seconds = np.full(len(column), np.inf)
    officer[sent], seconds[sent] = owner[column[sent]], every[sent, column[sent]]
    # Where turns cost nothing a later place may be taken without the earlier one: they are counted anew.
    order = sent[np.lexsort((column[sent], officer[sent]))]
    first = np.searchsorted(officer[order], officer[order])
    turn[order] = np.arange(len(order)) - first
    return Batch(officer, turn, seconds)
