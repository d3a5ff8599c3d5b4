import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.ground.parts import parts_of
from gridgeo_solvers.partition.refusal.cliques import largest_clique
from gridgeo_solvers.partition.refusal.reasons import impossible
from layouts import street
from rulings import has_plan, ruled_problems


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(ruled_problems())
def test_a_reason_is_given_only_where_no_plan_exists(problem):
    reasons = impossible(problem, parts_of(problem))
    event("refused" if reasons else "open")
    if reasons:
        assert not has_plan(problem), reasons


TWO_ROADS = Graph.from_edges(6, [(0, 1), (1, 2), (3, 4), (4, 5)])


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (street([5, 9, 5], 2, upper=8), "unit b alone has 9 households; the band ends at 8: widen it"),
        (
            street([5, 5, 5], 2, upper=np.array([4.0, 9.0]), seeds=(0, 2)),
            "the bands of 2 grids end at 13 households in all",
        ),
        (
            street([5, 5, 5], 2, np.array([9.0, 7.0]), seeds=(0, 2)),
            "the bands of 2 grids begin at 16 households in all",
        ),
        (
            street([9, 1, 1], 2, 0, np.array([5.0, 20.0]), seeds=(0, 2)),
            "unit a, a seed, has 9 households; the band of its grid ends at 5",
        ),
        (
            street([1] * 6, 2, graph=TWO_ROADS, seeds=(0, 1)),
            r"connected part around unit d \(3 units\) has no seed, and no grid from elsewhere reaches it",
        ),
        (
            street([4, 4, 4, 1, 1, 1], 2, 0, 9, graph=TWO_ROADS, seeds=(0, 4)),
            "around unit a .* has 12 households; the grids of its 1 seed hold at most 9",
        ),
        (
            street([1] * 3, 2, apart=((0, 1), (1, 2), (0, 2))),
            r"unit a, unit b and unit c may not share a grid .*\(kept apart\), but .* can have at most 2 grids: keep",
        ),
        (
            street([1] * 4, 2, together=((0, 3),), reach=2.0),
            "unit a and unit d must share a grid and lie 3 km from each other; the longest way allowed is 2 km",
        ),
        (street([1] * 5, 2, reach=1.0), "unit a, unit c and unit e may not share .*farther than 1 km"),
        (street([1] * 5, 2, reach=2.0, seeds=(0, 1)), r"unit e can join the grid of no seed \(farther than 2 km"),
        (
            street([1] * 6, 3, graph=TWO_ROADS, together=((2, 3),)),
            "unit c and unit d must share a grid, but no walkable border joins them: add a link",
        ),
        (
            street([1] * 6, 3, graph=TWO_ROADS, zone=np.array([-1, 0, 0, 0, -1, -1])),
            r"the area of unit b \(3 units\) may lie in 1 grid, but falls into 2 parts",
        ),
        (
            street([4, 4, 4, 1], 3, 0, 7, zone=np.array([0, 0, 0, -1]), splits=0),
            r"the area of unit a \(3 units\) has 12 households and may lie in 1 grid of at most 7 each",
        ),
        (
            street([1] * 4, 3, zone=np.zeros(4, dtype=int), splits=1, seeds=(0, 1, 3)),
            r"may lie in 2 grids, but unit a, unit b and unit d in it may not share one \(seeds\)",
        ),
        (street([6, 1, 6, 1, 6], 2, 0, 11), "3 units have each more than half of the 11 households"),
        (
            street([9, 2, 9, 8], 3, 6, 10),
            "unit b has 2 households, too few for a grid of its own .* may join none of its neighbours",
        ),
    ],
)
def test_the_reason_names_the_rule_the_units_and_the_mend(problem, words):
    reasons = impossible(problem, parts_of(problem))
    assert any(re.search(words, reason) for reason in reasons), reasons
    assert not has_plan(problem)


@given(st.integers(1, 8), st.data())
def test_the_clique_is_the_largest(n, data):
    pairs = list(combinations(range(n), 2))
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    clique = largest_clique(Graph.from_edges(n, edges)).tolist()
    assert all(pair in edges for pair in combinations(clique, 2))
    truth = max(
        size
        for size in range(1, n + 1)
        for rows in combinations(range(n), size)
        if all(pair in edges for pair in combinations(rows, 2))
    )
    assert len(clique) == truth


def test_a_long_list_of_heavy_units_is_cut_short():
    reasons = impossible(street([9] * 12, 12, upper=8), parts_of(street([9] * 12, 12, upper=8)))
    assert "7 more are too heavy in the same way" in reasons
