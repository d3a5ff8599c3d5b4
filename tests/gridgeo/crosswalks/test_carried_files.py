"""A plan file of the Monaco sample as it was, taken in on the sample as it is later."""

import dataclasses

import pandas as pd
import pytest

from changed_monaco import changed_monaco
from gridgeo.crosswalks.carried_files import carry_plan
from gridgeo.errors import BadInput
from gridgeo.plans.exchange import export_plan, import_plan
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Band, Rules
from gridgeo.sources import write_csv
from towns import lattice_town


@pytest.fixture(scope="module")
def later(monaco):
    """Monaco after a unit was split, one vanished and one was won from the sea."""
    return changed_monaco(monaco)


@pytest.fixture(scope="module")
def plan(monaco):
    """One grid for each area with units, whose owner is called after it; a pair of units is kept together."""
    units = monaco.units
    areas = sorted(units["area"].unique())
    grid = pd.Series(units["area"].to_numpy(), index=units["unit"])
    called = pd.DataFrame(
        {"code": [f"c{area}" for area in areas], "owner": [f"of {area}" for area in areas]}, index=areas
    )
    together = (tuple(units.loc[units["area"] == areas[0], "unit"].iloc[:2]),)
    rules = Rules(k=len(areas), balance={"households": Band(tolerance=0.9)}, keep_together=together)
    return Plan(monaco, grid, rules, identities=called)


@pytest.fixture(scope="module")
def files(plan, tmp_path_factory):
    """The plan as a plan file, a layer of units and a plain table."""
    folder = tmp_path_factory.mktemp("carried")
    export_plan(plan, folder / "plan.gpkg")
    export_plan(plan, folder / "units.fgb", layer="units")
    export_plan(plan, folder / "plan.csv")
    return folder


def told(found):
    """Finding, unit, grid and text of everything that isn't as it was."""
    return {(r.finding, r.unit): r.text for r in found.report.findings.itertuples()}


@pytest.mark.parametrize(
    ("name", "with_town"), [("plan.gpkg", True), ("plan.csv", True), ("units.fgb", True), ("units.fgb", False)]
)
def test_a_split_a_vanished_and_a_new_unit_are_told_and_all_others_stay(plan, later, monaco, files, name, with_town):
    found = carry_plan(files / name, later.town, monaco if with_town else None)
    east = later.new.removesuffix("-sea")
    west_half, east_half = later.halves
    assert told(found) == {
        ("carried over", west_half): f"unit {west_half} is a part of {later.split}",
        ("carried over", east_half): f"unit {east_half} is a part of {later.split}",
        ("new land", later.new): f"unit {later.new} lies where the old plan had no grid; it went to the nearest",
        ("gone", later.vanished): f"unit {later.vanished} has vanished: most of its land is in no unit now",
        ("gone", later.split): f"unit {later.split} was split into {east_half} {west_half}",
    }
    new, old = found.plan.assignment, plan.assignment
    same = old.index.difference([later.split, later.vanished])
    assert new[same].equals(old[same])
    assert new[list(later.halves)].tolist() == [old[later.split]] * 2
    assert new[later.new] == old[east]
    assert found.report.ok
    assert found.plan.identities.loc[new[later.new], "owner"] == f"of {old[east]}"


def test_a_plan_file_alone_knows_grids_but_not_what_became_of_units(plan, later, files):
    found = carry_plan(files / "plan.gpkg", later.town)
    assert found.report.counts() == {"carried over": 2, "new land": 1, "gone": 2}
    assert "--old-town" in told(found)["gone", later.split]
    assert found.plan.assignment[list(later.halves)].tolist() == [plan.assignment[later.split]] * 2
    assert found.plan.rules.balance == plan.rules.balance
    assert found.plan.rules.keep_together == ()


def test_a_plan_of_the_same_units_is_taken_in_as_it_is(plan, monaco, files):
    found = carry_plan(files / "plan.gpkg", monaco)
    assert found.plan.fingerprint() == plan.fingerprint()
    assert found.report.counts() == {}


def test_without_being_asked_nothing_is_carried_over_and_the_mend_is_told(later, files):
    found = import_plan(files / "plan.gpkg", later.town)
    assert found.plan is None
    assert "--carry-over" in found.report.why()


def test_units_that_swapped_their_names_go_by_their_ground(plan, monaco, files):
    units = monaco.units
    first, other = units["unit"].iloc[0], units["unit"][units["area"] != units["area"].iloc[0]].iloc[0]
    swap = {first: other, other: first}
    named = dataclasses.replace(
        monaco,
        units=units.assign(unit=units["unit"].replace(swap)),
        buildings=monaco.buildings.assign(unit=monaco.buildings["unit"].replace(swap)),
    )
    assert set(import_plan(files / "plan.gpkg", named).report.counts()) == {"drifted", "other input"}
    found = carry_plan(files / "plan.gpkg", named, monaco)
    assert told(found)["carried over", other] == f"unit {other} is the same ground under another name"
    assert (found.plan.assignment.to_numpy() == plan.assignment.to_numpy()).all()


def test_a_table_without_shapes_needs_the_old_town(later, files):
    with pytest.raises(BadInput, match=r"plan\.csv: has no shapes.*--old-town"):
        carry_plan(files / "plan.csv", later.town)


def test_an_old_town_that_lacks_the_plans_units_is_refused(later, files):
    with pytest.raises(BadInput, match=r"plan\.csv.*units of the old town"):
        carry_plan(files / "plan.csv", later.town, lattice_town())


def test_a_plan_of_another_place_is_refused(monaco, tmp_path):
    near = lattice_town()
    town = dataclasses.replace(near, units=near.units.set_geometry(near.units.translate(90_000)))
    plan = Plan(town, pd.Series("1", index=town.units["unit"]), Rules(k=1))
    export_plan(plan, tmp_path / "far.gpkg")
    write_csv(plan.assignment.rename("grid").rename_axis("unit").reset_index(), tmp_path / "far.csv")
    for name, old in (("far.gpkg", None), ("far.csv", town)):
        with pytest.raises(BadInput, match="touches Monaco"):
            carry_plan(tmp_path / name, monaco, old)
