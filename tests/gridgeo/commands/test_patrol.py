"""Patrols of a period at the command line."""

import dataclasses
import json

import pytest

from gridgeo.sources import read_jurisdiction, write_jurisdiction


def patrol(run, files, out, *options):
    return run("patrol", files / "town.gpkg", files / "plan.gpkg", "-o", out / "p.gpkg", *options)


def test_a_period_is_planned_and_its_promise_told(run, files, tmp_path):
    status, out, _ = patrol(
        run, files, tmp_path, "--shifts", 2, "--officers", 2, "--times", "normal=2", "--most-gap", "normal=1", "--json"
    )
    told = json.loads(out)
    assert status == 0
    assert told["promised_gap"] == {"normal": 1}
    assert (tmp_path / "p.gpkg").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--times", "normal=1"), "say how many shifts it has, e.g. --shifts 7"),
        (("--officers", "3"), "--officers is of a period: say how many shifts it has"),
        (("--begins", "06:00"), "--begins is of a period"),
        (("--shifts", "2", "--periods", "3"), "say how much longer plans may be, e.g. --longer 0.1"),
        (("--shifts", "2", "--times", "normal=2", "--begins", ""), "begins is empty; give at least one time of day"),
        (("--shifts", "2", "--times", "normal=-1"), "passed -1 times in 2 shifts; give 1 to 2"),
        (("--shifts", "2", "--times", "normal=1", "--both-sides", "canal"), "class 'canal' has two sides"),
        (("--from", "2026-12-01"), "--from is of a period"),
        (("--shifts", "2", "--from", "soon"), "--from: 'soon' is no day"),
        (("-o", "p.ics"), "p.ics: a diary needs dates: add --shifts and a first day"),
        (("-o", "p.docx"), "'.docx' isn't written; choose one of .gpkg"),
        (("--mode", "boat"), "unknown mode 'boat'; travel by foot, ebike, car"),
        (("--shifts", "2", "--times", "normal=often"), "write CLASS=NUMBER pairs"),
        (("--shifts", "2", "--times", "normal=3"), "3 times in 2 shifts; give 1 to 2"),
        (("--shifts", "2", "--closed", "normal"), "write CLASS=HH:MM-HH:MM"),
        (("--shifts", "2", "--officers", "0"), "officers is 0; give at least 1"),
        (("--shifts", "2", "--longer", "-0.1"), "-10% longer; give a share of 0 or more"),
        (("--shifts", "2", "--times", "warm=1"), "has no number of passes"),
    ],
)
def test_what_makes_no_sense_is_told_by_name(run, files, tmp_path, options, words):
    status, _, err = patrol(run, files, tmp_path, *options)
    assert status == 2
    assert words in " ".join(err.split())


def test_streets_that_no_patrol_reaches_are_named_on_standard_error(run, files, tmp_path):
    status, out, err = patrol(run, files, tmp_path, "--shift", 3, "--json")
    assert status == 0
    assert json.loads(out)["unserved"] > 6
    assert "gridgeo: not served, alone, with the way there and back, longer than the shift of 3 min: street " in err
    assert ", … (" in err


@pytest.mark.parametrize("mode", ["foot", "ebike", "car"])
def test_patrols_go_by_every_mode(run, files, tmp_path, mode):
    status, out, _ = patrol(run, files, tmp_path, "--mode", mode, "--json")
    assert status == 0
    assert (json.loads(out)["mode"], json.loads(out)["unserved"]) == (mode, 0)


def test_a_town_without_streets_is_told_by_name(run, files, tmp_path):
    town = read_jurisdiction(files / "town.gpkg")
    bare = dataclasses.replace(town, road_nodes=town.road_nodes.head(0), road_edges=town.road_edges.head(0))
    write_jurisdiction(bare, tmp_path / "bare.gpkg")
    (tmp_path / "d.csv").write_text("door,village,lon,lat,minutes,items,time\na,a,7.4,43.7,5,5,2026-11-25T08:00:00\n")
    both, table, out = (tmp_path / "bare.gpkg", files / "plan.gpkg"), tmp_path / "d.csv", ("-o", tmp_path / "o.gpkg")
    for words in (
        ("patrol", *both, *out),
        ("visits", *both, table, "--from", "2026-12-01", *out),
        ("coverage", *both, table, *out),
        ("collect", both[0], table, "--depot", "7.4,43.7", "--capacity", 9, *out),
    ):
        status, _, err = run(*words)
        assert status == 2, words
        assert "import a map with streets" in err, words


def test_drawn_patrols_are_written_as_a_diary_and_their_price_told_in_metres_and_hours(run, files, tmp_path):
    options = ("--shifts", 2, "--times", "normal=1", "--longer", 0.2, "--from", "2026-12-01", "-o", tmp_path / "p.ics")
    status, out, _ = patrol(run, files, tmp_path, *options, "--json")
    assert status == 0
    told = json.loads(out)
    assert told["best_m"] > 0
    assert told["km"] * 1000 == pytest.approx(told["best_m"] + told["extra_m"], abs=2)
    assert told["promised_gap_h"]["normal"] == told["promised_gap"]["normal"] * 24 + 4
    diary = (tmp_path / "p.ics").read_text(encoding="utf-8")
    assert diary.count("BEGIN:VEVENT") == told["routes"]
    assert "DTSTART:20261201T" in diary
