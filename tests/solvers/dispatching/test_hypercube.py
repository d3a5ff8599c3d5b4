from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from gridgeo_solvers.dispatching import hypercube
from gridgeo_solvers.errors import BadProblem


def direct(rate: np.ndarray, order: np.ndarray, mission: np.ndarray, line: int) -> tuple[np.ndarray, np.ndarray]:
    """Workloads and who goes, from the balance equations written out and solved at once, with a line of at most `line` cases."""
    m, size = len(mission), 1 << len(mission)
    q = np.zeros((size + line, size + line))
    full = size - 1
    for b in range(size):
        for n in range(m):
            if b >> n & 1:
                q[b, b ^ 1 << n] += 1 / mission[n]
        for place, r in enumerate(rate):
            idle = [n for n in order[place] if not b >> n & 1]
            if idle:
                q[b, b | 1 << idle[0]] += r
    for k in range(line):
        q[full + k, full + k + 1] += rate.sum()
        q[full + k + 1, full + k] += (1 / mission).sum()
    np.fill_diagonal(q, -q.sum(axis=1))
    a = np.vstack([q.T, np.ones(len(q))])
    state = np.linalg.lstsq(a, np.append(np.zeros(len(q)), 1.0), rcond=None)[0]
    busy = np.array([state[[b for b in range(size) if b >> n & 1]].sum() for n in range(m)]) + state[size:].sum()
    goes = np.zeros((m, len(rate)))
    for b in range(full):
        for place in range(len(rate)):
            first = next(n for n in order[place] if not b >> n & 1)
            goes[first, place] += state[b]
    return busy, goes


@pytest.mark.parametrize("queue", [False, True])
def test_the_steady_state_solves_the_balance_equations(queue: bool) -> None:
    random = np.random.default_rng(4)
    order = np.array([random.permutation(3) for _ in range(5)])
    rate, mission = random.random(5) * 0.1, random.uniform(3, 6, 3)
    told = hypercube(rate, order, mission, queue=queue)
    busy, goes = direct(rate, order, mission, 200 if queue else 0)
    assert told.workload == pytest.approx(busy, abs=1e-6)
    assert told.goes == pytest.approx(goes, abs=1e-6)
    assert told.goes.sum(axis=0) + told.waits == pytest.approx(np.ones(5))


@pytest.mark.parametrize("queue", [False, True])
def test_work_that_comes_is_work_that_is_done(queue: bool) -> None:
    order = np.array(list(permutations(range(4))))
    rate, mission = np.linspace(0.001, 0.01, 24), np.full(4, 14.0)
    told = hypercube(rate, order, mission, queue=queue)
    served = rate.sum() * (1 if queue else 1 - told.waits)
    assert told.workload.sum() == pytest.approx(served * 14.0, rel=1e-6)


def test_officers_who_are_alike_wait_as_erlang_says() -> None:
    # M/M/2 at half load: a third waits (Erlang's C), for a mean mission each.
    told = hypercube(np.array([1.0]), np.array([[0, 1]]), np.ones(2))
    assert told.waits == pytest.approx(1 / 3)
    assert (told.delay, told.drained) == (1.0, 1.0)


def test_too_many_officers_and_too_much_work_are_refused() -> None:
    with pytest.raises(BadProblem, match="up to 15 officers, here are 16"):
        hypercube(np.ones(1), np.arange(16)[None, :], np.ones(16))
    with pytest.raises(BadProblem, match="line would grow for ever"):
        hypercube(np.array([2.0]), np.array([[0]]), np.ones(1))
    with pytest.raises(BadProblem, match="no cases come"):
        hypercube(np.zeros(1), np.array([[0]]), np.ones(1))
