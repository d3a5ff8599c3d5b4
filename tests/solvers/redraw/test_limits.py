"""Ways, splits and unequal bands of a case: what they refuse, and what is left of them for a few grids."""

from __future__ import annotations

import numpy as np
import pytest

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw import Redrawing, solve
from gridgeo_solvers.redraw.cases import cases_of


def row(old: list[int], locked: tuple[int, ...] = (), **rules) -> Redrawing:
    """Units in a row, 1 km from one to the next, ten households each, and the plan in force."""
    n = len(old)
    households = np.full(n, 10.0)
    problem = PartitionProblem(
        graph=Graph.from_edges(n, [(i, i + 1) for i in range(n - 1)]),
        measures=rules.pop("measures", (Measure("households", households),)),
        k=len(set(old)),
        mass=households,
        x=np.arange(n) * 1000.0,
        y=np.zeros(n),
        **rules,
    )
    return Redrawing(problem, old, households, locked_grids=locked)


def test_units_farther_apart_than_the_reach_one_way_or_the_other_never_share_a_grid() -> None:
    seconds = np.full((3, 3), 50.0)
    seconds[2, 0] = 70.0
    limits = cases_of(row([0, 0, 1], seconds=seconds, reach=60.0))[0].limits
    assert limits.far.tolist() == [[False, False, True], [False, False, False], [True, False, False]]
    assert limits.broken(np.array([0, 0, 0]))
    assert not limits.broken(np.array([0, 0, 1]))


def test_a_grid_too_long_to_walk_is_mended_with_as_few_moves_as_can_be() -> None:
    answer = solve(row([0, 0, 0, 0, 1, 1], reach=2.0))
    assert answer.assignment.tolist() == [0, 0, 0, 1, 1, 1]
    assert answer.moved == answer.bound == 10


def test_an_area_split_too_often_is_mended() -> None:
    answer = solve(row([0, 0, 1, 1, 2, 2], zone=np.array([0, 0, 0, -1, -1, -1]), splits=0))
    assert answer.assignment.tolist() == [0, 0, 0, 1, 2, 2]
    assert answer.moved == answer.bound == 10


def test_what_locked_grids_take_of_an_area_is_off_its_room() -> None:
    case = cases_of(row([0, 0, 1, 1], locked=(0,), zone=np.zeros(4, dtype=int), splits=2))[0]
    assert case.limits.room.tolist() == [2]


def test_an_area_in_more_parts_than_it_may_be_split_between_is_named() -> None:
    with pytest.raises(Infeasible, match=r"the area 0 around unit 0 lies in 1 locked grids and 2 parts"):
        solve(row([0, 0, 1, 1, 2, 2], locked=(1,), zone=np.zeros(6, dtype=int), splits=1))


def test_a_few_grids_keep_the_room_that_others_leave() -> None:
    case = cases_of(row([0, 0, 1, 1, 2, 2], zone=np.array([0, 0, 0, 0, 0, 1]), splits=2))[0]
    units = np.arange(4)
    assert case.restricted(case.home, units, np.array([0, 1])).limits.room[0] == 2


def test_grids_fit_the_band_of_the_seed_that_they_hold() -> None:
    band = Measure("households", np.full(6, 10.0), np.array([10.0, 50.0]), np.array([10.0, 50.0]))
    answer = solve(row([0, 0, 0, 1, 1, 1], seeds=(5, 0), measures=(band,)))
    assert answer.assignment.tolist() == [1, 1, 1, 1, 1, 0]
    assert answer.moved == answer.bound == 20


def test_units_locked_into_one_grid_too_far_apart_are_named() -> None:
    asked = row([0, 0, 0, 1], reach=1.0)
    with pytest.raises(
        Infeasible, match=r"unit 0 and unit 2 are locked into grid 0, but the way between them is longer"
    ):
        solve(Redrawing(asked.problem, asked.old, asked.moving, locked_units=(0, 2)))


def test_a_locked_grid_is_held_to_the_band_of_its_seed() -> None:
    band = Measure("households", np.full(4, 10.0), np.array([10.0, 20.0]), np.array([10.0, 30.0]))
    with pytest.raises(Infeasible, match=r"grid 0 is locked and has 20 households, outside the band exactly 10"):
        solve(row([0, 0, 1, 1], locked=(0,), seeds=(0, 3), measures=(band,)))
