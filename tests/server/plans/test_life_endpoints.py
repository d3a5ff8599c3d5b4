"""A plan's life over HTTP: in order, by role, each step told; staged, merged, commented on, compared."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from server.plans.conftest import Office, make_key, quartered

ORDER = ("draft", "proposed", "consulted", "approved", "in_force", "retired")
BY = {
    "proposed": "planner",
    "consulted": "reviewer",
    "approved": "approver",
    "in_force": "approver",
    "retired": "approver",
}
TODAY, TOMORROW = "2026-11-18", "2026-11-19"


def test_a_plan_goes_through_its_whole_life_and_every_step_says_who_when_and_why(office: Office) -> None:
    plan = office.approved()
    assert office.move("approver", plan, "in_force", date=TOMORROW, why="council's decision").status_code == 200
    told = office.move("approver", plan, "retired", date="2027-06-01", why="merged away").json()
    assert told["state"] == "retired"
    steps = [(e["from_state"], e["to_state"], e["actor_name"], e["role"]) for e in told["events"]]
    assert steps == [
        (None, "draft", "planner Li", "planner"),
        ("draft", "proposed", "planner Li", "planner"),
        ("proposed", "consulted", "reviewer Li", "reviewer"),
        ("consulted", "approved", "approver Li", "approver"),
        ("approved", "in_force", "approver Li", "approver"),
        ("in_force", "retired", "approver Li", "approver"),
    ]
    assert [e["why"] for e in told["events"]][-2:] == ["council's decision", "merged away"]
    assert all(e["at"] == "2026-11-18T09:00:00.000Z" and e["actor"] for e in told["events"])
    assert told["revision"] == len(told["events"])


@pytest.mark.parametrize("state", ORDER)
def test_every_step_out_of_order_is_a_409_that_names_what_may_follow_and_changes_nothing(
    office: Office, state: str
) -> None:
    plan = office.draft()["plan"]
    for to in ORDER[1 : ORDER.index(state) + 1]:
        date = {"date": TOMORROW} if to == "in_force" else {"date": "2027-01-01"} if to == "retired" else {}
        assert office.move("admin", plan, to, **date).status_code == 200
    before = office.read(plan)
    allowed = {step["to"] for step in before["steps"]}
    for to in set(ORDER) - allowed:
        answer = office.move("admin", plan, to, date=TOMORROW)
        assert answer.status_code == 409, (state, to)
        assert answer.json()["type"] == "urn:gridgeo:problem:out-of-order"
        for name in allowed:
            assert name in answer.json()["detail"] or to == "draft"
    assert office.read(plan) == before


@pytest.mark.parametrize("to", ORDER[1:])
def test_every_step_by_the_wrong_role_is_a_403_and_changes_nothing(office: Office, to: str) -> None:
    plan = office.draft()["plan"]
    for earlier in ORDER[1 : ORDER.index(to)]:
        assert (
            office.move("admin", plan, earlier, **({"date": TOMORROW} if earlier == "in_force" else {})).status_code
            == 200
        )
    before = office.read(plan)
    for who in {"planner", "reviewer", "approver"} - {BY[to]}:
        answer = office.move(who, plan, to, date=TOMORROW)
        assert answer.status_code == 403
        assert BY[to] in answer.json()["detail"]
    assert office.ask(None, "POST", f"/plans/{plan}/transitions", json={"to": to}).status_code == 401
    assert office.read(plan) == before


@pytest.mark.parametrize("if_match", [True, False])
def test_of_two_who_approve_at_once_one_wins_and_the_other_is_told(office: Office, if_match: bool) -> None:
    plan = office.draft()["plan"]
    office.move("planner", plan, "proposed")
    read = office.move("reviewer", plan, "consulted").json()
    headers = {"If-Match": f'"{read["revision"]}"'} if if_match else {}
    gate = threading.Barrier(2)

    def approve(who: str) -> tuple[str, int]:
        gate.wait(30)
        return who, office.move(who, plan, "approved", headers=headers).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = dict(pool.map(approve, ("approver", "second")))
    assert sorted(answers.values()) == [200, 412 if if_match else 409]
    (approval,) = [e for e in office.read(plan)["events"] if e["to_state"] == "approved"]
    winner = next(who for who, status in answers.items() if status == 200)
    assert approval["actor_name"] == f"{winner} Li"


def test_a_retry_with_the_same_key_is_done_once_and_another_person_never_gets_its_answer(office: Office) -> None:
    plan = office.draft()["plan"]
    headers = {"Idempotency-Key": "k1"}
    first = office.move("planner", plan, "proposed", headers=headers)
    again = office.move("planner", plan, "proposed", headers=headers)
    assert (again.status_code, again.text) == (200, first.text)
    assert len(office.read(plan)["events"]) == 2
    stranger = office.move("admin", plan, "proposed", headers=headers)
    assert stranger.json()["type"] == "urn:gridgeo:problem:out-of-order"


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({}, "date", "give one, 2026-11-18 or later"),
        ({"date": "2026-11-17"}, "date", "in the past"),
        ({"date": "0001-01-01"}, "date", "in the past"),
        ({"date": "tomorrow"}, "date", "date"),
        ({"date": TOMORROW, "areas": ["north"]}, "areas", "no area 'north'; areas with units are east, west"),
    ],
)
def test_a_date_or_area_that_cant_be_used_is_a_422_and_changes_nothing(
    office: Office, body: dict[str, Any], field: str, words: str
) -> None:
    plan = office.approved()
    before = office.read(plan)
    answer = office.move("approver", plan, "in_force", **body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert words in answer.json()["detail"]
    assert office.read(plan) == before


def test_a_step_without_a_day_takes_neither_date_nor_areas(office: Office) -> None:
    plan = office.draft()["plan"]
    for more in ({"date": TOMORROW}, {"areas": ["west"]}):
        assert office.move("planner", plan, "proposed", **more).status_code == 422
    assert office.read(plan)["state"] == "draft"


def test_an_approved_plan_is_immutable_over_http_and_in_the_file(office: Office, tmp_path: Path) -> None:
    plan = office.approved()
    before = office.read(plan)
    for method, path, body in (
        ("PATCH", f"/plans/{plan}", {"name": "Another"}),
        ("PUT", f"/plans/{plan}/assignment", {"assignment": quartered()}),
        ("POST", f"/plans/{plan}/proposals", {"area": "west", "assignment": {"U000": "N2"}}),
    ):
        assert office.ask("admin", method, path, json=body).status_code == 409
    with sqlite3.connect(tmp_path / "gridgeo.sqlite") as connection:
        for statement in (
            "UPDATE plans SET name = 'x' WHERE plan = ?",
            "UPDATE plans SET content_hash = 'x' WHERE plan = ?",
            "UPDATE plans SET state = 'draft' WHERE plan = ?",
            "DELETE FROM plans WHERE plan = ?",
            "UPDATE plan_assignments SET grids = x'00' WHERE plan = ?",
            "DELETE FROM plan_grids WHERE plan = ?",
            "UPDATE plan_grids SET owner = 'x' WHERE plan = ?",
            "UPDATE plan_events SET why = 'x' WHERE plan = ?",
            "DELETE FROM plan_events WHERE plan = ?",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement, (plan,))
    connection.close()
    assert office.read(plan) == before


def test_a_plan_comes_into_force_area_by_area(office: Office) -> None:
    first = office.ask(None, "GET", "/plans").json()["plans"][0]["plan"]
    plan = office.approved()
    pilot = office.move("approver", plan, "in_force", date=TOMORROW, areas=["west"]).json()
    assert (pilot["state"], pilot["waiting_areas"]) == ("in_force", ["east"])
    again = office.move("approver", plan, "in_force", date="2026-12-01", areas=["west"])
    assert (again.status_code, "already registered in area 'west'" in again.json()["detail"]) == (409, True)
    assert office.read(first)["state"] == "in_force"
    rest = office.move("approver", plan, "in_force", date="2027-01-01").json()
    assert rest["waiting_areas"] == []
    assert {(p["area"], p["from"], p["to"]) for p in rest["periods"]} == {
        ("west", TOMORROW, None),
        ("east", "2027-01-01", None),
    }
    for day, west, east in ((TODAY, first, first), (TOMORROW, plan, first), ("2027-01-01", plan, plan)):
        areas = office.ask(None, "GET", f"/register/areas?on={day}").json()["areas"]
        assert {one["area"]: one["plan"] for one in areas} == {"west": west, "east": east}
    assert office.move("approver", plan, "in_force", date="2027-02-01").status_code == 409


def test_a_plan_that_others_replaced_everywhere_is_retired_when_its_last_day_is_over(
    office: Office, clock: Any
) -> None:
    first = office.ask(None, "GET", "/plans").json()["plans"][0]["plan"]
    office.move("approver", office.approved(1), "in_force", date=TOMORROW)
    assert office.read(first)["state"] == "in_force"
    clock.pass_seconds(2 * 86_400)
    office.move("approver", office.approved(2, "Later"), "in_force", date="2027-01-01")
    told = office.read(first)
    assert told["state"] == "retired"
    assert (told["events"][-1]["actor_name"], told["events"][-1]["actor"]) == ("Server", None)


def test_two_plans_never_begin_in_one_area_on_one_day(office: Office) -> None:
    one, other = office.approved(1), office.approved(2, "Other")
    assert office.move("approver", one, "in_force", date=TOMORROW, areas=["west"]).status_code == 200
    answer = office.move("approver", other, "in_force", date=TOMORROW)
    assert answer.status_code == 409
    assert f"in area 'west' {one} is already registered from {TOMORROW} on" in answer.json()["detail"]
    assert office.read(other)["state"] == "approved"


def test_no_grid_is_cut_by_an_area_that_comes_into_force_before_its_neighbour(office: Office) -> None:
    crossing = {unit: "N2" if grid == "N3" else grid for unit, grid in quartered().items()}
    plan = office.ask("planner", "POST", "/plans", json={"name": "Wide", "assignment": crossing}).json()["plan"]
    for to in ("proposed", "consulted", "approved"):
        office.move("admin", plan, to)
    answer = office.move("admin", plan, "in_force", date=TOMORROW, areas=["west"])
    assert answer.status_code == 409
    assert "grid N2" in answer.json()["detail"]
    assert "east, west" in answer.json()["detail"]
    assert office.move("admin", plan, "in_force", date=TOMORROW, areas=["west", "east"]).status_code == 200


def test_comments_are_pinned_answered_and_resolved(office: Office) -> None:
    plan = office.draft()["plan"]
    path = f"/plans/{plan}/comments"
    first = office.ask("reviewer", "POST", path, json={"text": "Too large?", "grid": "N1"}).json()
    second = office.ask("approver", "POST", path, json={"text": "Whose is it?", "unit": "U003"}).json()
    answer = {"text": "Moved two units", "answers": first["comment"], "resolved": True}
    resolved = office.ask("planner", "POST", path, json=answer).json()
    assert resolved["resolved"] is True
    assert [a["actor_name"] for a in resolved["answers"]] == ["planner Li"]
    reopened = {"text": "Not enough", "answers": resolved["answers"][0]["comment"], "resolved": False}
    assert office.ask("reviewer", "POST", path, json=reopened).json()["resolved"] is False
    told = office.ask(None, "GET", path).json()["comments"]
    assert [(c["comment"], c["grid"], c["unit"]) for c in told] == [
        (first["comment"], "N1", None),
        (second["comment"], None, "U003"),
    ]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"text": "?", "grid": "N9"}, 422, "no grid 'N9'"),
        ({"text": "?", "unit": "X"}, 422, "no unit 'X'"),
        ({"text": "?", "unit": "U001", "grid": "N1"}, 422, "not to both"),
        ({"text": "?", "answers": 77}, 404, "no comment 77"),
        ({"text": "?", "resolved": True}, 422, "only an answer"),
        ({"text": "   "}, 422, "text"),
    ],
)
def test_a_comment_that_cant_be_pinned_is_refused(
    office: Office, body: dict[str, Any], status: int, words: str
) -> None:
    plan = office.draft()["plan"]
    answer = office.ask("planner", "POST", f"/plans/{plan}/comments", json=body)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)
    assert office.ask(None, "GET", f"/plans/{plan}/comments").json() == {"comments": []}


def test_areas_propose_their_parts_and_the_merge_shows_every_conflict(office: Office) -> None:
    plan = office.draft(0)["plan"]
    path = f"/plans/{plan}/proposals"
    west = {u: ("W1" if g in ("N1", "S1") else "W2") for u, g in quartered().items() if g[1] in "12"}
    west.pop("U000")  # left out of its own part
    west["U006"] = "W2"  # claimed from the east, which claims it too
    west["U009"] = "W2"  # claimed from the east, which leaves it out
    east = {u: "E1" for u, g in quartered().items() if g[1] in "34" and u != "U009"}
    east["U010"] = "W1"  # a grid of the west
    assert office.ask("planner", "POST", path, json={"area": "west", "assignment": {"U000": "old"}}).status_code == 201
    for area, part in (("west", west), ("east", east)):
        answer = office.ask("planner", "POST", path, json={"area": area, "assignment": part, "why": "our part"})
        assert answer.status_code == 201, answer.text
    told = office.ask(None, "GET", path).json()
    assert [(one["area"], one["units"]) for one in told["proposals"]] == [("east", 47), ("west", 49)]
    merged = office.ask("planner", "POST", f"/plans/{plan}/merge", json={"name": "Merged"}).json()
    assert merged["conflicts"] == told["conflicts"]
    assert (merged["parent"], merged["family"], merged["version"], merged["state"]) == (plan, plan, 2, "draft")
    units = {(c["kind"], *c["areas"]): c["units"] for c in merged["conflicts"] if c["kind"] != "broken"}
    assert units == {
        ("claimed_twice", "east", "west"): ["U006"],
        ("unclaimed", "west"): ["U000"],
        ("taken", "east", "west"): ["U009"],
        ("shared_grid", "east", "west"): [],
    }
    broken = {c["rule"] for c in merged["conflicts"] if c["kind"] == "broken"}
    assert {"balance", "contiguity"} <= broken
    chinese = [c["text_zh"] for c in merged["conflicts"]]
    assert "网格 W1 被east和west同时使用，跨越了边界；请将其中一个另行命名" in chinese
    assert not [text for text in chinese if re.search(r"\b(unit|grid|claimed|band|the)", text)]
    assert {one["text_zh"] for one in merged["measures"]["broken"]} < set(chinese)
    assignment = office.ask(None, "GET", f"/plans/{merged['plan']}/assignment").json()["assignment"]
    assert [assignment[u] for u in ("U000", "U001", "U006", "U009", "U010")] == ["N1", "W1", "E1", "W2", "W1"]


def test_a_key_of_one_area_speaks_for_it_alone(office: Office) -> None:
    opened = office.client.app.state.gridgeo.store  # type: ignore[attr-defined]
    office.tokens["west"] = make_key(opened, "planner", "West", area="west")[1]
    plan = office.draft(0)["plan"]
    part = {"assignment": {"U000": "N1"}}
    assert office.ask("west", "POST", f"/plans/{plan}/proposals", json={"area": "west", **part}).status_code == 201
    assert office.ask("west", "POST", f"/plans/{plan}/proposals", json={"area": "east", **part}).status_code == 403
    assert office.ask("west", "POST", "/plans", json={"name": "Own", "copy_of": plan}).status_code == 403
    assert office.move("west", plan, "proposed").status_code == 403


def test_two_plans_are_compared_by_unit_household_pair_and_border(office: Office, quarters: Any) -> None:
    first = office.ask(None, "GET", "/plans").json()["plans"][0]["plan"]
    plan = office.draft(1)["plan"]
    told = office.ask(None, "GET", f"/plans/{first}/compare/{plan}").json()
    households = quarters.jurisdiction.units.set_index("unit")["households"]
    moved = {u for u, g in quartered(1).items() if g != quartered()[u]}
    assert told["units_moved"] == len(moved) == 12
    assert told["households_moved"] == int(households.loc[sorted(moved)].sum())
    assert [(p["from"], p["to"], p["units"]) for p in sorted(told["pairs"], key=lambda p: p["from"])] == [
        (f"N{i}", f"S{i}", 3) for i in range(1, 5)
    ]
    assert sum(p["households"] for p in told["pairs"]) == told["households_moved"]
    assert {m["unit"] for m in told["moves"]} == moved
    features = office.ask(None, "GET", f"/plans/{first}/compare/{plan}?f=geojson").json()["features"]
    assert {f["properties"]["unit"] for f in features if f["properties"]["what"] == "moved"} == moved
    assert {f["properties"]["border"] for f in features if f["properties"]["what"] == "border"} == {
        "kept",
        "dropped",
        "new",
    }
    same = office.ask(None, "GET", f"/plans/{plan}/compare/{plan}").json()
    assert (same["units_moved"], same["households_moved"], same["ties_kept"]) == (0, 0, 1.0)


def test_history_cannot_be_asked_to_change_by_any_number_of_hands_at_once(
    office: Office, clock: Callable[[], Any]
) -> None:
    plan = office.draft()["plan"]
    gate = threading.Barrier(8)

    def rename(number: int) -> int:
        gate.wait(30)
        answer = office.ask(
            "planner", "PATCH", f"/plans/{plan}", json={"name": f"n{number}"}, headers={"If-Match": '"1"'}
        )
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(rename, range(8)))
    assert statuses == [200] + [412] * 7
    assert office.read(plan)["revision"] == 2
