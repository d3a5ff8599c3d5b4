"""The lattice names its streets Row 0, 1, … from the north and Column 0, 1, … from the west."""

import dataclasses

import pandas as pd
import pytest
from shapely.geometry import box

from boards import lattice_plan
from gridgeo.extents import SIDES, along_sides, extents
from towns import BLOCK, EAST, NORTH


@pytest.fixture(scope="module")
def plan():
    """Six grids of 4 × 4 blocks, 01 to 03 in the north."""
    return lattice_plan()


def test_a_grid_lies_between_the_streets_along_its_four_sides(plan):
    told = extents(plan)
    assert told.at["02", "en"] == "between Row 0 (north), Column 8 (east), Row 4 (south) and Column 4 (west)"
    assert told.at["02", "zh"] == "东至 Column 8，南至 Row 4，西至 Column 4，北至 Row 0"


def test_every_step_of_an_outline_is_counted_once(plan):
    table = along_sides(plan.grids, plan.jurisdiction)
    walked = table.groupby("grid")["length_m"].sum()
    outlines = plan.grids.set_index("grid").length
    pd.testing.assert_series_equal(walked, outlines, check_names=False, check_index_type=False)
    assert set(table["side"]) == set(SIDES)


def test_the_extent_doesnt_hang_on_the_order_or_labels_of_rows(plan):
    shuffled = plan.grids.sample(frac=1, random_state=1).set_index(pd.Index([9, 3, 7, 1, 8, 2]))
    first = along_sides(plan.grids, plan.jurisdiction)
    pd.testing.assert_frame_equal(first, along_sides(shuffled, plan.jurisdiction))


def without_names(plan, **layers):
    town = plan.jurisdiction
    return dataclasses.replace(
        plan, jurisdiction=dataclasses.replace(town, road_edges=town.road_edges.assign(name=None), **layers)
    )


def test_without_streets_the_limit_and_the_neighbours_are_named_by_their_codes(plan):
    bare = without_names(dataclasses.replace(plan, identities=pd.DataFrame({"grid": ["03"], "code": ["G-3"]})))
    told = extents(bare)
    assert (
        told.at["02", "en"]
        == "between the limit of Lattice (north), grid G-3 (east), grid 05 (south) and grid 01 (west)"
    )
    assert told.at["02", "zh"] == "东至 G-3 网格，南至 05 网格，西至 01 网格，北至格镇边界"


def test_water_beside_a_grid_is_named_by_its_kind(plan):
    town = plan.jurisdiction
    sea = box(EAST, NORTH + 8 * BLOCK, EAST + 12 * BLOCK, NORTH + 10 * BLOCK)
    water = town.water.iloc[:0].reindex([0]).assign(water="w", kind="sea").set_geometry([sea], crs=town.crs)
    told = extents(without_names(plan, water=water))
    assert told.at["02", "en"].startswith("between the sea (north)")
    assert told.at["02", "zh"].endswith("北至海")


def test_a_railway_names_a_side_before_the_neighbour_does():
    plan = lattice_plan()
    from towns import lattice_town

    rail = lattice_town(8, 12, railway=True)
    # The line runs along column 6; two grids of six columns meet there.
    grid = pd.Series(["a" if i % 12 < 6 else "b" for i in range(96)], index=plan.assignment.index)
    parted = without_names(dataclasses.replace(plan, jurisdiction=rail, assignment=grid))
    assert "Line (east)" in extents(parted).at["a", "en"]


def test_a_ferry_and_a_tunnel_run_along_nothing(plan):
    town = plan.jurisdiction
    for change in ({"highway": "ferry"}, {"tunnel": True}):
        other = dataclasses.replace(
            plan, jurisdiction=dataclasses.replace(town, road_edges=town.road_edges.assign(**change))
        )
        assert (along_sides(other.grids, other.jurisdiction)["kind"] != "street").all()
