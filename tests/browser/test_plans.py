"""The page of plans: what is in force, two plans on one map, steps by role, comments; for everybody."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Watch, ask
from browser.installed import Board
from browser.test_access import serious


@pytest.fixture(scope="module")
def keys(server: Board) -> dict[str, str]:
    """A key for every role, as `gridgeo keys add` prints it."""
    made = {}
    for role in ("planner", "reviewer", "approver"):
        command = [str(server.programs / "gridgeo"), "keys", "add", "--role", role, "--name", f"{role} Li", "--json"]
        done = subprocess.run([*command, "--data", str(server.data)], capture_output=True, text=True, check=True)
        made[role] = json.loads(done.stdout)["token"]
    return made


@pytest.fixture
def redrawn(board: Board, keys: dict[str, str]) -> str:
    """The number of a new draft in which the westernmost column of grid 02 goes to 01."""
    first = ask(board, "/api/v1/plans")["plans"][-1]["plan"]
    assignment = ask(board, f"/api/v1/plans/{first}/assignment")["assignment"]
    for row in range(4):
        assignment[f"U{row * 12 + 4:03d}"] = "01"
    return str(_write(board, keys["planner"], "/api/v1/plans", {"name": "Redrawn", "assignment": assignment})["plan"])


def _write(board: Board, key: str, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(f"{board.url}{path}", json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def open_plans(page: Page, board: Board, plan: str, query: str = "") -> Page:
    """Open the page on a plan and wait until it is drawn."""
    page.goto(f"{board.url}/plans?plan={plan}{query}")
    page.wait_for_selector("main.map[data-drawn=true]")
    page.wait_for_selector(".history li")
    return page


def sign_in(page: Page, key: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("API key").fill(key)
    page.locator("dialog .primary").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.fixture
def shown(page: Page, board: Board, redrawn: str) -> Page:
    """The page on the draft, compared with the plan in force."""
    return open_plans(page, board, redrawn)


def test_the_plan_in_force_is_there_from_the_start(page: Page, board: Board) -> None:
    page.goto(f"{board.url}/plans")
    row = page.locator(".plan-row").last
    expect(row).to_contain_text("Lattice")
    expect(row.locator(".state-chip")).to_have_text("In force")


def test_two_plans_are_shown_on_one_map_with_what_moved(shown: Page, board: Board, redrawn: str) -> None:
    told = ask(board, f"/api/v1/plans/P-{redrawn[2:6]}-001/compare/{redrawn}")
    expect(shown.locator(".moved h3")).to_have_text(f"4 units, {told['households_moved']} households change grid")
    expect(shown.locator(".mark.pair")).to_have_text(f"02 → 01 {told['households_moved']} hh")
    assert sorted(shown.locator(".mark.code").all_inner_texts()) == ["01", "02", "03", "04", "05", "06"]
    canvas = shown.locator(".map .canvas canvas")
    compared = canvas.screenshot()
    shown.get_by_label("Compared with").select_option("")
    expect(shown.locator(".mark.pair")).to_have_count(0)
    shown.wait_for_selector("main.map[data-drawn=true]")
    shown.wait_for_timeout(300)
    assert canvas.screenshot() != compared


def test_steps_are_offered_by_role_and_the_history_says_who_took_them(
    shown: Page, board: Board, redrawn: str, keys: dict[str, str]
) -> None:
    expect(shown.locator(".steps [data-to]")).to_have_count(0)
    sign_in(shown, keys["reviewer"])
    expect(shown.locator(".steps")).to_contain_text("Propose: takes the role Planner / Administrator.")
    shown.get_by_role("button", name="Sign out").click()
    sign_in(shown, keys["planner"])
    shown.locator(".steps [data-to=proposed]").click()
    shown.get_by_label("Why").fill("Nobody objected")
    shown.locator(".step-form .primary").click()
    newest = shown.locator(".history li").first
    expect(newest).to_contain_text("Proposed planner Li · Planner")
    expect(newest).to_contain_text("Nobody objected")
    expect(shown.locator("#plan-title .state-chip")).to_have_text("Proposed")
    assert ask(board, f"/api/v1/plans/{redrawn}")["state"] == "proposed"


def test_who_comes_second_is_told_and_shown_the_newest_state(
    shown: Page, board: Board, redrawn: str, keys: dict[str, str], watch: Watch
) -> None:
    watch.forgive("412")
    sign_in(shown, keys["planner"])
    shown.locator(".steps [data-to=proposed]").click()
    _write(board, keys["planner"], f"/api/v1/plans/{redrawn}/transitions", {"to": "proposed"})
    shown.locator(".step-form .primary").click()
    expect(shown.locator(".steps .fault")).to_contain_text("Somebody else changed this plan meanwhile.")
    expect(shown.locator("#plan-title .state-chip")).to_have_text("Proposed")


def test_a_comment_is_pinned_to_the_grid_that_was_clicked_then_resolved(
    shown: Page, board: Board, redrawn: str, keys: dict[str, str]
) -> None:
    sign_in(shown, keys["planner"])
    mark = shown.locator(".mark.code", has_text="06").bounding_box()
    assert mark is not None
    shown.mouse.click(mark["x"] + 30, mark["y"] + 30)
    expect(shown.locator(".write select")).to_have_value("06")
    shown.get_by_label("Comment", exact=True).fill("Too far from the school")
    shown.get_by_role("button", name="Send").click()
    thread = shown.locator(".thread")
    expect(thread).to_contain_text("Too far from the school")
    thread.get_by_role("button", name="Answer").click()
    thread.get_by_label("Answer").fill("Seen to")
    thread.get_by_label("Resolve").check()
    thread.get_by_role("button", name="Send").click()
    expect(thread.locator(".chip-flat")).to_have_text("Resolved")
    (told,) = ask(board, f"/api/v1/plans/{redrawn}/comments")["comments"]
    assert (told["grid"], told["resolved"], told["actor_name"]) == ("06", True, "planner Li")


def test_a_key_that_isnt_known_is_refused_and_a_good_one_lasts_as_long_as_the_tab(
    shown: Page, keys: dict[str, str], watch: Watch
) -> None:
    watch.forgive("401")
    shown.get_by_role("button", name="Sign in").click()
    shown.get_by_label("API key").fill("gridgeo_abc_def")
    shown.locator("dialog .primary").click()
    expect(shown.locator("dialog .fault")).to_contain_text("The key was not accepted.")
    shown.get_by_role("button", name="Cancel").click()
    sign_in(shown, keys["approver"])
    shown.reload()
    expect(shown.locator(".who")).to_have_text("approver Li · Approver")
    assert shown.context.cookies() == []
    assert keys["approver"] not in shown.evaluate("JSON.stringify(localStorage)")


@pytest.mark.parametrize("query", ["&theme=light&lang=en", "&theme=dark&lang=zh"])
@pytest.mark.parametrize("width", [1366, 390])
def test_axe_finds_nothing_serious_on_the_page_of_plans(
    page: Page, board: Board, redrawn: str, keys: dict[str, str], query: str, width: int
) -> None:
    _write(board, keys["reviewer"], f"/api/v1/plans/{redrawn}/comments", {"text": "Why?", "grid": "01"})
    page.set_viewport_size({"width": width, "height": 844})
    page.add_init_script(f"sessionStorage.setItem('gridgeo.key', {json.dumps(keys['planner'])})")
    open_plans(page, board, redrawn, query)
    page.wait_for_selector(".thread")
    page.locator(".steps [data-to]").first.click()
    page.wait_for_selector(".step-form")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name={"zh": "退出", "en": "Sign out"}[query[-2:]]).click()
    page.get_by_role("button", name={"zh": "登录", "en": "Sign in"}[query[-2:]]).click()
    page.wait_for_selector("dialog[open]")
    assert serious(page) == []


def test_the_keyboard_walks_the_plans_and_reaches_the_step(
    browser: Browser, shown: Page, board: Board, redrawn: str, keys: dict[str, str]
) -> None:
    sign_in(shown, keys["planner"])
    rows = shown.locator(".plan-row")
    rows.first.focus()
    shown.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    shown.keyboard.press("ArrowUp")
    shown.keyboard.press("Enter")
    expect(rows.first).to_have_attribute("aria-current", "true")
    step = shown.locator(".steps [data-to=proposed]")
    step.wait_for()
    for _ in range(60):
        shown.keyboard.press("Tab")
        if step.evaluate("b => b === document.activeElement"):
            break
    expect(step).to_be_focused()
    shown.keyboard.press("Enter")
    expect(shown.get_by_label("Why")).to_be_visible()
