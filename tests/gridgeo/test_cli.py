"""The command as a user meets it: exit statuses, messages, files, JSON."""

import json
import math
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString

from gridgeo import cli
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import write_jurisdiction


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
        (["partition", "{town}", "-k", "2", "--seed", "-5", "-o", "p.gpkg"], "--seed"),
        (["partition", "{town}", "-k", "2", "--time-limit", "0", "-o", "p.gpkg"], "--time-limit"),
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
        (["--balance", "area=0.5", "--balance", "area=0.6"], "area has the band 0.5 already"),
    ],
)
def test_a_bad_rule_is_one_clear_message_with_status_2(run, town, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    status, _, text = run("partition", town, "-k", 2, "-o", "p.gpkg", *words)
    assert status == 2
    assert message in text
    assert "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "plan.docx"], "'.docx' isn't written"),
        (["-o", "nowhere/plan.gpkg"], "nowhere doesn't exist"),
        (["-o", "plan.gpkg", "--nearest", "nowhere/near.gpkg"], "nowhere doesn't exist"),
        (["-o", "letters", "--alternatives", "2"], "holds 'mine.txt', which would be lost"),
        (["-o", "letters.gpkg", "--front"], "into a folder"),
        (["-o", "plan.docx", "--each", "quarter"], "'.docx' isn't written"),
    ],
)
def test_a_path_that_can_not_be_written_is_refused_before_anything_is_searched(
    run, town, tmp_path, monkeypatch, words, message
):
    """No plan has 99 grids, so that a search would end with 3."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("mine")
    status, _, text = run("partition", town, "-k", 99, *words)
    assert status == 2
    assert message in text
    assert (tmp_path / "letters" / "mine.txt").read_text() == "mine"


def test_parts_that_no_walk_joins_are_named_where_nobody_watches_a_bar(run, town, lattice, tmp_path):
    half = lattice.borders["unit_a"].isin([f"U{6 * r + 2:03d}" for r in range(4)])
    half &= lattice.borders["unit_b"].isin([f"U{6 * r + 3:03d}" for r in range(4)])
    write_jurisdiction(
        replace(lattice, borders=lattice.borders[~half].reset_index(drop=True)), tmp_path / "islands.gpkg"
    )
    words = ("-k", 3, "--balance", "households=0.3", "--json", "-o", tmp_path / "plan.gpkg")
    status, text, errors = run("partition", tmp_path / "islands.gpkg", *words)
    assert status == 0
    assert "falls into 2 parts that no walkable border joins" in errors
    assert json.loads(text)["grids"] == 3


def test_unequal_grids_are_told_by_how_far_they_miss_their_targets(run, town, tmp_path):
    (tmp_path / "targets.csv").write_text("seed,households\nU000,100\nU011,300\nU020,253\n")
    words = ("--targets", tmp_path / "targets.csv", "--balance", "households=0.15", "--json")
    status, text, errors = run("partition", town, *words, "-o", tmp_path / "plan.gpkg")
    assert status == 0, errors
    told = json.loads(text)["households_worst_deviation"]
    missed = float(told.split(", ")[1].split("%")[0])
    assert 0 <= missed <= 15
    assert told.endswith("% from the targets (band 0.15)")


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


def test_a_plan_is_judged_with_the_barriers_it_was_drawn_by(run, town, lattice, tmp_path):
    """A wall down the middle with a gap in the second row from the north, and two grids that it would scatter."""
    west, south, _, north = lattice.boundary.total_bounds
    walls = [LineString([(west + 300, north), (west + 300, north - 100)])]
    walls += [LineString([(west + 300, north - 200), (west + 300, south)])]
    wall = tmp_path / "wall.gpkg"
    gpd.GeoDataFrame(geometry=walls, crs=lattice.crs).to_file(wall)
    plan = tmp_path / "plan.gpkg"
    words = ("-k", 3, "--balance", "households=0.4", "--barriers", wall, "-o", plan)
    assert run("partition", town, *words)[0] == 0
    assert run("check", town, plan, "--barriers", wall)[0] == 0
    rows = pd.Series({unit: "north" if i < 6 else "south" for i, unit in enumerate(lattice.units["unit"])})
    Plan(lattice, rows, Rules(k=2, balance={})).to_file(plan)
    assert run("check", town, plan)[0] == 0
    status, text, _ = run("check", town, plan, "--barriers", wall)
    assert status == 3
    assert "grid north has 2 pieces" in text


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


@pytest.fixture
def instance(tmp_path):
    """Writes six nodes in a row, 10 to 15 people each, with some keys changed; gives the file."""

    def write(**changes):
        nodes = [{"id": f"n{i}", "pop": 10 + i, "area": 1.0, "x": 1000.0 * i, "y": 0.0} for i in range(6)]
        edges = [[i, i + 1, 5.0] for i in range(5)]
        document = {"nodes": nodes, "edges": edges, "k": 2, "tolerance": {"pop": 0.3}}
        path = tmp_path / "instance.json"
        path.write_text(json.dumps(document | {key: change(document[key]) for key, change in changes.items()}))
        return path

    return write


def test_an_instance_is_solved_written_and_solved_again_from_its_solution(run, instance, tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    status, text, errors = run("solve", "partition", instance(), "--json", "-o", first)
    assert status == 0, errors
    assert json.loads(text)["status"] == "optimal"
    solution = json.loads(first.read_text())
    assert solution["assignment"] == [0, 0, 0, 1, 1, 1]
    assert set(solution) == {"assignment", "objective", "bound", "gap", "status", "seconds", "seed"}
    assert run("solve", "partition", instance(), "--start", first, "-o", second)[0] == 0
    assert json.loads(second.read_text())["objective"] == solution["objective"]


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"nodes": lambda nodes: [*nodes[:5], nodes[5] | {"pop": -4}]}, 2, "node 5 (n5) has pop -4"),
        ({"nodes": lambda nodes: [*nodes[:5], nodes[5] | {"pop": math.nan}]}, 2, "node 5 (n5) has pop nan"),
        ({"nodes": lambda nodes: []}, 2, "the instance has no node"),
        ({"k": lambda k: 0}, 2, "k is 0"),
        ({"edges": lambda edges: [*edges, [1, 0, 5.0]]}, 2, "edge (0, 1) stands twice"),
        ({"edges": lambda edges: [*edges, [1, 1, 5.0]]}, 2, "joins a vertex to itself"),
        ({"edges": lambda edges: edges[:2]}, 3, "4 parts without a walkable border between them; 2 grids can't cover"),
        ({"nodes": lambda nodes: [*nodes[:5], nodes[5] | {"pop": 400}]}, 3, "unit n5 alone has 400 pop"),
        ({"tolerance": lambda _: {"pop": 0.0}}, 3, "no set of units has exactly 37.5 pop"),
    ],
)
def test_an_instance_that_means_nothing_or_has_no_plan_is_one_message_before_any_search(
    run, instance, tmp_path, changes, status, message
):
    solution = tmp_path / "solution.json"
    found, _, text = run("solve", "partition", instance(**changes), "-o", solution)
    assert found == status
    assert message in text
    assert "Traceback" not in text
    assert not solution.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "isn't a solution"),
        ('{"assignment": [0, 1]}', "start has shape"),
        ('{"assignment": [0, 0, 0, 1, 1, [1]]}', "start is no list"),
    ],
)
def test_a_solution_that_is_none_is_no_start(run, instance, tmp_path, text, message):
    (tmp_path / "start.json").write_text(text)
    words = ("--start", tmp_path / "start.json", "-o", tmp_path / "solution.json")
    status, _, errors = run("solve", "partition", instance(), *words)
    assert status == 2
    assert message in errors
