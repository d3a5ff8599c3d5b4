"""Starts that are withdrawn before their day, and grids that get another owner or name between plans."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from server.plans.conftest import Office, make_key, quartered

FIRST, TODAY, TOMORROW, SPRING, SUMMER = "P-2026-001", "2026-11-18", "2026-11-19", "2027-03-01", "2027-06-01"


def _withdraw(office: Office, plan: str, who: str = "approver", **more: Any) -> Response:
    headers = more.pop("headers", {})
    return office.ask(who, "POST", f"/plans/{plan}/withdrawals", json={"why": "not yet", **more}, headers=headers)


def _hand_over(office: Office, code: str, who: str = "approver", **more: Any) -> Response:
    headers = more.pop("headers", {})
    return office.ask(who, "PATCH", f"/register/grids/{code}", json={"why": "moved away", **more}, headers=headers)


def _areas(office: Office, day: str) -> dict[str, str]:
    return {one["area"]: one["plan"] for one in office.ask(None, "GET", f"/register/areas?on={day}").json()["areas"]}


def _owner(office: Office, code: str, day: str) -> str:
    return str(office.ask(None, "GET", f"/register/grids/{code}?on={day}").json()["owner"])


@pytest.fixture
def staged(office: Office) -> tuple[Office, str]:
    """A plan that begins in the west in spring and in the east in summer."""
    plan = office.approved(1)
    assert office.move("approver", plan, "in_force", date=SPRING, areas=["west"]).status_code == 200
    assert office.move("approver", plan, "in_force", date=SUMMER).status_code == 200
    return office, plan


def test_a_start_that_is_withdrawn_leaves_the_plan_before_in_force_and_says_who_when_and_why(
    staged: tuple[Office, str],
) -> None:
    office, plan = staged
    told = _withdraw(office, plan, areas=["east"]).json()
    assert (told["state"], told["waiting_areas"]) == ("in_force", ["east"])
    assert _areas(office, SUMMER) == {"west": plan, "east": FIRST}
    event = told["events"][-1]
    assert (event["action"], event["actor_name"], event["why"]) == ("withdraw", "approver Li", "not yet")
    assert (event["at"], event["data"]) == ("2026-11-18T09:00:00.000Z", {"areas": ["east"], "dates": [SUMMER]})
    assert told["revision"] == len(told["events"])


def test_a_plan_of_which_no_start_is_left_is_approved_and_can_begin_on_another_day(staged: tuple[Office, str]) -> None:
    office, plan = staged
    assert _withdraw(office, plan).json()["state"] == "approved"
    assert _areas(office, "2028-01-01") == {"west": FIRST, "east": FIRST}
    assert office.move("approver", plan, "in_force", date=SPRING).status_code == 200
    assert _areas(office, SPRING) == {"west": plan, "east": plan}


def test_what_has_begun_cant_be_withdrawn_and_the_rest_can(staged: tuple[Office, str], clock: Any) -> None:
    office, plan = staged
    clock.now = clock.now.replace(year=2027, month=3, day=1)
    before = office.read(plan)
    answer = _withdraw(office, plan, areas=["west"])
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:gridgeo:problem:out-of-order")
    assert f"began in area 'west' on {SPRING}" in answer.json()["detail"]
    assert office.read(plan) == before
    assert _withdraw(office, plan).json()["state"] == "in_force"
    assert _areas(office, SUMMER) == {"west": plan, "east": FIRST}
    assert _withdraw(office, plan).status_code == 409


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("planner", {}, 403),
        ("reviewer", {}, 403),
        (None, {}, 401),
        ("approver", {"areas": ["north"]}, 422),
        ("approver", {"why": " "}, 422),
        ("approver", {"headers": {"If-Match": '"4"'}}, 412),
    ],
)
def test_a_withdrawal_that_is_refused_changes_nothing(
    staged: tuple[Office, str], who: str, body: dict[str, Any], status: int
) -> None:
    office, plan = staged
    before = office.read(plan)
    assert _withdraw(office, plan, who, **body).status_code == status
    assert office.read(plan) == before


def test_a_plan_that_is_registered_nowhere_has_nothing_to_withdraw(office: Office) -> None:
    plan = office.approved()
    assert _withdraw(office, plan).status_code == 409
    assert _withdraw(office, FIRST).status_code == 409


def test_a_withdrawal_never_leaves_a_grid_in_pieces(office: Office) -> None:
    crossing = {unit: "N2" if grid == "N3" else grid for unit, grid in quartered().items()}
    plan = office.ask("planner", "POST", "/plans", json={"name": "Wide", "assignment": crossing}).json()["plan"]
    for to in ("proposed", "consulted", "approved"):
        office.move("admin", plan, to)
    assert office.move("admin", plan, "in_force", date=SPRING).status_code == 200
    answer = _withdraw(office, plan, areas=["west"])
    assert (answer.status_code, "grid N2" in answer.json()["detail"]) == (409, True)
    assert _areas(office, SPRING) == {"west": plan, "east": plan}


def test_a_plan_that_was_retired_meanwhile_doesnt_come_back_by_a_withdrawal(office: Office) -> None:
    plan = office.approved()
    assert office.move("approver", plan, "in_force", date=SPRING).status_code == 200
    assert office.move("approver", FIRST, "retired", date=SUMMER).status_code == 200
    answer = _withdraw(office, plan)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:gridgeo:problem:clash")
    assert f"plan {FIRST} would go on, but it is retired" in answer.json()["detail"]


def test_an_owner_changes_on_a_day_without_a_new_plan_and_every_day_keeps_its_answer(
    staged: tuple[Office, str],
) -> None:
    office, plan = staged
    plans = len(office.ask(None, "GET", "/plans").json()["plans"])
    assert _hand_over(office, "N1", date=TOMORROW, owner="Wang Fang").status_code == 200
    told = _hand_over(office, "N1", date="2026-12-24", owner="Zhou Min", name="Harbour").json()
    assert (told["owner"], told["name"], told["from"]) == ("Zhou Min", "Harbour", "2026-12-24")
    assert [(row["from"], row["to"], row["owner"], row["name"], row["plan"]) for row in told["history"]] == [
        (TODAY, TOMORROW, "Officer N1", "", FIRST),
        (TOMORROW, "2026-12-24", "Wang Fang", "", FIRST),
        ("2026-12-24", SPRING, "Zhou Min", "Harbour", FIRST),
        (SPRING, None, "Officer N1", "", plan),
    ]
    for day, owner in (
        (TODAY, "Officer N1"),
        (TOMORROW, "Wang Fang"),
        ("2027-02-28", "Zhou Min"),
        (SPRING, "Officer N1"),
    ):
        assert _owner(office, "N1", day) == owner
    assert _owner(office, "N2", TOMORROW) == "Officer N2"
    event = office.read(FIRST)["events"][-1]
    assert (event["action"], event["actor_name"], event["why"]) == ("hand_over", "approver Li", "moved away")
    assert event["data"]["before"] == {"owner": "Wang Fang", "name": ""}
    assert event["data"]["after"] == {"owner": "Zhou Min", "name": "Harbour"}
    assert len(office.ask(None, "GET", "/plans").json()["plans"]) == plans
    (grid,) = [f for f in office.ask(None, "GET", f"/plans/{FIRST}/grids").json()["features"] if f["id"] == "N1"]
    assert grid["properties"]["owner"] == "Officer N1"  # the plan as it was approved


def test_a_place_tells_the_owner_of_the_day(office: Office, quarters: Any) -> None:
    assert _hand_over(office, "N1", date=SPRING, owner="Wang Fang").status_code == 200
    for day, owner in (("2027-02-28", "Officer N1"), (SPRING, "Wang Fang")):
        (found,) = office.ask(None, "GET", f"/register/locate?address=学校&on={day}").json()["grids"]
        assert (found["grid"], found["owner"]) == ("N1", owner)


@pytest.mark.parametrize(
    ("who", "code", "body", "status", "words"),
    [
        ("planner", "N1", {"owner": "Wang"}, 403, "approver or admin"),
        ("reviewer", "N1", {"owner": "Wang"}, 403, "approver or admin"),
        (None, "N1", {"owner": "Wang"}, 401, "key"),
        ("approver", "N1", {"owner": "Wang", "date": "2026-11-17"}, 422, "in the past"),
        ("approver", "N1", {"owner": "Officer N1"}, 422, "already"),
        ("approver", "N1", {}, 422, "already"),
        ("approver", "N1", {"owner": "Wang", "why": ""}, 422, "why"),
        ("approver", "Z9", {"owner": "Wang"}, 404, "no grid 'Z9'"),
    ],
)
def test_a_hand_over_that_is_refused_changes_nothing(
    office: Office, who: str, code: str, body: dict[str, Any], status: int, words: str
) -> None:
    before, history = office.read(FIRST), office.ask(None, "GET", "/register/grids/N1").json()
    answer = _hand_over(office, code, who, **body)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text
    assert (office.read(FIRST), office.ask(None, "GET", "/register/grids/N1").json()) == (before, history)


def test_a_key_of_one_area_hands_over_the_grids_of_that_area_alone(office: Office) -> None:
    opened = office.client.app.state.gridgeo.store  # type: ignore[attr-defined]
    office.tokens["west"] = make_key(opened, "approver", "West", area="west")[1]
    assert _hand_over(office, "N4", "west", owner="Wang").status_code == 403
    assert _hand_over(office, "N1", "west", owner="Wang").status_code == 200


@pytest.mark.parametrize("if_match", [True, False])
def test_of_two_hand_overs_at_once_one_wins_and_the_other_is_told(office: Office, if_match: bool) -> None:
    read = office.ask(None, "GET", "/register/grids/N1")
    headers = {"If-Match": read.headers["ETag"]} if if_match else {}
    gate = threading.Barrier(2)

    def change(who: str) -> tuple[str, int]:
        gate.wait(30)
        return who, _hand_over(office, "N1", who, owner=f"from {who}", date=TOMORROW, headers=headers).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = dict(pool.map(change, ("approver", "second")))
    assert sorted(answers.values()) == [200, 412 if if_match else 409]
    winner = next(who for who, status in answers.items() if status == 200)
    assert _owner(office, "N1", TOMORROW) == f"from {winner}"


def test_who_has_read_a_hand_over_may_put_another_in_its_place_before_the_day(office: Office) -> None:
    first = _hand_over(office, "N1", owner="Wang", date=SPRING)
    assert first.headers["ETag"] == f'"{first.json()["revision"]}"'
    again = _hand_over(office, "N1", owner="Zhou", date=SPRING, headers={"If-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert [row["owner"] for row in again.json()["history"]] == ["Officer N1", "Zhou"]


def test_a_hand_over_sent_again_with_its_key_is_done_once(office: Office) -> None:
    headers = {"Idempotency-Key": "h1"}
    first = _hand_over(office, "N1", owner="Wang", headers=headers)
    assert _hand_over(office, "N1", owner="Wang", headers=headers).text == first.text
    assert len(office.read(FIRST)["events"]) == 2


def test_withdrawals_and_hand_overs_are_appended_and_never_changed_in_the_file(
    staged: tuple[Office, str], tmp_path: Path
) -> None:
    office, plan = staged
    _withdraw(office, plan)
    _hand_over(office, "N1", owner="Wang")
    with sqlite3.connect(tmp_path / "gridgeo.sqlite") as connection:
        for table in ("plan_withdrawals", "grid_handovers"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET event = 1"):
                with pytest.raises(sqlite3.IntegrityError, match="appended"):
                    connection.execute(statement)
        with pytest.raises(sqlite3.IntegrityError, match="in order"):
            connection.execute("UPDATE plans SET state = 'approved' WHERE plan = ?", (FIRST,))
    connection.close()
