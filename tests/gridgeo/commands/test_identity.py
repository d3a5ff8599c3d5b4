"""`gridgeo number` and `gridgeo crosswalk` as a user meets them."""

import json
from datetime import date

import pandas as pd
import pytest

from gridgeo.plans.files import read_plan
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.register import Register, number_grids
from gridgeo.sources import read_csv, write_csv, write_jurisdiction, write_layer
from register_towns import EAST, WEST, by_columns, coded
from strips import strips
from towns import lattice_town


@pytest.fixture(scope="module")
def place():
    """The lattice town with official codes."""
    return coded(lattice_town())


@pytest.fixture(scope="module")
def town(place, tmp_path_factory):
    """The same as a file."""
    path = tmp_path_factory.mktemp("town") / "town.gpkg"
    write_jurisdiction(place, path)
    return path


def test_a_plan_is_numbered_and_written(run, town, place, tmp_path):
    by_columns(place, "AABCCD").to_file(tmp_path / "drawn.gpkg")
    status, text, _ = run("number", town, tmp_path / "drawn.gpkg", "-o", tmp_path / "plan.gpkg", "--json")
    figures = json.loads(text)
    assert (status, figures["grids"], figures["digits"]) == (0, 4, 15)
    assert [row["code"] for row in figures["rows"]] == [WEST + "001", WEST + "002", EAST + "001", EAST + "002"]
    assert read_plan(tmp_path / "plan.gpkg", place).identities["code"].tolist()[0] == WEST + "001"


def test_codes_go_on_from_the_plan_before_and_never_from_the_register(run, town, place, tmp_path):
    old = number_grids(by_columns(place, "AAACCD"))
    old.to_file(tmp_path / "old.gpkg")
    retired = number_grids(by_columns(place, "AABCCD"), [WEST + "006"])
    Register.empty(place.crs).in_force(retired, date(2020, 1, 1), number="P-1").to_file(tmp_path / "register.gpkg")
    by_columns(place, "XXYZZZ").to_file(tmp_path / "drawn.gpkg")
    words = ("--before", tmp_path / "old.gpkg", "--register", tmp_path / "register.gpkg", "--json")
    status, text, _ = run("number", town, tmp_path / "drawn.gpkg", *words, "-o", tmp_path / "new.gpkg")
    assert status == 0
    told = {row["grid"]: (row["code"], row["change"]) for row in json.loads(text)["rows"]}
    assert told["X"] == (WEST + "001", "split")
    assert told["Y"] == (WEST + "009", "new")
    assert told["Z"][1] == "merged"


def test_official_codes_are_read_from_a_table(run, tmp_path, lattice):
    write_jurisdiction(lattice, tmp_path / "bare.gpkg")
    by_columns(lattice, "AAACCC").to_file(tmp_path / "drawn.gpkg")
    words = ("number", tmp_path / "bare.gpkg", tmp_path / "drawn.gpkg", "--scheme", "14", "-o", tmp_path / "p.gpkg")
    status, _, errors = run(*words)
    assert status == 2
    assert "has an official code of 0 digits" in errors
    write_csv(pd.DataFrame({"area": ["west", "east"], "code": [WEST, EAST]}), tmp_path / "codes.csv")
    assert run(*words, "--area-codes", tmp_path / "codes.csv")[0] == 0
    assert read_plan(tmp_path / "p.gpkg", lattice).identities["code"].tolist() == [WEST + "01", EAST + "01"]


def test_a_crosswalk_of_two_plans_is_printed_and_written(run, town, place, tmp_path):
    by_columns(place, "AAABBB").to_file(tmp_path / "a.gpkg")
    by_columns(place, "112222").to_file(tmp_path / "b.gpkg")
    table = tmp_path / "table.csv"
    status, text, _ = run("crosswalk", town, tmp_path / "a.gpkg", tmp_path / "b.gpkg", "-o", table)
    assert status == 0
    assert "share households" in text
    written = read_csv(table)
    assert list(zip(written["source"], written["target"], strict=True)) == [("A", "1"), ("A", "2"), ("B", "2")]
    assert written["share_area"].astype(float).tolist() == pytest.approx([2 / 3, 1 / 3, 1])


def test_polygons_are_told_with_their_overlaps_and_gaps(run, town, place, tmp_path):
    Plan(place, place.units.set_index("unit")["area"], Rules(k=2)).to_file(tmp_path / "plan.gpkg")
    write_layer(strips(("p", 0, 250), ("q", 200, 500)).rename(columns={"name": "beat"}), tmp_path / "beats.geojson")
    words = ("crosswalk", town, tmp_path / "plan.gpkg", tmp_path / "beats.geojson")
    status, text, _ = run(*words, "--key", "beat", "--json")
    figures = json.loads(text)
    assert status == 0
    assert [(one["a"], one["b"]) for one in figures["overlapping"]] == [("p", "q")]
    assert figures["overlapping"][0]["area_m2"] == pytest.approx(5_000, rel=1e-3)
    assert figures["outside_households"] > 0
    assert {row["target"] for row in figures["rows"]} == {"p", "q", "(outside)"}
    status, _, errors = run(*words)
    assert status == 2
    assert "none of the columns grid, code, id, name" in errors


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("number", "{town}", "{plan}", "-o", "p.csv"), "only a plan file"),
        (("number", "{town}", "{plan}", "--scheme", "17", "-o", "p.gpkg"), "choose 14, 15, 16, 20"),
        (("number", "{town}", "{plan}", "--before", "absent.gpkg", "-o", "p.gpkg"), "absent.gpkg"),
        (("number", "{town}", "{plan}", "--register", "{plan}", "-o", "p.gpkg"), "is no register"),
        (("number", "{town}", "{plan}", "--area-codes", "{csv}", "-o", "p.gpkg"), "no column area, code"),
        (("crosswalk", "{town}", "{plan}", "absent.geojson"), "absent.geojson"),
        (("crosswalk", "{town}", "{plan}", "{plan}", "-o", "t.xlsx"), "ending .csv"),
        (("crosswalk", "{town}", "{town}", "{plan}"), "layers"),
    ],
)
def test_bad_input_is_one_clear_message_with_status_2(run, town, place, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    by_columns(place, "AAABBB").to_file(tmp_path / "plan.gpkg")
    (tmp_path / "units.csv").write_text("unit,grid\nU000,A\n")
    names = {"town": town, "plan": tmp_path / "plan.gpkg", "csv": tmp_path / "units.csv"}
    before = sorted(tmp_path.iterdir())
    status, _, errors = run(*(word.format(**names) for word in words))
    assert status == 2
    assert message in errors
    assert "Traceback" not in errors
    assert sorted(tmp_path.iterdir()) == before
