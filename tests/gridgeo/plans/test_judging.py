"""The judge finds each kind of fault, and nothing in a good plan."""

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
from shapely import affinity

from gridgeo.plans.judging import check
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Band, Rules

WIDE = {"households": Band(tolerance=0.9)}


def columns(town, names):
    """A plan that gives each of the six columns of blocks the grid of its letter in `names`."""
    units = town.units["unit"]
    return pd.Series([names[i % 6] for i in range(len(units))], index=pd.Index(units, name="unit"))


def rules_broken(town, plan, rules=None):
    return {fault.rule for fault in check(town, plan, rules).faults}


def test_a_good_plan_has_no_fault(lattice):
    plan = Plan(lattice, columns(lattice, "AAABBB"), Rules(k=2, balance=WIDE, within="quarter"))
    verdict = check(lattice, plan)
    assert verdict.ok, verdict.reasons()
    assert verdict.measures["households"].sum() == lattice.units["households"].sum()


def test_a_grid_in_two_pieces_is_named_with_the_units_that_lie_apart(lattice):
    plan = Plan(lattice, columns(lattice, "ABBBBA"), Rules(k=2, balance=WIDE))
    faults = [fault for fault in check(lattice, plan).faults if fault.rule == "contiguity"]
    assert [fault.grid for fault in faults] == ["A"]
    assert set(faults[0].units) in ({"U000", "U006", "U012", "U018"}, {"U005", "U011", "U017", "U023"})


def test_a_railway_cuts_a_grid_that_does_not_reach_the_crossing(divided):
    grid = columns(divided, "AABBCC")
    assert "contiguity" not in rules_broken(divided, Plan(divided, grid, Rules(k=3, balance=WIDE)))
    grid[["U002", "U003"]] = ["A", "C"]  # the crossing of the northernmost row is given away
    assert "contiguity" in rules_broken(divided, Plan(divided, grid, Rules(k=3, balance=WIDE)))


def test_a_grid_across_two_areas_breaks_nesting(lattice):
    plan = Plan(lattice, columns(lattice, "AAAABB"), Rules(k=2, balance=WIDE, within="quarter"))
    assert rules_broken(lattice, plan) == {"nesting"}


def test_a_grid_outside_its_band_is_named_with_its_figure(lattice):
    plan = Plan(lattice, columns(lattice, "ABBBBB"), Rules(k=2, balance={"area": Band(tolerance=0.1)}))
    texts = check(lattice, plan).reasons()
    assert any("grid A has 40,000 m² of area, below" in text for text in texts)
    assert any("grid B has 200,000 m² of area, above" in text for text in texts)


def test_a_wrong_number_of_grids_is_told(lattice):
    assert rules_broken(lattice, Plan(lattice, columns(lattice, "AAABBB"), Rules(k=3, balance=WIDE))) == {"count"}


def test_units_that_must_stay_together_are_watched(lattice):
    rules = Rules(k=2, balance=WIDE, keep_together=(("U002", "U003"),))
    assert rules_broken(lattice, Plan(lattice, columns(lattice, "AAABBB"), rules)) == {"keep together"}


@pytest.mark.parametrize("shift", [5.0, 0.05])
def test_units_that_overlap_or_leave_a_gap_break_the_tiling(lattice, shift):
    units = lattice.units.copy()
    units.geometry = gpd.GeoSeries(
        [
            affinity.translate(shape, shift) if name == "U008" else shape
            for name, shape in zip(units["unit"], units.geometry, strict=True)
        ],
        index=units.index,
        crs=units.crs,
    )
    moved = dataclasses.replace(lattice, units=units)
    assert "tiling" in rules_broken(moved, Plan(moved, columns(moved, "AABBCC"), Rules(k=3, balance=WIDE)))


def test_a_unit_that_is_too_heavy_by_itself_is_named(lattice):
    alone = columns(lattice, "BBBBBB")
    alone["U003"] = "A"
    rules = Rules(k=2, balance={"area": Band(tolerance=0.1)})
    told = {fault.grid: fault.units for fault in check(lattice, Plan(lattice, alone, rules)).faults}
    assert told == {"A": ("U003",), "B": ()}
