from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.check import judge
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, PartitionProblem
from small_partitions import cases


@pytest.fixture
def street() -> PartitionProblem:
    """Six houses 1 km apart in a row, 10 households each, two groups of three, 20 to 40 households a grid."""
    return PartitionProblem(
        graph=Graph.from_edges(6, [(i, i + 1) for i in range(5)], [7.0] * 5),
        measures=(Measure("households", np.full(6, 10.0), 20, 40),),
        k=2,
        mass=np.full(6, 10.0),
        x=np.arange(6) * 1000.0,
        y=np.zeros(6),
        group=np.array([0, 0, 0, 1, 1, 1]),
    )


@pytest.fixture
def free(street) -> PartitionProblem:
    """The same street without bands and groups."""
    return replace(street, measures=(), group=None)


def rules(problem, assignment):
    return {fault.rule for fault in judge(problem, np.array(assignment))}


def test_a_valid_plan_has_no_fault(street):
    assert judge(street, np.array([0, 0, 0, 1, 1, 1])) == []


@pytest.mark.parametrize(
    ("assignment", "broken"),
    [
        ([0, 0, 1, 0, 1, 1], {"contiguity", "nesting"}),
        ([0, 1, 1, 1, 1, 1], {"households", "nesting"}),
        ([0, 0, 0, 0, 0, 0], {"count", "households", "nesting"}),
        ([0, 0, 0, 2, 2, 2], {"assigned"}),
        ([0, 0, 0, -1, 1, 1], {"assigned"}),
        ([0, 0, 0, 0.5, 1, 1], {"assigned"}),
        ([0, 0, 0, np.nan, 1, 1], {"assigned"}),
        ([0, 0, 0], {"assigned"}),
        ([[0, 0, 0], [1, 1, 1]], {"assigned"}),
    ],
)
def test_every_broken_rule_is_named(street, assignment, broken):
    assert rules(street, assignment) == broken


def test_units_that_must_stay_together_and_counts_per_group_are_judged(street):
    tied = replace(street, together=((1, 2),), grids_per_group={0: 1})
    assert rules(tied, [0, 0, 1, 1, 1, 1]) == {"together", "nesting"}


def test_a_pair_that_must_lie_apart_is_judged(free):
    rivals = replace(free, apart=((0, 2),))
    assert rules(rivals, [0, 0, 1, 1, 1, 1]) == set()
    (fault,) = judge(rivals, np.array([0, 0, 0, 1, 1, 1]))
    assert (fault.rule, fault.grid) == ("apart", 0)
    assert fault.text == "unit 0 and unit 2 must lie in different grids and share one"


def test_every_grid_must_hold_its_own_seed(free):
    seeded = replace(free, seeds=(5, 0))
    assert rules(seeded, [1, 1, 1, 0, 0, 0]) == set()
    assert [fault.grid for fault in judge(seeded, np.array([0, 0, 0, 1, 1, 1]))] == [0, 1]


def test_reach_is_straight_km_without_seconds_and_an_exact_fit_passes(free):
    assert rules(replace(free, reach=2.0), [0, 0, 0, 1, 1, 1]) == set()
    (fault,) = judge(replace(free, reach=1.999), np.array([0, 0, 0, 0, 1, 1]))
    assert (fault.rule, fault.grid) == ("reach", 0)
    assert "3 km from unit 0 to unit 3" in fault.text


def test_reach_holds_in_both_directions(free):
    seconds = np.zeros((6, 6))
    seconds[4, 3] = 100.0
    assert rules(replace(free, seconds=seconds, reach=100.0), [0, 0, 0, 1, 1, 1]) == set()
    (fault,) = judge(replace(free, seconds=seconds, reach=99.0), np.array([0, 0, 0, 1, 1, 1]))
    assert "100 seconds from unit 4 to unit 3" in fault.text


@pytest.mark.parametrize(("splits", "broken"), [(0, {"splits"}), (1, set())])
def test_an_area_lies_in_one_grid_more_than_its_splits(free, splits, broken):
    zoned = replace(free, zone=np.array([-1, -1, 3, 3, -1, -1]), splits=splits)
    assert rules(zoned, [0, 0, 0, 1, 1, 1]) == broken


def test_units_without_an_area_are_split_freely(free):
    assert rules(replace(free, zone=np.full(6, -1)), [0, 0, 0, 1, 1, 1]) == set()


def test_unequal_bands_are_those_of_each_grid(free):
    uneven = Measure("households", np.full(6, 10.0), np.array([10.0, 40.0]), np.array([20.0, 60.0]))
    problem = replace(free, measures=(uneven,), seeds=(0, 5))
    assert rules(problem, [0, 0, 1, 1, 1, 1]) == set()
    faults = judge(problem, np.array([0, 0, 0, 1, 1, 1]))
    assert [(fault.rule, fault.grid) for fault in faults] == [("households", 0), ("households", 1)]
    assert "band 10 to 20" in faults[0].text
    assert "band 40 to 60" in faults[1].text


def test_faults_of_grids_come_first_and_in_their_order(free):
    problem = replace(free, k=3, together=((0, 5),), reach=0.5)
    faults = judge(problem, np.array([2, 2, 1, 0, 1, 0]))
    assert [fault.grid for fault in faults] == [0, 0, 1, 1, 2, None]


@pytest.mark.parametrize(("upper", "fine"), [(30_000_000_000, True), (29_999_999_999, False)])
def test_bands_of_large_populations_are_judged_to_the_last_person(free, upper, fine):
    people = Measure("people", np.full(6, 1e10), lower=0, upper=upper)
    assert (rules(replace(free, measures=(people,)), [0, 0, 0, 1, 1, 1]) == set()) is fine


def test_one_person_of_hundreds_of_millions_is_missed(free):
    people = np.array([1e8, 1e8, 1e8, 1e8, 1e8, 1e8 - 1])
    exact = Measure("people", people, 3e8, 3e8)
    assert [fault.grid for fault in judge(replace(free, measures=(exact,)), np.array([0, 0, 0, 1, 1, 1]))] == [1]


def test_areas_in_square_metres_pass_bands_at_their_mean(free):
    area = np.array([1e9 + 0.1, 1e9 + 0.2, 1e9 + 0.3, 1e9 + 0.3, 1e9 + 0.2, 1e9 + 0.1])
    assert rules(replace(free, measures=(Measure.within("area", area, 2, 0.0),)), [0, 0, 0, 1, 1, 1]) == set()
    wider = Measure("area", area, upper=3e9 - 100)
    assert rules(replace(free, measures=(wider,)), [0, 0, 0, 1, 1, 1]) == {"area"}


def test_an_end_of_a_band_that_was_rounded_excludes_nobody(free):
    tenths = Measure.within("households", np.full(6, 11.0), k=2, tolerance=0.1)
    plan = np.array([0, 0, 0, 1, 1, 1])
    edge = replace(tenths, lower=33 * (1 + 2e-16), upper=33 * (1 + 4e-16))
    assert rules(replace(free, measures=(tenths,)), plan) == set()
    assert rules(replace(free, measures=(edge,)), plan) == set()


def plainly_broken(p, plan):
    """Rule and grid of every fault, found the slow way."""
    inside = {g: [i for i in range(p.n) if plan[i] == g] for g in range(p.k)}
    u, v, _ = p.graph.edges()
    borders = nx.Graph(list(zip(u.tolist(), v.tolist(), strict=True)))
    borders.add_nodes_from(range(p.n))
    broken = {("count", g) for g, units in inside.items() if not units}
    for g, units in inside.items():
        if not units:
            continue
        if not nx.is_connected(borders.subgraph(units)):
            broken.add(("contiguity", g))
        for m in p.measures:
            total = sum(int(m.weights[i]) for i in units)
            low, high = (float(np.broadcast_to(end, p.k)[g]) for end in (m.lower, m.upper))
            if not low <= total <= high:
                broken.add((m.name, g))
        if p.group is not None and len({p.group[i] for i in units}) > 1:
            broken.add(("nesting", g))
        for i in units:
            for j in set(units) - {i}:
                km = np.hypot(p.x[i] - p.x[j], p.y[i] - p.y[j]) / 1000
                if (km if p.seconds is None else p.seconds[i, j]) > p.reach * (1 + 1e-9):
                    broken.add(("reach", g))
    broken |= {("seeds", g) for g, i in enumerate(p.seeds) if plan[i] != g}
    broken |= {("apart", plan[i]) for i, j in p.apart if plan[i] == plan[j]}
    broken |= {("together", None) for units in p.together if len({plan[i] for i in units}) > 1}
    for zone in set() if p.zone is None else set(p.zone.tolist()) - {-1}:
        if len({plan[i] for i in range(p.n) if p.zone[i] == zone}) > p.splits + 1:
            broken.add(("splits", None))
    for label, count in (p.grids_per_group or {}).items():
        if len({plan[i] for i in range(p.n) if p.group[i] == label}) != count:
            broken.add(("nesting", None))
    return broken


@settings(deadline=None, max_examples=200)
@given(cases())
def test_the_judge_finds_what_a_slow_and_plain_one_finds(case):
    problem, plan = case
    assert {(fault.rule, fault.grid) for fault in judge(problem, plan)} == plainly_broken(problem, plan)


@settings(deadline=None, max_examples=50)
@given(cases(), st.randoms(use_true_random=False))
def test_renumbering_units_changes_no_fault(case, random):
    problem, plan = case
    order = list(range(problem.n))
    random.shuffle(order)
    at = {old: new for new, old in enumerate(order)}
    u, v, length = problem.graph.edges()
    moved = replace(
        problem,
        graph=Graph.from_edges(
            problem.n, [(at[i], at[j]) for i, j in zip(u.tolist(), v.tolist(), strict=True)], length
        ),
        measures=tuple(replace(m, weights=m.weights[order]) for m in problem.measures),
        **{field: getattr(problem, field)[order] for field in ("mass", "x", "y")},
        **{field: v if (v := getattr(problem, field)) is None else v[order] for field in ("group", "zone")},
        seconds=None if problem.seconds is None else problem.seconds[np.ix_(order, order)],
        together=tuple(tuple(at[i] for i in units) for units in problem.together),
        apart=tuple((at[i], at[j]) for i, j in problem.apart),
        seeds=tuple(at[i] for i in problem.seeds),
        ties=None,
    )
    before, after = judge(problem, plan), judge(moved, [plan[i] for i in order])
    assert sorted((f.rule, str(f.grid)) for f in before) == sorted((f.rule, str(f.grid)) for f in after)
