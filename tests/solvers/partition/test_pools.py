"""Parts that share grids are searched side by side where there are processes, and answer the same."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path

import pytest

from gridgeo_solvers.check import judge
from gridgeo_solvers.partition import solve
from gridgeo_solvers.processes import helpers
from gridgeo_solvers.stop import MaxSeconds

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "golden"))

from bounds import nested

PROBLEM = nested(48, 6, 0.15, 9)
SEARCH = "gridgeo_solvers.partition.search"


@pytest.fixture(scope="module")
def alone():
    """The answer of this process by itself."""
    return solve(PROBLEM, seed=2)


def test_parts_on_processes_give_the_answer_of_one_process(alone):
    with helpers(2, SEARCH) as executor:
        assert solve(PROBLEM, seed=2, executor=executor).assignment.tolist() == alone.assignment.tolist()


def test_parts_whose_processes_died_are_searched_here(alone):
    before = set(multiprocessing.active_children())
    with helpers(2, SEARCH) as executor:
        assert executor is not None
        executor.submit(os.getpid).result(timeout=300)
        for child in set(multiprocessing.active_children()) - before:
            os.kill(child.pid, signal.SIGKILL)
        assert solve(PROBLEM, seed=2, executor=executor).assignment.tolist() == alone.assignment.tolist()


def test_a_run_that_is_to_stop_stops_its_processes():
    large = nested(2000, 60, 0.15, 9)
    with helpers(2, SEARCH) as executor:
        answer = solve(large, time_limit=3600.0, stop=MaxSeconds(5.0), executor=executor)
    assert not judge(large, answer.assignment)


def test_parts_keep_every_rule_within_a_limit_of_time():
    with helpers(2, SEARCH) as executor:
        answer = solve(PROBLEM, time_limit=4.0, executor=executor)
    assert not judge(PROBLEM, answer.assignment)
    assert answer.bound is not None
