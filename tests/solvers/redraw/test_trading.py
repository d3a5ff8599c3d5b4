"""What is told of moves at a price is true of every plan."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.check_redraw import judge_redraw
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.redraw import RedrawParams, solve
from redrawings import cheapest_by_trying, redrawings

SMALL = RedrawParams(sweeps=60, choices=1, rounds=0)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(redrawings(), st.sampled_from(["boundary", "cuts", "compactness", "balance"]), st.floats(0, 100))
def test_no_plan_there_is_is_worth_less_than_the_bound_of_the_trade(asked, objective, price) -> None:
    priced = replace(asked, problem=replace(asked.problem, objective=objective), price=price)
    try:
        answer = solve(priced, params=SMALL)
    except Infeasible:
        return
    assert judge_redraw(priced, answer) == []
    best = cheapest_by_trying(priced)
    assert best is not None
    assert answer.objective_bound is not None
    assert answer.objective_bound <= best * (1 + 1e-9) + 1e-9
