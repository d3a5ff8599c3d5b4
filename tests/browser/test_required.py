"""A server that asks for keys: the public reports without one, and who reported is seen by whoever may, and by no look unlogged."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Watch, ask, open_board, write_town
from browser.installed import Board
from browser.test_board import middle_of_town

WORDS, REPORTER = "Drilling at night", "Chen Yu, 555 0199"


@pytest.fixture
def board(programs: Path, tmp_path: Path) -> Iterator[Board]:
    """A server of its own that asks for keys."""
    write_town(tmp_path)
    started = Board(programs, tmp_path, options=("--auth", "required"))
    started.start()
    yield started
    started.stop()


def sign_in(page: Page, board: Board, role: str, name: str) -> None:
    """Make a key and enter it on the page, instead of whoever was signed in."""
    command = [str(board.programs / "gridgeo"), "keys", "add", "--role", role, "--name", name, "--json"]
    done = subprocess.run([*command, "--data", str(board.data)], capture_output=True, text=True, check=True)
    enter = page.get_by_role("button", name="Sign in", exact=True)
    if page.locator(".account-chip").count():
        page.locator(".account-chip").click()
        page.get_by_role("button", name="Sign out").click()
    enter.first.click()
    key = page.locator("dialog.account input[name=key]")
    key.fill(json.loads(done.stdout)["token"])
    key.press("Enter")
    expect(page.locator(".account-chip")).to_contain_text(name)


def from_page(page: Page, path: str) -> Any:
    """Status and answer of a request by whoever is signed in on the page."""
    return page.evaluate("p => fetch(p).then(async r => [r.status, await r.json()])", path)


def test_a_public_report_is_followed_by_its_secret_and_its_reporter_seen_by_whoever_may_in_the_log(
    page: Page, board: Board, watch: Watch
) -> None:
    watch.forgive("401", "403")
    lon, lat = middle_of_town(board)
    report = {"category": "noise", "lon": lon, "lat": lat, "description": WORDS, "reporter": REPORTER}
    made = ask(board, "/api/v1/reports", report)
    case = made["case"]
    follow = urllib.request.Request(f"{board.url}/api/v1/reports/{case}", headers={"Follow-Up": made["follow_up"]})
    with urllib.request.urlopen(follow, timeout=30) as answer:
        assert json.load(answer)["description"] == WORDS

    open_board(page, board, f"?case={case}")
    sheet = page.locator(".sheet")
    expect(sheet.locator(".over")).to_contain_text(case)
    expect(sheet).not_to_contain_text(WORDS)
    # What isn't shown isn't said to be unknown, nor asked for.
    expect(sheet.locator(".timeline li").first).to_be_visible()
    expect(sheet).not_to_contain_text("No address known")
    expect(sheet.locator(".photos")).to_have_count(0)
    assert not [text for text in watch.errors if "photos" in text]
    assert from_page(page, f"/api/v1/cases/{case}/reporter")[0] in (401, 403)

    sign_in(page, board, "dispatcher", "Lin Tao")
    expect(sheet).to_contain_text(WORDS)
    assert REPORTER not in page.content()
    assert from_page(page, "/api/v1/access-log")[0] == 403

    sign_in(page, board, "supervisor", "Zhou Min")
    expect(sheet).to_contain_text(WORDS)
    assert from_page(page, f"/api/v1/cases/{case}/reporter") == [200, {"case": case, "reporters": [REPORTER]}]
    status, log = from_page(page, f"/api/v1/access-log?of={case}")
    assert (status, [one["actor_name"] for one in log["looks"]]) == (200, ["Zhou Min"])

    sign_in(page, board, "admin", "Sun Li")
    status, log = from_page(page, f"/api/v1/access-log?of={case}")
    assert status == 200
    assert [one["actor_name"] for one in log["looks"]] == ["Zhou Min"]


def test_a_page_whose_session_is_somebody_elses_now_shows_what_they_may_see_and_nothing_from_before(
    page: Page, board: Board, watch: Watch
) -> None:
    watch.forgive("401", "403")
    lon, lat = middle_of_town(board)
    made = ask(board, "/api/v1/reports", {"category": "noise", "lon": lon, "lat": lat, "description": WORDS})
    open_board(page, board, f"?case={made['case']}")
    sheet = page.locator(".sheet")
    sign_in(page, board, "dispatcher", "Lin Tao")
    expect(sheet).to_contain_text(WORDS)

    other = page.context.new_page()
    open_board(other, board)
    sign_in(other, board, "planner", "Wu Jing")
    expect(page.locator(".account-chip")).to_contain_text("Wu Jing")
    expect(sheet.locator(".over")).to_contain_text(made["case"])
    expect(sheet).not_to_contain_text(WORDS)
    assert WORDS not in page.content()
