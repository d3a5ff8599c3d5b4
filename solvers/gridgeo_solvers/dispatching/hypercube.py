"""Larson's hypercube: who is busy with whom, exactly, for a planned partition.

Every officer is idle or busy, so there are 2^m states; cases of each place go to the first idle officer in that place's order. The
steady state of this Markov chain gives workloads and who goes where (Larson 1974, *A hypercube queuing model for facility location and
redistricting in urban emergency services*). Cases wait in one line while all are busy, or are passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.kernels import kernel

MOST = 15
"""Officers up to whom the exact model is solved."""
_CLOSE = 1e-10
_SWEEPS = 5_000


@dataclass(frozen=True)
class Queue:
    """A queueing model's answer for m officers and p places.

    Parameters
    ----------
    workload
        Shape (m,): share of time in which each officer is busy.
    goes
        Shape (m, p): share of each place's cases that each officer goes to at once. With `waits` a column adds up to 1.
    waits
        Share of cases that find all busy.
    delay
        Mean seconds that a case waits which finds all busy; 0 where it is passed on.
    """

    workload: NDArray[np.float64]
    goes: NDArray[np.float64]
    waits: float
    delay: float

    @property
    def drained(self) -> float:
        """How fast a line shortens, cases a second: a wait is exponential with this rate; inf where cases are passed on."""
        return 1 / self.delay if self.delay else np.inf


def hypercube(
    rate: NDArray[np.float64], order: NDArray[np.int64], mission: NDArray[np.float64], *, queue: bool = True
) -> Queue:
    """The steady state of the hypercube.

    Parameters
    ----------
    rate
        Shape (p,): cases a second of each place.
    order
        Shape (p, m): officers of each place, first the one who goes if idle.
    mission
        Shape (m,): mean seconds that each officer is busy with a case, ways among them.
    queue
        Cases wait while all are busy, otherwise they are passed on.

    Raises
    ------
    BadProblem
        There are more than `MOST` officers, or a line of waiting cases would grow for ever.

    Examples
    --------
    One officer who is busy half of the time:

    >>> hypercube(np.array([0.5]), np.array([[0]]), np.array([1.0])).workload.round(6).tolist()
    [0.5]
    """
    m = len(mission)
    if m > MOST:
        raise BadProblem(f"the exact model knows up to {MOST} officers, here are {m}; use the approximation")
    total, speed = float(rate.sum()), 1.0 / mission
    refuse_overload(total, float(speed.sum()), queue)
    up = _upward(order.astype(np.int64), rate.astype(np.float64), m)
    state = _steady(up, speed, total, _start(m, total, float(speed.mean())), _CLOSE, _SWEEPS)
    ratio = total / float(speed.sum()) if queue else 0.0
    # While all are busy the line is geometric: each longer state has `ratio` times the probability.
    line = state[-1] * ratio / (1 - ratio)
    state, line = state / (state.sum() + line), line / (state.sum() + line)
    bits = np.arange(len(state))
    workload = np.array([state[(bits >> n) & 1 == 1].sum() for n in range(m)]) + line
    goes = _shares(order.astype(np.int64), state, m)
    waits = float(state[-1] + line)
    return Queue(workload, goes, waits, 1 / (float(speed.sum()) - total) if queue else 0.0)


def refuse_overload(total: float, speed: float, queue: bool) -> None:
    """`BadProblem` where cases come faster than they can be worked off."""
    if not total > 0:
        raise BadProblem("no cases come; give rates above 0")
    if queue and total >= speed:
        raise BadProblem(
            f"{total * 3600:.3g} cases an hour come, all officers together work off {speed * 3600:.3g}: the line would grow for ever"
        )


def _start(m: int, total: float, speed: float) -> NDArray[np.float64]:
    """Probabilities of all states, were all officers alike (Erlang)."""
    count = np.bitwise_count(np.arange(1 << m)).astype(np.int64)
    levels = np.cumprod(np.concatenate([[1.0], total / speed / np.arange(1, m + 1)]))
    levels /= levels.sum()
    return np.asarray(levels[count] / np.bincount(count)[count])


@kernel
def _upward(order: Any, rate: Any, m: int) -> Any:
    """Shape (2^m, m): how often each officer is sent in each state, a second."""
    up = np.zeros((1 << m, m))
    for state in range((1 << m) - 1):
        for place in range(len(rate)):
            for officer in order[place]:
                if not (state >> officer) & 1:
                    up[state, officer] += rate[place]
                    break
    return up


@kernel
def _steady(up: Any, speed: Any, total: float, state: Any, close: float, sweeps: int) -> Any:
    """Gauss-Seidel sweeps up and down the states; after each, the levels are set so that flows between them balance."""
    size, m = up.shape
    count = np.zeros(size, dtype=np.int64)
    for b in range(1, size):
        count[b] = count[b >> 1] + (b & 1)
    level, down, factor = np.zeros(m + 1), np.zeros(m + 1), np.ones(m + 1)
    for sweep in range(sweeps):
        change = 0.0
        for step in range(size):
            b = step if sweep % 2 == 0 else size - 1 - step
            flow, leave = 0.0, 0.0 if b == size - 1 else total
            for n in range(m):
                if (b >> n) & 1:
                    flow += state[b ^ (1 << n)] * up[b ^ (1 << n), n]
                    leave += speed[n]
                else:
                    flow += state[b | (1 << n)] * speed[n]
            new = flow / leave
            change = max(change, abs(new - state[b]))
            state[b] = new
        level[:] = 0.0
        down[:] = 0.0
        for b in range(size):
            level[count[b]] += state[b]
            for n in range(m):
                if (b >> n) & 1:
                    down[count[b]] += state[b] * speed[n]
        for k in range(1, m + 1):
            factor[k] = factor[k - 1] * level[k - 1] * total / down[k]
        whole = 0.0
        for k in range(m + 1):
            whole += factor[k] * level[k]
        for b in range(size):
            new = state[b] * factor[count[b]] / whole
            change = max(change, abs(new - state[b]))
            state[b] = new
        if change < close:
            break
    return state


@kernel
def _shares(order: Any, state: Any, m: int) -> Any:
    """Shape (m, p): probability that each officer is the first idle one of each place."""
    goes = np.zeros((m, len(order)))
    for b in range(len(state) - 1):
        for place in range(len(order)):
            for officer in order[place]:
                if not (b >> officer) & 1:
                    goes[officer, place] += state[b]
                    break
    return goes
