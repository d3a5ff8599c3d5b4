from __future__ import annotations

import numpy as np
import pytest

from gridgeo_solvers.dispatching import approximate, hypercube
from gridgeo_solvers.errors import BadProblem


@pytest.mark.parametrize("queue", [False, True])
def test_officers_who_are_alike_are_told_exactly(queue: bool) -> None:
    order = np.array([np.roll(np.arange(5), -n) for n in range(5)])
    rate = np.full(5, 0.4)
    exact = hypercube(rate, order, np.ones(5), queue=queue)
    told = approximate(rate, order, np.ones((5, 5)), queue=queue)
    assert told.workload == pytest.approx(exact.workload, abs=1e-3)
    assert told.waits == pytest.approx(exact.waits, abs=1e-3)
    assert told.delay == pytest.approx(exact.delay, rel=1e-3)


@pytest.mark.parametrize("queue", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_others_are_told_within_a_few_hundredths(seed: int, queue: bool) -> None:
    random = np.random.default_rng(seed)
    order = np.array([random.permutation(6) for _ in range(30)])
    rate = random.random(30) * 0.2
    exact = hypercube(rate, order, np.ones(6), queue=queue)
    told = approximate(rate, order, np.ones((6, 30)), queue=queue)
    assert np.abs(told.workload - exact.workload).max() < 0.02
    assert np.abs(told.goes - exact.goes) @ rate / rate.sum() == pytest.approx(np.zeros(6), abs=0.03)
    assert told.goes.sum(axis=0) + told.waits == pytest.approx(np.ones(30))


def test_a_line_that_would_grow_for_ever_is_refused() -> None:
    with pytest.raises(BadProblem, match="grow for ever"):
        approximate(np.array([3.0]), np.array([[0, 1]]), np.ones((2, 1)))
