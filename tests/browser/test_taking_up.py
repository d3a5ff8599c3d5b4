"""A board that is open when another plan comes into force shows the new grids, without being loaded again."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Watch, ask, open_board, write_town
from browser.installed import Board


@pytest.fixture
def board(programs: Path, tmp_path: Path) -> Iterator[Board]:
    """A server of its own, whose plan the test replaces."""
    write_town(tmp_path)
    started = Board(programs, tmp_path)
    started.start()
    yield started
    started.stop()


def key(board: Board, role: str) -> str:
    command = [str(board.programs / "gridgeo"), "keys", "add", "--role", role, "--name", role, "--json"]
    done = subprocess.run([*command, "--data", str(board.data)], capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout)["token"])


def write(board: Board, token: str, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(f"{board.url}/api/v1/plans{path}", json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from None


def approved(board: Board) -> tuple[str, str]:
    """A plan of five grids that may be put in force, and the key of who may."""
    planner, reviewer, approver = (key(board, role) for role in ("planner", "reviewer", "approver"))
    first = ask(board, "/api/v1/plans")["plans"][-1]["plan"]
    assignment = ask(board, f"/api/v1/plans/{first}/assignment")["assignment"]
    merged = {unit: "05" if grid == "06" else grid for unit, grid in assignment.items()}
    # 05 and 06 become one grid, so the bands have to be wide.
    draft = {"name": "Merged", "assignment": merged, "balance": {"households": "0.9"}}
    plan = write(board, planner, "", draft)["plan"]
    for token, to in ((planner, "proposed"), (reviewer, "consulted"), (approver, "approved")):
        write(board, token, f"/{plan}/transitions", {"to": to, "why": "two grids have one officer"})
    return plan, approver


def enforce(board: Board, plan: str, approver: str) -> None:
    told = {"to": "in_force", "date": date.today().isoformat(), "why": "now"}
    write(board, approver, f"/{plan}/transitions", told)


def test_an_open_board_shows_the_grids_of_the_plan_that_comes_into_force(page: Page, board: Board) -> None:
    plan, approver = approved(board)
    open_board(page, board)
    expect(page.locator(".mark.code")).to_have_count(6)
    with page.expect_request(lambda request: "turn=1" in request.url):
        enforce(board, plan, approver)
    expect(page.locator(".mark.code")).to_have_count(5)
    assert "06" not in page.locator(".mark.code").all_inner_texts()


def test_an_officer_who_works_in_no_grid_of_the_viewers_any_more_leaves_the_board(page: Page, board: Board) -> None:
    plan, approver = approved(board)
    page.route("**/api/v1/live*", lambda route: route.continue_(url=f"{route.request.url.partition('?')[0]}?area=town"))
    open_board(page, board)
    owner = next(one for one in ask(board, "/api/v1/responders")["responders"] if one["grids"] == ["06"])
    page.locator(f"[data-officer='{owner['responder']}']").first.click()
    expect(page.locator(".sheet h2")).to_have_text(owner["name"])
    enforce(board, plan, approver)
    expect(page.locator(f"[data-officer='{owner['responder']}']")).to_have_count(0)
    expect(page.locator(".sheet")).to_have_count(0)


def test_a_board_that_was_away_while_a_plan_came_into_force_shows_its_grids_when_it_is_back(
    page: Page, board: Board, watch: Watch
) -> None:
    watch.forgive("ERR_INTERNET_DISCONNECTED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_REFUSED")
    plan, approver = approved(board)
    open_board(page, board)
    expect(page.locator(".mark.code")).to_have_count(6)
    page.context.set_offline(True)
    enforce(board, plan, approver)
    # The server that is back remembers nothing of what was told before.
    board.stop()
    board.start()
    page.context.set_offline(False)
    expect(page.locator(".mark.code")).to_have_count(5)
