"""The partition engine's answer held against all plans there are."""

from __future__ import annotations

import pytest

from connected_graphs import least
from gridgeo_solvers.check import judge
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.partition import Partition, PartitionParams, solve
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.results import Status

LIGHT = PartitionParams(starts=3, plans=1, rounds=2, sweeps=200, bound_steps=60)
"""Little work."""


def answered(problem: PartitionProblem, **options) -> Partition | None:
    """A light answer; None where no plan is said to exist."""
    try:
        return solve(problem, params=LIGHT, **options)
    except Infeasible:
        return None


def as_brute_force(problem: PartitionProblem) -> None:
    """Hold the answer on few units against all plans: valid, the best of them, and proven to be."""
    truth, answer = least(problem), answered(problem)
    if truth is None:
        assert answer is None
        return
    assert answer is not None
    assert judge(problem, answer.assignment) == []
    assert answer.bound is None or answer.bound <= truth * (1 + 1e-9) + 1e-9
    assert answer.status is Status.OPTIMAL
    assert answer.objective == pytest.approx(truth, rel=1e-9, abs=1e-9)
