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
        (("--compare",), "--compare needs a first day: add --from"),
        (("--borders", "open"), "--borders needs a first day: add --from"),
        (("--from", "2026-11-30", "--compare"), "give a table with a column task"),
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


def test_a_diary_needs_a_first_day_and_says_so_before_anything_is_planned(visits, lists):
    status, _, err = visits(lists / "visits.csv", "-o", lists / "day.ics")
    assert status == 2
    assert "day.ics needs a first day: add --from" in err


@pytest.mark.parametrize("when", [(), WEEK[:-1]])
def test_places_off_the_map_are_listed_by_name_with_a_guess_at_the_cause(visits, lists, when):
    (lists / "far.csv").write_text("door,lon,lat,minutes\nparis,2.35,48.85,10\nswapped,43.7,7.4,10\n")
    status, figures, err = visits(lists / "far.csv", *when, "--json", "-o", lists / "far.gpkg")
    assert (status, figures["unserved"]) == (0, 2)
    assert "not served, outside every grid; are lon and lat swapped?: paris, swapped" in err


def test_more_visits_than_days_and_windows_beside_the_shift_are_listed_with_the_reason(visits, lists):
    doors = pd.read_csv(lists / "visits.csv").head(4)
    doors["every"] = ["3 a week", "weekly", "weekly", "weekly"]
    doors["weekdays"] = ["Mon", "Sun", "", ""]
    doors[["from", "to"]] = [["", ""], ["", ""], ["19:00", "20:00"], ["", ""]]
    doors.to_csv(lists / "odd.csv", index=False)
    status, figures, err = visits(lists / "odd.csv", *WEEK, "-o", lists / "odd.gpkg")
    assert (status, figures["visits"]) == (0, 2)
    assert "3 visits 2 to 3 days apart don't fit into the days on which a visit is possible: d0" in err
    assert "nobody who may call works on a day on which the door is open (weekday or leave): d1" in err
    assert "the window 19:00–20:00 doesn't meet a shift and the way there: d2" in err


@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        ("minutes", ["20", "-5"], "visits, row 2 (door 'd1'), column 'minutes': '-5' isn't above 0"),
        ("door", ["d0", "d0"], "visits, row 2 (door 'd0'), column 'door': 'd0' stands twice"),
        ("every", ["weekly", "10 a week"], "'10 a week' is no frequency of once a day at the most"),
        ("from", ["09:00", "25:00"], "visits, row 2 (door 'd1'), column 'from': '25:00' is neither a time of day"),
    ],
)
def test_a_bad_cell_is_told_with_row_field_and_mend(visits, lists, column, cells, words):
    doors = pd.read_csv(lists / "visits.csv").head(2).assign(**{column: cells})
    doors.to_csv(lists / "bad.csv", index=False)
    status, _, err = visits(lists / "bad.csv", *WEEK, "-o", lists / "bad.gpkg")
    assert status == 2
    assert words in err


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Zhou,12:00,08:00,,", "row 1 (officer 'Zhou'), column 'to': '08:00' leaves no shift"),
        ("Zhou,,,43.7,7.4", "row 1 (officer 'Zhou'): no road reaches where the day begins"),
    ],
)
def test_an_officer_who_cant_work_is_told_by_row(visits, lists, row, words):
    (lists / "odd.csv").write_text(f"officer,from,to,lon,lat\n{row}\n")
    status, _, err = visits(lists / "visits.csv", "--officers", lists / "odd.csv", *WEEK, "-o", lists / "o.gpkg")
    assert status == 2
    assert words in err


def test_an_urgent_visit_off_the_map_is_listed_once(visits, lists):
    assert visits(lists / "visits.csv", *WEEK, "-o", lists / "week.gpkg")[0] == 0
    (lists / "far.csv").write_text("door,lon,lat,minutes\nparis,2.35,48.85,10\n")
    change = ("--change", lists / "week.gpkg", "--now", "2026-11-30 08:01", "--urgent", lists / "far.csv")
    status, figures, err = visits(lists / "visits.csv", *WEEK, *change, "-o", lists / "new.gpkg")
    assert (status, figures["visits"], figures["unserved"]) == (0, 10, 1)
    assert "outside every grid: paris" in err


@pytest.mark.parametrize("ending", ["gpkg", "ics", "csv"])
def test_a_plan_in_which_nobody_can_call_is_written_with_its_reasons(visits, lists, ending: str):
    pd.DataFrame({"officer": ["Zhou"], "leave": ["2026-11-30..2026-12-06"]}).to_csv(lists / "away.csv", index=False)
    out = lists / f"week.{ending}"
    status, figures, err = visits(lists / "visits.csv", "--officers", lists / "away.csv", *WEEK, "-o", out)
    assert (status, err.count("gridgeo: not served, nobody who may call works on a day")) == (0, 1)
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
