import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import read_instance
from gridgeo_solvers.partition.bounds import lagrangian as steps_file
from gridgeo_solvers.partition.bounds.lagrangian import lagrangian
from gridgeo_solvers.partition.bounds.relaxation import Dual, Sight, starts
from gridgeo_solvers.partition.ground.bundles import Bundles
from gridgeo_solvers.partition.ground.parts import parts_of
from gridgeo_solvers.partition.heuristics.centres import CentreSearch
from gridgeo_solvers.partition.instances import MOI_KM2
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem, Term


def never():
    return False


@st.composite
def small_parts(draw):
    """A part of up to 8 rows, everyone a neighbour of everyone, with all its plans that keep the bands."""
    n, k = draw(st.integers(3, 8)), draw(st.integers(1, 3))
    assume(k < n)
    some = st.integers(0, draw(st.sampled_from([3, 1000])))
    hidden = np.array([*range(k), *(draw(st.integers(0, k - 1)) for _ in range(n - k))])
    measures = []
    for name in "ab"[: draw(st.integers(0, 2))]:
        weights = np.array([draw(some) for _ in range(n)], dtype=float)
        totals = np.bincount(hidden, weights=weights, minlength=k)
        lower = draw(st.sampled_from([0.0, totals.min()]))
        upper = draw(st.sampled_from([np.inf, totals.max()]))
        measures.append(Measure(name, weights, lower, upper))
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    tied = [pair for pair in draw(st.lists(st.sampled_from(pairs), max_size=2)) if hidden[pair[0]] == hidden[pair[1]]]
    travel = draw(st.booleans())
    problem = PartitionProblem(
        graph=Graph.from_edges(n, pairs),
        measures=tuple(measures),
        k=k,
        mass=np.array([draw(some) for _ in range(n)], dtype=float),
        x=np.array([draw(st.integers(0, 9000)) for _ in range(n)], dtype=float),
        y=np.array([draw(st.integers(0, 9000)) for _ in range(n)], dtype=float),
        seconds=np.array([draw(st.integers(0, 99)) for _ in range(n * n)], dtype=float).reshape(n, n),
        objective=(Term(Objective.TRAVEL if travel else Objective.COMPACTNESS, draw(st.sampled_from([1.0, 2.5]))),),
        together=tuple(tied),
        whole_km=draw(st.booleans()),
    )
    part = parts_of(problem)[0]
    plans = [np.array(plan) for plan in itertools.product(range(k), repeat=part.n) if len(set(plan)) == k]
    fair = [plan for plan in plans if part.violation(plan, k) == 0.0]
    assume(fair)
    return part, k, fair


@settings(max_examples=150, deadline=None)
@given(small_parts(), st.sampled_from([0, 3, 80]))
def test_no_plan_is_cheaper_than_the_bound(case, steps):
    part, k, fair = case
    values = [part.objective(plan) for plan in fair]
    bound = lagrangian(part, k, max(max(values), 1.0), fair[0], steps, never)
    assert bound.value <= min(values)


@settings(max_examples=100, deadline=None)
@given(small_parts())
def test_pairs_of_the_cheapest_plan_are_never_ruled_out(case):
    part, k, fair = case
    best = min(fair, key=part.objective)
    value = part.objective(best)
    bound = lagrangian(part, k, max(value, 1.0), fair[0], 60, never)
    sites, pairs = bound.fixed_out(part, k, value * (1 + 1e-9) + 1e-9)
    centres = part.centres(best, k)
    assert sites[centres].all()
    assert (pairs[np.arange(part.n), centres[best]] <= value * (1 + 1e-9) + 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(small_parts(), st.integers(0, 10**6))
def test_what_lists_promise_is_never_above_what_all_rows_prove(case, seed):
    part, k, fair = case
    dual = Dual(part, k, fair[0])
    random = np.random.default_rng(seed)
    u = starts(part, k, fair[0], dual.load)[1]
    sight = Sight(dual, dual.proven(u))
    for _ in range(5):
        u = u + random.normal(size=part.n) * (0.2 * np.abs(u).mean() + 0.1)
        seen = sight.look(u)
        # One measure's price moves at a look; a proof moves them all, in turn and more than once.
        if len(part.weights) < 2:
            scale = np.abs(u).sum() + np.abs(sight.worth).max()
            assert seen <= dual.proven(u).value + 2e-4 * part.n * scale


def lattice(columns=24, rows=20, k=6, order=None):
    """A part of a few hundred rows in a lattice, denser in the west, and a draft of its grids."""
    n = columns * rows
    x, y = (3000.0 * (np.arange(n) % columns)), (3000.0 * (np.arange(n) // columns))
    people = np.random.default_rng(3).integers(50, 150, n) * (2.0 - x / x.max())
    order = np.arange(n) if order is None else order
    near = [(i, i + 1) for i in range(n - 1) if i % columns < columns - 1] + [
        (i, i + columns) for i in range(n - columns)
    ]
    place = np.argsort(order)
    problem = PartitionProblem(
        graph=Graph.from_edges(n, [(int(place[a]), int(place[b])) for a, b in near]),
        measures=(Measure.within("people", people[order], k, 0.02),),
        k=k,
        mass=people[order],
        x=x[order],
        y=y[order],
    )
    return parts_of(problem)[0]


def block(columns=24, rows=20):
    """Six equal blocks of the lattice."""
    at = np.arange(columns * rows)
    return (at % columns) * 3 // columns + 3 * (at // columns * 2 // rows)


def test_more_steps_never_give_a_lower_bound():
    part, plan = lattice(), block()
    incumbent = part.objective(plan)
    values = [lagrangian(part, 6, incumbent, plan, steps, never).value for steps in (0, 20, 100, 400)]
    assert values == sorted(values)
    assert values[-1] > 0.9 * incumbent


def test_renumbering_rows_changes_the_bound_by_little():
    plan, order = block(), np.random.default_rng(1).permutation(480)
    first = lagrangian(lattice(), 6, 1e9, plan, 400, never).value
    other = lagrangian(lattice(order=order), 6, 1e9, plan[order], 400, never).value
    assert other == pytest.approx(first, rel=5e-3)


def test_bundles_keep_loads_and_what_they_spread_adds_up():
    part = lattice()
    load = part.weights[0]
    bundles = Bundles(part, load, 64)
    assert bundles.part.n == 64
    assert bundles.part.weights[0].sum() == pytest.approx(load.sum())
    assert (bundles.label[part.row_of[bundles.sites]] == np.arange(64)).all()
    same = bundles.spread(2.0 * bundles.total(load))
    assert same == pytest.approx(2.0 * load, rel=1e-3)


def test_bundles_never_lose_what_was_proven_before(monkeypatch):
    part, plan = lattice(), block()
    incumbent = part.objective(plan)
    before = lagrangian(part, 6, incumbent, plan, 0, never).value
    monkeypatch.setattr(steps_file, "BUNDLES", 120)
    assert before <= lagrangian(part, 6, incumbent, plan, 30, never).value <= incumbent


def test_a_second_band_that_binds_raises_the_bound():
    part, plan = lattice(), block()
    incumbent = part.objective(plan)
    east = part.distances.x / part.distances.x.max()
    both = replace(
        part,
        weights=np.array([part.weights[0], east]),
        lower=np.array([part.lower[0], 0.95 * east.sum() / 6]),
        upper=np.array([part.upper[0], 1.05 * east.sum() / 6]),
        mean=np.array([part.mean[0], east.sum() / 6]),
        names=("people", "east"),
    )
    one = lagrangian(part, 6, incumbent, plan, 400, never).value
    assert lagrangian(both, 6, 10 * incumbent, plan, 400, never).value > 1.2 * one


@pytest.mark.parametrize("name", ["us2010_OK_county", "us2010_NM_tract", "london_msoa983_k33"])
def test_published_values_are_not_below_the_bound_and_near_it(shared, name):
    document = json.loads((shared / "benchmarks" / "partition" / f"{name}.json").read_text(encoding="utf-8"))
    published = document["best_known"]["moi_km2"]["value"] * MOI_KM2
    problem = read_instance(document)
    part = parts_of(problem)[0]
    search = CentreSearch(part, problem.k, np.random.default_rng(0))
    draft = search.improve(search.start(), lambda moves: moves / 5)
    bound = lagrangian(part, problem.k, published, draft.choice, 500, never)
    assert 0.8 * published < bound.value <= published * (1 + 1e-8)


@settings(max_examples=60, deadline=None)
@given(small_parts())
def test_multipliers_of_one_number_of_grids_bound_every_other(case):
    part, k, plans = case
    bound = lagrangian(part, k, part.objective(plans[0]), plans[0], 60, never)
    assert bound.at(k, k) <= bound.value
    for count in range(1, part.n + 1):
        every = (np.array(plan) for plan in itertools.product(range(min(count, 3)), repeat=part.n))
        fair = [plan for plan in every if len(set(plan)) == count and part.violation(plan, count) == 0.0]
        for plan in fair[:200]:
            worth = part.objective(np.unique(plan, return_inverse=True)[1])
            assert bound.at(k, count) <= worth + 1e-9 * max(abs(worth), 1.0)
    assert bound.at(k, len(bound.worth) + 1) == np.inf
