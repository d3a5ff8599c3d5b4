"""Helpers are there for as long as they are wanted, and no longer."""

import multiprocessing
import os
import threading

from gridgeo_solvers.processes import Bell, helpers, processors


def test_one_processor_alone_has_no_helpers():
    with helpers(1, "json") as executor:
        assert executor is None


def test_helpers_work_in_other_processes():
    with helpers(2, "json") as executor:
        assert executor is not None
        assert executor.submit(os.getpid).result(timeout=120) != os.getpid()


def test_helpers_end_with_their_block_whatever_they_are_at(tmp_path):
    before = set(multiprocessing.active_children())
    with helpers(2, "json") as executor:
        assert executor is not None
        executor.submit(os.getpid).result(timeout=120)
        executor.submit(eval, "__import__('time').sleep(3600)")
        started = set(multiprocessing.active_children()) - before
        assert started
    for child in started:
        child.join(60)
        assert not child.is_alive()


def test_helpers_leave_no_thread_that_would_run_on_while_the_interpreter_ends():
    before = set(threading.enumerate())
    with helpers(2, "json") as executor:
        assert executor is not None
        executor.submit(eval, "__import__('time').sleep(3600)")
        executor.submit(len, b"x" * 10_000_000)
    assert set(threading.enumerate()) <= before


def test_a_bell_is_heard_by_all_who_hold_its_name(tmp_path):
    bell, other = Bell(str(tmp_path / "stop")), Bell(str(tmp_path / "stop"))
    assert not other()
    bell.ring()
    assert other()


def test_there_is_a_processor():
    assert processors() >= 1
