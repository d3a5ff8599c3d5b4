"""How long a stretch of a day takes at the least, waiting included, and what it takes when two stretches are joined, in O(1).

A stretch is three numbers: the fewest seconds from its beginning to its end, and when it can begin, first and last, to take no
more (Vidal, Crainic, Gendreau and Prins 2013, *A hybrid genetic algorithm with adaptive diversity management for a large class of
vehicle routing problems with time-windows*; every stretch here is in time).
"""

from __future__ import annotations

from gridgeo_solvers.kernels import folded_kernel


@folded_kernel
def joined(
    takes: float, first: float, last: float, way: float, then_takes: float, then_first: float, then_last: float
) -> tuple[float, float, float]:
    """A stretch, `way` seconds of travel, and another stretch, as one."""
    ahead = takes + way
    waits = max(0.0, then_first - ahead - last)
    return ahead + then_takes + waits, max(then_first - ahead, first) - waits, min(then_last - ahead, last)
