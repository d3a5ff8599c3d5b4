"""Files on the pages: a plan and a roster are handed in, looked at, mended, confirmed; by everybody, in both languages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from browser.conftest import Watch, ask
from browser.installed import Board
from browser.test_access import serious
from browser.test_plans import keys, sign_in

__all__ = ["keys"]


@pytest.fixture
def units(board: Board) -> dict[str, str]:
    """Grid of each unit in the plan in force."""
    first = ask(board, "/api/v1/plans")["plans"][-1]["plan"]
    return dict(ask(board, f"/api/v1/plans/{first}/assignment")["assignment"])


def table(
    units: dict[str, str], name: str = "redrawn.csv", encoding: str = "utf-8", heads: str = "unit,grid"
) -> FilePayload:
    rows = "\n".join([heads, *(f"{unit},{grid}" for unit, grid in units.items())])
    return {"name": name, "mimeType": "text/csv", "buffer": rows.encode(encoding)}


def count(board: Board) -> int:
    return len(ask(board, "/api/v1/plans?limit=1000")["plans"])


def open_import(page: Page, board: Board, key: str, query: str = "") -> Page:
    """The page of plans with the dialog of the import open."""
    page.add_init_script(f"sessionStorage.setItem('gridgeo.key', {json.dumps(key)})")
    page.goto(f"{board.url}/plans{query}")
    page.wait_for_selector("main.map[data-drawn=true]")
    page.locator(".list-foot .button").click()
    expect(page.locator(".file-dialog")).to_be_visible()
    return page


def test_a_plan_file_is_looked_at_first_and_becomes_a_draft_when_confirmed(
    page: Page, board: Board, keys: dict[str, str], units: dict[str, str]
) -> None:
    before = count(board)
    open_import(page, board, keys["planner"])
    page.get_by_label("File", exact=True).set_input_files(table({**units, "U004": "01"}))
    page.get_by_role("button", name="Check the file").click()
    verdict = page.locator(".verdict")
    expect(verdict).to_have_text("The file fits: 96 units in 6 grids.")
    expect(verdict).to_be_focused()
    expect(page.locator(".report")).to_contain_text("Against the plan in force 1 unit,")
    assert count(board) == before
    page.get_by_label("Name of the draft").fill("From a file")
    page.get_by_role("button", name="Create the draft").click()
    expect(page.locator("#plan-title")).to_contain_text("From a file")
    expect(page.locator(".file-dialog")).to_have_count(0)
    assert count(board) == before + 1


@pytest.mark.parametrize(
    ("query", "said", "row"),
    [
        (
            "?lang=en&theme=light",
            "The file doesn't fit yet: 93 of 96 units found their grid.",
            "unit X1 isn't known here",
        ),
        ("?lang=zh&theme=dark", "文件尚不相符：96 个单元中有 93 个找到网格。", "单元 X1 在本辖区不存在"),
    ],
)
@pytest.mark.parametrize("width", [1366, 390])
def test_what_doesnt_fit_is_told_row_by_row_in_the_pages_language_and_axe_finds_nothing_serious(
    page: Page, board: Board, keys: dict[str, str], units: dict[str, str], query: str, said: str, row: str, width: int
) -> None:
    before = count(board)
    page.set_viewport_size({"width": width, "height": 844})
    open_import(page, board, keys["planner"], query)
    assert serious(page) == []
    faulty = {unit: grid for unit, grid in units.items() if unit not in ("U001", "U002")}
    handed = table({**faulty, "X1": "01", "u003": "01"}, encoding="gbk", heads="单元,网格")
    handed["buffer"] += b"\nU005,06"
    page.locator("input[type=file]").set_input_files(handed)
    page.locator(".file-dialog .primary").click()
    expect(page.locator(".verdict")).to_have_text(said)
    expect(page.locator(".rows-box")).to_contain_text(row)
    kinds = page.locator("[data-finding]").evaluate_all("rows => rows.map(r => r.dataset.finding)")
    assert kinds == ["missing", "unmatched", "similar", "conflict"]
    page.wait_for_timeout(400)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert count(board) == before


def test_alike_ids_are_taken_with_one_button(
    page: Page, board: Board, keys: dict[str, str], units: dict[str, str]
) -> None:
    open_import(page, board, keys["planner"])
    page.locator("input[type=file]").set_input_files(table({unit.lower(): grid for unit, grid in units.items()}))
    page.locator(".file-dialog .primary").click()
    expect(page.locator("[data-finding=similar]")).to_contain_text("96")
    page.get_by_role("button", name="Read them as the alike ones").click()
    expect(page.locator(".verdict.ok")).to_be_visible()


def test_a_file_that_cant_be_read_says_why_in_place_and_another_may_be_chosen(
    page: Page, board: Board, keys: dict[str, str], units: dict[str, str], watch: Watch
) -> None:
    watch.forgive("422")
    open_import(page, board, keys["planner"], "?lang=zh")
    page.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
    page.locator(".file-dialog .primary").click()
    expect(page.locator(".file-dialog .fault")).to_contain_text("没有网格列")
    expect(page.get_by_label("网格列")).to_be_visible()
    page.locator("input[type=file]").set_input_files(table(units))
    page.locator(".file-dialog .primary").click()
    expect(page.locator(".verdict.ok")).to_be_visible()


def test_the_import_is_done_by_keyboard_alone(
    page: Page, board: Board, keys: dict[str, str], units: dict[str, str]
) -> None:
    open_import(page, board, keys["planner"])
    chosen = page.locator("input[type=file]")
    chosen.focus()
    chosen.set_input_files(table(units))
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('primary')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".verdict.ok")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".file-dialog")).to_have_count(0)
    expect(page.locator(".list-foot .button")).to_be_focused()


def test_who_may_not_draft_sees_no_import(page: Page, board: Board, keys: dict[str, str]) -> None:
    page.goto(f"{board.url}/plans")
    page.wait_for_selector(".plan-row")
    expect(page.locator(".list-foot")).to_have_count(0)
    sign_in(page, keys["reviewer"])
    expect(page.locator(".list-foot")).to_have_count(0)


ROSTER = "网格,角色,姓名,电话\n01,警员,周敏,13800000001\n01,消防员,周敏,13800000001\n02,警员,王芳,\n"


def test_a_roster_is_taken_in_and_shown_to_those_who_may_see_names(
    page: Page, board: Board, keys: dict[str, str]
) -> None:
    page.goto(f"{board.url}/rosters?lang=en")
    expect(page.locator(".tools")).to_contain_text("Names and phones are shown to those who may see them")
    sign_in(page, keys["approver"])
    expect(page.locator(".tools")).to_contain_text("this look was logged")
    page.get_by_role("button", name="Import a roster").click()
    wrong: Any = {"name": "r.csv", "mimeType": "text/csv", "buffer": (ROSTER + "99,警员,李强,\n").encode("gbk")}
    page.locator("input[type=file]").set_input_files(wrong)
    page.locator(".file-dialog .primary").click()
    expect(page.locator(".rows-box")).to_contain_text("no grid '99' is in force")
    page.locator("input[type=file]").set_input_files({**wrong, "buffer": ROSTER.encode("gbk")})
    page.locator(".file-dialog .primary").click()
    expect(page.locator(".verdict.ok")).to_have_text("The file fits: 3 rows.")
    page.get_by_role("button", name="Take it in").click()
    cell = page.locator("[data-grid='01'] [data-role=police]")
    expect(cell).to_contain_text("周敏")
    expect(page.locator(".counts")).to_contain_text("1 fill several")
    page.locator("[data-grid='03'] [data-role=fire] button").click()
    page.get_by_label("Name", exact=True).fill("Jean-Marc Durand")
    page.get_by_role("button", name="Enter").click()
    expect(page.locator("[data-grid='03'] [data-role=fire]")).to_contain_text("Jean-Marc Durand")
    page.get_by_role("button", name="Sign out").click()
    expect(cell).to_have_text("Filled")


@pytest.mark.parametrize("query", ["?lang=en&theme=light", "?lang=zh&theme=dark"])
@pytest.mark.parametrize("width", [1366, 390])
def test_axe_finds_nothing_serious_on_the_page_of_rosters(
    page: Page, board: Board, keys: dict[str, str], query: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.add_init_script(f"sessionStorage.setItem('gridgeo.key', {json.dumps(keys['approver'])})")
    page.goto(f"{board.url}/rosters{query}")
    page.wait_for_selector(".roster tbody tr")
    page.wait_for_selector(".tools > .button")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("button.vacant").first.click()
    page.wait_for_selector("dialog[open]")
    assert serious(page) == []
