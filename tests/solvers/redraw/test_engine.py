"""Every re-drawing keeps its rules, moves as little as can be, and never claims more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.check_redraw import judge_redraw
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.objectives import Objective, Term
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw import Redrawing, RedrawParams, solve
from gridgeo_solvers.stop import MaxIterations
from redrawings import best_by_trying, limited_redrawings, redrawings

SMALL = RedrawParams(sweeps=200, choices=2, rounds=1)
THOROUGH = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def strip(heights: list[int], old: list[int], **rules) -> Redrawing:
    """Units in a row, each with so many households, and the plan in force."""
    n = len(heights)
    weights = np.array(heights, dtype=float)
    low, high = rules.pop("band", (0.0, np.inf))
    k = rules.pop("k", len(set(old)))
    more = {name: rules.pop(name) for name in ("objective", "group", "together", "apart") if name in rules}
    problem = PartitionProblem(
        graph=Graph.from_edges(n, [(i, i + 1) for i in range(n - 1)], [100.0] * (n - 1)),
        measures=(Measure("households", weights, low, high),),
        k=k,
        mass=np.ones(n),
        x=np.arange(n) * 100.0,
        y=np.zeros(n),
        **more,
    )
    return Redrawing(problem, old, weights, **rules)


def reaching_over(asked: Redrawing) -> float:
    """Households of old grids outside the part (connected, of one group, without locked grids) that has most of them."""
    locked = np.isin(asked.old, asked.locked_grids)
    group = np.zeros(asked.problem.n, dtype=int) if asked.problem.group is None else asked.problem.group
    part = asked.problem.graph.within(np.where(locked, -1 - np.arange(len(group)), group)).components()
    over = 0.0
    for g in set(asked.old.tolist()) - set(asked.locked_grids):
        held = np.bincount(part[asked.old == g], weights=asked.moving[asked.old == g])
        fixed = part[(asked.old == g) & asked.fixed]
        over += held.sum() - (held[fixed[0]] if len(fixed) else held.max())
    return float(over)


@THOROUGH
@given(redrawings(), st.integers(0, 3))
def test_what_is_moved_is_the_least_by_trying_every_plan_but_for_grids_over_several_parts(
    asked: Redrawing, seed: int
) -> None:
    best = best_by_trying(asked)
    try:
        answer = solve(asked, seed=seed, params=SMALL)
    except Infeasible:
        assert best is None
        return
    assert judge_redraw(asked, answer) == []
    assert best is not None
    assert best - 1e-9 <= answer.moved <= best + reaching_over(asked) + 1e-9
    assert answer.bound is not None
    assert answer.bound <= best + 1e-9


@THOROUGH
@given(limited_redrawings(), st.integers(0, 3))
def test_ways_splits_and_unequal_bands_are_held_and_bounds_are_true(asked: Redrawing, seed: int) -> None:
    best, refused = best_by_trying(asked), None
    try:
        answer = solve(asked, seed=seed, params=SMALL)
    except Infeasible as error:
        refused = error
    if refused is not None:
        assert best is None or not refused.proven
        return
    assert judge_redraw(asked, answer) == []
    assert best is not None
    assert answer.bound is not None
    assert answer.bound <= best + 1e-9
    if asked.problem.zone is None:
        assert answer.moved <= best + reaching_over(asked) + 1e-9


@THOROUGH
@given(redrawings(), st.integers(0, 30))
def test_a_cap_is_held_or_refused(asked: Redrawing, most: int) -> None:
    best = best_by_trying(asked)
    capped = replace(asked, most_moved=float(most))
    try:
        answer = solve(capped, params=SMALL)
    except Infeasible:
        assert best is None or best + reaching_over(asked) > most
        return
    assert judge_redraw(capped, answer) == []
    assert answer.moved <= most


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(redrawings(), st.sampled_from(["boundary", "cuts", "compactness", "balance"]), st.floats(0, 100))
def test_a_traded_plan_keeps_every_rule_and_is_no_worse_than_the_one_that_moves_least(asked, objective, price) -> None:
    problem = replace(asked.problem, objective=objective)
    try:
        least = solve(replace(asked, problem=problem), params=SMALL)
        traded = solve(replace(asked, problem=problem, price=price), params=SMALL)
    except Infeasible:
        return
    assert judge_redraw(replace(asked, problem=problem, price=price), traded) == []
    from gridgeo_solvers.check import evaluate

    before = price * least.moved + evaluate(problem, least.assignment)["objective"]
    assert traded.objective <= before * (1 + 1e-9) + 1e-9
    assert traded.objective == pytest.approx(price * traded.moved + evaluate(problem, traded.assignment)["objective"])


def test_a_plan_that_keeps_the_rules_stays_as_it_is() -> None:
    answer = solve(strip([10] * 6, [0, 0, 1, 1, 2, 2], band=(20, 20)))
    assert answer.moved == 0
    assert answer.status == "optimal"
    assert answer.assignment.tolist() == [0, 0, 1, 1, 2, 2]


def test_an_old_plan_in_pieces_is_mended() -> None:
    answer = solve(strip([10, 10, 10, 10, 10, 10], [0, 1, 0, 0, 1, 1], band=(10, 50)))
    assert answer.moved == answer.bound == 10


def test_an_added_grid_continues_no_old_one_and_takes_what_it_needs() -> None:
    answer = solve(strip([10] * 6, [0, 0, 0, 0, 1, 1], k=3, band=(20, 20)))
    assert answer.continues.tolist() == [0, 1, -1]
    assert answer.moved == answer.bound == 20


def test_of_three_grids_the_one_dissolved_is_the_cheapest_for_all() -> None:
    answer = solve(strip([30, 30, 5, 5, 30, 30], [0, 0, 1, 1, 2, 2], k=2, band=(0, 70)))
    assert answer.continues.tolist() == [0, 2]
    assert answer.moved == answer.bound == 10


def test_of_plans_that_move_as_many_households_the_one_that_moves_fewer_units_is_taken() -> None:
    # The park (0 households) between two grids stays where it is.
    answer = solve(strip([10, 10, 0, 10, 20], [0, 0, 1, 1, 1], band=(0, 30)))
    assert answer.assignment.tolist() == [0, 0, 1, 1, 1]


def test_locked_grids_keep_exactly_their_units() -> None:
    asked = strip([10, 20, 10, 10, 10, 30], [0, 0, 1, 1, 2, 2], band=(10, 40), locked_grids=(0,))
    answer = solve(asked)
    assert judge_redraw(asked, answer) == []
    assert answer.assignment[:2].tolist() == [0, 0]


def test_a_locked_grid_outside_the_band_is_named_with_the_mend() -> None:
    asked = strip([10, 20, 10, 10], [0, 0, 1, 1], band=(10, 20), locked_grids=(0,), old_names=("A1", "A2"))
    with pytest.raises(Infeasible, match=r"grid A1 is locked and has 30 households.*unlock it or widen"):
        solve(asked)


def test_a_cap_that_is_proven_too_low_says_so() -> None:
    asked = strip([10, 10, 10, 10], [0, 0, 0, 1], band=(20, 20), most_moved=5.0)
    with pytest.raises(Infeasible, match="need at least 10 households to move, at most 5 may") as refused:
        solve(asked)
    assert refused.value.proven


def test_a_unit_too_heavy_for_any_grid_is_named() -> None:
    with pytest.raises(Infeasible, match="unit 1 alone has 50 households"):
        solve(strip([10, 50, 10, 10], [0, 0, 1, 1], band=(0, 40)))


def test_grids_nested_in_groups_are_shared_out_where_least_is_moved() -> None:
    group = np.array([0, 0, 0, 0, 1, 1])
    answer = solve(strip([10, 10, 10, 10, 5, 5], [0, 0, 0, 0, 1, 2], group=group, band=(5, 20)))
    assert judge_redraw(strip([10, 10, 10, 10, 5, 5], [0, 0, 0, 0, 1, 2], group=group, band=(5, 20)), answer) == []
    assert answer.moved == 25


def test_the_same_seed_gives_the_same_plan() -> None:
    random = np.random.default_rng(3)
    asked = strip(random.integers(5, 20, 40).tolist(), np.repeat(np.arange(5), 8).tolist(), band=(70, 130))
    one, other = solve(asked, seed=5), solve(asked, seed=5)
    assert one.assignment.tolist() == other.assignment.tolist()
    assert (one.moved, one.bound) == (other.moved, other.bound)


def test_a_search_that_is_stopped_hands_out_a_valid_plan() -> None:
    asked = strip([10] * 12, [0] * 8 + [1] * 4, band=(50, 70))
    answer = solve(asked, stop=MaxIterations(3), params=SMALL)
    assert judge_redraw(asked, answer) == []


def test_a_high_price_moves_nothing_and_a_price_of_nothing_makes_the_best_shape() -> None:
    square = PartitionProblem(
        graph=Graph.from_edges(
            8, [(i, i + 1) for i in range(3)] + [(i + 4, i + 5) for i in range(3)] + [(i, i + 4) for i in range(4)]
        ),
        measures=(Measure("households", np.full(8, 10.0), 30, 50),),
        k=2,
        mass=np.full(8, 10.0),
        x=np.arange(8) % 4 * 100.0,
        y=np.arange(8) // 4 * 100.0,
        objective=(Term(Objective.CUTS),),
    )
    old = [0, 0, 0, 0, 1, 1, 1, 1]
    dear = solve(Redrawing(square, old, np.full(8, 10.0), price=10.0))
    free = solve(Redrawing(square, old, np.full(8, 10.0), price=0.0))
    assert dear.moved == 0
    assert free.objective == 2
