"""The clock that limits of time are kept by: wall time, without what is spent once on an installation.

Compiled loops are made at their first use and then kept (`kernels`). A limit of a few seconds would be used up by that alone
the first time, so those seconds are spared.
"""

from __future__ import annotations

import time

_spared = 0.0


def now() -> float:
    """Seconds on a clock that stood still while loops were compiled; only differences mean something."""
    return time.perf_counter() - _spared


def spare(seconds: float) -> None:
    """Don't count the last `seconds` in this process."""
    global _spared
    _spared += seconds
