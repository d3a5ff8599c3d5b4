"""A search beside another, in a process of its own: it can only help."""

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from gridgeo_solvers.check import judge
from gridgeo_solvers.partition import solve
from gridgeo_solvers.partition.beside import Beside
from gridgeo_solvers.partition.ground.answer import PartitionParams
from gridgeo_solvers.partition.ground.parts import parts_of
from gridgeo_solvers.processes import helpers

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "golden"))

from bounds import scattered

PROBLEM = scattered(200, 8, 0.05, 3)
(PART,) = parts_of(PROBLEM)
LONG = 3600.0


@pytest.fixture(scope="module")
def executor():
    """Another process."""
    with helpers(2, "gridgeo_solvers.partition.search") as executor:
        yield executor


def test_the_search_beside_finds_a_plan_of_the_part(executor):
    beside = Beside(executor)
    beside.begin(PART, 8, PartitionParams(), 0, None, 3.0)
    ended = beside.end()
    # None where the process began after the time was over.
    assert ended is None or (len(ended[0].plan) == PART.n and ended[0].plan.max() < 8)


def test_there_is_nothing_to_end_before_anything_began(executor):
    assert Beside(executor).end() is None


def test_nobody_waits_for_what_is_no_longer_wanted(executor):
    beside = Beside(executor)
    beside.begin(PART, 8, PartitionParams(), 0, None, LONG)
    began = time.perf_counter()
    assert beside.end(wait=False) is None
    assert time.perf_counter() - began < LONG / 10
    # It heard the bell: its process is free again.
    executor.submit(os.getpid).result(timeout=300)


def test_an_answer_with_help_keeps_every_rule_and_its_bound_holds(executor):
    answer = solve(PROBLEM, time_limit=4.0, executor=executor)
    assert not judge(PROBLEM, answer.assignment)
    assert answer.bound is None or answer.bound <= answer.objective * (1 + 1e-9)


def test_without_a_limit_of_time_help_changes_nothing(executor):
    small = scattered(40, 4, 0.1, 5)
    alone, helped = solve(small, seed=3), solve(small, seed=3, executor=executor)
    assert alone.assignment.tolist() == helped.assignment.tolist()


def test_a_process_that_dies_takes_no_plan_along():
    before = set(multiprocessing.active_children())
    with helpers(2, "gridgeo_solvers.partition.search") as executor:
        assert executor is not None
        executor.submit(os.getpid).result(timeout=300)
        beside = Beside(executor)
        beside.begin(PART, 8, PartitionParams(), 0, None, LONG)
        for child in set(multiprocessing.active_children()) - before:
            os.kill(child.pid, signal.SIGKILL)
        assert beside.end() is None
        assert not judge(PROBLEM, solve(PROBLEM, time_limit=3.0, executor=executor).assignment)
