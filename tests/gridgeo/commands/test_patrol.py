"""Patrols of a period at the command line."""

import json

import pytest


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
