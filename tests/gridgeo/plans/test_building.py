import dataclasses

import numpy as np
import pandas as pd
import pytest

from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.graphs import unit_travel_seconds
from gridgeo.plans.building import build_problem, parts_told
from gridgeo.plans.rules import Band, Rules
from gridgeo_solvers.problems import Objective, Term


def measure_of(problem, name):
    return next(one for one in problem.measures if one.name == name)


def test_one_goal_is_an_objective_and_several_are_terms(lattice):
    assert build_problem(lattice, Rules(k=2, objective="cuts")).objective is Objective.CUTS
    problem = build_problem(lattice, Rules(k=2, objective="compactness+0.5*boundary", aim=("area",)))
    assert problem.objective == (
        Term(Objective.BALANCE),
        Term(Objective.COMPACTNESS, rank=1),
        Term(Objective.BOUNDARY, 0.5, 1),
    )
    assert [one.name for one in problem.measures if one.aim] == ["area"]


def test_targets_are_bands_of_each_grid_in_the_order_of_the_seeds(lattice):
    rules = Rules(
        k=2, balance={"area": Band(tolerance=0.5)}, seeds=("U009", "U000"), targets={"area": (100_000.0, 140_000.0)}
    )
    problem = build_problem(lattice, rules)
    area = measure_of(problem, "area")
    assert problem.seeds == (9, 0)
    assert area.lower.tolist() == [50_000.0, 70_000.0]
    assert area.upper.tolist() == [150_000.0, 210_000.0]
    assert area.target.tolist() == [100_000.0, 140_000.0]


def test_targets_that_are_only_aimed_at_bind_nothing(lattice):
    rules = Rules(k=2, balance={}, seeds=("U009", "U000"), targets={"area": (1e5, 1.4e5)}, aim=("area",))
    area = measure_of(build_problem(lattice, rules), "area")
    assert not area.banded
    assert area.aim
    assert area.target.tolist() == [1e5, 1.4e5]


def test_targets_that_do_not_add_up_to_what_there_is_are_told(lattice):
    rules = Rules(k=2, balance={"area": Band(tolerance=0.1)}, seeds=("U009", "U000"), targets={"area": (1e5, 1e5)})
    with pytest.raises(NoFeasiblePlan, match=r"targets of area add up to 200,000.*there are 240,000"):
        build_problem(lattice, rules)


def test_seeds_of_every_grid_are_seeds_and_fewer_are_rivals(lattice):
    full = build_problem(lattice, Rules(k=2, seeds=("U009", "U000"), fix={"U001": "U000", "U000": "U000"}))
    assert full.seeds == (9, 0)
    assert full.apart == ()
    assert full.together == ((1, 0), (0,))
    few = build_problem(lattice, Rules(k=4, seeds=("U009", "U000", "U020"), keep_apart=(("U009", "U000"),)))
    assert few.seeds == ()
    assert few.apart == ((0, 9), (0, 20), (9, 20))


def test_reach_is_in_seconds_on_foot(lattice):
    problem = build_problem(lattice, Rules(k=2, reach=5))
    assert problem.reach == 300
    assert np.array_equal(problem.seconds, unit_travel_seconds(lattice))
    assert build_problem(lattice, Rules(k=2)).seconds is None


@pytest.mark.parametrize("objective", ["travel", "diameter", "compactness,diameter"])
def test_ways_are_walked_where_a_goal_is_measured_in_them(lattice, objective):
    assert build_problem(lattice, Rules(k=2, objective=objective)).seconds is not None


def test_a_zone_is_the_area_of_the_level_that_may_be_split(villages):
    problem = build_problem(villages, Rules(k=4, splits=1, split_level="village"))
    assert problem.splits == 1
    assert len(set(problem.zone.tolist())) == 4
    assert problem.zone[0] == problem.zone[8] != problem.zone[12]
    assert problem.group is None


def test_nesting_in_several_levels_is_nesting_in_the_finest(villages):
    one = build_problem(villages, Rules(k=4, within="quarter,village"))
    assert np.array_equal(one.group, build_problem(villages, Rules(k=4, within="village")).group)
    assert sorted(one.group_names.values()) == ["Neast", "Nwest", "Seast", "Swest"]


def test_a_link_of_the_planner_is_an_edge_without_length(islands):
    apart = build_problem(islands, Rules(k=2)).graph
    joined = build_problem(islands, Rules(k=2, links=(("U003", "U002"),))).graph
    assert apart.components().max() == 1
    assert joined.components().max() == 0
    assert joined.lengths[joined.indptr[2] : joined.indptr[3]][joined.neighbours(2) == 3] == 0


def test_a_link_where_there_is_a_border_changes_nothing(lattice):
    plain, linked = (build_problem(lattice, Rules(k=2, links=links)).graph for links in ((), (("U001", "U000"),)))
    assert np.array_equal(plain.indices, linked.indices)
    assert np.array_equal(plain.lengths, linked.lengths)


def test_parts_that_no_walk_joins_are_named_with_their_households(islands, lattice):
    told = parts_told(islands, build_problem(islands, Rules(k=2)).graph)
    assert told.startswith("Lattice falls into 2 parts that no walkable border joins: U000, U001, U002 and 9 more (")
    assert "; U003, U004, U005 and 9 more (" in told
    assert parts_told(lattice, build_problem(lattice, Rules(k=2)).graph) is None


def test_rules_are_held_by_name_whatever_the_order_of_the_units(lattice):
    rules = Rules(
        k=2,
        balance={"area": Band(tolerance=0.5)},
        seeds=("U009", "U000"),
        targets={"area": (1e5, 1.4e5)},
        keep_apart=(("U001", "U002"),),
        customs={"U003": "hui", "U004": "hui"},
    )
    order = np.random.default_rng(3).permutation(len(lattice.units))
    shuffled = dataclasses.replace(lattice, units=lattice.units.iloc[order].set_index(pd.Index(range(5, 29))))
    problem = build_problem(shuffled, rules)
    assert [problem.names[i] for i in problem.seeds] == ["U009", "U000"]
    assert sorted(problem.names[i] for i in problem.apart[0]) == ["U001", "U002"]
    u, v, _ = problem.graph.edges()
    dear = np.flatnonzero(problem.ties)
    assert [sorted((problem.names[u[e]], problem.names[v[e]])) for e in dear] == [["U003", "U004"]]


def test_streets_are_needed_where_ways_are_walked(lattice):
    bare = dataclasses.replace(lattice, road_edges=lattice.road_edges.iloc[:0])
    with pytest.raises(BadInput, match="no street"):
        build_problem(bare, Rules(k=2, reach=5))
