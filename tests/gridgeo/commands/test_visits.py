import json
from pathlib import Path

import pandas as pd
import pytest

from gridgeo.routes import read_routes


@pytest.fixture
def visits(run, files):
    """Runs `gridgeo visits` on the town and its plan; gives exit status, figures (where it printed them) and errors."""

    def command(*words):
        status, out, err = run("visits", files / "town.gpkg", files / "plan.gpkg", *words)
        return status, json.loads(out) if status == 0 else {}, err

    return command


@pytest.fixture
def lists(lattice, tmp_path: Path) -> Path:
    """A folder with a list of visits, tasks, officers, and an urgent visit."""
    doors = lattice.buildings["building"].iloc[:10].tolist()
    table = pd.DataFrame({"door": [f"d{i}" for i in range(10)], "building": doors, "minutes": 20})
    table.assign(every=["weekly", "once"] * 5).to_csv(tmp_path / "visits.csv", index=False)
    tasks = pd.concat([table.assign(task=[f"{who}{i}" for i in range(10)]) for who in "ab"])
    tasks.to_csv(tmp_path / "tasks.csv", index=False)
    pd.DataFrame({"officer": ["Zhou", "Li"]}).to_csv(tmp_path / "officers.csv", index=False)
    urgent = {"door": ["leak"], "building": [doors[0]], "minutes": [5]}
    pd.DataFrame(urgent).to_csv(tmp_path / "urgent.csv", index=False)
    return tmp_path


WEEK = ("--from", "2026-11-30", "--days", 7, "--json")


def test_a_week_is_planned_for_officers_and_mended(visits, lists):
    crew = ("--officers", lists / "officers.csv")
    status, figures, _ = visits(lists / "visits.csv", *crew, *WEEK, "-o", lists / "week.gpkg")
    assert status == 0
    assert (figures["visits"], figures["unserved"]) == (10, 0)
    change = (
        "--change",
        lists / "week.gpkg",
        "--now",
        "2026-11-30 08:01",
        "--sick",
        "Zhou",
        "--urgent",
        lists / "urgent.csv",
    )
    status, mended, _ = visits(lists / "visits.csv", *crew, *WEEK, *change, "-o", lists / "new.gpkg")
    assert status == 0
    assert mended["visits"] + mended["unserved"] == 11
    assert mended["replanned"]["urgent"] == 1


@pytest.mark.parametrize("ending", ["ics", "gpx", "csv", "geojson"])
def test_rounds_go_into_a_diary_a_phone_and_a_spreadsheet(visits, lists, ending: str):
    out = lists / f"week.{ending}"
    assert visits(lists / "visits.csv", *WEEK, "-o", out)[0] == 0
    assert out.stat().st_size > 500


def test_comparing_tells_what_joining_tasks_saves(visits, lists):
    status, figures, _ = visits(lists / "tasks.csv", *WEEK, "--compare", "-o", lists / "week.gpkg")
    assert status == 0
    assert figures["joined"]["visits"] == {"apart": 20.0, "joined": 10.0, "saved": 10.0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--sick", "Zhou"), "--sick needs a first day: add --from"),
        (("--from", "2026-11-30", "--sick", "Zhou"), "--sick mends a plan: name it by --change"),
        (("--from", "soon"), "--from: 'soon' is no day"),
        (("--from", "2026-11-30", "--borders", "shut"), "borders is 'shut'"),
        (("--from", "2026-11-30", "--change", "x.gpkg"), "--change needs --now"),
        (("--from", "2026-11-30", "--change", "x.gpkg", "--now", "later"), "--now 'later' is no moment"),
    ],
)
def test_options_that_do_not_go_together_are_refused(visits, lists, options, message):
    status, _, text = visits(lists / "visits.csv", *options, "-o", lists / "week.gpkg")
    assert status == 2
    assert message in text


def test_tasks_without_a_first_day_are_refused(visits, lists):
    status, _, text = visits(lists / "tasks.csv", "-o", lists / "day.gpkg")
    assert status == 2
    assert "tasks are joined in plans with a first day" in text


def test_an_ending_that_is_not_written_is_refused_before_anything_is_planned(visits, lists):
    status, _, err = visits(lists / "visits.csv", *WEEK, "-o", lists / "week.docx")
    assert status == 2
    assert "'.docx' isn't written; choose one of .gpkg" in err
    assert ".ics" in err


@pytest.mark.parametrize("ending", ["gpkg", "ics", "csv"])
def test_a_plan_in_which_nobody_can_call_is_written_with_its_reasons(visits, lists, ending: str):
    pd.DataFrame({"officer": ["Zhou"], "leave": ["2026-11-30..2026-12-06"]}).to_csv(lists / "away.csv", index=False)
    out = lists / f"week.{ending}"
    status, figures, err = visits(lists / "visits.csv", "--officers", lists / "away.csv", *WEEK, "-o", out)
    assert (status, err) == (0, "")
    assert (figures["routes"], figures["visits"], figures["unserved"]) == (0, 0, 10)
    assert out.exists()


def test_rounds_are_printed_for_an_officer_and_a_day(visits, run, files, lists):
    assert visits(lists / "visits.csv", *WEEK, "-o", lists / "week.gpkg")[0] == 0
    about = (files / "town.gpkg", files / "plan.gpkg", lists / "week.gpkg", "--json")
    day = str(read_routes(lists / "week.gpkg").routes["date"].iloc[0])
    status, out, _ = run("report", "rounds", *about, "--on", day, "-o", lists / "day.html")
    assert status == 0
    assert json.loads(out)["files"] == [str(lists / "day.html")]
    assert '<section class="round"' in (lists / "day.html").read_text(encoding="utf-8")
    status, _, err = run("report", "rounds", *about, "--officer", "Nobody", "-o", lists / "day.html")
    assert status == 2
    assert "no round of officer 'Nobody'" in err
