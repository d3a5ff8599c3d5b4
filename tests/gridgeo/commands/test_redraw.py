"""`gridgeo redraw` as a user meets it."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import write_jurisdiction


@pytest.fixture(scope="module")
def files(lattice, tmp_path_factory):
    """The lattice town and its plan in force: six grids of four blocks, 01 to 06."""
    folder = tmp_path_factory.mktemp("redraw")
    names = [f"{i // 6 // 2 * 3 + i % 6 // 2 + 1:02d}" for i in range(24)]
    write_jurisdiction(lattice, folder / "town.gpkg")
    Plan(lattice, pd.Series(names, index=lattice.units["unit"]), Rules(k=6)).to_file(folder / "plan.gpkg")
    return folder / "town.gpkg", folder / "plan.gpkg"


def test_a_plan_is_drawn_anew_written_and_found_faultless(run, files, tmp_path):
    town, plan = files
    new, moved = tmp_path / "new.gpkg", tmp_path / "moved.csv"
    status, text, _ = run("redraw", town, plan, "--balance", "households=0.2", "--moves", moved, "--json", "-o", new)
    told = json.loads(text)
    assert status == 0
    assert told["grids"] == told["grids_before"] == 6
    assert told["at_least"] == told["households_moved"] == sum(row["households"] for row in told["rows"])
    assert pd.read_csv(moved)["households"].sum() == told["households_moved"]
    assert run("check", town, new)[0] == 0
    assert json.loads(run("compare", town, plan, new, "--json")[1])["households_moved"] == told["households_moved"]


def test_the_terminal_shows_who_moves_where(run, files, tmp_path):
    town, plan = files
    status, text, _ = run("redraw", town, plan, "--balance", "households=0.2", "-o", tmp_path / "new.gpkg")
    assert status == 0
    assert "Moves" in text
    assert "ties kept" in text
    assert {"from", "to", "units", "households"} <= set(text.split())


def test_an_officer_can_be_added_or_removed(run, files, tmp_path):
    town, plan = files
    for officers in (1, -1):
        words = ("--officers", f"{officers:+d}", "--balance", "households=0.3", "--json", "-o", tmp_path / "new.gpkg")
        status, text, _ = run("redraw", town, plan, *words)
        assert status == 0
        assert json.loads(text)["grids"] == 6 + officers


def test_walks_splits_and_lifted_rules_are_options(run, files, tmp_path):
    town, plan = files
    new, freed = tmp_path / "new.gpkg", tmp_path / "freed.gpkg"
    rules = ("--balance", "households=0.4", "--splits", 2, "--split-level", "quarter", "--reach", 6)
    assert run("redraw", town, plan, *rules, "-o", new)[0] == 0
    assert run("check", town, new)[0] == 0
    held = gpd.read_file(new, layer="plan")["rules"][0]
    assert '"reach": 6' in held
    words = ("--balance", "households=0.4", "--without", "reach", "--without", "splits", "-o", freed)
    assert run("redraw", town, new, *words)[0] == 0
    assert "reach" not in gpd.read_file(freed, layer="plan")["rules"][0]


def test_grids_that_shall_differ_are_drawn_from_a_table_of_targets(run, files, tmp_path):
    town, plan = files
    targets, new = tmp_path / "targets.csv", tmp_path / "new.gpkg"
    targets.write_text("seed,area\nU000,30000\nU002,50000\nU004,40000\nU012,40000\nU014,40000\nU016,40000\n")
    status, text, _ = run(
        "redraw", town, plan, "--targets", targets, "--balance", "area=0.01", "--json", "-o", new
    )  # fmt: skip
    assert status == 0
    assert run("check", town, new)[0] == 0
    areas = gpd.read_file(new, layer="grids")["area_m2"].round().tolist()
    assert sorted(areas) == [30000, 40000, 40000, 40000, 40000, 50000]
    assert json.loads(text)["units_moved"] == 1


def test_choices_are_written_into_a_folder_with_their_table(run, files, tmp_path):
    town, plan = files
    folder = tmp_path / "choices"
    status, text, _ = run("redraw", town, plan, "--pareto", folder, "-k", "5:6", "--tolerances", "0.2,0.4", "--json")
    told = json.loads(text)
    assert status == 0
    assert told["plans"] == len(told["rows"]) == len(pd.read_csv(folder / "choices.csv"))
    assert (folder / "plan-1.gpkg").exists()


def test_a_cap_that_no_plan_keeps_exits_3_with_what_is_needed(run, files, tmp_path):
    town, plan = files
    words = ("--balance", "households=0.1", "--max-moved-households", "0.001", "-o", tmp_path / "new.gpkg")
    status, _, error = run("redraw", town, plan, *words)
    assert status == 3
    assert "households to move" in error
    assert not (tmp_path / "new.gpkg").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "-o FILE"),
        (("-o", "new.gpkg", "--lock", "99"), "no grid '99'"),
        (("-o", "new.gpkg", "--officer-cost", "3"), "belongs to --pareto"),
        (("--pareto", "choices"), "-k LOW:HIGH"),
        (("--pareto", "choices", "-k", "5:6", "--price", "1"), "leave --price out"),
        (("--pareto", "choices", "-k", "5:6", "--tolerances", "much"), "--tolerances much"),
        (("-o", "new.gpkg", "-k", "many"), "-k many"),
        (("-o", "new.gpkg", "--without", "walks"), "no rule of a plan in force is called 'walks'"),
        (("-o", "new.gpkg", "--reach", "0"), "reach is 0 minutes"),
        # A lock that isn't there is told only when the search begins: the path comes first.
        (("-o", "nowhere/new.gpkg", "--lock", "99"), "the folder nowhere doesn't exist"),
        (("-o", "new.doc", "--lock", "99"), "new.doc"),
        (("-o", "new.gpkg", "--moves", "nowhere/moved.csv", "--lock", "99"), "the folder nowhere doesn't exist"),
        (("--pareto", "plans.gpkg", "-k", "5:6", "--lock", "99"), "written into a folder"),
    ],
)
def test_options_that_cannot_be_used_exit_2_with_the_mend(run, files, words, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, error = run("redraw", *files, *words)
    assert status == 2
    assert told in error
