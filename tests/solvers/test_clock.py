"""Limits of time don't count what is compiled once on an installation."""

import os
import subprocess
import sys
from pathlib import Path

from gridgeo_solvers import clock

COMPILED = """
import time
import numpy as np
from gridgeo_solvers import clock
from gridgeo_solvers.kernels import inner_kernel

@inner_kernel
def half(value):
    return value / 2

from numba import njit
wall, ours = time.perf_counter(), clock.now()
njit(lambda value: half(value))(1.0)
print((time.perf_counter() - wall) - (clock.now() - ours))
"""


def ended(script: Path, code: str) -> str:
    """What a fresh process prints that finds no compiled code."""
    script.write_text(code, encoding="utf-8")
    cold = {**os.environ, "NUMBA_CACHE_DIR": str(script.parent)}
    return subprocess.run(
        [sys.executable, str(script)], env=cold, capture_output=True, text=True, check=True, timeout=600
    ).stdout


def test_seconds_that_are_spared_never_passed():
    before = clock.now()
    try:
        clock.spare(1000.0)
        assert clock.now() < before
    finally:
        clock.spare(-1000.0)


def test_seconds_of_compiling_are_spared_once(tmp_path):
    spared = float(ended(tmp_path / "compiled.py", COMPILED))
    assert 0.0 < spared < 60.0
