from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.patrol import OTHER_PART
from gridgeo_solvers.routing.period import Period, rounds_of, solve_period
from periods import faults, periods, square_period


@pytest.fixture
def square() -> Period:
    return square_period()


@settings(max_examples=20, deadline=None)
@given(period=periods())
def test_every_street_is_passed_as_often_as_asked_and_no_gap_passes_its_greatest(period):
    plan = solve_period(period, steps=200)
    assert faults(period, plan.shifts, plan.left_out) == []


def test_the_longest_route_comes_before_the_total(square):
    plan = solve_period(square, steps=2000)
    # All four streets fit into two shifts of one round each, 80 s; spread over four shifts the longest takes 60 s.
    assert plan.longest == pytest.approx(60.0)
    assert plan.total == pytest.approx(240.0)


def test_what_a_round_takes_is_what_the_plan_says(square):
    plan = solve_period(square, steps=200)
    rounds = [one for routes in plan.shifts for one in rounds_of(square, routes)]
    assert sum(one.seconds for one in rounds) == pytest.approx(plan.total)
    assert max(one.seconds for one in rounds) == pytest.approx(plan.longest)


def test_routes_longer_than_a_shift_are_refused_with_their_minutes(square):
    with pytest.raises(Infeasible, match="need routes of 1 min with 1 officer"):
        solve_period(replace(square, shift=50.0), steps=500)


def test_a_street_without_a_way_back_is_left_out_with_the_reason(square):
    arcs = square.network
    apart = Network(
        6, np.append(arcs.tail, 4), np.append(arcs.head, 5), np.append(arcs.seconds, 1.0),
        np.append(arcs.metres, 1.0), np.append(arcs.piece, 4),
    )  # fmt: skip
    five = {
        name: np.append(getattr(square, name), getattr(square, name)[-1])
        for name in ("service", "times", "allowed", "most")
    }
    period = replace(square, network=apart, piece=np.arange(5), place=np.full(5, -1), **five)
    assert solve_period(period, steps=100).left_out == ((4, OTHER_PART),)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("officers", 0, "officers is 0"),
        ("shifts", 0, "shifts is 0"),
        ("shift", 0.0, "must be above 0"),
        ("times", np.full(4, 5), "5 passes in 4 allowed shifts of 4"),
        ("most", np.full(4, 1), "leave a gap of 2 shifts at the least, not 1"),
        ("service", np.full(4, -1.0), "negative"),
        ("start", 9, "start 9 is outside"),
        ("piece", np.full(4, 9), "outside 0..3"),
    ],
)
def test_nonsense_is_refused_by_name(square, field, value, words):
    with pytest.raises(BadProblem, match=words):
        replace(square, **{field: value})
