"""One more report of a case that there is: linked in the same write, and nobody is sent for it."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.looking import DIGITS
from gridgeo_server.responders import store as responder_store
from gridgeo_server.state import State
from server.offices import people_of


def test_a_report_into_a_case_is_linked_to_it_and_nobody_is_sent_until_it_is_taken_apart(
    client: TestClient, state: State, report: Any
) -> None:
    main = report(480, 200, reporter="person 0")
    twin = report(490, 200, reporter="person 1", into=main["case"])
    assert (twin["stage"], twin["main"], twin["responder"]) == ("merged", main["case"], None)
    events = client.get(f"/api/v1/cases/{twin['case']}").json()["events"]
    assert [one["action"] for one in events] == ["report", "merge"]
    with state.store.reading() as connection:
        assert case_store.reporters_of(connection, main["case"]) == ["person 0", "person 1"]
        load = case_store.open_by_responder(connection)
        assert sum(load.get(one.responder, 0) for one in responder_store.everybody(connection)) == 1
    detail = client.get(f"/api/v1/cases/{main['case']}").json()
    assert (detail["duplicates"], detail["responder"]) == ([twin["case"]], main["responder"])
    act = f"/api/v1/cases/{twin['case']}/actions"
    for action in ("unmerge", "accept", "dispatch"):
        answer = client.post(act, json={"action": action})
        assert answer.status_code == 200, answer.text
    assert (answer.json()["stage"], answer.json()["main"]) == ("dispatched", None)


def test_a_report_into_what_takes_none_in_is_refused_whole(client: TestClient, report: Any, at: Any) -> None:
    main = report(480, 200)["case"]
    client.post(f"/api/v1/cases/{main}/actions", json={"action": "withdraw"})
    lon, lat = at(480, 200)
    before = len(client.get("/api/v1/cases").json()["cases"])
    for into, status in ((main, 409), ("none", 404)):
        body = {"category": "noise", "lon": lon, "lat": lat, "into": into}
        assert client.post("/api/v1/cases", json=body).status_code == status
    assert len(client.get("/api/v1/cases").json()["cases"]) == before


def test_who_merges_nothing_names_a_case_that_is_offered_and_no_other(client: TestClient, report: Any, at: Any) -> None:
    lon, lat = (round(degrees, DIGITS) for degrees in at(480, 200))  # what the public is offered is rounded
    body = {"category": "noise", "lon": lon, "lat": lat}
    near, far = client.post("/api/v1/cases", json=body).json()["case"], report(480, 700)["case"]
    people = people_of(client)
    for path, who in (("/reports", None), ("/cases", "officer")):
        for into in (far, "none"):
            refused = people.ask(who, "POST", path, json={**body, "into": into})
            assert refused.status_code == 422, refused.text
        taken = people.ask(who, "POST", path, json={**body, "into": near})
        assert (taken.status_code, taken.json()["stage"]) == (201, "merged"), taken.text
    assert people.ask("dispatcher", "POST", "/cases", json={**body, "into": far}).status_code == 201
