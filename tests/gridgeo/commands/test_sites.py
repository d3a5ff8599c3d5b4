"""Service points at the command line."""

import json

import pytest

from gridgeo import crs
from towns import CRS, EAST, NORTH


@pytest.fixture
def candidates(tmp_path):
    """Three candidates in the lattice town."""
    lon, lat = crs.transform([EAST, EAST + 300, EAST + 600], [NORTH, NORTH + 200, NORTH + 400], CRS, 4326)
    rows = "".join(f"{name},{x},{y}\n" for name, x, y in zip("abc", lon, lat, strict=True))
    (tmp_path / "c.csv").write_text("site,lon,lat\n" + rows)
    return tmp_path / "c.csv"


def test_sites_are_written_and_told(run, files, candidates, tmp_path):
    status, out, _ = run(
        "sites", files / "town.gpkg", "--candidates", candidates, "-n", 1, "-o", tmp_path / "s.gpkg", "--json"
    )
    told = json.loads(out)
    assert status == 0
    assert [(row["site"], row["name"]) for row in told["rows"]] == [("c", None)]
    assert (told["status"], told["gap"]) == ("optimal", 0.0)
    assert (tmp_path / "s.gpkg").exists()


def test_no_choice_ends_with_3_and_a_bad_row_with_2(run, files, candidates, tmp_path):
    words = ("sites", files / "town.gpkg", "--candidates", candidates, "-o", tmp_path / "s.gpkg")
    status, _, errors = run(*words, "--objective", "all", "--within", 1)
    assert status == 3
    assert "the nearest candidate" in errors
    candidates.write_text("site,lon,lat\na,7.4,\n")
    status, _, errors = run(*words)
    assert status == 2
    assert "candidates, row 1 ('a'), column 'lat': the cell is empty" in errors
