"""What reasons call units, parts and areas, and what they advise."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part
from gridgeo_solvers.problems import Measure, PartitionProblem

MOST_NAMED = 5
"""Most units named in one sentence, and most sentences of one kind."""


def named(problem: PartitionProblem, units: Iterable[int]) -> str:
    """The first units by name and how many more there are.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> path = Graph.from_edges(9, [(i, i + 1) for i in range(8)])
    >>> problem = PartitionProblem(path, (), 2, np.ones(9), np.arange(9.0), np.zeros(9))
    >>> named(problem, range(9))
    'unit 0, unit 1, unit 2, unit 3, unit 4 and 4 more'
    >>> named(problem, [3, 7])
    'unit 3 and unit 7'
    """
    names = [problem.unit_name(int(i)) for i in units]
    if len(names) > MOST_NAMED:
        names = [", ".join(names[:MOST_NAMED]), f"{len(names) - MOST_NAMED} more"]
    return ", ".join(names[:-1]) + " and " * (len(names) > 1) + names[-1]


def advice(problem: PartitionProblem) -> str:
    """What a planner can change when bands and the number of grids don't go together."""
    banded = [m.name for m in problem.measures if m.banded]
    ways = [f"widen the band of {' or '.join(banded)}"] if banded else []
    ways.append("ask for another number of grids")
    if problem.group is not None:
        ways.append("nest in another level")
    return ", ".join(ways[:-1]) + " or " * (len(ways) > 1) + ways[-1]


def describe(problem: PartitionProblem, part: Part) -> str:
    """A name for a part: its group where it is all of it, else its heaviest unit."""
    units = f"{len(part.units):,} units" if len(part.units) > 1 else "1 unit"
    heaviest = problem.unit_name(int(part.units[problem.mass[part.units].argmax()]))
    if problem.group is None:
        return f"the connected part around {heaviest} ({units})"
    name = problem.group_name(part.group)
    if int((problem.group == part.group).sum()) == len(part.units):
        return f"{name} ({units})"
    return f"the part of {name} around {heaviest} ({units})"


def area(problem: PartitionProblem, units: IntArray) -> str:
    """A name for an area that may not be split: its unit of most mass."""
    heaviest = problem.unit_name(int(units[problem.mass[units].argmax()]))
    return f"the area of {heaviest} ({len(units):,} units)" if len(units) > 1 else f"the area of {heaviest} (1 unit)"


def way(problem: PartitionProblem, value: float) -> str:
    """A way across a grid as a planner states it: km, or minutes where ways are seconds.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> pair = Graph.from_edges(2, [(0, 1)])
    >>> way(PartitionProblem(pair, (), 1, np.ones(2), np.arange(2.0), np.zeros(2)), 2.5)
    '2.5 km'
    """
    return f"{value:,.4g} km" if problem.seconds is None else f"{value / 60:,.4g} min"


def many(count: int, noun: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> many(1, "grid"), many(3, "grid")
    ('1 grid', '3 grids')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def ends(measure: Measure, k: int) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of every grid's band, shape (k,) each."""
    low = np.broadcast_to(np.asarray(measure.lower, dtype=np.float64), k)
    high = np.broadcast_to(np.asarray(measure.upper, dtype=np.float64), k)
    return low, high


def widest(measure: Measure) -> tuple[float, float]:
    """Lowest lower and highest upper end over all grids."""
    return float(np.min(measure.lower)), float(np.max(measure.upper))


def measure_of(problem: PartitionProblem, name: str) -> Measure:
    """The measure called `name`."""
    return next(m for m in problem.measures if m.name == name)
