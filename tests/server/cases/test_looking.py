"""Who does what with cases, and what each is shown of them: by role, by area, by whose case it is, through every door."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from httpx import Response

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.auth.roles import roles_of_keys
from gridgeo_server.board.indicators import snapshot
from gridgeo_server.cases.looking import Looker, _table
from gridgeo_server.cases.stages import machine
from gridgeo_server.cases.views import CASE_FIELDS
from gridgeo_server.live.audiences import Audience
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.offices import DESCRIPTION, REPORTER, People, people_of
from server.plans.conftest import quartered
from towns import lattice_town

WHO = (None, *roles_of_keys(), "officer of it")
WEST, EAST = (50, 50), (1_150, 750)


@pytest.fixture(scope="module")
def people(
    tmp_path_factory: pytest.TempPathFactory, empty_store: Path, new_clock: Callable[[], Any]
) -> Iterator[People]:
    """A server that takes keys on a town with a west and an east; one of each role, some of them of the west alone."""
    folder = tmp_path_factory.mktemp("roles")
    shutil.copy(empty_store, folder)
    assignment = pd.Series(quartered()).rename_axis("unit")
    town = Town(Plan(lattice_town(8, 12), assignment, Rules(k=8, within="quarter")))
    settings = Settings(data=folder, indicators_s=3_600, auth="required", reports_hour=3_000)
    app = create_app(settings, town, new_clock())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        found = people_of(client)
        for role in ("dispatcher", "supervisor", "planner"):
            found.join(f"{role} of the west", role, area="west")
        yield found


@pytest.fixture(scope="module")
def cases(people: People) -> dict[str, Any]:
    """A case in the west and one in the east, each with its officer, whose key is theirs."""
    found = {"west": people.report(*WEST), "east": people.report(*EAST)}
    assert {name: case["area"] for name, case in found.items()} == {"west": "west", "east": "east"}
    assert found["west"]["stage"] == "dispatched"
    people.join("officer of it", "officer", officer=found["west"]["responder"])
    return found


def _allowed(who: str | None, action: str) -> bool:
    if who == "admin":
        return True
    role = "officer" if who == "officer of it" else who
    # The public withdraws what it has proven to have reported, through another door.
    return role in machine().actions[action].who and who not in {"officer", "public"}


def test_each_role_may_do_what_the_table_of_stages_says_and_nothing_else(people: People, cases: dict[str, Any]) -> None:
    case, told = cases["west"]["case"], {"note": "why"}
    actions = [name for name, row in machine().actions.items() if row.who]
    for who in WHO:
        for action in actions:
            # No case has this version: whoever may do it gets as far as being told so.
            one = people.ask(
                who, "POST", f"/cases/{case}/actions", json={"action": action, **told}, headers={"If-Match": '"999"'}
            )
            refused = 401 if who is None else 403
            assert one.status_code == (412 if _allowed(who, action) else refused), (who, action, one.text)
            body = {"action": action, **told, "cases": [{"case": case, "version": 999}]}
            many = people.ask(who, "POST", "/cases/actions", json=body).json()["results"]
            assert [result["status"] for result in many] == [one.status_code], (who, action)


def test_what_may_be_done_is_named_to_whom_it_may_and_is_what_isnt_refused(
    people: People, cases: dict[str, Any]
) -> None:
    case = cases["west"]["case"]
    for who in WHO:
        told = people.get(who, f"/cases/{case}")
        assert told["actions"] == [one["action"] for one in told["possible"]]
        assert all(_allowed(who, action) for action in told["actions"]), who
    assert people.get("officer of it", f"/cases/{case}")["actions"][:3] == ["acknowledge", "decline", "start"]
    assert people.get(None, f"/cases/{case}")["actions"] == []


def test_a_batch_and_a_file_are_held_to_the_same_rules_as_one_case(people: People, cases: dict[str, Any]) -> None:
    case = cases["west"]["case"]

    def replay(who: str | None) -> Any:
        item = {"client_id": "one", "at": "2026-11-18T08:00:00Z", "case": case, "action": {"action": "close"}}
        answer = people.ask(who, "POST", "/cases/batch", json={"items": [item]})
        return answer.status_code if answer.status_code != 200 else answer.json()["results"][0]["status"]

    told = {who: replay(who) for who in (None, "public", "officer", "officer of it", "planner", "dispatcher")}
    assert told == {
        None: 401, "public": 403, "officer": 403, "officer of it": 403, "planner": 403, "dispatcher": 409,
    }  # fmt: skip
    rows = "id,category,lon,lat\na,noise,7,43\n"
    for who, status in ((None, 401), ("public", 403), ("officer", 403), ("planner", 403), ("dispatcher", 422)):
        answer = people.ask(who, "POST", "/cases/bulk", content=rows, headers={"Content-Type": "text/csv"})
        assert answer.status_code == status, who


def test_who_did_it_is_told_by_the_key_and_by_no_word_of_the_body(people: People) -> None:
    case = people.report(*WEST, channel="phone", caller="Wang", reporter=None)["case"]
    assert people.act("supervisor", case, "supervise", note="now", actor="someone").status_code == 422
    assert people.act("supervisor", case, "supervise", note="now").status_code == 200
    events = {event["action"]: event for event in people.get("admin", f"/cases/{case}")["events"]}
    for action, who in (("report", "dispatcher"), ("supervise", "supervisor")):
        told = events[action]
        assert (told["actor"], told["actor_name"], told["actor_role"]) == (people.names[who], f"{who} Li", who)
    assert (events["accept"]["actor"], events["accept"]["actor_role"]) == (None, None)
    answer = people.ask("dispatcher", "POST", f"/cases/{case}/photos?note=x", content=b"no picture")
    assert answer.status_code == 422
    assert people.ask(None, "POST", f"/cases/{case}/photos", content=b"x").status_code == 401


SEEN = {
    None: (), "public": (), "planner": ("place",), "reviewer": ("place",), "approver": ("place",), "officer": ("place",),
    "officer of it": ("place", "words", "people"), "dispatcher": ("place", "words", "people"),
    "supervisor": ("place", "words", "people"), "admin": ("place", "words", "people"),
}  # fmt: skip
"""What each is shown of a case beside kind, stage and dates."""
FIELDS = {
    "place": {"department", "territory", "level", "clock", "snapped_m", "limit_s"},
    "words": {"description", "address"},
    "people": {"owner", "owner_name", "responder", "responder_name", "eta_at", "road_s"},
}


def _check_case(who: str | None, told: dict[str, Any], full: dict[str, Any]) -> None:
    for kind, fields in FIELDS.items():
        for field in fields:
            shown = kind in SEEN[who]
            assert told[field] == (full[field] if shown else None), (who, field)
            assert shown or field in told["hidden"], (who, field)
    exact = "place" in SEEN[who]
    for field in ("lon", "lat"):
        assert told[field] == (full[field] if exact else round(full[field], 3)), (who, field)
    for field in ("category", "stage", "reported_at", "due_at", "grid", "version"):
        assert told[field] == full[field]


def test_each_role_is_shown_the_same_fields_through_every_door(people: People, cases: dict[str, Any]) -> None:
    name = cases["west"]["case"]
    full = people.get("admin", f"/cases/{name}")
    assert "hidden" not in full
    assert full["lon"] != round(full["lon"], 3)
    for who in WHO:
        listed = next(one for one in people.get(who, "/cases?limit=1000")["cases"] if one["case"] == name)
        items = people.get(who, f"/ogc/collections/cases/items?case={name}")["features"]
        one = people.get(who, f"/cases/{name}")
        live = _watched(people, who, name)
        for told in (one, listed, live, items[0]["properties"]):
            _check_case(who, told, full)
        assert items[0]["geometry"]["coordinates"] == [one["lon"], one["lat"]]
        words, people_shown = "words" in SEEN[who], "people" in SEEN[who]
        for event in one["events"]:
            assert (event["data"] is not None) == (words and people_shown), who
            assert people_shown or event["actor"] is None, who
        open311 = people.get(who, f"/open311/v2/requests/{name}.json")[0]
        assert open311["description"] == (DESCRIPTION if words else None)
        assert (open311["address"] is not None) == words
        assert open311["long"] == one["lon"]
        everything = json.dumps([listed, one, live, items, open311])
        assert REPORTER not in everything
        assert words or DESCRIPTION not in everything


def _watched(people: People, who: str | None, case: str) -> dict[str, Any]:
    """A case as the snapshot of the live stream tells it; the event of it is told by the same function."""
    from gridgeo_server.auth.bearers import ANYBODY
    from gridgeo_server.auth.guard import proven
    from gridgeo_server.cases.looking import looker_of
    from gridgeo_server.texts import say

    state = people.state
    bearer = ANYBODY if who is None else proven(state, people.tokens[who], say("auth.how"), "")
    audience = Audience.of(state.town, None, looker=looker_of(state.town, bearer))
    told = audience.told("snapshot", snapshot(state, audience.scope))
    assert told is not None
    return next(dict(one) for one in told["cases"] if one["case"] == case)


def test_a_field_that_no_table_names_is_shown_to_no_member_of_the_public() -> None:
    case = {
        **dict.fromkeys(CASE_FIELDS, 1),
        "case": "c",
        "stage": "reported",
        "area": "a",
        "actions": [],
        "new": "secret",
    }
    for role in ("public", "planner", "dispatcher"):
        assert (Looker(role).seen(case)["new"] == "secret") == (role != "public")
    assert set(_table()["case"]) <= {*CASE_FIELDS, "events", "event", "escalations", "possible", "limit", "follows",
                                     "route", "alike"}  # fmt: skip


def test_who_speaks_for_an_area_finds_nothing_of_another_through_any_door(
    people: People, cases: dict[str, Any]
) -> None:
    west, east = cases["west"]["case"], cases["east"]["case"]
    for who in ("dispatcher of the west", "supervisor of the west", "planner of the west"):
        assert {one["area"] for one in people.get(who, "/cases?limit=1000")["cases"]} == {"west"}
        assert people.get(who, f"/cases?text={east}")["cases"] == []
        assert people.get(who, f"/cases?grid={cases['east']['grid']}")["cases"] == []
        for path in (f"/cases/{east}", f"/cases/{east}/photos", f"/open311/v2/requests/{east}.json"):
            assert people.ask(who, "GET", path).status_code == 404, path
        assert people.get(who, f"/open311/v2/requests.json?service_request_id={east}") == []
        assert people.get(who, f"/ogc/collections/cases/items?case={east}")["features"] == []
        assert people.ask(who, "GET", f"/ogc/collections/cases/items/{east}").status_code == 404
        lon, lat = cases["east"]["lon"], cases["east"]["lat"]
        assert people.get(who, f"/cases/duplicates?category=noise&lon={lon}&lat={lat}")["cases"] == []
        assert people.ask(who, "GET", "/metrics").text.count("gridgeo_board{") == 0
        with pytest.raises(StopIteration):
            _watched(people, who, east)
        assert _watched(people, who, west)["case"] == west


def test_who_speaks_for_an_area_does_nothing_in_another_and_sends_nobody_of_it(
    people: People, cases: dict[str, Any]
) -> None:
    who, west, east = "dispatcher of the west", cases["west"]["case"], cases["east"]["case"]
    for action in ("withdraw", "shelve", "note"):
        assert people.act(who, east, action, note="x").status_code == 404
    assert people.act(who, west, "merge", into=east).status_code == 404
    assert people.ask(who, "GET", f"/cases/{east}/candidates").status_code == 404
    told = people.get(who, f"/cases/{west}/candidates")
    named = {one["responder"] for one in [*told["candidates"], *told["not_offered"]]}
    every = people.get("dispatcher", f"/cases/{west}/candidates")
    assert named < {one["responder"] for one in [*every["candidates"], *every["not_offered"]]}
    assert {one["responder"] for one in people.get(who, "/responders")["responders"]} == named
    items = people.get(who, "/ogc/collections/responders/items")["features"]
    assert {one["id"] for one in items} == named
    foreign = cases["east"]["responder"]
    assert foreign not in named
    assert people.act(who, west, "dispatch", responder=foreign, note="x").status_code == 403
    assert people.ask(who, "PATCH", f"/responders/{foreign}", json={"on_duty": False}).status_code == 403


def test_no_filter_tells_what_isnt_shown(people: People, cases: dict[str, Any]) -> None:
    case = cases["west"]
    for who in (None, "planner", "officer"):
        assert people.get(who, "/cases?text=Wang")["cases"] == []
        assert people.get(who, f"/cases?text={case['case']}")["cases"] != []
        for query in (f"responder={case['responder']}", "figure=reported"):
            assert people.ask(who, "GET", f"/cases?{query}").status_code == (401 if who is None else 403)
        for field in ("description", "address", "owner", "responder"):
            found = people.get(who, f"/ogc/collections/cases/items?{field}={case[field]}")
            assert found["features"] == [], field
    assert people.ask(None, "GET", "/cases?department=x").status_code == 401
    # The exact place is no box of the public's, the rounded one is.
    box = "{0},{1},{0},{1}".format(case["lon"], case["lat"])
    assert people.get(None, f"/ogc/collections/cases/items?bbox={box}")["features"] == []
    assert people.get("planner", f"/ogc/collections/cases/items?bbox={box}")["features"] != []
    assert case["case"] in [one["case"] for one in people.get("officer of it", "/cases?text=Wang")["cases"]]
    alike = people.get(None, f"/cases/duplicates?category=noise&lon={case['lon']}&lat={case['lat']}&text={DESCRIPTION}")
    assert all(one["description"] is one["likeness"] is one["metres"] is None for one in alike["cases"])


def test_an_officer_sees_and_moves_themself_alone(people: People, cases: dict[str, Any]) -> None:
    own, other = cases["west"]["responder"], cases["east"]["responder"]
    fix = {"lon": cases["west"]["lon"], "lat": cases["west"]["lat"]}
    assert [one["responder"] for one in people.get("officer of it", "/responders")["responders"]] == [own]
    assert people.ask("officer of it", "POST", f"/responders/{own}/positions", json=fix).status_code == 202
    for who, status in (("officer of it", 403), ("planner", 403), (None, 401)):
        assert people.ask(who, "POST", f"/responders/{other}/positions", json=fix).status_code == status
        assert people.ask(who, "PATCH", f"/responders/{other}", json={"on_duty": True}).status_code == status
    several = {"positions": [{"responder": other, **fix}, {"responder": own, **fix}]}
    answer = people.ask("officer of it", "POST", "/positions", json=several).json()
    assert [(one["position"], one["status"]) for one in answer["refused"]] == [(0, 403)]
    assert people.ask(None, "POST", "/positions", json=several).status_code == 401
    assert people.ask(None, "GET", "/responders").status_code == 401
    assert people.ask(None, "GET", "/routes").status_code == 401
    assert people.get(None, "/ogc/collections/responders/items")["features"] == []


def test_a_case_is_an_officers_own_when_sent_to_them_or_on_their_ground_before_and_after() -> None:
    case = {"case": "c", "area": "a", "owner": "O-1", "responder": "O-2", "stage": "handling"}
    assert Looker("officer", "O-2").owns(case)
    assert not Looker("officer", "O-1").owns(case)
    assert Looker("officer", "O-1").owns({**case, "stage": "accepted", "responder": None})
    assert Looker("officer", "O-2").owns({**case, "stage": "handled"})
    assert not Looker("officer", "O-3").owns(case)
    elsewhere = Looker("officer", "O-2", frozenset({"b"}), frozenset())
    assert elsewhere.sees(case)
    assert not Looker("officer", "O-1", frozenset({"b"}), frozenset()).sees(case)


def test_an_answer_is_given_again_to_whoever_asked_first_alone(people: People) -> None:
    case = people.report(*WEST)
    body = {"category": "noise", "lon": case["lon"], "lat": case["lat"], "description": "secret words"}
    headers = {"Idempotency-Key": "mine"}
    first = people.ask("dispatcher", "POST", "/cases", json=body, headers=headers)
    assert people.ask("dispatcher", "POST", "/cases", json=body, headers=headers).json() == first.json()
    other = people.ask("planner", "POST", "/cases", json={**body, "description": "other words"}, headers=headers)
    assert (other.status_code, "secret words" in other.text) == (201, False)
    assert other.json()["case"] != first.json()["case"]


def test_who_reported_is_shown_to_whoever_handles_it_and_each_look_is_kept(
    people: People, cases: dict[str, Any]
) -> None:
    west, east = cases["west"]["case"], cases["east"]["case"]
    for who, case, status in (
        (None, west, 401), ("public", west, 403), ("planner", west, 403), ("officer", west, 403),
        ("officer of it", east, 403), ("dispatcher of the west", east, 404), ("officer of it", west, 200),
        ("dispatcher of the west", west, 200), ("supervisor", east, 200),
    ):  # fmt: skip
        answer = people.ask(who, "GET", f"/cases/{case}/reporter")
        assert answer.status_code == status, (who, case)
        assert (REPORTER in answer.text) == (status == 200)
    for who, status in ((None, 401), ("public", 403), ("officer of it", 403), ("dispatcher", 403)):
        assert people.ask(who, "GET", "/access-log").status_code == status
    log = people.get("admin", "/access-log?what=reporter&limit=2")
    seen = [*log["looks"], *people.get("admin", f"/access-log?what=reporter&after={log['next']}")["looks"]]
    assert [(one["actor_name"], one["actor_role"], one["of"], one["shown"]) for one in seen] == [
        ("supervisor Li", "supervisor", east, 1),
        ("dispatcher of the west Li", "dispatcher", west, 1),
        ("officer of it Li", "officer", west, 1),
    ]
    assert people.get("admin", f"/access-log?of={east}")["looks"] == seen[:1]
    with people.state.store.reading() as connection, pytest.raises(Exception, match="appended, never deleted"):
        connection.exec_driver_sql("DELETE FROM looks")


def test_figures_are_whole_for_who_answers_for_them_and_without_small_counts_for_others(
    people: People, cases: dict[str, Any]
) -> None:
    whole = people.get("dispatcher", "/indicators?by=area")
    west = people.get("dispatcher of the west", "/indicators?by=area")
    public = people.get(None, "/indicators?by=area")
    rows = {row["key"]: row["figures"]["reported"] for row in whole["rows"]}
    assert rows["east"] == 1
    assert [(row["key"], row["figures"]) for row in west["rows"]] == [
        (row["key"], row["figures"]) for row in whole["rows"] if row["key"] == "west"
    ]
    assert west["total"]["figures"] == west["rows"][0]["figures"]
    (east,) = (row for row in public["rows"] if row["key"] == "east")
    assert (east["figures"]["reported"], east["suppressed"], east["cases"]) == (None, True, {})
    assert people.ask(None, "GET", "/indicators?by=officer").status_code == 401
    assert people.ask("planner", "GET", "/indicators?by=officer").status_code == 403
    strip, own = people.get("dispatcher", "/indicators"), people.get("dispatcher of the west", "/indicators")
    assert own["reported_today"] == strip["reported_today"] - 1
    assert own["on_duty"] == 4 < strip["on_duty"]
    assert "suppressed" not in strip


def test_who_speaks_for_an_area_sends_the_first_of_their_own_and_nobody_of_elsewhere_who_is_nearer(
    people: People, cases: dict[str, Any]
) -> None:
    case, far = people.report(*WEST), cases["east"]["responder"]
    place = {"lon": case["lon"], "lat": case["lat"], "at": people.state.clock().isoformat()}
    assert people.ask("dispatcher", "POST", f"/responders/{far}/positions", json=place).status_code == 202
    path, who = f"/cases/{case['case']}/candidates", "dispatcher of the west"
    assert people.get("dispatcher", path)["candidates"][0]["responder"] == far
    own = people.get(who, path)["candidates"]
    assert [one["rank"] for one in own] == list(range(1, len(own) + 1))
    first = own[0]["responder"]

    def event_of(sent: Response) -> Any:
        assert sent.status_code == 200, sent.text
        return people.get("dispatcher", f"/cases/{case['case']}")["events"][-1]["data"]

    sent = event_of(people.act(who, case["case"], "dispatch"))
    assert (sent["responder"], sent["rank"]) == (first, 1)
    # The first of those that they are shown takes no reason, and nobody whom they don't see is named.
    assert event_of(people.act(who, case["case"], "dispatch", responder=first))["first"] == first
    body = {"action": "dispatch", "cases": [{"case": case["case"]}]}
    assert event_of(people.ask(who, "POST", "/cases/actions", json=body))["responder"] == first
    assert event_of(people.act("dispatcher", case["case"], "dispatch"))["responder"] == far
    for one in own:
        people.ask("dispatcher", "PATCH", f"/responders/{one['responder']}", json={"on_duty": False})
    nobody = people.act(who, case["case"], "dispatch")
    assert (nobody.status_code, "nobody of the own area" in nobody.json()["detail"]) == (409, True)
    for one in own:
        people.ask("dispatcher", "PATCH", f"/responders/{one['responder']}", json={"on_duty": True})
