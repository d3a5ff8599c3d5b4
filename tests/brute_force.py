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


def differences(problem: PartitionProblem) -> list[str]:
    """How the answer on few units differs from the best of all plans, proven to be it; empty where it is that."""
    truth, answer = least(problem), answered(problem)
    if truth is None or answer is None:
        return [] if truth is answer else [f"the best plan is worth {truth}, the answer is {answer}"]
    told = list(judge(problem, answer.assignment))
    if answer.status is not Status.OPTIMAL:
        told.append(f"the answer is {answer.status}")
    for name, value in (("objective", answer.objective), ("bound", answer.bound)):
        if value != pytest.approx(truth, rel=1e-9, abs=1e-9):
            told.append(f"the {name} is {value}, the best plan is worth {truth}")
    return told
