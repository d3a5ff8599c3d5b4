"""Officers, roles and grids over HTTP: by role, by day, by area, and every look is kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from server.plans.conftest import Office, make_key

TODAY = "2026-11-18"


@pytest.fixture
def people(office: Office) -> Office:
    """The office with two supervisors: of the whole place, and of the west alone."""
    opened = office.client.app.state.gridgeo.store  # type: ignore[attr-defined]
    office.tokens["supervisor"] = make_key(opened, "supervisor", "supervisor Li")[1]
    office.tokens["western"] = make_key(opened, "supervisor", "western Li", area="west")[1]
    return office


def put(office: Office, who: str = "supervisor", **values: Any) -> Any:
    body = {"grid": "N1", "role": "police", "person": "周敏", **values}
    return office.ask(who, "POST", "/rosters/terms", json=body)


def test_a_term_is_put_told_and_counted_and_what_is_left_stands_empty(people: Office) -> None:
    before = people.ask(None, "GET", "/rosters").json()
    assert (before["on"], before["places"], before["empty"], before["people"]) == (TODAY, 56, 56, 0)
    made = put(people, role="警员", phone="13800000001", **{"from": "2026-11-01"}, why="transferred")
    assert (made.status_code, made.headers["ETag"], made.headers["Location"]) == (201, '"1"', "/api/v1/rosters/terms/1")
    assert made.json() == {
        "term": 1, "grid": "N1", "role": "police", "person": "周敏", "phone": "13800000001", "from": "2026-11-01", "to": None,
        "person_id": "", "revision": 1,
    }  # fmt: skip
    told = people.ask("supervisor", "GET", "/rosters").json()
    (grid,) = [one for one in told["grids"] if one["code"] == "N1"]
    (place,) = [one for one in grid["places"] if one["role"] == "police"]
    assert (place["filled"], place["holders"][0]["person"], told["empty"]) == (1, "周敏", 55)
    gaps = people.ask(None, "GET", "/rosters/gaps").json()["gaps"]
    assert len(gaps) == 55
    assert {"code": "N1", "grid": "N1", "name": "", "area": "west", "role": "police"} not in gaps


def test_one_person_fills_several_places_and_a_place_may_have_several_people(people: Office) -> None:
    for grid, role, person in (
        ("N1", "police", "周敏"),
        ("N1", "fire", "周敏"),
        ("S4", "fire", "周敏"),
        ("N1", "fire", "Li"),
    ):
        assert put(people, grid=grid, role=role, person=person).status_code == 201
    told = people.ask("supervisor", "GET", "/rosters").json()
    assert (told["people"], told["several"], told["empty"]) == (2, 1, 53)
    first, second = people.ask("supervisor", "GET", "/rosters/people").json()["people"]
    assert (first["person"], first["places"], first["grids"], second["person"]) == ("周敏", 3, 2, "Li")


@pytest.mark.parametrize(
    ("day", "filled"), [("2025-12-31", 0), ("2026-12-01", 1), ("2026-12-31", 1), ("2027-01-01", 0)]
)
def test_who_holds_a_place_is_told_for_any_day(people: Office, day: str, filled: int) -> None:
    assert put(people, **{"from": "2026-12-01", "to": "2026-12-31"}).status_code == 201
    terms = people.ask("supervisor", "GET", f"/rosters/terms?on={day}").json()["terms"]
    assert len(terms) == filled
    told = people.ask(None, "GET", f"/rosters?on={day}").json()
    # Before the register began there was no grid, so that there was no place either.
    assert told["places"] - told["empty"] == (filled if day >= TODAY else 0)


@pytest.mark.parametrize(
    ("who", "names", "terms", "write"),
    [(None, False, 401, 401), ("planner", False, 403, 403), ("reviewer", True, 200, 403), ("approver", True, 200, 201),
     ("supervisor", True, 200, 201), ("admin", True, 200, 201)],
)  # fmt: skip
def test_names_and_changes_are_for_the_roles_that_need_them(
    people: Office, who: str | None, names: bool, terms: int, write: int
) -> None:
    put(people, phone="13800000001")
    answer = people.ask(who, "GET", "/rosters")
    assert (answer.json()["names"], "周敏" in answer.text, "13800000001" in answer.text) == (names, names, names)
    for path in ("/rosters/terms", "/rosters/terms/1", "/rosters/people", "/rosters/export"):
        assert people.ask(who, "GET", path).status_code == terms, path
    body = {"grid": "S1", "role": "fire", "person": "Li"}
    assert people.ask(who, "POST", "/rosters/terms", json=body).status_code == write
    assert people.ask(who, "GET", "/rosters/log").status_code == (
        200 if who == "admin" else 401 if who is None else 403
    )


def test_every_look_at_names_and_every_change_is_kept_for_good(people: Office, tmp_path: Path) -> None:
    put(people, why="new")
    for path in ("/rosters", "/rosters/terms?grid=N1", "/rosters/terms/1", "/rosters/people", "/rosters/export"):
        assert people.ask("reviewer", "GET", path).status_code == 200
    people.ask(None, "GET", "/rosters")
    people.ask("planner", "GET", "/rosters")
    told = people.ask("admin", "GET", "/rosters/log").json()
    looks = [(one["what"], one["actor_name"], one["actor_role"], one["terms"]) for one in reversed(told["looks"])]
    assert looks == [(what, "reviewer Li", "reviewer", 1) for what in ("roster", "terms", "term", "people", "export")]
    assert [(one["action"], one["actor_name"], one["why"]) for one in told["events"]] == [
        ("put", "supervisor Li", "new")
    ]
    with sqlite3.connect(next(tmp_path.glob("*.sqlite"))) as connection:
        for statement in (
            "DELETE FROM looks", "UPDATE looks SET actor = 'x'", "DELETE FROM roster_events",
            "UPDATE roster_events SET why = 'x'", "DELETE FROM roster_terms",
        ):  # fmt: skip
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)


def test_a_supervisor_of_one_area_sees_and_changes_that_area_alone(people: Office) -> None:
    put(people, grid="N1")
    put(people, grid="N4", person="Li")
    told = people.ask("western", "GET", "/rosters")
    assert (
        "周敏" in told.text,
        "Li" in {h["person"] for g in told.json()["grids"] for p in g["places"] for h in p["holders"] or []},
    ) == (True, False)
    assert [one["person"] for one in people.ask("western", "GET", "/rosters/terms").json()["terms"]] == ["周敏"]
    for answer in (
        put(people, "western", grid="N4", role="fire"),
        people.ask("western", "PATCH", "/rosters/terms/2", json={"phone": "1"}),
        people.ask("western", "POST", "/rosters/terms/2/end", json={"on": TODAY}),
        people.ask("western", "GET", "/rosters/terms/2"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:gridgeo:problem:not-allowed")
    assert people.ask("western", "PATCH", "/rosters/terms/1", json={"phone": "1"}).status_code == 200


def test_a_term_is_changed_and_ended_by_who_read_it_last_and_its_history_says_how(people: Office) -> None:
    put(people, **{"from": "2026-01-01"})
    match = {"If-Match": '"1"'}
    changed = people.ask(
        "supervisor", "PATCH", "/rosters/terms/1", json={"phone": "139", "why": "moved"}, headers=match
    )
    assert (changed.status_code, changed.json()["phone"], changed.headers["ETag"]) == (200, "139", '"2"')
    late = people.ask("approver", "POST", "/rosters/terms/1/end", json={"on": TODAY}, headers=match)
    assert (late.status_code, late.json()["type"]) == (412, "urn:gridgeo:problem:changed")
    ended = people.ask(
        "approver", "POST", "/rosters/terms/1/end", json={"on": "2026-11-17"}, headers={"If-Match": '"2"'}
    )
    assert (ended.status_code, ended.json()["to"]) == (200, "2026-11-17")
    over = people.ask("supervisor", "PATCH", "/rosters/terms/1", json={"phone": "1"})
    assert (over.status_code, over.json()["detail"]) == (
        409, "term 1 ended on 2026-11-17 and is history; enter a new one",
    )  # fmt: skip
    told = people.ask("reviewer", "GET", "/rosters/terms/1").json()
    assert [(one["action"], one["actor_name"], one["data"]["to"]) for one in told["events"]] == [
        ("put", "supervisor Li", None), ("change", "supervisor Li", None), ("end", "approver Li", "2026-11-17"),
    ]  # fmt: skip


def test_a_day_may_be_taken_away_a_name_may_not(people: Office) -> None:
    put(people, to="2027-01-01")
    open_ = people.ask("supervisor", "PATCH", "/rosters/terms/1", json={"to": None}).json()
    assert (open_["to"], open_["revision"]) == (None, 2)
    for body in ({}, {"why": "x"}, {"person": None}):
        answer = people.ask("supervisor", "PATCH", "/rosters/terms/1", json=body)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:gridgeo:problem:bad-request")


@pytest.mark.parametrize(
    ("body", "status", "english", "chinese"),
    [
        ({"grid": "Z9"}, 404, "no grid 'Z9' is in force on 2026-11-18", "2026-11-18 没有施行中的网格“Z9”"),
        ({"role": "cook"}, 422, "no role 'cook'; the roles are administrator", "没有角色“cook”；角色有 administrator"),
        ({"from": "2026-12-02", "to": "2026-12-01"}, 422, "before it begins on 2026-12-02", "早于开始日 2026-12-02"),
        ({}, 409, "周敏 already holds Police officer in grid N1 from", "周敏已于 起始 至 无期 在网格 N1 任警员"),
        ({"role": "fire", "phone": "2"}, 409, "周敏 has the phone 1 in term 1", "周敏在第 1 条记录中的电话为 1"),
        ({"person": " "}, 422, "person: must be 1 or more characters long", "person：至少 1 个字符"),
        ({"from": "soon"}, 422, "from: must be a day", "from：应为日期"),
        ({"shift": "night"}, 422, "shift: isn't known here", "shift：不接受此项"),
    ],
)  # fmt: skip
def test_what_cant_be_is_refused_in_both_languages_and_nothing_is_kept(
    people: Office, body: dict[str, Any], status: int, english: str, chinese: str
) -> None:
    assert put(people, phone="1").status_code == 201
    for language, said in (("en", english), ("zh-CN,zh;q=0.9,en;q=0.5", chinese)):
        whole = {"grid": "N1", "role": "police", "person": "周敏", **body}
        answer = people.ask("supervisor", "POST", "/rosters/terms", json=whole, headers={"Accept-Language": language})
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
        assert answer.headers["Content-Language"] == ("en" if language == "en" else "zh-CN")
    assert len(people.ask("supervisor", "GET", "/rosters/terms").json()["terms"]) == 1


def test_a_retry_with_the_same_key_puts_one_term(people: Office) -> None:
    body = {"grid": "N1", "role": "fire", "person": "Li"}
    answers = [
        people.ask("supervisor", "POST", "/rosters/terms", json=body, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(people.ask("supervisor", "GET", "/rosters/terms").json()["terms"]) == 1


def test_a_roster_follows_the_code_when_grids_are_redrawn(people: Office) -> None:
    put(people, grid="N1")
    plan = people.approved(1)
    assert people.move("approver", plan, "in_force", date=TODAY).status_code == 200
    told = people.ask("supervisor", "GET", "/rosters").json()
    (grid,) = [one for one in told["grids"] if one["code"] == "N1"]
    assert grid["plan"] == plan
    assert sum(len(place["holders"]) for place in grid["places"]) == 1


def codes(answer: Any) -> list[str]:
    return [grid["code"] for grid in answer.json()["grids"]]


def test_the_roster_is_told_page_by_page_and_counted_in_whole(people: Office) -> None:
    for grid in ("N1", "N4", "S2"):
        put(people, grid=grid)
    first = people.ask(None, "GET", "/rosters?limit=3")
    assert (codes(first), first.json()["next"], first.json()["found"]) == (["N1", "N2", "N3"], "N3", 8)
    rest = people.ask(None, "GET", f"/rosters?after={first.json()['next']}")
    assert (codes(rest), rest.json()["next"]) == (["N4", "S1", "S2", "S3", "S4"], None)
    assert {(one["places"], one["empty"], one["people"]) for one in (first.json(), rest.json())} == {(56, 53, 1)}
    log = people.ask("admin", "GET", "/rosters/log").json()["looks"]
    people.ask("reviewer", "GET", "/rosters?limit=1")
    assert people.ask("admin", "GET", "/rosters/log").json()["looks"][0]["terms"] == 1
    assert len(people.ask("admin", "GET", "/rosters/log").json()["looks"]) == len(log) + 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=n", ["N1", "N2", "N3", "N4"]), ("text=%20S3", ["S3"]), ("text=x", []), ("area=west", ["N1", "N2", "S1", "S2"]),
        ("gaps=true", ["N2", "N3", "N4", "S1", "S2", "S3", "S4"]), ("gaps=true&text=1&area=west", ["S1"]),
    ],
)  # fmt: skip
def test_grids_of_a_roster_are_found_by_code_by_area_and_by_what_stands_empty(
    people: Office, query: str, found: list[str]
) -> None:
    for role in ("administrator", "assistant", "police", "supervisor", "party_secretary", "judicial", "fire"):
        assert put(people, role=role).status_code == 201
    told = people.ask(None, "GET", f"/rosters?{query}")
    assert (codes(told), told.json()["found"], told.json()["empty"]) == (found, len(found), 49)
    assert people.ask(None, "GET", "/rosters?area=moon").status_code == 422


def test_empty_places_terms_and_people_come_page_by_page_and_none_twice(people: Office) -> None:
    for grid, person in (("N1", "周敏"), ("N2", "周敏"), ("N3", "Li"), ("S1", "Wang")):
        put(people, grid=grid, person=person)
    whole = people.ask(None, "GET", "/rosters/gaps").json()
    assert (len(whole["gaps"]), whole["next"]) == (52, None)
    for path, rows, limit in (("gaps", "gaps", 3), ("terms", "terms", 1), ("people", "people", 2)):
        everything = people.ask("reviewer", "GET", f"/rosters/{path}").json()[rows]
        found: list[Any] = []
        after: Any = None
        while after is not None or not found:
            query = f"limit={limit}" + ("" if after is None else f"&after={after}")
            page = people.ask("reviewer", "GET", f"/rosters/{path}?{query}").json()
            found += page[rows]
            after = page["next"]
        assert found == everything, path
    assert people.ask("reviewer", "GET", "/rosters/terms?after=99").status_code == 404
