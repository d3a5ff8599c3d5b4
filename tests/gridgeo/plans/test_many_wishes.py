"""Every wish of a planner for many places at once: cut to the areas, kept by the whole, refused where it means nothing."""

import dataclasses

import pytest

from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.plans.each import partition_each
from gridgeo.plans.judging import check
from gridgeo.plans.many import partition_many
from gridgeo.plans.rules import measure
from towns import lattice_town

WIDE = {"households": 0.6}


def each_quarter(town, k=None, **wishes):
    return partition_each(town, "quarter", k, workers=1, **wishes)


def test_wishes_that_name_units_are_kept_in_the_area_they_lie_in(lattice):
    each = each_quarter(
        lattice, 4, balance=WIDE,
        keep_together=[("U001", "U002")], keep_apart=[("U003", "U005"), ("U000", "U005")],
        seeds=["U000", "U002", "U005"], fix={"U008": "U002"}, links=[("U000", "U012"), ("U000", "U023")],
        customs={"U010": "hui", "U011": "hui"}, prefer_borders=["roads"], reach=30,
    )  # fmt: skip
    grid = each.plan.assignment
    assert each.ok
    assert check(lattice, each.plan).ok
    assert grid["U001"] == grid["U002"] == grid["U008"] != grid["U000"]
    assert grid["U003"] != grid["U005"]
    assert grid["U010"] == grid["U011"]
    rules = each.plan.rules
    assert (rules.seeds, rules.reach, len(rules.keep_apart), len(rules.links)) == (("U000", "U002", "U005"), 30, 2, 2)


def test_ties_weigh_the_same_in_every_area_and_cost_nothing_where_nobody_has_a_custom(lattice):
    each = each_quarter(lattice, 4, balance=WIDE, customs={"U004": "hui", "U005": "hui"})
    west, east = each.areas
    assert west.figures.objectives["ties"] == 0.0
    assert each.plan.rules.objective.startswith("compactness+")
    assert each.plan.figures.objective == pytest.approx(west.figures.objective + east.figures.objective)


def test_each_area_gets_the_fewest_grids_that_hold(lattice):
    most = lattice.units.groupby("area")["households"].sum() / 2 - 1
    band = {"households": (0, float(most["west"]))}
    each = each_quarter(lattice, {"west": (2, 4), "east": (1, 5)}, balance=band)
    grids = each.plan.grids.groupby("area").size()
    assert each.ok
    assert grids["west"] == 3
    assert each.plan.rules.k == grids.sum()
    assert each.plan.grids["households"].max() <= most["west"]


def test_a_range_for_all_is_shared_out_to_ranges_of_areas(lattice):
    each = each_quarter(lattice, (2, 6), balance={"households": (0, 400)})
    assert each.ok
    assert each.plan.rules.k == each.plan.assignment.nunique() <= 6


def test_where_no_number_of_a_range_holds_all_are_said_to_have_been_tried(lattice):
    tower = lattice.units.copy()
    tower.loc[tower["unit"] == "U000", "households"] = 5_000
    town = dataclasses.replace(lattice, units=tower)
    each = each_quarter(town, {"west": (3, 5), "east": 2}, balance=WIDE)
    west, east = each.areas
    assert (west.status, east.solved) == ("infeasible", True)
    assert west.reasons[0] == "no number of grids from 3 to 5 keeps every rule"
    assert {"3 grids", "5 grids"} <= {reason.split(":")[0] for reason in west.reasons[1:]}
    assert any("unit U000" in reason for reason in west.reasons)
    assert len(set(west.reasons)) == len(west.reasons)


def test_the_hours_of_an_officer_count_the_grids_of_every_area(lattice):
    hours = float(measure(lattice.units, "workload").sum()) / 60 / 4
    each = each_quarter(lattice, officer_hours=hours)
    assert each.ok
    assert each.plan.grids["workload_min"].max() <= hours * 60 * (1 + 1e-9)
    assert each.plan.assignment.nunique() >= 4


def test_seeds_and_targets_count_the_grids_of_every_area(lattice):
    assert each_quarter(lattice, seeds=["U000", "U002", "U005"], balance={}).plan.rules.k == 3
    west, east = (float(n) for n in lattice.units.groupby("area")["households"].sum()[["west", "east"]])
    targets = {
        "U000": {"households": west * 0.7}, "U020": {"households": west * 0.3}, "U005": {"households": east}
    }  # fmt: skip
    each = each_quarter(lattice, targets=targets, balance={"households": 0.35})
    grids = each.plan.grids.set_index("grid")["households"]
    assert each.ok
    assert each.plan.rules.balance["households"].tolerance == 0.35
    assert grids[each.plan.assignment["U000"]] == pytest.approx(west * 0.7, rel=0.35)


def test_the_worst_case_of_all_areas_counts_where_the_worst_case_is_made_small(lattice):
    each = each_quarter(lattice, 4, balance=WIDE, objective="diameter")
    assert each.plan.figures.objective == max(area.figures.objective for area in each.areas)


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"within": "quarter"}, "leave within out"),
        ({"splits": 1, "split_level": "quarter"}, "inside one quarter each, and those of 'quarter' don't"),
        ({"splits": 1, "split_level": "jurisdiction"}, "those of 'jurisdiction' don't"),
        ({"prefer_borders": ["rivers"]}, "no rivers"),
        ({"customs": {"nobody": "hui"}}, "nobody"),
        ({"fix": {"U005": "U000"}}, "different areas"),
        ({"objective": "beauty"}, "beauty"),
        ({"reach": -1}, "reach is -1"),
    ],
)
def test_a_wish_that_means_nothing_inside_an_area_is_refused_before_solving(lattice, wishes, message):
    with pytest.raises(BadInput, match=message):
        each_quarter(lattice, 4, balance=WIDE, **wishes)


def test_an_area_without_a_seed_is_named_where_seeds_count_the_grids(lattice):
    each = each_quarter(lattice, seeds=["U000"], balance={})
    assert [area.status for area in each.areas] == [
        "feasible" if each.areas[0].status == "feasible" else "optimal",
        "refused",
    ]
    assert "no seed lies in quarter 'east'" in each.areas[1].reasons[0]


@pytest.fixture(scope="module")
def towns():
    """Two towns of different size."""
    small = lattice_town(3, 4, seed=4)
    return [lattice_town(), dataclasses.replace(small, boundary=small.boundary.assign(name="Small"))]


def test_several_towns_keep_the_same_rules_and_get_the_fewest_grids_that_hold(towns):
    most = float(min(town.units["households"].sum() for town in towns)) / 2 - 1
    drawn = partition_many(
        towns, (1, 12), balance={"households": (0, most)}, aim=["area"], prefer_borders=["roads"], reach=40,
        workers=1,
    )  # fmt: skip
    assert all(town.solved for town in drawn)
    for town, one in zip(towns, drawn, strict=True):
        assert check(town, one.plan).ok
        assert one.plan.rules.k == one.grids >= 3
        assert one.plan.figures.objectives["ties"] >= 0


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"keep_apart": [("U000", "U001")]}, "keep_apart names units"),
        ({"seeds": ["U000"]}, "seeds names units"),
        ({"customs": {"U000": "hui"}}, "customs names units"),
        ({"balance": {"wealth": 0.1}}, "wealth"),
        ({"objective": "beauty"}, "beauty"),
        ({"k": None}, "how many grids"),
        ({"k": (5, 2)}, "fewest and the most"),
    ],
)
def test_a_wish_that_no_several_towns_can_share_is_refused_before_any_is_read(wishes, message):
    wanted = {"k": 3} | wishes
    with pytest.raises(BadInput, match=message):
        partition_many(["absent.gpkg", "none.gpkg"], wanted.pop("k"), workers=1, **wanted)


def test_areas_without_any_plan_are_refused_with_reasons_that_stand_once(lattice):
    with pytest.raises(NoFeasiblePlan) as refused:
        each_quarter(lattice, 4, balance={"households": (1, 2)})
    assert len(set(refused.value.reasons)) == len(refused.value.reasons)
