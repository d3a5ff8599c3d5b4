from dataclasses import replace

import numpy as np
import pytest

from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.period import Period, Pool, mix
from gridgeo_solvers.routing.period.pool import Way


@pytest.fixture
def period() -> Period:
    """One street of a lane, passed in one of two shifts."""
    lane = Network(2, np.array([0, 1]), np.array([1, 0]), np.ones(2), np.ones(2), np.zeros(2, dtype=np.int64))
    one = np.array([1])
    return Period(lane, 0, 0, 2, 1, 200.0, np.array([0]), -one, 50.0 * one, one, 3 * one, 9 * one)


def pool(*allotments: tuple[tuple[int, ...], ...]) -> Pool:
    """Ways that pass the street in the given slots (-1: not), allotment by allotment and shift by shift."""
    ways = tuple(
        tuple(tuple(Way(((),), (0.0,), 10.0 * (slot >= 0), np.array([slot])) for slot in slots) for slots in shifts)
        for shifts in allotments
    )
    return Pool(ways, np.array([0]), 2, np.array([2]), 10.0, 0.0)


def test_two_slots_of_one_shift_leave_one_bit(period):
    found = mix(period, pool(((0, 1), (-1,))))
    assert found.bits == pytest.approx(1.0, abs=0.01)
    assert found.way[0][0].tolist() == pytest.approx([0.5, 0.5], abs=0.02)


def test_a_slot_that_more_ways_reach_is_not_passed_more_often(period):
    found = mix(period, pool(((0, 0, 0, 1), (-1,))))
    assert found.way[0][0][3] == pytest.approx(0.5, abs=0.05)
    assert found.bits <= found.bound + 1e-9


def test_all_shifts_and_slots_together_reach_the_highest_entropy(period):
    found = mix(period, pool(((0, 1), (-1,)), ((-1,), (0, 1))))
    assert found.share == pytest.approx(1.0, abs=0.01)
    assert found.allotment.tolist() == pytest.approx([0.5, 0.5], abs=0.03)


def test_one_plan_leaves_nothing_to_guess(period):
    found = mix(period, pool(((0,), (-1,))))
    assert (found.bits, found.share, found.mean) == (0.0, 0.0, 10.0)


def test_chances_of_a_larger_draw_meet_those_of_the_programme(period):
    whole = pool(((0, 1), (-1,)), ((-1,), (0, 1)))
    found = mix(period, whole)
    first = [shifts[0].slot[0] for shifts in found.draw(whole, 2000, 1)]
    assert np.mean(np.array(first) == -1) == pytest.approx(found.allotment[1], abs=0.05)


def test_without_a_task_there_is_nothing_to_draw(period):
    empty = Pool((), np.zeros(0, dtype=np.int64), 2, np.zeros(0, dtype=np.int64), 0.0, 0.0)
    none = np.zeros(0, dtype=np.int64)
    nothing = replace(period, piece=none, place=none, service=none, times=none, allowed=none, most=none)
    assert mix(nothing, empty).draw(empty, 2, 0) == []
