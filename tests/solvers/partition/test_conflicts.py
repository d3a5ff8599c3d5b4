from itertools import combinations

import numpy as np
from hypothesis import HealthCheck, event, given, settings

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.conflicts import smallest_conflict
from gridgeo_solvers.partition.rulebook import broken, rules_of
from gridgeo_solvers.problems import Measure, PartitionProblem
from rulings import every_plan, has_plan, labelled, ruled_problems, verdicts

slow = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def street(weights, k, lower=0.0, upper=np.inf, **changes) -> PartitionProblem:
    """Units a, b, c, … in a row, 1 km apart."""
    n = len(weights)
    fields = {
        "graph": Graph.from_edges(n, [(i, i + 1) for i in range(n - 1)]),
        "measures": (Measure("households", np.array(weights, dtype=float), lower, upper),),
        "k": k,
        "mass": np.array(weights, dtype=float),
        "x": np.arange(n) * 1000.0,
        "y": np.zeros(n),
        "names": tuple("abcdefghijklmnopqrstuvwxyz"[:n]),
    }
    return PartitionProblem(**{**fields, **changes})


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
