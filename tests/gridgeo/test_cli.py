"""The command as a user meets it: exit statuses, messages, files, JSON."""

import json

import pandas as pd
import pytest

from gridgeo import cli
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules


def test_a_partition_is_drawn_written_and_found_faultless(run, town, tmp_path):
    plan = tmp_path / "plan.gpkg"
    status, text, _ = run("partition", town, "-k", 4, "--balance", "households=0.2", "--json", "-o", plan)
    figures = json.loads(text)
    assert status == 0
    assert figures["grids"] == 4
    assert len(figures["rows"]) == 4
    assert {"objective", "bound", "gap", "status", "seed"} <= set(figures)
    status, text, _ = run("check", town, plan, "--json")
    assert status == 0
    assert json.loads(text)["ok"] is True


def test_the_same_seed_writes_the_same_plan_file(run, town, tmp_path):
    for name in ("a", "b"):
        assert (
            run(
                "partition", town, "-k", 3, "--balance", "households=0.2", "--seed", 5, "-o", tmp_path / f"{name}.gpkg"
            )[0]
            == 0
        )
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_rules_that_no_plan_can_keep_end_with_3_and_the_reasons(run, town, tmp_path):
    status, _, text = run("partition", town, "-k", 4, "--balance", "households=0.0001", "-o", tmp_path / "plan.gpkg")
    assert status == 3
    assert "no feasible plan" in text
    assert "households" in text
    assert not (tmp_path / "plan.gpkg").exists()


def test_more_grids_than_units_end_with_3(run, town, tmp_path):
    status, _, text = run("partition", town, "-k", 99, "-o", tmp_path / "plan.gpkg")
    assert status == 3
    assert "24 units" in text


def test_a_plan_that_breaks_a_rule_is_judged_with_3(run, town, lattice, tmp_path):
    units = lattice.units["unit"]
    scattered = pd.Series(["A" if i % 2 else "B" for i in range(len(units))], index=pd.Index(units))
    Plan(lattice, scattered, Rules(k=2)).to_file(tmp_path / "bad.gpkg")
    status, text, _ = run("check", town, tmp_path / "bad.gpkg")
    assert status == 3
    assert "contiguity" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["partition", "absent.gpkg", "-k", "2", "-o", "p.gpkg"], "absent.gpkg"),
        (["partition", "{town}", "-o", "p.gpkg"], "how many grids"),
        (["partition", "{town}", "-k", "2", "--officers", "3", "-o", "p.gpkg"], "one way"),
        (["partition", "{town}", "-k", "2", "--balance", "people=0.1", "-o", "p.gpkg"], "people"),
        (["partition", "{town}", "-k", "2", "--balance", "households", "-o", "p.gpkg"], "MEASURE=BAND"),
        (["partition", "{town}", "-k", "2", "--within", "planet", "-o", "p.gpkg"], "jurisdiction, quarter"),
        (["partition", "{town}", "-k", "0", "-o", "p.gpkg"], "whole number"),
        (["partition", "{town}", "-k", "2", "--objective", "beauty", "-o", "p.gpkg"], "beauty"),
        (["import", "absent.osm.pbf", "-o", "t.gpkg"], "absent.osm.pbf"),
        (["check", "{town}", "absent.gpkg"], "absent.gpkg"),
    ],
)
def test_bad_input_is_one_clear_message_with_status_2(run, town, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    status, _, text = run(*(word.format(town=town) for word in words))
    assert status == 2
    assert message in text
    assert "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--alternatives", "2", "--front"], "ask one of them"),
        (["--front", "--start", "absent.gpkg"], "leave --start out"),
        (["--tolerances", "0.1"], "give --front too"),
        (["--front", "--tolerances", "few"], "--tolerances few"),
        (["--keep-apart", "absent.csv"], "absent.csv"),
        (["--start", "absent.gpkg"], "absent.gpkg"),
        (["--seeds", "absent.gpkg"], "absent.gpkg"),
        (["--splits", "1"], "belong together"),
        (["--prefer-borders", "walls"], "'walls'"),
        (["--prefer-borders", "rivers"], "no rivers"),
        (["--objective", "compactness+x*cuts"], "the weight of cuts is 'x'"),
        (["--aim", "beauty"], "'beauty'"),
        (["--reach", "-3"], "reach is -3"),
    ],
)
def test_a_bad_rule_is_one_clear_message_with_status_2(run, town, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    status, _, text = run("partition", town, "-k", 2, "-o", "p.gpkg", *words)
    assert status == 2
    assert message in text
    assert "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_drawn_by_many_rules_at_once_and_judged_by_all_of_them(run, town, tmp_path):
    (tmp_path / "apart.csv").write_text("unit_a,unit_b\nU000,U001\n")
    (tmp_path / "groups.csv").write_text("unit,group\nU002,yard\nU003,yard\n")
    (tmp_path / "customs.csv").write_text("unit,custom\nU004,hui\nU005,hui\n")
    (tmp_path / "links.csv").write_text("unit_a,unit_b\nU000,U023\n")
    plan = tmp_path / "plan.gpkg"
    tables = {name: tmp_path / f"{name}.csv" for name in ("apart", "groups", "customs", "links")}
    status, text, errors = run(
        *("partition", town, "-k", "3:5", "--balance", "households=0.4", "--balance", "area=0.6"),
        *("--keep-apart", tables["apart"], "--keep-together", tables["groups"], "--customs", tables["customs"]),
        *("--links", tables["links"], "--prefer-borders", "roads", "--reach", 30, "--json", "-o", plan),
    )
    assert status == 0, errors
    figures = json.loads(text)
    assert figures["grids"] == 3
    assert figures["minimised"].startswith("compactness+")
    assert {"compactness", "boundary", "travel", "cuts", "ties", "diameter", "balance"} <= set(figures["objectives"])
    status, text, _ = run("check", town, plan, "--json")
    assert status == 0
    assert {name: json.loads(text)[name] for name in ("keep_apart", "keep_together", "reach", "splits")} == {
        "keep_apart": "holds",
        "keep_together": "holds",
        "reach": "holds",
        "splits": "holds",
    }


def test_a_search_can_start_from_a_plan(run, town, drawn, tmp_path):
    plan = tmp_path / "plan.gpkg"
    status, _, errors = run("partition", town, "-k", 2, "--balance", "households=0.5", "--start", drawn, "-o", plan)
    assert status == 0, errors
    assert plan.exists()


def test_the_nearest_plan_is_written_where_none_keeps_the_rules(run, town, tmp_path):
    near = tmp_path / "near.gpkg"
    words = ("-k", 4, "--balance", "households=0.0001", "--nearest", near, "-o", tmp_path / "plan.gpkg")
    status, _, text = run("partition", town, *words)
    assert status == 3
    assert f"is written to {near}" in text
    assert not (tmp_path / "plan.gpkg").exists()
    status, text, _ = run("check", town, near, "--json")
    assert status == 3
    assert {fault["rule"] for fault in json.loads(text)["rows"]} == {"balance"}


def test_every_command_has_help(run):
    names = {command.name or command.callback.__name__.rstrip("_") for command in cli.app.registered_commands}
    names |= {group.name for group in cli.app.registered_groups}
    assert {"import", "partition", "check", "compare", "patrol", "visits", "report", "export"} <= names
    for name in names:
        status, text, _ = run(name, "--help")
        assert status == 0
        assert "Usage" in text


def test_comparing_a_plan_with_itself_moves_nothing(run, town, tmp_path):
    plan = tmp_path / "plan.gpkg"
    assert run("partition", town, "-k", 2, "--balance", "households=0.2", "-o", plan)[0] == 0
    status, text, _ = run("compare", town, plan, plan, "--json")
    assert status == 0
    assert json.loads(text)["units_moved"] == 0


@pytest.fixture(scope="module")
def drawn(lattice, tmp_path_factory):
    """A plan of the lattice town in two halves, as a file."""
    units = lattice.units
    grid = pd.Series(["01" if a == "west" else "02" for a in units["area"]], index=pd.Index(units["unit"]))
    path = tmp_path_factory.mktemp("plan") / "plan.gpkg"
    Plan(lattice, grid, Rules(k=2)).to_file(path)
    return path


def test_patrols_cover_the_town_within_the_shift_and_speed_that_are_given(run, town, drawn, tmp_path):
    figures = {}
    for speed in (2, 8):
        status, text, _ = run(
            "patrol", town, drawn, "--speed", speed, "--shift", 90, "--json", "-o", tmp_path / f"{speed}.gpkg"
        )
        assert status == 0
        figures[speed] = json.loads(text)
        assert figures[speed]["longest_min"] <= 90
    assert figures[2]["served_km"] == figures[8]["served_km"] > 0
    assert figures[2]["routes"] > figures[8]["routes"]


def test_visits_are_planned_from_a_table_and_unreachable_doors_are_told(run, town, drawn, lattice, tmp_path):
    doors = lattice.buildings.geometry.representative_point().to_crs(4326).iloc[:6]
    table = pd.DataFrame(
        {"door": [f"d{i}" for i in range(7)], "lon": [*doors.x, 0.0], "lat": [*doors.y, 0.0], "minutes": 10}
    )
    table.to_csv(tmp_path / "visits.csv", index=False)
    status, text, _ = run(
        "visits", town, drawn, tmp_path / "visits.csv", "--rounds", 2, "--json", "-o", tmp_path / "v.gpkg"
    )
    figures = json.loads(text)
    assert status == 0
    assert figures["stops"] == 6
    assert figures["unserved"] == 1


def test_a_visit_without_minutes_is_refused_by_row(run, town, drawn, tmp_path):
    (tmp_path / "visits.csv").write_text("door,lon,lat,minutes\nd1,7.42,43.74,soon\n")
    status, _, text = run("visits", town, drawn, tmp_path / "visits.csv", "-o", tmp_path / "v.gpkg")
    assert status == 2
    assert "minutes" in text
    assert not (tmp_path / "v.gpkg").exists()


def test_every_quarter_is_partitioned_by_itself_into_one_plan(run, town, tmp_path):
    plan = tmp_path / "plan.gpkg"
    words = ("partition", town, "--each", "quarter", "-k", 4, "--balance", "households=0.4", "--jobs", 1, "--json")
    status, text, _ = run(*words, "-o", plan)
    figures = json.loads(text)
    assert status == 0
    assert (figures["places"], figures["solved"], figures["grids"]) == (2, 2, 4)
    assert [row["name"] for row in figures["rows"]] == ["West", "East"]
    assert run("check", town, plan)[0] == 0


def test_a_quarter_without_a_plan_is_named_and_the_plan_of_the_others_is_written(run, town, tmp_path):
    (tmp_path / "counts.csv").write_text("area,k\nwest,13\nEast,2\n")
    plan = tmp_path / "plan.gpkg"
    words = ("partition", town, "--each", "quarter", "--counts", tmp_path / "counts.csv", "--jobs", 1)
    status, text, errors = run(*words, "--balance", "households=0.4", "-o", plan)
    assert status == 3
    assert "West: 13 grids are asked for" in errors
    assert "East" in text
    assert plan.exists()


def test_several_towns_are_written_into_a_folder(run, town, tmp_path):
    twin = tmp_path / "twin.gpkg"
    twin.write_bytes(town.read_bytes())
    (tmp_path / "broken.gpkg").write_text("not a map")
    words = ("-k", 3, "--balance", "households=0.3", "--jobs", 1, "--json", "-o", tmp_path / "plans")
    status, text, errors = run("partition", town, twin, tmp_path / "broken.gpkg", *words)
    assert status == 2
    assert [(row["name"], row["status"]) for row in json.loads(text)["rows"]] == [
        ("town", "optimal"), ("twin", "optimal"), ("broken", "refused"),
    ]  # fmt: skip
    assert "broken.gpkg" in errors
    assert sorted(path.name for path in (tmp_path / "plans").iterdir()) == ["town.gpkg", "twin.gpkg"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-k", 4, "--jobs", 2), "--jobs can't be used with one town that has no --time-limit"),
        (("--each", "quarter", "-k", 4, "--within", "quarter"), "--within can't be used with --each"),
        (("--each", "quarter", "-k", 4, "--alternatives", 2), "--alternatives can't be used with --each"),
        (("--each", "quarter", "-k", 4, "--front"), "--front can't be used with --each"),
        (("--each", "quarter", "-k", 4, "--start", "absent.gpkg"), "--start can't be used with --each"),
        (("-k", 4, "--counts", "counts.csv"), "--counts can't be used with one town"),
        (("absent.gpkg", "-k", 4, "--keep-apart", "absent.csv"), "--keep-apart can't be used with several towns"),
        (("absent.gpkg", "-k", 4, "--nearest", "near.gpkg"), "--nearest can't be used with several towns"),
        (("--each", "quarter", "-k", 4, "--counts", "counts.csv"), "in one way"),
        (("--each", "planet", "-k", 4), "jurisdiction, quarter"),
    ],
)
def test_options_that_say_nothing_together_are_refused(run, town, tmp_path, words, message):
    status, _, errors = run("partition", town, *words, "-o", tmp_path / "plan.gpkg")
    assert status == 2
    assert message in errors
