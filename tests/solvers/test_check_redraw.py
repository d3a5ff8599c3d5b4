"""The judge of re-drawings finds every kind of fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridgeo_solvers.check_redraw import judge_redraw, least_moved
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw import Redrawing, Redrawn
from gridgeo_solvers.results import Status


@pytest.fixture
def asked():
    """Four units in a row of 10 households each, two grids of two."""
    problem = PartitionProblem(
        graph=Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)]),
        measures=(Measure("households", np.full(4, 10.0), 10, 30),),
        k=2,
        mass=np.ones(4),
        x=np.arange(4.0),
        y=np.zeros(4),
    )
    return Redrawing(problem, [0, 0, 1, 1], np.full(4, 10.0), locked_units=(1,), locked_grids=(), most_moved=20.0)


def answer(assignment, continues, moved, bound=0.0):
    return Redrawn(
        np.array(assignment), np.array(continues), moved, bound, 0.0, moved, Status.FEASIBLE, seconds=0.0, seed=0
    )


def rules(asked, given):
    return [fault.rule for fault in judge_redraw(asked, given)]


def test_a_good_answer_has_no_fault(asked):
    assert rules(asked, answer([0, 0, 0, 1], [0, 1], 10.0)) == []


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (answer([0, 1, 0, 1], [0, 1], 20.0), "contiguity"),
        (answer([0, 0, 0, 1], [0, 1], 5.0), "moved"),
        (answer([0, 0, 0, 1], [0, 0], 20.0), "continuity"),
        (answer([0, 1, 1, 1], [0, 1], 10.0), "locks"),
        (answer([0, 0, 1, 1], [1, 0], 40.0), "cap"),
        (answer([0, 0, 0, 1], [0, 1], 10.0, bound=11.0), "bound"),
        (answer([0, 0, 0, 5], [0, 1], 10.0), "assigned"),
    ],
)
def test_every_kind_of_fault_is_found(asked, given, rule):
    assert rule in rules(asked, given)


def test_a_locked_grid_that_was_changed_is_found(asked):
    locked = replace(asked, locked_units=(), locked_grids=(1,))
    assert "locks" in rules(locked, answer([0, 0, 0, 1], [0, 1], 10.0))


def test_names_of_grids_don_t_count_as_moves():
    assert least_moved([0, 0, 1, 1], [1, 1, 0, 0], np.ones(4)) == 0
