"""`gridgeo compare` as a user meets it."""

import json

import pytest

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import read_layer, write_jurisdiction
from towns import lattice_town


@pytest.fixture(scope="module")
def files(lattice, tmp_path_factory):
    """A town, a plan of two halves, and the same with U002 moved east."""
    folder = tmp_path_factory.mktemp("files")
    write_jurisdiction(lattice, folder / "town.gpkg")
    plan = Plan(lattice, lattice.units.set_index("unit")["area"], Rules(k=2))
    plan.to_file(folder / "a.gpkg")
    plan.move(["U002"], "east").to_file(folder / "b.gpkg")
    return [folder / f"{name}.gpkg" for name in ("town", "a", "b")]


def test_what_moved_is_told_with_every_measure_and_unit(run, files, lattice):
    status, text, _ = run("compare", *files, "--json")
    told = json.loads(text)
    households = int(lattice.units.set_index("unit")["households"]["U002"])
    assert status == 0
    assert (told["units_moved"], told["households_moved"], told["compared_by"]) == (1, households, "code")
    assert told["share_moved"] == pytest.approx(households / lattice.units["households"].sum())
    assert told["rows"] == [
        {"from": "west", "to": "east", "units": 1, "households": households}
        | {name: told["rows"][0][name] for name in ("area_m2", "workload_min")}
    ]
    assert [(unit["unit"], unit["from"], unit["to"]) for unit in told["moved"]] == [("U002", "west", "east")]
    assert {(row["measure"], row["statistic"]) for row in told["measures"]} >= {
        (name, statistic)
        for name in ("households", "area", "difficulty", "workload")
        for statistic in ("min", "max", "cv", "gini", "worst_deviation")
    } | {("compactness", "min"), ("boundary_m", "total")}
    assert [row["state"] for row in told["grids_changed"]] == ["changed", "changed"]
    assert set(told["households_worst_deviation"]) == {"A", "B", "Δ"}


def test_the_terminal_shows_figures_and_two_tables(run, files):
    status, text, _ = run("compare", *files)
    assert status == 0
    assert "Measures" in text
    assert "Moves" in text
    assert "boundary_m" in text
    assert "units moved" in text


def test_what_moved_is_written_as_it_is_asked_for(run, files, tmp_path):
    for name in ("m.geojson", "m.xlsx", "m.csv", "m.html"):
        status, text, _ = run("compare", *files, "-o", tmp_path / name)
        assert status == 0
        assert str(tmp_path / name) in text
    assert read_layer(tmp_path / "m.geojson")["unit"].tolist() == ["U002"]


def test_a_plan_of_other_units_ends_with_2_and_says_what_to_do(run, files, tmp_path):
    other = lattice_town(3, 4)
    Plan(other, other.units.set_index("unit")["area"], Rules(k=2)).to_file(tmp_path / "other.gpkg")
    status, _, errors = run("compare", *files[:2], tmp_path / "other.gpkg", "-o", tmp_path / "m.csv")
    assert status == 2
    assert "other.gpkg" in errors
    assert "units have no grid" in errors
    assert not (tmp_path / "m.csv").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--by", "name"), "choose code or grid"),
        (("-o", "m.docx"), "choose one of"),
        (("-o", "m.xlsx", "--lang", "fr"), "choose en or zh"),
        (("-o", "absent/m.csv"), "doesn't exist"),
    ],
)
def test_bad_options_end_with_2_and_write_nothing(run, files, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    status, _, errors = run("compare", *files, *words)
    assert status == 2
    assert message in errors
    assert list(tmp_path.iterdir()) == []
