import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Measure, PartitionParams, PartitionProblem, solve
from gridgeo_solvers.partition.ground.parts import parts_of
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.stop import MaxIterations
from small_partitions import all_plans

LIGHT = PartitionParams(starts=3, plans=1, rounds=2, sweeps=200, bound_steps=60)
slow = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def lattice(rows: int, columns: int, k: int, tolerance: float, seed: int = 0, **changes) -> PartitionProblem:
    """Blocks of 100 m in rows and columns with 5 to 14 households each."""
    random = np.random.default_rng(seed)
    edges = [(r * columns + c, r * columns + c + 1) for r in range(rows) for c in range(columns - 1)]
    edges += [(r * columns + c, (r + 1) * columns + c) for r in range(rows - 1) for c in range(columns)]
    n = rows * columns
    households = random.integers(5, 15, n).astype(float)
    fields = {
        "graph": Graph.from_edges(n, edges, [100.0] * len(edges)),
        "measures": (Measure.within("households", households, k, tolerance),),
        "k": k,
        "mass": households,
        "x": np.tile(np.arange(columns) * 100.0, rows),
        "y": np.repeat(np.arange(rows) * 100.0, columns),
    }
    return PartitionProblem(**{**fields, **changes})


@st.composite
def small_problems(draw) -> PartitionProblem:
    """Connected graphs of 2 to 7 units with lumpy households, k and a band drawn as well."""
    n = draw(st.integers(2, 7))
    tree = [(draw(st.integers(0, i - 1)), i) for i in range(1, n)]
    extra = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=6))
    edges = sorted({(min(e), max(e)) for e in [*tree, *extra] if e[0] != e[1]})
    whole = st.integers(0, 20)
    households = np.array(draw(st.lists(whole, min_size=n, max_size=n)), dtype=float)
    spot = st.lists(st.integers(0, 30), min_size=n, max_size=n)
    k = draw(st.integers(1, n))
    tolerance = draw(st.sampled_from([0.1, 0.4, 1.0, 3.0]))
    return PartitionProblem(
        graph=Graph.from_edges(n, edges),
        measures=(Measure.within("households", households, k, tolerance),),
        k=k,
        mass=households + 1,
        x=np.array(draw(spot)) * 100.0,
        y=np.array(draw(spot)) * 100.0,
        objective=draw(st.sampled_from(["compactness", "boundary"])),
    )


def brute_force(problem: PartitionProblem) -> float | None:
    """Least objective over all valid assignments; None where there is none."""
    best = None
    for plan in product(range(problem.k), repeat=problem.n):
        if plan[0] == 0 and not judge(problem, np.array(plan)):
            value = evaluate(problem, np.array(plan))["objective"]
            best = value if best is None else min(best, value)
    return best


@slow
@given(small_problems())
def test_small_problems_are_solved_as_brute_force_solves_them(problem):
    if problem.k**problem.n > 20_000:
        return
    truth = brute_force(problem)
    if truth is None:
        assert reasons(problem).proven
        return
    answer = solve(problem, params=LIGHT)
    assert judge(problem, answer.assignment) == []
    assert answer.objective == pytest.approx(truth, rel=1e-9, abs=1e-9)
    if answer.bound is not None:
        assert answer.bound <= truth * (1 + 1e-9) + 1e-9


@settings(slow, max_examples=8)
@given(st.integers(2, 5), st.integers(0, 1000), st.sampled_from(["compactness", "boundary", "travel"]))
def test_every_answer_is_valid_and_tells_its_own_figures(k, seed, objective):
    problem = lattice(5, 6, k, 0.2, seed)
    if objective == "travel":
        way = np.abs(problem.x[:, None] - problem.x) + np.abs(problem.y[:, None] - problem.y)
        problem = replace(problem, objective=objective, seconds=way / 1.25)
    else:
        problem = replace(problem, objective=objective)
    answer = solve(problem, params=LIGHT, seed=seed)
    assert judge(problem, answer.assignment) == []
    assert answer.objective == pytest.approx(evaluate(problem, answer.assignment)["objective"])
    assert answer.totals["households"].sum() == problem.measures[0].weights.sum()
    assert answer.bound is None or answer.bound <= answer.objective
    assert (answer.status is Status.OPTIMAL) == (answer.gap == 0.0)


def test_the_same_seed_gives_the_same_plan():
    problem = lattice(8, 8, 6, 0.1)
    first = solve(problem, params=LIGHT, seed=3)
    assert solve(problem, params=LIGHT, seed=3).assignment.tolist() == first.assignment.tolist()


def test_three_bands_hold_at_once_on_lumpy_units():
    random = np.random.default_rng(5)
    base = lattice(10, 10, 6, 0.1)
    households = np.where(random.random(100) < 0.3, 0.0, np.minimum(random.lognormal(3, 1, 100), 150).round())
    area = random.lognormal(8, 0.7, 100)
    bands = (
        Measure.within("households", households, 6, 0.1),
        Measure.within("area", area, 6, 0.5),
        Measure.within("difficulty", random.uniform(0.8, 1.6, 100), 6, 0.15),
    )
    problem = replace(base, measures=bands, mass=households)
    assert judge(problem, solve(problem, params=LIGHT).assignment) == []


def test_units_that_must_stay_together_do():
    problem = lattice(4, 6, 3, 0.3, together=((0, 1), (1, 6), (22, 23)))
    answer = solve(problem, params=LIGHT)
    assert judge(problem, answer.assignment) == []
    assert len({answer.assignment[i] for i in (0, 1, 6)}) == 1


def test_grids_nest_in_groups_and_the_engine_shares_them_out():
    west = np.tile(np.arange(6) >= 4, 4).astype(int)
    problem = lattice(4, 6, 6, 0.35, group=west)
    answer = solve(problem, params=LIGHT)
    assert judge(problem, answer.assignment) == []
    assert [len(np.unique(answer.assignment[west == g])) for g in (0, 1)] == [4, 2]
    fixed = solve(replace(problem, grids_per_group={0: 4, 1: 2}), params=LIGHT)
    assert judge(problem, fixed.assignment) == []


def test_parts_without_a_border_get_grids_of_their_own():
    problem = PartitionProblem(
        graph=Graph.from_edges(6, [(0, 1), (1, 2), (3, 4), (4, 5)]),
        measures=(Measure("households", np.array([5.0, 5, 5, 10, 10, 10]), 5, 20),),
        k=3,
        mass=np.ones(6),
        x=np.arange(6) * 100.0,
        y=np.zeros(6),
    )
    answer = solve(problem, params=LIGHT)
    assert judge(problem, answer.assignment) == []
    assert answer.status is Status.OPTIMAL


def test_renumbering_the_units_leaves_the_proven_objective():
    problem = lattice(4, 5, 3, 0.25)
    order = np.random.default_rng(1).permutation(20)
    back = np.argsort(order)
    u, v, length = problem.graph.edges()
    twin = replace(
        problem,
        graph=Graph.from_edges(20, np.column_stack([back[u], back[v]]), length),
        measures=(replace(problem.measures[0], weights=problem.measures[0].weights[order]),),
        mass=problem.mass[order],
        x=problem.x[order],
        y=problem.y[order],
    )
    one, other = solve(problem), solve(twin)
    assert one.status is other.status is Status.OPTIMAL
    assert one.objective == pytest.approx(other.objective)


def test_a_start_is_never_made_worse_and_a_stop_keeps_the_best():
    problem = lattice(6, 6, 4, 0.2)
    good = solve(problem, params=LIGHT)
    again = solve(problem, params=LIGHT, start=good.assignment, stop=MaxIterations(1))
    assert again.objective <= good.objective
    assert again.bound is None or again.bound <= again.objective


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": -1}, "seed is -1: it must be a whole number"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"gap": -0.1}, "gap is -0.1"),
        ({"gap": float("nan")}, "gap is nan"),
        ({"time_limit": 0}, "time_limit is 0: it must be a number of seconds above 0"),
        ({"time_limit": float("nan")}, "time_limit is nan"),
        ({"start": [0, 1]}, "start has shape"),
        ({"start": [0.5] * 20}, "start has items like"),
        ({"start": ["a"] * 20}, "start has items like"),
        ({"start": [0, [1]]}, "start is no list of numbers"),
    ],
)
def test_options_that_mean_nothing_are_refused_by_name(options, words):
    with pytest.raises(BadProblem, match=words):
        solve(lattice(4, 5, 3, 0.2), params=LIGHT, **options)


def test_progress_hears_the_bound_before_the_end():
    heard: list[tuple[float, float | None]] = []

    class Ear(Progress):
        def incumbent(self, objective, bound=None):
            heard.append((objective, bound))

    answer = solve(lattice(8, 8, 5, 0.1), params=LIGHT, progress=Ear())
    bounds = [bound for _, bound in heard[:-1] if bound is not None]
    assert bounds
    assert all(bound <= answer.objective * (1 + 1e-9) for bound in bounds)


def test_progress_hears_the_final_objective():
    heard: list[float] = []

    class Ear(Progress):
        def incumbent(self, objective, bound=None):
            heard.append(objective)

    answer = solve(lattice(5, 5, 3, 0.2), params=LIGHT, progress=Ear())
    assert heard[-1] == answer.objective


def reasons(problem, **options) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        solve(problem, params=LIGHT, **options)
    return caught.value


def test_a_unit_above_the_band_is_named():
    households = np.array([10.0, 90.0, 10.0, 10.0])
    problem = PartitionProblem(
        Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)]), (Measure.within("households", households, 2, 0.1),), 2,
        households, np.arange(4.0), np.zeros(4), names=("a", "b", "c", "d"),
    )  # fmt: skip
    no = reasons(problem)
    assert no.proven
    assert no.reasons == [
        "unit b alone has 90 households; the band ends at 66: widen it, ask for fewer grids or divide the unit"
    ]
    assert no.nearest.faults


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"k": 21}, "there are only 20 units"),
        ({"measures": (Measure("households", np.ones(20), lower=8),)}, "need 24"),
        ({"measures": (Measure("households", np.ones(20), upper=5),)}, "hold 15"),
        ({"group": np.arange(20) % 20}, "20 parts without a walkable border"),
        (
            {"group": np.array([0] * 3 + [1] * 17), "measures": (Measure("households", np.ones(20), 5, 9),)},
            "group 0 .* no number of grids",
        ),
    ],
)
def test_what_arithmetic_forbids_is_said_before_any_search(changes, words):
    no = reasons(replace(lattice(4, 5, 3, 0.2), **changes))
    assert no.proven
    assert any(re.search(words, reason) for reason in no.reasons), no.reasons


def test_a_band_that_whole_households_miss_is_refused_without_a_search():
    """The mean is 163.25 households, and no grid can have a quarter of a household."""
    households = np.array([81.0, 82, 81, 82, 81, 82, 81, 83])
    problem = PartitionProblem(
        Graph.from_edges(8, [(i, i + 1) for i in range(7)]), (Measure.within("households", households, 4, 0.0),), 4,
        households, np.arange(8.0), np.zeros(8),
    )  # fmt: skip
    no = reasons(problem)
    assert no.proven
    assert no.reasons == ["no set of units has exactly 163.2 households, as every grid must: widen the band"]


def test_reasons_call_areas_by_name_and_say_what_to_change():
    problem = replace(
        lattice(4, 5, 3, 0.2),
        group=np.array([0] * 3 + [1] * 17),
        group_names={0: "Old Town", 1: "Harbour"},
        measures=(Measure("area", np.full(20, 1000.0), 5000, 9000, unit="m²"),),
    )
    (reason,) = reasons(problem).reasons
    assert reason.startswith("Old Town (3 units) has 3,000 m² of area (band 5,000 to 9,000): no number of grids")
    assert reason.endswith("widen the band of area, ask for another number of grids or nest in another level")


@pytest.mark.parametrize("leaves", [4, 29])
def test_a_star_without_a_plan_is_proven_so_and_its_rules_are_named(leaves):
    """Without its hub the leaves of a star fall apart, so two balanced grids can't be."""
    n = leaves + 1
    star = Graph.from_edges(n, [(0, i) for i in range(1, n)])
    problem = PartitionProblem(
        star, (Measure.within("households", np.ones(n), 2, 0.3),), 2, np.ones(n), np.arange(float(n)), np.zeros(n)
    )
    no = reasons(problem)
    assert no.proven
    assert "every grid is connected" in str(no)
    assert {rule.kind for rule in no.conflict.rules} >= {"contiguity", "count"}
    assert no.nearest.faults


def test_unequal_bands_that_keep_a_unit_from_every_seed_are_told():
    load = np.full(4, 5.0)
    problem = PartitionProblem(
        Graph.from_edges(4, [(0, 1), (1, 2), (2, 3)]), (Measure("load", load, [0.0, 0.0], [6.0, 30.0]),), 2, load,
        np.arange(4.0), np.zeros(4), seeds=(1, 3), apart=((0, 3),),
    )  # fmt: skip
    (reason,) = reasons(problem).reasons
    assert reason.startswith("unit 0 can join the grid of no seed (kept apart or bands)")


def test_a_plan_not_found_is_not_called_impossible():
    base = lattice(7, 7, 5, 0.1)
    area = np.random.default_rng(1).uniform(900, 1100, 49)
    no = reasons(replace(base, measures=(Measure.within("area", area, 5, 1e-9),)), time_limit=8)
    assert not no.proven
    assert "none is proven impossible" in str(no)
    assert no.nearest.faults


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 6))
def test_areas_that_share_grids_are_proven_together(seed, k):
    random = np.random.default_rng(seed)
    beside = [(i, i + 1) for i in (0, 1, 2, 4, 5, 6, 8)] + [(0, 2), (5, 7)]
    households = random.integers(8, 14, 10).astype(float)
    band = Measure("households", households, 8.0, 60.0)
    group = np.array([0] * 4 + [1] * 4 + [2] * 2)
    x, y = random.integers(0, 9_000, (2, 10)).astype(float)
    problem = PartitionProblem(Graph.from_edges(10, beside), (band,), k, households, x, y, group=group)
    answer = solve(problem)
    parts = parts_of(problem)
    costs = [
        {
            count: min(plan.value.cost for plan in plans)
            for count in range(1, part.n + 1)
            if (plans := all_plans(part, count))
        }
        for part in parts
    ]
    sums = [sum(one[c] for one, c in zip(costs, counts, strict=True)) for counts in product(*costs) if sum(counts) == k]
    assert answer.objective == pytest.approx(min(sums), rel=1e-9)
    assert answer.status is Status.OPTIMAL
