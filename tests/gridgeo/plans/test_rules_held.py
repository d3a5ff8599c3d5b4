"""Every rule that a planner can state, from the wish to a plan that keeps it.

A plan that is handed out was judged; a test here asserts besides that the wish changes what is drawn where it must.
"""

import numpy as np
import pytest

from gridgeo.errors import NoFeasiblePlan
from gridgeo.graphs import unit_travel_seconds
from gridgeo.plans.choices import alternatives, front
from gridgeo.plans.judging import check
from gridgeo.plans.partitioning import partition

WIDE = {"households": 0.35}


def grid_of(plan, unit):
    return plan.assignment[unit]


def longest_walk(town, plan):
    """Minutes of the longest walk between two units of one grid."""
    seconds = unit_travel_seconds(town)
    grid = plan.assignment.to_numpy()
    return float(np.where(grid[:, None] == grid[None, :], seconds, 0.0).max()) / 60


def test_units_kept_apart_lie_in_different_grids(lattice):
    plan = partition(lattice, 3, balance=WIDE)
    together = [(a, b) for a, b in (("U000", "U001"), ("U004", "U005")) if grid_of(plan, a) == grid_of(plan, b)]
    assert together, "the wish would change nothing"
    parted = partition(lattice, 3, balance=WIDE, keep_apart=together)
    assert all(grid_of(parted, a) != grid_of(parted, b) for a, b in together)


def test_each_station_has_a_grid_of_its_own_and_what_is_fixed_to_it(lattice):
    seeds = ["U000", "U003", "U018"]
    plan = partition(lattice, balance={"households": 0.6}, seeds=seeds, fix={"U005": "U003"})
    assert plan.assignment.nunique() == 3
    assert len({grid_of(plan, seed) for seed in seeds}) == 3
    assert grid_of(plan, "U005") == grid_of(plan, "U003")


def test_fewer_stations_than_grids_keep_each_other_apart(lattice):
    plan = partition(lattice, 4, balance=WIDE, seeds=["U000", "U001"])
    assert grid_of(plan, "U000") != grid_of(plan, "U001")


def test_unequal_grids_have_what_their_seeds_shall_have(lattice):
    targets = {"U000": {"area": 60_000.0}, "U005": {"area": 180_000.0}}
    plan = partition(lattice, targets=targets, balance={"area": 0.1})
    areas = plan.grids.set_index("grid")["area_m2"]
    assert areas[grid_of(plan, "U000")] == 60_000
    assert areas[grid_of(plan, "U005")] == 180_000


def test_no_two_units_of_a_grid_are_farther_apart_than_the_reach(lattice):
    free = partition(lattice, 4, balance={"households": 0.6}, objective="cuts")
    reach = 6.5
    assert longest_walk(lattice, free) > reach, "the wish would change nothing"
    plan = partition(lattice, 4, balance={"households": 0.6}, objective="cuts", reach=reach)
    assert longest_walk(lattice, plan) <= reach


def test_a_reach_that_no_plan_can_keep_is_refused(lattice):
    with pytest.raises(NoFeasiblePlan):
        partition(lattice, 2, balance=WIDE, reach=1.0)


@pytest.mark.parametrize("splits", [0, 1])
def test_an_area_lies_in_no_more_grids_than_its_splits_allow(villages, splits):
    plan = partition(villages, 3, balance={"households": 0.6}, splits=splits, split_level="village")
    grids = plan.assignment.groupby(villages.area_at("village")).nunique()
    assert grids.max() <= splits + 1


def test_grids_nest_in_several_levels(villages):
    plan = partition(villages, 4, balance={"households": 0.9}, within=["quarter", "village"])
    assert plan.assignment.groupby(villages.area_at("village")).nunique().tolist() == [1, 1, 1, 1]


def test_units_of_one_custom_stay_together_where_that_costs_little(lattice):
    customs = {f"U{6 * r + c:03d}": "one" if c < 2 else "other" for r in range(4) for c in range(6)}
    plan = partition(lattice, 2, balance={"households": 0.55}, objective="ties,compactness", customs=customs)
    assert plan.figures.objectives["ties"] == 0.0
    assert plan.assignment.groupby(plan.assignment.index.map(customs)).nunique().max() == 1


def test_aiming_at_a_measure_makes_its_worst_deviation_no_larger(lattice):
    plain = partition(lattice, 3, balance=WIDE)
    aimed = partition(lattice, 3, balance=WIDE, aim=["workload"])
    assert aimed.worst_deviation()["workload"] <= plain.worst_deviation()["workload"] + 1e-9
    assert aimed.worst_deviation()["workload"] < 0.02


@pytest.mark.parametrize("objective", ["cuts", "boundary", "diameter", "balance", "compactness"])
def test_a_plan_that_minimises_one_thing_is_not_beaten_in_it_by_one_that_minimises_another(lattice, objective):
    other = "compactness" if objective != "compactness" else "cuts"
    best = partition(lattice, 3, balance=WIDE, objective=objective)
    rival = partition(lattice, 3, balance=WIDE, objective=f"{other}+0.000001*{objective}")
    assert best.figures.objectives[objective] <= rival.figures.objectives[objective] * (1 + 1e-9)


def test_what_is_settled_first_is_as_good_as_alone(lattice):
    alone = partition(lattice, 3, balance=WIDE, objective="cuts")
    both = partition(lattice, 3, balance=WIDE, objective="cuts,compactness")
    assert both.figures.objectives["cuts"] == alone.figures.objectives["cuts"]
    assert both.figures.objectives["compactness"] <= alone.figures.objectives["compactness"] * (1 + 1e-9)


def test_alternatives_differ_and_are_nearly_as_good_as_the_best(lattice):
    plans = alternatives(lattice, 3, 3, balance=WIDE, worse=0.25, apart=0.1)
    assert 2 <= len(plans) <= 3
    values = [plan.figures.objective for plan in plans]
    assert values == sorted(values)
    assert values[-1] <= values[0] * 1.25 * (1 + 1e-9)
    assert len({tuple(plan.assignment) for plan in plans}) == len(plans)
    assert all(check(lattice, plan).ok for plan in plans)


def test_no_plan_of_a_front_is_worse_than_another_in_everything(lattice):
    choices = front(lattice, (2, 4), tolerances=(0.1, 0.2, 0.4))
    assert {choice.k for choice in choices} <= {2, 3, 4}
    assert len(choices) >= 3
    for one in choices:
        assert check(lattice, one.plan).ok
        assert one.plan.assignment.nunique() == one.k
        assert one.imbalance == pytest.approx(one.plan.worst_deviation()["households"])
        assert not any(
            other is not one and other.k <= one.k and other.imbalance <= one.imbalance
            and other.objective <= one.objective for other in choices
        )  # fmt: skip
