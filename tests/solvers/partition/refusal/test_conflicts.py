from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings

from gridgeo_solvers.partition.refusal.conflicts import smallest_conflict
from gridgeo_solvers.partition.refusal.rulebook import broken, rules_of
from layouts import street
from rulings import every_plan, has_plan, labelled, ruled_problems, verdicts

slow = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def together_hold(rules, kept, fair) -> bool:
    """Whether one plan of all keeps `rules`; the number of grids of a group needs the nesting to mean anything."""
    keys = {(rule.kind, rule.item) for rule in rules}
    if ("nesting", None) not in keys:
        keys = {key for key in keys if key[0] != "fixed"}
    return bool((np.logical_and.reduce([kept[key] for key in keys] + [fair])).any())


@slow
@given(ruled_problems(most_units=5, most_grids=3))
def test_a_conflict_leaves_no_plan_and_each_of_its_rules_is_needed(problem):
    conflict = smallest_conflict(problem)
    kept, fair = verdicts(problem)
    if conflict is None:
        event("no conflict")
        assert has_plan(problem)
        return
    event(f"{len(conflict.rules)} rules")
    assert not together_hold(conflict.rules, kept, fair), conflict
    if conflict.needed:
        for rule in conflict.rules:
            rest = [other for other in conflict.rules if other != rule]
            assert together_hold(rest, kept, fair), (rule, conflict)
    assert conflict.needed
    if conflict.fewest:
        for chosen in combinations(rules_of(problem), len(conflict.rules) - 1):
            assert together_hold(chosen, kept, fair), chosen


@slow
@given(ruled_problems(most_units=4, most_grids=3))
def test_rules_are_told_broken_as_a_judge_without_solvers_tells_them(problem):
    kept, _ = verdicts(problem)
    rules = rules_of(problem)
    plans = every_plan(problem, problem.k if labelled(problem) else problem.n)
    for number in np.random.default_rng(0).integers(0, len(plans), 20).tolist():
        if labelled(problem) and len(np.unique(plans[number])) < problem.k:
            continue
        truth = {rule for rule in rules if not kept[rule.kind, rule.item][number]}
        assert broken(problem, rules, plans[number]) == truth


@pytest.mark.parametrize(
    ("problem", "texts"),
    [
        (
            street([5, 9, 5, 5], 2, 4, 8, apart=((0, 3),), reach=9.0),
            ["no grid has more than 8 households"],
        ),
        (
            street([5, 5, 5, 5], 2, 9, 11, apart=((0, 2), (1, 3), (0, 1)), together=((2, 3),)),
            ["unit a and unit b are kept apart", "every grid is connected", "every grid has at least 9 households"],
        ),
        (
            street([1] * 6, 3, reach=1.0, together=((0, 1), (2, 5), (3, 4))),
            ["unit c and unit f share a grid", "no way across a grid is longer than 1 km"],
        ),
        (
            street([1] * 6, 2, 3, seeds=(0, 1)),
            ["every grid is connected", "every grid has at least 3 households", "every grid holds its seed"],
        ),
        (
            street([1] * 6, 2, group=np.array([0, 0, 1, 1, 2, 2]), names=None, zone=np.array([0, 0, -1, -1, -1, -1])),
            ["no grid lies in two groups", "2 grids are asked for"],
        ),
    ],
)
def test_the_conflict_is_told_in_words(problem, texts):
    conflict = smallest_conflict(problem)
    assert sorted(rule.text for rule in conflict.rules) == sorted(texts)
    assert conflict.needed
    assert conflict.fewest
    assert all(text in conflict.text for text in texts)


def test_one_of_a_hundred_pairs_kept_apart_is_found_among_them():
    """Only c and d, kept together and apart, conflict; halving finds them without a test for each pair."""
    pairs = [(a, b) for a in range(25) for b in range(a + 3, 25, 4)]
    problem = street([1] * 25, 25 - 1, names=None).without(apart=(*pairs, (2, 3)), together=((2, 3),))
    conflict = smallest_conflict(problem)
    assert {(rule.kind, rule.item) for rule in conflict.rules} == {("apart", len(pairs)), ("together", 0)}


def test_plans_at_hand_prove_rules_needed_where_programmes_are_too_large():
    n = 2000
    problem = street([10] * n, 2, 0, 9_000, names=None)
    conflict = smallest_conflict(problem, nodes=0, plans=[np.arange(n) // (n // 3 + 1)])
    assert {rule.kind for rule in conflict.rules} == {"most", "count"}
    assert conflict.needed


def test_where_a_plan_exists_there_is_no_conflict():
    assert smallest_conflict(street([5, 5, 5, 5], 2, 9, 11)) is None
