"""A part that fits no whole number of grids is refused with the rule that leaves none, and with the mend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw import Redrawing, solve


def row(low: float, high: float, k: int = 2, **rules) -> PartitionProblem:
    """Six units of ten households in a row, 1 km from one to the next."""
    households = np.full(6, 10.0)
    return PartitionProblem(
        graph=Graph.from_edges(6, [(i, i + 1) for i in range(5)]),
        measures=(Measure("households", households, low, high), Measure("area", households)),
        k=k,
        mass=households,
        x=np.arange(6) * 1000.0,
        y=np.zeros(6),
        **rules,
    )


def refusal(problem: PartitionProblem, old: tuple[int, ...] = (0, 0, 0, 1, 1, 1), **asked) -> str:
    with pytest.raises(Infeasible) as caught:
        solve(Redrawing(problem, np.array(old), np.full(6, 10.0), **asked))
    (told,) = caught.value.reasons
    assert told.startswith(
        "the part around unit 0 (6 units) fits no whole number of grids: its 60 households fill at most "
    )
    return told.split(": its 60 households fill at most ")[1]


def test_ends_of_a_band_that_leave_no_number_between_them_are_told() -> None:
    assert refusal(row(35, 40)) == "1 grid of at least 35, but 2 are needed for at most 40 in each; widen the band"


def test_units_that_must_part_are_told_where_the_band_leaves_too_few_grids() -> None:
    problem = row(25, 60, apart=((0, 2), (2, 4), (0, 4)))
    assert refusal(problem) == (
        "2 grids of at least 25, but 3 are needed for units that must lie in different grids; "
        "widen the band or join some"
    )


def test_ways_too_long_are_told_where_the_band_leaves_too_few_grids() -> None:
    assert refusal(row(30, 60, reach=1.0)) == (
        "2 grids of at least 30, but 3 are needed for units too far apart to share one; "
        "widen the band or allow more reach"
    )


def test_locks_are_told_where_the_band_leaves_too_few_grids() -> None:
    problem = row(30, 60)
    old = (0, 0, 1, 1, 2, 2)
    assert refusal(problem, old, locked_units=(0, 2, 4)) == (
        "2 grids of at least 30, but 3 are needed for what is locked; widen the band or unlock some"
    )
    assert solve(Redrawing(replace(problem, k=2), np.array(old), np.full(6, 10.0), locked_units=(0, 4))).moved == 20
