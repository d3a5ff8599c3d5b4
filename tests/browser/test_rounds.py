"""The page of rounds: an officer's stops in order, the way on the map, what was walked of the streets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from shapely import LineString

from browser.conftest import ask, write_town
from browser.installed import Board
from browser.test_access import serious
from gridgeo.coverage import street_coverage
from gridgeo.plans.files import read_plan
from gridgeo.routes.visiting import plan_visits
from gridgeo.sources import read_jurisdiction
from towns import BLOCK, EAST, NORTH
from tracks import track_along

DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def server(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """The installed server on the lattice town, with rounds of two officers on a Tuesday and a track along one row of streets."""
    folder = tmp_path_factory.mktemp("rounds")
    write_town(folder)
    town = read_jurisdiction(folder / "town.gpkg")
    plan = read_plan(folder / "plan.gpkg", town)
    homes = town.buildings["building"].iloc[:40:3].tolist()
    doors = pd.DataFrame({"door": homes, "building": homes, "minutes": 10, "grid": "01"})
    crew = pd.DataFrame({"officer": ["Li", "Zhou"], "grid": "01"})
    plan_visits(plan, doors, crew, start=DAY, days=1, iterations=50).routes.to_file(folder / "visits.gpkg")
    row = LineString([(EAST, NORTH), (EAST + 6 * BLOCK, NORTH)])
    street_coverage(plan, track_along(row, town.crs, seed=1, gaps=0)).to_file(folder / "coverage.gpkg")
    started = Board(programs, folder)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def morning(page: Page, board: Board) -> Page:
    """The page of Zhou's round at twenty to nine on the day, drawn."""
    page.clock.set_fixed_time("2026-12-01T08:40:00")
    page.goto(f"{board.url}/rounds?round=Zhou-20261201")
    page.wait_for_selector("main.map[data-drawn=true]")
    page.wait_for_selector(".stop-number")
    return page


def test_an_officers_stops_stand_in_order_beside_the_map_and_on_it(morning: Page, board: Board) -> None:
    told = ask(board, "/api/v1/routes/Zhou-20261201")
    rows = morning.locator(".stops li")
    expect(rows).to_have_count(len(told["stop_list"]))
    expect(morning.locator(".stop-number")).to_have_count(len(told["stop_list"]))
    for number, stop in enumerate(told["stop_list"]):
        expect(rows.nth(number)).to_contain_text(stop["name"])
        expect(rows.nth(number)).to_contain_text(f"{stop['begin']}–{stop['leave']}")
    expect(morning.locator(".rounds-page .meta")).to_contain_text(f"{len(told['stop_list'])} stops")
    rows.nth(1).get_by_role("button").click()
    expect(morning.locator(".stop-number.pinned")).to_have_text("2")


def test_what_lies_behind_is_done_and_what_goes_on_is_told(morning: Page, board: Board) -> None:
    ahead = ask(board, "/api/v1/routes/next?officer=Zhou&limit=100&at=2026-12-01T08:40:00")["stops"]
    stops = ask(board, "/api/v1/routes/Zhou-20261201")["stop_list"]
    assert 0 < len(ahead) < len(stops)
    expect(morning.locator(".stops li.done")).to_have_count(len(stops) - len(ahead))
    expect(morning.locator(".stops li.now")).to_have_count(sum(one["going_on"] for one in ahead))


def test_another_officer_is_chosen_and_the_address_keeps_the_round(morning: Page) -> None:
    morning.get_by_label("Round of").select_option("Li-20261201")
    expect(morning).to_have_url(re.compile("round=Li-20261201"))
    expect(morning.locator(".rounds-page .meta")).to_contain_text("stops")


def test_a_day_without_rounds_leads_to_one_that_has_some(page: Page, board: Board) -> None:
    page.goto(f"{board.url}/rounds?on=2026-12-05")
    expect(page.locator(".empty")).to_contain_text("No rounds are planned on 2026-12-05")
    page.get_by_role("button", name="Show 2026-12-01").click()
    expect(page.locator(".stops li").first).to_be_visible()


def test_what_was_walked_of_the_streets_is_shown_and_hidden(morning: Page) -> None:
    legend = morning.locator(".rounds-legend")
    expect(legend).to_contain_text("walked")
    morning.get_by_label("Street coverage").uncheck()
    expect(legend).not_to_contain_text("walked")


@pytest.mark.parametrize("query", ["&theme=light&lang=en", "&theme=dark&lang=zh"])
def test_axe_finds_nothing_serious_on_the_page_of_rounds(page: Page, board: Board, query: str) -> None:
    page.goto(f"{board.url}/rounds?on=2026-12-01{query}")
    page.wait_for_selector(".stops li")
    page.wait_for_selector("main.map[data-drawn=true]")
    assert serious(page) == []
