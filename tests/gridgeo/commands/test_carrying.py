"""A plan of other units at the commands that offer to carry it over."""

import json

import pandas as pd
import pytest

from changed_monaco import changed_monaco
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import write_jurisdiction


@pytest.fixture(scope="module")
def files(monaco, monaco_file, tmp_path_factory):
    """Old and new town, the plan in force on the old one (a grid an area), and what changed."""
    folder = tmp_path_factory.mktemp("carried")
    units = monaco.units
    later = changed_monaco(monaco)
    write_jurisdiction(later.town, folder / "later.gpkg")
    plan = Plan(monaco, pd.Series(units["area"].to_numpy(), index=units["unit"]), Rules(k=units["area"].nunique()))
    plan.to_file(folder / "plan.gpkg")
    return {"old": monaco_file, "new": folder / "later.gpkg", "plan": folder / "plan.gpkg", "changed": later}


@pytest.mark.parametrize("command", ["redraw", "compare", "import-plan"])
def test_each_command_refuses_other_units_and_says_how_to_carry_them_over(run, files, tmp_path, command):
    words = {
        "redraw": ("-o", tmp_path / "new.gpkg"),
        "compare": (files["plan"],),
        "import-plan": ("-o", tmp_path / "new.gpkg"),
    }[command]
    status, _, error = run(command, files["new"], files["plan"], *words)
    assert status == 2
    assert "--carry-over" in error
    assert not (tmp_path / "new.gpkg").exists()


def test_import_plan_carries_over_and_its_report_lists_every_unit(run, files, tmp_path):
    new, report = tmp_path / "new.gpkg", tmp_path / "report.csv"
    words = ("-o", new, "--report", report, "--old-town", files["old"], "--json")
    status, text, _ = run("import-plan", files["new"], files["plan"], *words)
    assert status == 0
    units = len(files["changed"].town.units)
    assert json.loads(text)["how"] == {"same": units - 3, "split": 2, "new land": 1}
    assert json.loads(text)["findings"] == {"carried over": 2, "new land": 1, "gone": 2}
    listed = pd.read_csv(report)["finding"].value_counts().to_dict()
    assert listed == {"matched": units, "carried over": 2, "new land": 1, "gone": 2}
    assert run("check", files["new"], new)[0] in (0, 3)


def test_redraw_starts_from_what_was_carried_over_and_compare_agrees(run, files, tmp_path):
    new = tmp_path / "new.gpkg"
    changed = files["changed"]
    rules = ("--balance", "households=1.5", "--time-limit", "5", "-o", new)
    status, text, error = run("redraw", files["new"], files["plan"], *rules, "--carry-over", "--json")
    assert status == 0, error
    told = json.loads(text)
    assert told["carried_over"] == {"same": len(changed.town.units) - 3, "new": 2, "new land": 1, "gone": 2}
    assert {row["unit"] for row in told["carried_units"]} == {
        changed.new,
        *changed.halves,
        changed.split,
        changed.vanished,
    }
    words = ("compare", files["new"], files["plan"], new, "--old-town", files["old"])
    compared = json.loads(run(*words, "--json")[1])
    assert compared["households_moved"] == told["households_moved"]
    assert compared["carried_over"]["split"] == 2
    status, text, note = run(*words)
    assert status == 0
    assert f"unit {changed.split}" in text
    assert "matched by their ground" in note
