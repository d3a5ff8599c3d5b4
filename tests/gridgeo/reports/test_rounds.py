import dataclasses
import re
from datetime import date

import geopandas as gpd
import pytest
from shapely import LineString, Point

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.reports import render_rounds, report_rounds
from gridgeo.routes import Routes
from towns import CRS, EAST, NORTH


@pytest.fixture(scope="module")
def routes() -> Routes:
    """Rounds of Li on two days and of 周敏 on one, in grid 01; one visit is the second of four, with another officer."""
    line = LineString([(EAST, NORTH), (EAST + 200, NORTH), (EAST + 200, NORTH + 100)])
    names = ["Li-1", "Li-2", "周敏-1"]
    rounds = gpd.GeoDataFrame(
        {
            "route": names,
            "grid": "01",
            "kind": "visits",
            "mode": "foot",
            "minutes": 75.0,
            "length_m": 1234.0,
            "service_m": 0.0,
            "stops": [2, 0, 1],
            "start_min": 10.0,
            "officer": ["Li", "Li", "周敏"],
            "date": ["2026-12-01", "2026-12-02", "2026-12-01"],
            "shift_from": "08:00",
            "break": ["09:00", "", ""],
        },
        geometry=[line] * 3,
        crs=CRS,
    )
    stops = gpd.GeoDataFrame(
        {
            "route": ["Li-1", "Li-1", "周敏-1"],
            "order": [1, 0, 0],
            "what": ["d2", "d1", "d3"],
            "name": ["<b>Mill</b>", None, "北街 7"],
            "arrive_min": [50.0, 20.0, 20.0],
            "wait_min": [10.0, 0.0, 0.0],
            "leave_min": [75.0, 40.0, 40.0],
            "travel_min": [10.0, 9.6, 10.0],
            "visit": [2, 1, 1],
            "visits": [4, 1, 1],
            "with": ["Zhou", "", ""],
            "tasks": ["", "fire; health", ""],
        },
        geometry=[Point(EAST + 200, NORTH), Point(EAST, NORTH), Point(EAST, NORTH)],
        crs=CRS,
    )
    left = gpd.GeoDataFrame({"what": [], "grid": [], "reason": []}, geometry=[], crs=CRS)
    return Routes(rounds, stops, left, {"kind": "visits"})


def rows(page: str) -> list[list[str]]:
    """The cells of each stop."""
    found = re.findall(r'<tr><td class="code">.*?</tr>', page, flags=re.DOTALL)
    return [[re.sub(r"<[^>]*>", " ", cell).strip() for cell in re.findall(r"<td.*?</td>", row)] for row in found]


def test_each_officer_and_day_has_a_page_with_a_map(now: Plan, routes: Routes):
    page = render_rounds(now, routes)
    assert re.findall(r'<section class="round" id="([^"]*)"', page) == ["Li-1", "周敏-1", "Li-2"]
    assert page.count("<svg") == 3
    assert page.count("Map of the round") == 3


def test_stops_stand_in_order_with_their_times_and_what_belongs_to_them(now: Plan, routes: Routes):
    told = rows(render_rounds(now, routes, officers=["Li"], day=date(2026, 12, 1)))
    assert [(row[0], row[1]) for row in told] == [("1", "08:20–08:40"), ("2", "09:00–09:15")]
    assert told[0][2] == "d1 fire; health"
    assert told[1][2].split() == ["&lt;b&gt;Mill&lt;/b&gt;", "d2"]
    assert told[1][3:6] == ["2/4", "Zhou", "10 min"]


def test_the_head_tells_when_the_round_begins_and_ends(now: Plan, routes: Routes):
    page = render_rounds(now, routes, officers=["Li"], day=date(2026, 12, 1))
    head = re.sub(r"<[^>]*>", " ", page[page.index('class="facts"') : page.index("<figure>")]).split()
    assert {"08:10", "09:25", "09:00", "1.2"} <= set(head)
    assert "1 December 2026" in page
    assert "Tuesday" in page


def test_a_round_speaks_chinese(now: Plan, routes: Routes):
    page = render_rounds(now, routes, officers=["周敏"], lang="zh")
    assert "走访路线单" in page
    assert "2026年12月1日" in page
    assert "Sets out" not in page


def test_rounds_of_one_day_without_officers_are_printed_by_their_names(now: Plan, routes: Routes):
    bare = routes.routes.drop(columns=["officer", "date", "shift_from", "break"])
    stops = routes.stops.drop(columns=["visit", "visits", "with", "tasks"])
    page = render_rounds(now, Routes(bare, stops, routes.unserved, {"shift_from": "13:30"}))
    assert "Li-2" in page
    assert rows(page)[0][1] == "13:50–14:10"


def test_the_same_rounds_give_the_same_page(now: Plan, routes: Routes, tmp_path):
    files = report_rounds(now, routes, out=[tmp_path / "a.html", tmp_path / "b.html"])
    assert files[0].read_bytes() == files[1].read_bytes() == render_rounds(now, routes).encode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"officers": ["Nobody"]}, "no round of officer 'Nobody'; the file has Li, 周敏"),
        ({"day": date(2027, 1, 1)}, "no round of date '2027-01-01'"),
        ({"officers": ["周敏"], "day": date(2026, 12, 2)}, "there is no round to print"),
        ({"lang": "fr"}, "no report in 'fr'"),
    ],
)
def test_what_is_not_there_is_refused(now: Plan, routes: Routes, change, message):
    with pytest.raises(BadInput, match=message):
        render_rounds(now, routes, **change)


def test_patrols_and_other_places_are_refused(now: Plan, routes: Routes):
    patrols = dataclasses.replace(routes, routes=routes.routes.assign(kind="patrol"))
    with pytest.raises(BadInput, match="these routes are patrols"):
        render_rounds(now, patrols)
    away = dataclasses.replace(routes, routes=routes.routes.to_crs("EPSG:32633"))
    with pytest.raises(BadInput, match="they belong to two places"):
        render_rounds(now, away)
