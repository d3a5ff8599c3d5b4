"""Planned against done at the command line."""

import json

import pandas as pd
import pytest
import shapely

from gridgeo.routes import patrol_routes
from towns import BLOCK, EAST, NORTH
from tracks import track_along


@pytest.fixture(scope="module")
def walked(files, tmp_path_factory):
    """A folder with a track along a row of the town, and the patrols of its plan."""
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction

    town = read_jurisdiction(files / "town.gpkg")
    folder = tmp_path_factory.mktemp("walked")
    line = shapely.LineString([(EAST, NORTH), (EAST + 6 * BLOCK, NORTH)])
    table = track_along(line, town.crs, seed=1, gaps=0)
    table[["time", "lon", "lat", "officer"]].to_csv(folder / "zhou.csv", index=False)
    table.assign(lon=table["lon"] + 3)[["time", "lon", "lat"]].to_csv(folder / "away.csv", index=False)
    pd.DataFrame({"officer": ["Zhou"], "from": ["2026-11-25 08:00"], "to": ["2026-11-25 08:03"]}).to_csv(
        folder / "duty.csv", index=False
    )
    patrol_routes(read_plan(files / "plan.gpkg", town)).to_file(folder / "patrols.gpkg")
    return folder


def test_coverage_is_written_and_told(run, files, walked, tmp_path):
    status, out, _ = run(
        "coverage", files / "town.gpkg", files / "plan.gpkg", walked / "zhou.csv", "--patrols", walked / "patrols.gpkg",
        "-o", tmp_path / "c.gpkg", "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert status == 0
    assert told["km"] == pytest.approx(0.6, abs=0.05)
    assert told["done_of_planned"] == pytest.approx(6 / 212, abs=0.001)
    assert {row["week"] for row in told["rows"]} == {"2026-W48"}
    assert (tmp_path / "c.gpkg").exists()


def test_only_duty_counts(run, files, walked, tmp_path):
    status, out, _ = run(
        "coverage", files / "town.gpkg", files / "plan.gpkg", walked / "zhou.csv", "--duty", walked / "duty.csv",
        "-o", tmp_path / "c.gpkg", "--json",
    )  # fmt: skip
    assert status == 0
    assert json.loads(out)["km"] == pytest.approx(0.2, abs=0.04)
    assert json.loads(out)["off_duty"] > 50


@pytest.mark.parametrize(
    ("track", "words"),
    [("away.csv", "away.csv: lies"), ("none.gpx", "no such file"), ("duty.csv", "has no column time")],
)
def test_a_track_that_cant_be_used_ends_with_2_and_its_name(run, files, walked, tmp_path, track, words):
    status, _, errors = run(
        "coverage", files / "town.gpkg", files / "plan.gpkg", walked / track, "-o", tmp_path / "c.gpkg"
    )
    assert status == 2
    assert words in errors
    assert not (tmp_path / "c.gpkg").exists()


def test_a_clock_that_jumps_ahead_is_told_and_the_track_is_used(run, files, walked, tmp_path):
    table = pd.read_csv(walked / "zhou.csv")
    late = pd.to_datetime(table["time"]) + pd.Timedelta(days=3650)
    table.loc[60:, "time"] = late.dt.strftime("%Y-%m-%dT%H:%M:%SZ")[60:]
    table.to_csv(tmp_path / "jump.csv", index=False)
    status, out, err = run(
        "coverage", files / "town.gpkg", files / "plan.gpkg", tmp_path / "jump.csv", "-o", tmp_path / "c.gpkg", "--json"
    )
    assert status == 0
    assert json.loads(out)["km"] == pytest.approx(0.6, abs=0.06)
    assert "jump.csv: 3,650 days pass after position 60; if the clock jumped ahead, mend the times" in err


def test_gaps_counted_until_before_the_track_are_refused(run, files, walked, tmp_path):
    status, _, err = run(
        "coverage", files / "town.gpkg", files / "plan.gpkg", walked / "zhou.csv", "--until", "2020-01-01",
        "-o", tmp_path / "c.gpkg",
    )  # fmt: skip
    assert status == 2
    assert "until is 2020-01-01, before the first position" in err
