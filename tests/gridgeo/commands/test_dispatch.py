"""Who goes, and what policies and plans come to, at the command line."""

import json

import pytest

from gridgeo import crs
from towns import CRS, EAST, NORTH


@pytest.fixture
def tables(tmp_path):
    """Two cases and two officers as files."""
    lon, lat = crs.transform([EAST, EAST + 400, EAST + 200, EAST + 800], [NORTH] * 4, CRS, 4326)
    spots = [f"{x},{y}" for x, y in zip(lon, lat, strict=True)]
    (tmp_path / "cases.csv").write_text(f"case,lon,lat\na,{spots[0]}\nb,{spots[1]}\n")
    (tmp_path / "officers.csv").write_text(f"officer,grid,lon,lat\nwang,04,{spots[2]}\nli,05,{spots[3]}\n")
    return tmp_path


def test_who_goes_is_told_and_written(run, files, tables):
    status, out, _ = run(
        "dispatch", files / "town.gpkg", files / "plan.gpkg", tables / "cases.csv", tables / "officers.csv",
        "--at", "2026-11-27T09:00", "-o", tables / "sent.gpkg", "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert status == 0
    assert [(row["case"], row["officer"]) for row in told["rows"]] == [("a", "wang"), ("b", "li")]
    assert told["rows"][0]["zh"].endswith("手上无事件")
    assert (tables / "sent.gpkg").exists()


def test_policies_are_simulated_and_a_plan_is_set_against_another(run, files):
    words = ("simulate", files / "town.gpkg", files / "plan.gpkg", "--days", 2, "--limit", 5, "--json")
    status, out, _ = run(*words, "--policy", "nearest", "--policy", "coverage")
    assert status == 0
    assert [row["policy"] for row in json.loads(out)["rows"]] == ["nearest", "coverage"]
    status, out, _ = run(*words, "--against", files / "old.gpkg")
    assert {"A", "B", "Δ"} <= set(json.loads(out)["rows"][0])


def test_a_plan_is_predicted_and_set_against_another(run, files, tmp_path):
    words = ("simulate", files / "town.gpkg", files / "plan.gpkg", "--predict", "--per-day", 60, "--json")
    status, out, _ = run(*words, "-o", tmp_path / "p.gpkg")
    told = json.loads(out)
    assert status == 0
    assert len(told["rows"]) == 6
    assert told["exact"] is True
    status, out, _ = run(*words, "--against", files / "old.gpkg")
    assert {row["measure"] for row in json.loads(out)["measures"]} >= {"mean_min", "highest_load"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--predict", "--policy", "coverage"), "knows the policies owner and nearest"),
        (("--after", "tomorrow"), "choose 'on the way'"),
        (("--predict", "--offline"), "belongs to a simulation"),
        (("--predict", "--cases", "log.csv"), "--cases belongs to a simulation"),
        (("--predict", "--zone", "Asia/Shanghai"), "--zone is for shifts and logs"),
        (("--predict", "--after", "stays"), "--after 'stays' belongs to a simulation"),
        (("--predict", "--per-day", 0), "per_day is 0; nothing can be predicted"),
        (("--zone", "Mars/X"), "time zone 'Mars/X' is unknown"),
        (("--output", "x.foo"), "'.foo' isn't written; choose one of .gpkg"),
        (("--policy", "best"), "unknown policy 'best'"),
        (("--demand", "cats"), "no column 'cats'"),
    ],
)
def test_what_cannot_be_simulated_ends_with_2_and_the_mend(run, files, words, said):
    status, _, errors = run("simulate", files / "town.gpkg", files / "plan.gpkg", *words)
    assert status == 2
    assert said in errors
