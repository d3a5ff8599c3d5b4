import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box, union_all

from gridgeo.crosswalks import carry_over
from gridgeo.errors import BadInput
from gridgeo.plans.continuity import keep_identities
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from towns import CRS, EAST, NORTH, lattice_town


def redrawn(town, ends):
    """`town` with other units: name → from and to, metres from its western end; ten households each, no buildings."""
    shapes = [box(EAST + west, NORTH, EAST + east, NORTH + 100) for west, east in ends.values()]
    units = gpd.GeoDataFrame(
        {
            "unit": list(ends), "area": "town", "kind": "residential", "households": 10, "buildings": 0,
            "area_m2": [shape.area for shape in shapes], "street_m": 0.0, "difficulty": 1.0, "workload_min": 10.0, "part": 0,
        },
        geometry=shapes, crs=CRS,
    )  # fmt: skip
    boundary = gpd.GeoDataFrame({"name": ["Lattice"], "source": ["given"]}, geometry=[union_all(shapes)], crs=CRS)
    return dataclasses.replace(
        town, units=units, boundary=boundary, buildings=town.buildings.iloc[:0], borders=town.borders.iloc[:0]
    )


@pytest.fixture
def old():
    """Six blocks in three grids of two, with owners."""
    town = lattice_town(1, 6)
    called = pd.DataFrame({"code": ["c1", "c2", "c3"], "owner": ["Ada", "Bo", "Cy"]}, index=list("ABC"))
    return Plan(
        town, pd.Series(list("AABBCC"), index=town.units["unit"]), Rules(k=3, within="quarter", seeds=("U000",)), identities=called
    )  # fmt: skip


NEW = {
    "U000": (0, 100),  # the same
    "U1b": (100, 200),  # U001 under another name
    "U2w": (200, 240),  # U002 split
    "U2e": (240, 300),
    "U34": (300, 500),  # U003 and U004 merged
    "new": (600, 700),  # land that was nowhere; U005 has vanished
}


def test_what_became_of_every_unit_is_the_one_written_down_here(old):
    found = carry_over(old, redrawn(old.jurisdiction, NEW))
    new = found.units.set_index("unit")
    assert new[["grid", "change", "old_units", "how"]].to_dict("index") == {
        "U000": {"grid": "A", "change": "same", "old_units": "U000", "how": "whole"},
        "U1b": {"grid": "A", "change": "renamed", "old_units": "U001", "how": "whole"},
        "U2w": {"grid": "B", "change": "split", "old_units": "U002", "how": "whole"},
        "U2e": {"grid": "B", "change": "split", "old_units": "U002", "how": "whole"},
        "U34": {"grid": "B", "change": "merged", "old_units": "U003 U004", "how": "most"},
        "new": {"grid": "C", "change": "new land", "old_units": "", "how": "nearest"},
    }
    assert new.at["U34", "share_area_outside"] == pytest.approx(0.5)
    assert found.gone.to_dict("records") == [
        {"unit": "U001", "grid": "A", "change": "renamed", "new_units": "U1b", "area_lost_m2": 0.0},
        {"unit": "U002", "grid": "B", "change": "split", "new_units": "U2e U2w", "area_lost_m2": 0.0},
        {"unit": "U003", "grid": "B", "change": "merged", "new_units": "U34", "area_lost_m2": 0.0},
        {"unit": "U004", "grid": "C", "change": "merged", "new_units": "U34", "area_lost_m2": 0.0},
        {"unit": "U005", "grid": "C", "change": "vanished", "new_units": "", "area_lost_m2": pytest.approx(10_000)},
    ]


def test_the_plan_to_start_from_has_the_old_codes_and_owners(old):
    town = redrawn(old.jurisdiction, NEW)
    found = carry_over(old, town)
    assert found.plan.identities["owner"].to_dict() == {"A": "Ada", "B": "Bo", "C": "Cy"}
    assert found.plan.rules.seeds == ()
    assert found.lost_grids == ()
    after = Plan(town, pd.Series(["x"] * 2 + ["y"] * 4, index=town.units["unit"]), Rules(k=2))
    assert keep_identities(found.plan, after).plan.identities["code"].to_dict() == {"x": "c1", "y": "c2"}


def test_a_grid_whose_ground_is_gone_is_listed(old):
    found = carry_over(old, redrawn(old.jurisdiction, {"U000": (0, 100), "U001": (100, 200), "U002": (200, 300)}))
    assert found.lost_grids == ("C",)
    assert found.plan.identities["code"].to_dict() == {"A": "c1", "B": "c2"}


def test_unit_borders_drawn_anew_are_told(old):
    found = carry_over(old, redrawn(old.jurisdiction, {"a": (0, 150), "b": (150, 300), "c": (300, 600)}))
    assert found.units[["unit", "change"]].to_numpy().tolist() == [["a", "redrawn"], ["b", "redrawn"], ["c", "merged"]]
    assert set(found.gone.loc[found.gone["unit"] == "U001", "change"]) == {"redrawn"}


def test_the_same_town_carries_the_plan_over_unchanged(old):
    found = carry_over(old, old.jurisdiction)
    assert found.plan.assignment.equals(old.assignment)
    assert set(found.units["change"]) == {"same"}
    assert len(found.gone) == 0


def test_a_plan_of_another_place_is_refused(old):
    away = redrawn(old.jurisdiction, {"u": (90_000, 90_100)})
    with pytest.raises(BadInput, match="touches Lattice"):
        carry_over(old, away)
