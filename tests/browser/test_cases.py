"""From a click on the map to a closed case, without a reload."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from browser.conftest import Watch, ask, open_board
from browser.installed import Board


def begin(page: Page, kind: str = "Exposed rubbish") -> None:
    page.get_by_role("button", name="Report a case").click()
    page.get_by_role("radio", name=kind).check()


def click_map(page: Page) -> None:
    page.mouse.click(470, 420)


def test_a_case_reported_by_a_click_is_dispatched_and_handled_before_the_viewers_eyes(
    drawn: Page, board: Board
) -> None:
    drawn.evaluate("window.sameDocument = true")
    begin(drawn)
    click_map(drawn)
    expect(drawn.locator(".where .placed")).to_contain_text("43.")
    drawn.get_by_label("What did you see?").fill("Two bags beside the bin")
    with drawn.expect_request(lambda sent: sent.method == "POST" and sent.url.endswith("/api/v1/cases")) as sent:
        drawn.get_by_role("button", name="Report", exact=True).click()
    assert sent.value.headers["idempotency-key"]
    sheet = drawn.locator(".sheet")
    expect(sheet.get_by_role("heading", name="Exposed rubbish")).to_be_visible()
    expect(sheet.locator(".timeline li")).to_have_count(3)
    (case,) = ask(board, "/api/v1/cases?open=true")["cases"]
    assert case["description"] == "Two bags beside the bin"
    expect(sheet.locator(".timeline li").last).to_contain_text(f"Dispatched → {case['responder_name']}")
    expect(drawn.locator(f".list.open [data-case='{case['case']}']")).to_have_count(1)
    expect(drawn.locator(f".mark.case.chosen[data-case='{case['case']}']")).to_have_count(1)
    # The officer works elsewhere, on another client: each step is seen as it happens.
    for action, shown in (("start", "Handling"), ("handle", "Handled")):
        ask(board, f"/api/v1/cases/{case['case']}/actions", {"action": action})
        expect(sheet.locator(".timeline li").last).to_contain_text(shown)
    for button in ("Check", "Close case"):
        sheet.get_by_role("button", name=button).click()
    expect(sheet.locator(".timeline li").last).to_contain_text("Closed")
    expect(sheet.locator(".timeline li")).to_have_count(7)
    expect(drawn.locator(f".list.open [data-case='{case['case']}']")).to_have_count(0)
    assert ask(board, f"/api/v1/cases/{case['case']}")["stage"] == "closed"
    assert drawn.evaluate("window.sameDocument") is True


def test_a_case_is_reported_with_the_keyboard_alone(drawn: Page, board: Board) -> None:
    drawn.keyboard.press("n")
    expect(drawn.locator("#sheet-title")).to_be_focused()
    canvas = drawn.locator(".map canvas")
    for _ in range(60):
        drawn.keyboard.press("Shift+Tab")
        if canvas.evaluate("c => c === document.activeElement"):
            break
    expect(canvas).to_be_focused()
    expect(drawn.locator(".crosshair")).to_be_visible()
    drawn.keyboard.press("ArrowRight")
    drawn.wait_for_timeout(400)
    drawn.keyboard.press("Enter")
    expect(drawn.locator(".where .placed")).to_contain_text("43.")
    radio = drawn.locator("input[type=radio][name=category]").first
    for _ in range(60):
        drawn.keyboard.press("Tab")
        if radio.evaluate("r => r === document.activeElement"):
            break
    drawn.keyboard.press("ArrowDown")
    drawn.keyboard.press("Enter")
    expect(drawn.locator(".sheet .timeline li")).to_have_count(3)
    assert len(ask(board, "/api/v1/cases?open=true")["cases"]) == 1
    drawn.keyboard.press("Escape")
    expect(drawn.locator(".sheet")).to_have_count(0)


def test_a_report_whose_answer_is_lost_is_made_once_however_often_it_is_sent(
    drawn: Page, board: Board, watch: Watch
) -> None:
    watch.forgive("ERR_FAILED")
    keys: list[str] = []

    def lose_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()  # the server does it, the answer is lost on the way
            route.abort()
        else:
            route.continue_()

    drawn.route("**/api/v1/cases", lose_first)
    begin(drawn)
    click_map(drawn)
    drawn.get_by_role("button", name="Report", exact=True).click()
    fault = drawn.locator(".sheet .fault")
    expect(fault).to_contain_text("The server did not answer")
    fault.get_by_role("button", name="Try again").click()
    expect(drawn.locator(".sheet .timeline li")).to_have_count(3)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert len(ask(board, "/api/v1/cases?open=true")["cases"]) == 1


def test_a_report_outside_the_jurisdiction_says_what_and_why(drawn: Page, board: Board, watch: Watch) -> None:
    watch.forgive("422")
    begin(drawn)
    drawn.mouse.click(20, 300)  # the town ends well before the map's western edge
    drawn.get_by_role("button", name="Report", exact=True).click()
    fault = drawn.locator(".sheet .fault")
    expect(fault).to_contain_text("The case was not reported.")
    expect(fault).to_contain_text("grid")
    assert ask(board, "/api/v1/cases?open=true")["cases"] == []


def test_a_report_without_kind_or_place_asks_for_what_is_missing(drawn: Page) -> None:
    drawn.get_by_role("button", name="Report a case").click()
    drawn.get_by_role("button", name="Report", exact=True).click()
    expect(drawn.locator(".sheet [role=alert]")).to_have_text("Choose what it is.")
    drawn.get_by_role("radio", name="Noise").check()
    drawn.get_by_role("button", name="Report", exact=True).click()
    expect(drawn.locator(".sheet [role=alert]")).to_have_text("Click the map where it is.")


def test_a_case_is_handed_to_another_officer(drawn: Page, board: Board) -> None:
    begin(drawn)
    click_map(drawn)
    drawn.get_by_role("button", name="Report", exact=True).click()
    sheet = drawn.locator(".sheet")
    row = sheet.locator(".candidates li").first
    name = row.locator("strong").first.inner_text()
    row.get_by_role("button", name=f"Assign to {name}").click()
    # The first choice has it already: another one is sent with a reason only.
    row.get_by_role("button", name="Assign all the same").click()
    expect(row.locator(".field-fault")).to_have_text("Give a reason; it stays in the timeline.")
    row.get_by_label("Why").fill("Knows the caretaker")
    row.get_by_role("button", name="Assign all the same").click()
    expect(sheet.locator(".timeline li").last).to_contain_text(f"→ {name}")
    expect(sheet.locator(".timeline li").last).to_contain_text("choice 2, not the first")
    expect(sheet.locator(".timeline li").last).to_contain_text("Knows the caretaker")
    (case,) = ask(board, "/api/v1/cases?open=true")["cases"]
    assert case["responder_name"] == name


def test_withdrawing_asks_first(drawn: Page, board: Board) -> None:
    begin(drawn)
    click_map(drawn)
    drawn.get_by_role("button", name="Report", exact=True).click()
    sheet = drawn.locator(".sheet")
    sheet.get_by_role("button", name="More", exact=True).click()
    sheet.get_by_role("button", name="Withdraw").click()
    assert len(ask(board, "/api/v1/cases?open=true")["cases"]) == 1
    sheet.get_by_role("button", name="Yes, withdraw").click()
    expect(sheet.locator(".timeline li").last).to_contain_text("Withdrawn")
    assert ask(board, "/api/v1/cases?open=true")["cases"] == []


def test_an_address_with_a_case_opens_it(page: Page, board: Board) -> None:
    west, south, east, north = ask(board, "/api/v1/board")["jurisdiction"]["bounds"]
    case = ask(board, "/api/v1/cases", {"category": "noise", "lon": (west + east) / 2, "lat": (south + north) / 2})[
        "case"
    ]
    open_board(page, board, f"?case={case}")
    expect(page.locator(".sheet .over")).to_contain_text(case)
    expect(page.locator(".sheet .timeline li")).to_have_count(3)
