"""The board shows what the server knows, and nothing else."""

from __future__ import annotations

import io
import re
import signal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Watch, ask, open_board
from browser.installed import Board

MIDDLE = {"lon": 7.4180, "lat": 43.7325}


def middle_of_town(board: Board) -> tuple[float, float]:
    west, south, east, north = ask(board, "/api/v1/board")["jurisdiction"]["bounds"]
    return (west + east) / 2 + 0.0004, (south + north) / 2 + 0.0003


def report(board: Board, category: str = "noise") -> str:
    lon, lat = middle_of_town(board)
    return str(ask(board, "/api/v1/cases", {"category": category, "lon": lon, "lat": lat})["case"])


def test_the_map_is_painted_with_the_grids_and_streets(drawn: Page) -> None:
    shot = Image.open(io.BytesIO(drawn.locator(".map .canvas canvas").screenshot())).convert("RGB")
    width, height = shot.size
    colours = shot.crop((width // 4, height // 4, width * 3 // 4, height * 3 // 4)).getcolors(1_000_000)
    assert colours is not None
    common = [count for count, _ in colours if count > 300]
    # Paper alone would be one colour: streets, buildings, borders and several tints of workload are more.
    assert len(common) >= 6


def test_every_grid_has_its_code_on_the_map(drawn: Page) -> None:
    codes = drawn.locator(".mark.code").all_inner_texts()
    assert sorted(codes) == ["01", "02", "03", "04", "05", "06"]


def test_the_lists_name_every_officer_on_duty(drawn: Page) -> None:
    expect(drawn.locator(".list.officers .row")).to_have_count(6)
    expect(drawn.locator(".list.overdue .empty")).to_contain_text("No overdue cases, ")


def test_a_case_that_another_client_reports_appears_without_reload(drawn: Page, board: Board) -> None:
    case = report(board)
    row = drawn.locator(f".list.open [data-case='{case}']")
    expect(row).to_contain_text("Noise")
    expect(drawn.locator(f".mark.case[data-case='{case}']")).to_be_visible()
    expect(drawn.locator(".figure").nth(2).locator("b")).to_have_text("1")


def test_the_languages_switch_and_stay(drawn: Page, board: Board) -> None:
    drawn.get_by_role("button", name="中文").click()
    expect(drawn.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(drawn.locator("#list-officers")).to_contain_text("网格员")
    assert "lang=zh" in drawn.url
    drawn.reload()
    expect(drawn.locator("#list-open")).to_contain_text("未结")
    drawn.get_by_role("button", name="English").click()
    expect(drawn.locator("html")).to_have_attribute("lang", "en")


def test_the_theme_and_the_wall_come_from_the_address(page: Page, board: Board) -> None:
    open_board(page, board, "?theme=dark&density=wall&lang=zh")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


def test_a_click_on_a_grid_opens_its_card(drawn: Page, board: Board) -> None:
    grid = ask(board, "/ogc/collections/grids/items/01")["properties"]
    mark = drawn.locator(".mark.code", has_text="01").bounding_box()
    assert mark is not None
    drawn.mouse.click(mark["x"] + 60, mark["y"] + 60)
    sheet = drawn.locator(".sheet")
    expect(sheet.get_by_role("heading", name="Grid 01")).to_be_visible()
    expect(sheet.locator(".measures")).to_contain_text(f"{grid['households']:,}")
    expect(sheet).to_contain_text(grid["owner_name"])
    assert "grid=01" in drawn.url


def test_the_layers_control_changes_what_is_drawn(drawn: Page) -> None:
    canvas = drawn.locator(".map .canvas canvas")
    before = canvas.screenshot()
    drawn.get_by_role("button", name="Layers").click()
    drawn.get_by_label("Grid", exact=True).check()
    expect(drawn.locator(".ramp")).to_have_count(0)
    with drawn.expect_response(lambda answer: "/collections/units/tiles/" in answer.url and answer.status == 200):
        drawn.get_by_label("Units").check()
    drawn.get_by_role("button", name="Layers").click()
    drawn.wait_for_timeout(500)
    assert canvas.screenshot() != before


def test_search_finds_a_case_by_its_number_and_an_officer_by_name(drawn: Page, board: Board) -> None:
    case = report(board)
    drawn.locator(f".list.open [data-case='{case}']").wait_for()
    drawn.keyboard.press("/")
    drawn.keyboard.type(case)
    drawn.keyboard.press("Enter")
    expect(drawn.locator(".sheet .over")).to_contain_text(case)
    drawn.keyboard.press("Escape")
    drawn.keyboard.press("/")
    drawn.keyboard.type("officer 03")
    drawn.keyboard.press("Enter")
    expect(drawn.locator(".sheet").get_by_role("heading", name="Officer 03")).to_be_visible()


def test_a_lost_stream_is_told_and_ages_go_on(drawn: Page, board: Board, watch: Watch) -> None:
    officer = ask(board, "/api/v1/responders")["responders"][0]
    lon, lat = middle_of_town(board)
    position = f"/api/v1/responders/{officer['responder']}/positions"
    ask(board, position, {"lon": lon, "lat": lat})
    row = drawn.locator(f".officer-row[data-officer='{officer['responder']}'] .age")
    expect(row).to_have_text("0 s")
    watch.forgive(
        "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE"
    )
    board.kill()
    banner = drawn.locator(".banner")
    expect(banner).to_contain_text("Connection lost. Last update ", timeout=5_000)
    expect(banner.locator(".old-by")).to_have_text(re.compile(r"What you see is \d+ s old\."))
    expect(banner.locator(".next-try")).to_have_text(re.compile(r"Next try in \d+ s\."))
    expect(drawn.locator(".list.overdue")).to_contain_text("No overdue cases, ")
    # Nothing is shown as if it were of now.
    expect(drawn.locator(".line.live")).to_have_count(0)
    for figure in drawn.locator(".strip .figure").all():
        expect(figure).to_contain_text("as of ")
    for heading in drawn.locator(".list h2").all():
        expect(heading).to_contain_text("as of ")
    expect(row).not_to_have_text("0 s")
    before = row.inner_text()
    expect(row).not_to_have_text(before)
    board.start()
    expect(banner).to_have_count(0, timeout=20_000)
    expect(drawn.locator(".line.live")).to_be_visible()
    expect(drawn.locator(".strip")).not_to_contain_text("as of ")


def test_a_line_that_falls_silent_without_closing_is_told_and_comes_back(drawn: Page, board: Board) -> None:
    assert board.process is not None
    drawn.wait_for_timeout(1_000)
    board.process.send_signal(signal.SIGSTOP)
    try:
        banner = drawn.locator(".banner")
        # Two signs of life missed, 4 s apart, and the moment for which a gap isn't called lost.
        expect(banner).to_contain_text("Connection lost. Last update ", timeout=14_000)
        expect(drawn.locator(".line.live")).to_have_count(0)
    finally:
        board.process.send_signal(signal.SIGCONT)
    expect(banner).to_have_count(0, timeout=30_000)
    expect(drawn.locator(".line.live")).to_be_visible()


def test_more_than_200_cases_are_drawn_together_and_their_counts_add_up(drawn: Page, board: Board) -> None:
    west, south, east, north = ask(board, "/api/v1/board")["jurisdiction"]["bounds"]
    total = 205
    for i in range(total):
        lon = west + (east - west) * (0.08 + 0.84 * (i % 15) / 15)
        lat = south + (north - south) * (0.08 + 0.84 * (i // 15) / 15)
        ask(board, "/api/v1/cases", {"category": "greenery", "lon": lon, "lat": lat})
    expect(drawn.locator(".list.open .count")).to_have_text(str(total), timeout=30_000)
    drawn.wait_for_selector(".mark.cluster")
    singles = drawn.locator(".mark.case:not(.cluster)").count()
    bundles = [int(text) for text in drawn.locator(".mark.cluster").all_inner_texts()]
    assert singles + sum(bundles) == total


def test_a_narrow_screen_has_no_sideways_scroll_and_keeps_the_lists(browser: Browser, board: Board) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    phone = open_board(context.new_page(), board)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.locator(".list.officers")).to_be_visible()
    # Its picture alone is seen; it is called by its words.
    expect(phone.get_by_role("button", name="This machine")).to_be_visible()
    phone.get_by_role("button", name="Report a case").click()
    expect(phone.locator(".sheet")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@pytest.mark.parametrize("path", ["/api/v1/board", "/ogc/collections/grids/items?limit=1000"])
def test_a_board_that_cannot_be_loaded_says_why_and_tries_again(
    page: Page, board: Board, watch: Watch, path: str
) -> None:
    watch.forgive("503")
    body = '{"title": "Store unavailable", "status": 503, "detail": "the disk is full"}'
    page.route(
        f"{board.url}{path}",
        lambda route: route.fulfill(status=503, body=body, content_type="application/problem+json"),
    )
    page.goto(board.url)
    fault = page.locator(".fault")
    expect(fault).to_contain_text("The board could not be loaded.")
    expect(fault).to_contain_text("the disk is full")
    page.unroute(f"{board.url}{path}")
    fault.get_by_role("button", name="Try again").click()
    page.wait_for_selector("main.map[data-drawn=true]")
    expect(fault).to_have_count(0)
