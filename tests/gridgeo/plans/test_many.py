"""Areas and towns partitioned side by side: one result, nothing lost, the unsolvable named."""

import dataclasses
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import unary_union

from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.plans.each import partition_each, shared_out
from gridgeo.plans.files import read_plan
from gridgeo.plans.judging import check
from gridgeo.plans.many import partition_many
from gridgeo.plans.partitioning import grid_count
from gridgeo.sources import write_jurisdiction
from gridgeo_solvers.partition import PartitionParams
from towns import lattice_town

WIDE = {"households": 0.45}
LITTLE = PartitionParams(starts=2, kept=1, rounds=0, sweeps=200, bound_steps=20, exact_units=0, nodes=1)


def communities(rows, columns, size, seed=0):
    """A lattice town whose units lie in square communities of `size` × `size` blocks, named C0, C1, … row by row."""
    town = lattice_town(rows, columns, seed=seed)
    across = columns // size
    label = np.array([f"C{r // size * across + c // size:03d}" for r in range(rows) for c in range(columns)])
    units = town.units.assign(area=label)
    names = sorted(set(label))
    shapes = units.geometry.groupby(label).apply(lambda part: unary_union(part.to_numpy()))
    root = town.areas.iloc[:1]
    below = gpd.GeoDataFrame(
        {
            "area": names, "parent": "town", "level": "community", "name": [f"Community {n[1:]}" for n in names],
            "name_zh": None, "name_en": None, "code": None, "source": "given",
        },
        geometry=shapes.loc[names].to_numpy(), crs=town.crs,
    )  # fmt: skip
    areas = gpd.GeoDataFrame(pd.concat([root, below.astype(root.dtypes.to_dict())], ignore_index=True), crs=town.crs)
    return dataclasses.replace(town, units=units, areas=areas)


@pytest.fixture(scope="module")
def town():
    """Thirty communities of 16 blocks."""
    return communities(20, 24, 4)


@pytest.fixture(scope="module")
def each(town):
    """Its communities, three grids each, solved in this process."""
    return partition_each(town, "community", 90, balance=WIDE, params=LITTLE, workers=1)


def with_a_heavy_unit(town, unit="U000"):
    """The town with a tower of 5,000 households in one unit."""
    units = town.units.copy()
    units.loc[units["unit"] == unit, "households"] = 5_000
    return dataclasses.replace(town, units=units)


def test_the_areas_of_a_level_become_one_faultless_plan_nested_in_it(town, each):
    assert each.ok
    assert check(town, each.plan).ok
    assert each.plan.rules.within == "community"
    assert each.plan.assignment.nunique() == each.plan.rules.k == 90
    assert sum(area.grids for area in each.areas) == 90
    assert each.plan.figures.objective == pytest.approx(sum(area.figures.objective for area in each.areas))
    assert each.plan.figures.bound <= each.plan.figures.objective


def test_processes_and_the_order_of_units_and_areas_change_no_area(town, each):
    order = np.random.default_rng(3).permutation(len(town.borders))
    shuffled = dataclasses.replace(
        town, borders=town.borders.iloc[order], areas=town.areas.iloc[[0, *range(len(town.areas) - 1, 0, -1)]]
    )
    again = partition_each(shuffled, "community", 90, balance=WIDE, params=LITTLE, workers=2)
    assert again.plan.assignment.equals(each.plan.assignment)
    assert again.plan.figures == each.plan.figures


def test_each_area_has_as_many_grids_as_its_households_ask_for(town):
    plan = partition_each(town, "community", households=(60, 260), params=LITTLE, workers=1).plan
    of_area = town.units.groupby("area")["households"].sum()
    assert plan.grids.groupby("area").size().to_dict() == {a: grid_count(int(n), (60, 260)) for a, n in of_area.items()}
    assert plan.grids["households"].between(60, 260).all()


def test_a_table_gives_each_area_its_number_by_identifier_or_name(lattice):
    plan = partition_each(lattice, "quarter", {"west": 1, "East": 3}, balance=WIDE, workers=1).plan
    assert plan.grids.groupby("area").size().to_dict() == {"west": 1, "east": 3}


def test_an_area_without_a_plan_is_named_and_the_others_are_drawn(lattice):
    heavy = with_a_heavy_unit(lattice)
    each = partition_each(heavy, "quarter", {"west": 3, "east": 2}, balance=WIDE, workers=1)
    west, east = each.areas
    assert not each.ok
    assert (west.name, west.status, east.status) == ("West", "infeasible", "optimal")
    assert "U000" in west.reasons[0]
    assert each.plan.figures.status == "infeasible"
    assert not check(heavy, each.plan).ok or each.plan.figures.objective is None


def test_a_town_without_any_plan_is_refused_with_the_reasons_of_every_area(lattice):
    with pytest.raises(NoFeasiblePlan) as refused:
        partition_each(lattice, "quarter", households=(1, 2), workers=1)
    assert [reason.split(":")[0] for reason in refused.value.reasons] == ["West", "East"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": None}, "how many grids"),
        ({"level": "planet"}, "jurisdiction, quarter"),
        ({"k": {"west": 2}}, "no number of grids is given for quarter 'east'"),
        ({"k": {"west": 2, "east": 2, "north": 1}}, "north"),
        ({"balance": {"wealth": 0.1}}, "wealth"),
        ({"keep_together": [("U000", "U005")]}, "different areas"),
        ({"keep_together": [("U000", "nobody")]}, "nobody"),
    ],
)
def test_a_wish_that_names_nothing_is_refused_before_solving(lattice, change, message):
    wish = {"level": "quarter", "k": 4, "balance": WIDE, "workers": 1} | change
    level, k = wish.pop("level"), wish.pop("k")
    with pytest.raises(BadInput, match=message):
        partition_each(lattice, level, k, **wish)


def test_units_kept_together_share_a_grid_of_their_area(lattice):
    plan = partition_each(
        lattice, "quarter", 4, balance={"households": 0.6}, keep_together=[("U003", "U004")], workers=1
    ).plan
    assert plan.assignment["U003"] == plan.assignment["U004"]
    assert plan.rules.keep_together == (("U003", "U004"),)


def test_grids_are_shared_out_by_people_and_never_beyond_units():
    assert shared_out(10, [600, 300, 100], [9, 9, 9]) == [6, 3, 1]
    assert shared_out(6, [900, 1, 1], [2, 9, 9]) == [2, 2, 2]
    for k in (2, 28):
        with pytest.raises(NoFeasiblePlan, match="shared out"):
            shared_out(k, [600, 300, 100], [9, 9, 9])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Three small towns in files: ordinary, with a tower, and no jurisdiction at all."""
    folder = tmp_path_factory.mktemp("towns")
    write_jurisdiction(lattice_town(seed=1), folder / "one.gpkg")
    write_jurisdiction(with_a_heavy_unit(lattice_town(seed=2)), folder / "two.gpkg")
    (folder / "three.gpkg").write_text("not a map")
    write_jurisdiction(lattice_town(3, 4, seed=4), folder / "four.gpkg")
    return [folder / f"{name}.gpkg" for name in ("one", "two", "three", "four")]


def test_towns_in_files_are_each_written_or_named(files, tmp_path):
    drawn = partition_many(files, 3, balance=WIDE, folder=tmp_path / "plans", workers=1)
    assert [town.name for town in drawn] == ["one", "two", "three", "four"]
    assert [town.solved for town in drawn] == [True, False, False, True]
    assert [town.status for town in drawn[1:3]] == ["infeasible", "refused"]
    assert "U000" in drawn[1].reasons[0]
    assert "three.gpkg" in drawn[2].reasons[0]
    assert sorted(path.name for path in (tmp_path / "plans").iterdir()) == ["four.gpkg", "one.gpkg"]
    place = lattice_town(seed=1)
    plan = read_plan(drawn[0].file, place)
    assert check(place, plan).ok
    assert json.loads(json.dumps(drawn[0].row()))["objective"] == plan.figures.objective


def test_towns_in_memory_come_back_as_plans_whatever_the_processes(lattice):
    small = lattice_town(3, 4, seed=4)
    small = dataclasses.replace(small, boundary=small.boundary.assign(name="Small"))
    one, two = (partition_many([lattice, small], 3, balance=WIDE, workers=workers) for workers in (1, 2))
    assert [town.name for town in one] == ["Lattice", "Small"]
    for a, b in zip(one, two, strict=True):
        assert a.plan.assignment.equals(b.plan.assignment)
        assert a.figures == b.figures


def test_two_towns_of_one_name_are_refused(files, tmp_path):
    with pytest.raises(BadInput, match="two towns are called 'one'"):
        partition_many([files[0], files[0]], 3, folder=tmp_path, workers=1)
