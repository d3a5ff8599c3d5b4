"""What is done at the desk is done by the server's rules, at the sight of the newest state, and is seen at once."""

from __future__ import annotations

import io
import json
import subprocess
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect
from playwright.sync_api import TimeoutError as Late

from browser.conftest import Watch, ask, open_board
from browser.installed import Board


def spot(board: Board, east: float = 0.5) -> dict[str, float]:
    """A place in the town, so far from its western edge to its eastern one."""
    west, south, east_edge, north = ask(board, "/api/v1/board")["jurisdiction"]["bounds"]
    return {"lon": west + (east_edge - west) * east, "lat": (south + north) / 2 + 0.0003}


def made(board: Board, category: str = "noise", east: float = 0.5, **more: Any) -> str:
    return str(ask(board, "/api/v1/cases", {"category": category, **spot(board, east), **more})["case"])


def act(board: Board, case: str, action: str, **more: Any) -> Any:
    return ask(board, f"/api/v1/cases/{case}/actions", {"action": action, **more})


def patch(board: Board, path: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(f"{board.url}{path}", json.dumps(body).encode(), method="PATCH")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=30).close()


def test_a_case_is_taken_through_its_stages_and_aside_by_what_the_server_allows(page: Page, board: Board) -> None:
    case = made(board)
    open_board(page, board, f"?case={case}")
    sheet, last = page.locator(".sheet"), page.locator(".timeline li").last

    def choose(action: str) -> None:
        button = sheet.locator(f"footer [data-action={action}]")
        more = sheet.get_by_role("button", name="More", exact=True)
        for _ in range(40):
            if button.is_visible():
                break
            # What may be done is just being read again: then there may be nothing to unfold yet.
            with suppress(Late):
                more.click(timeout=1_000)
        button.click()

    expect(sheet.locator("footer [data-action=start]")).to_be_visible()
    choose("extend")
    sheet.get_by_role("button", name="Yes, extend").click()
    expect(sheet.locator("[data-field=amount] .field-fault")).to_have_text("Give a number above 0.")
    sheet.get_by_label("By how much?").fill("2")
    sheet.get_by_role("button", name="Yes, extend").click()
    expect(sheet.locator("[data-field=note] .field-fault")).to_be_visible()
    sheet.get_by_label("Reason").fill("A crane is needed")
    sheet.get_by_role("button", name="Yes, extend").click()
    expect(last).to_contain_text("Extended by 2")
    expect(last).to_contain_text("A crane is needed")
    choose("shelve")
    sheet.get_by_label("Reason").fill("Waits for the spare part")
    sheet.get_by_role("button", name="Yes, shelve").click()
    expect(sheet.locator(".clock-strip.paused")).to_contain_text("Shelved: the clock stands")
    expect(page.locator(f".case-row[data-case='{case}'] .left")).to_have_text("Shelved")
    for action, told in (("unshelve", "Taken up again"), ("start", "Handling"), ("handle", "Handled")):
        choose(action)
        expect(last).to_contain_text(told)
    choose("rework")
    sheet.get_by_role("button", name="Yes, rework").click()
    expect(last).to_contain_text("Sent back: rework")
    for action, told in (("start", "Handling"), ("handle", "Handled"), ("check", "Checked"), ("close", "Closed")):
        choose(action)
        expect(last).to_contain_text(told)
    choose("reopen")
    sheet.get_by_label("Reason").fill("It is back")
    sheet.get_by_role("button", name="Yes, reopen").click()
    expect(last).to_contain_text("Reopened")
    done = [event["action"] for event in ask(board, f"/api/v1/cases/{case}")["events"]]
    taken = ["extend", "shelve", "unshelve", "start", "handle", "rework", "start", "handle", "check", "close", "reopen"]
    assert done[3:] == taken
    page.get_by_role("button", name="中文").click()
    expect(last).to_contain_text("重新立案")
    expect(page.locator(".timeline")).to_contain_text("延期 2 小时")


def press(sheet: Locator, name: str) -> None:
    """Press the button of an action, which may stand behind the others."""
    more = sheet.get_by_role("button", name="More", exact=True)
    expect(sheet.locator("footer .actions")).to_be_visible()
    if more.count():
        more.click()
    sheet.get_by_role("button", name=name, exact=True).click()


def test_who_was_slower_sees_what_others_did_and_chooses_again(page: Page, board: Board, watch: Watch) -> None:
    watch.forgive("412")
    case = made(board)
    open_board(page, board, f"?case={case}")
    sheet = page.locator(".sheet")
    press(sheet, "Return")
    sheet.get_by_label("Note (optional)").fill("Gate locked")
    act(board, case, "start")
    act(board, case, "supervise", note="The mayor asks")
    expect(page.locator(".timeline li").last).to_contain_text("Supervised")
    sheet.get_by_role("button", name="Yes, return").click()
    faster = sheet.locator(".faster")
    expect(faster).to_contain_text("Somebody was faster")
    assert [line.split(" · ")[1] for line in faster.locator("li").all_inner_texts()] == ["Handling", "Supervised"]
    expect(faster).to_contain_text("The mayor asks")
    assert ask(board, f"/api/v1/cases/{case}")["stage"] == "handling"
    expect(sheet.locator("footer [data-action=handle]")).to_be_visible()
    press(sheet, "Return")
    sheet.get_by_role("button", name="Yes, return").click()
    expect(page.locator(".timeline li").last).to_contain_text("Returned")


def test_who_is_not_offered_is_folded_with_the_reason(page: Page, board: Board) -> None:
    officer = ask(board, "/api/v1/responders")["responders"][-1]
    patch(board, f"/api/v1/responders/{officer['responder']}", {"on_duty": False})
    case = made(board)
    try:
        open_board(page, board, f"?case={case}")
        first = page.locator(".candidates li").first
        expect(first.locator(".rank")).to_have_text("2")
        expect(first).to_contain_text("no case")
        folded = page.locator(".why-not")
        expect(folded.locator("summary")).to_have_text("1 not offered: 1 off duty")
        expect(folded.locator("li")).to_be_hidden()
        folded.locator("summary").click()
        expect(folded.locator("li")).to_have_text(f"{officer['name']} off duty")
    finally:
        patch(board, f"/api/v1/responders/{officer['responder']}", {"on_duty": True})


def test_waiting_cases_are_sent_together(drawn: Page, board: Board) -> None:
    waiting = [made(board, east=east) for east in (0.2, 0.5, 0.8)]
    for case in waiting:
        act(board, case, "return")
    row = drawn.locator(".waiting-row")
    expect(row).to_contain_text("3 cases wait for an officer")
    row.get_by_role("button", name="Send together").click()
    sheet = drawn.locator(".sheet")
    sheet.get_by_role("checkbox", name=f"Case {waiting[2]}").uncheck()
    sheet.get_by_role("button", name="Send 2").click()
    expect(sheet.locator(".told")).to_have_text("2 sent")
    expect(sheet.locator(".choose")).to_have_count(1)
    stages = [ask(board, f"/api/v1/cases/{case}")["stage"] for case in waiting]
    assert stages == ["dispatched", "dispatched", "returned"]


def test_what_was_reported_already_is_offered_before_it_is_reported_again(drawn: Page, board: Board) -> None:
    case = made(board, "exposed_rubbish", description="Two bags beside the bin", reporter="Neighbour A")
    drawn.locator(f".case-row[data-case='{case}']").wait_for()
    mark = drawn.locator(f".mark.case[data-case='{case}']").bounding_box()
    assert mark is not None
    drawn.get_by_role("button", name="Report a case").click()
    drawn.get_by_role("radio", name="Exposed rubbish").check()
    drawn.mouse.click(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    drawn.get_by_label("What did you see?").fill("Two bags by the bin")
    likely = drawn.locator(f".likely [data-alike='{case}']")
    expect(likely).to_contain_text("m away")
    expect(likely).to_contain_text("% alike")
    # Looking at it puts the report aside, closing it brings the report back.
    likely.get_by_role("button", name=case).click()
    expect(drawn.locator(".sheet .over")).to_contain_text(case)
    drawn.keyboard.press("Escape")
    expect(drawn.get_by_label("What did you see?")).to_have_value("Two bags by the bin")
    likely.get_by_role("button", name="This is the same: add me").click()
    expect(drawn.locator(".sheet .linked")).to_contain_text("1 report was merged here")
    expect(drawn.locator(".timeline li").last).to_contain_text("Duplicate taken in")
    (duplicate,) = ask(board, f"/api/v1/cases/{case}")["duplicates"]
    merged = ask(board, f"/api/v1/cases/{duplicate}")
    assert (merged["stage"], merged["main"], merged["description"]) == ("merged", case, "Two bags by the bin")
    assert [one["case"] for one in ask(board, "/api/v1/cases?open=true")["cases"]] == [case]


SHOWN = 200
"""Rows of a list before its button for more."""


def agree(page: Page, counted: Callable[[], int]) -> None:
    """Wait until a list shows as many cases as a figure counts: the figure is told a moment after what it counts."""
    for _ in range(300):
        rows = page.locator(".sheet .rows .case-row").count()
        if rows == min(counted(), SHOWN):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{rows} cases are shown, {counted()} are counted")


def test_each_figure_opens_the_cases_that_it_counts(drawn: Page, board: Board) -> None:
    case = made(board)
    act(board, case, "start")
    act(board, case, "handle")
    made(board, "greenery", east=0.3)
    expect(drawn.locator("[data-figure=ok] b")).not_to_have_text("0")
    sheet = drawn.locator(".sheet")
    for figure in ("overdue", "ok", "reported"):
        shown = drawn.locator(f".figure[data-figure={figure}]")
        shown.click()
        agree(drawn, lambda shown=shown: int(shown.locator("b").inner_text()))
    rate = drawn.locator(".figure[data-figure=on_time]")
    rate.click()
    agree(drawn, lambda: int(rate.locator("small").inner_text().split(" of ")[1]))
    drawn.keyboard.press("Escape")
    drawn.get_by_role("button", name="30 days").click()
    pending = ask(board, "/api/v1/indicators?by=grid")["total"]
    opened = sheet.locator("[data-rate=handling_rate] [data-figure=to_handle]")
    expect(opened).to_have_text(str(pending["figures"]["to_handle"]))
    opened.click()
    expect(sheet.locator(".rows .case-row")).to_have_count(min(pending["figures"]["to_handle"], SHOWN))


def photo(colour: str) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(kept, "JPEG")
    return kept.getvalue()


def test_photos_before_and_after_are_added_and_looked_at(page: Page, board: Board, watch: Watch) -> None:
    watch.forgive("422")
    case = made(board)
    open_board(page, board, f"?case={case}")
    photos = page.locator(".photos")
    before = FilePayload(name="hole.jpg", mimeType="image/jpeg", buffer=photo("grey"))
    script = FilePayload(name="trick.jpg", mimeType="image/jpeg", buffer=b"<svg onload='alert(1)'/>")
    photos.locator("input[type=file]").set_input_files([before, script])
    expect(photos.locator(".fault")).to_contain_text("“trick.jpg” was not added.")
    expect(photos.locator(".fault")).to_contain_text("JPEG, PNG or WebP")
    expect(photos.locator(".tag")).to_have_text(["Before"])
    photos.get_by_label("After").check()
    after = FilePayload(name="mended.jpg", mimeType="image/jpeg", buffer=photo("green"))
    photos.locator("input[type=file]").set_input_files(after)
    expect(photos.locator(".tag")).to_have_text(["Before", "After"])
    expect(page.locator(".timeline li").last).to_contain_text("Photo after")
    photos.locator(".thumb").first.click()
    viewer = page.locator("dialog.viewer")
    expect(viewer).to_be_visible()
    expect(viewer).to_contain_text("Photo, before")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("Photo, after")
    assert viewer.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(page.locator(".sheet")).to_be_visible()
    assert [one["kind"] for one in ask(board, f"/api/v1/cases/{case}/photos")["photos"]] == ["before", "after"]


def test_who_signs_in_sees_and_does_what_the_role_may(page: Page, board: Board, watch: Watch) -> None:
    watch.forgive("401")
    command = [str(board.programs / "gridgeo"), "keys", "add", "--role", "reviewer", "--name", "Zhou Min", "--json"]
    done = subprocess.run([*command, "--data", str(board.data)], capture_output=True, text=True, check=True)
    case = made(board, description="Drilling at night")
    open_board(page, board, f"?case={case}")
    sheet, chip = page.locator(".sheet"), page.locator(".account-chip")
    expect(chip).to_have_text("This machine")
    expect(sheet.locator("footer [data-action=start]")).to_be_visible()
    chip.click()
    key = page.locator("dialog.account input[name=key]")
    key.fill("gridgeo_0000000000_nobody")
    key.press("Enter")
    expect(page.locator(".account .field-fault")).to_contain_text("The key is not known")
    key.fill(json.loads(done.stdout)["token"])
    key.press("Enter")
    expect(chip).to_have_text("Zhou Min · Reviewer")
    expect(sheet.locator("footer [data-action=start]")).to_have_count(0)
    expect(sheet).to_contain_text("Some of it is not shown to your role.")
    expect(sheet).not_to_contain_text("Drilling at night")
    expect(page.locator(".list.officers")).to_have_count(0)
    chip.click()
    page.get_by_role("button", name="Sign out").click()
    expect(chip).to_have_text("This machine")
    expect(sheet).to_contain_text("Drilling at night")
    expect(sheet.locator("footer [data-action=start]")).to_be_visible()
