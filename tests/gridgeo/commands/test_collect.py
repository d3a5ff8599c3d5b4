"""Collection rounds at the command line."""

import json

import pytest

from gridgeo import crs
from towns import CRS, EAST, NORTH


@pytest.fixture
def villages(tmp_path):
    """Three villages in the lattice town."""
    lon, lat = crs.transform([EAST, EAST + 300, EAST + 600], [NORTH, NORTH + 200, NORTH + 400], CRS, 4326)
    rows = "".join(f"{name},{x},{y},5\n" for name, x, y in zip("abc", lon, lat, strict=True))
    (tmp_path / "v.csv").write_text("village,lon,lat,items\n" + rows)
    return tmp_path / "v.csv", f"{lon[0]},{lat[0]}"


def test_rounds_are_written_and_told(run, files, villages, tmp_path):
    table, depot = villages
    status, out, _ = run("collect", files / "town.gpkg", table, "--depot", depot, "--capacity", 40, "-o", tmp_path / "r.gpkg", "--json")  # fmt: skip
    told = json.loads(out)
    assert status == 0
    assert told["longest_wait_days"] <= told["allowed_days"] == 3
    assert told["days"] == 30
    assert (tmp_path / "r.gpkg").exists()


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--capacity", 4], 3, "village 'a' makes 5 items a day, a vehicle holds 4"),
        (["--capacity", 40, "--depot", "here"], 2, "--depot here: write LON,LAT"),
        (["--capacity", 40, "--closed", "sometimes"], 2, "closed day 'sometimes' is unknown"),
    ],
)
def test_what_cant_be_done_ends_with_its_status_and_reason(run, files, villages, tmp_path, options, status, words):
    table, depot = villages
    ended, _, errors = run("collect", files / "town.gpkg", table, "--depot", depot, "-o", tmp_path / "r.gpkg", *options)
    assert ended == status
    assert words in errors
