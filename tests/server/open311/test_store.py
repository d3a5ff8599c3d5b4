from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi.testclient import TestClient

from gridgeo_server.cases.wishes import Actor, Report
from gridgeo_server.open311 import store
from gridgeo_server.open311.model import search_of
from gridgeo_server.state import State


def test_pages_join_and_named_requests_override_everything(report: Any, state: State, clock: Any) -> None:
    names = [report(100 * i + 50, 300)["case"] for i in range(5)][::-1]
    asked = {"page_size": ["2"], "service_code": ["noise"], "status": ["open"]}
    with state.store.reading() as connection:
        pages = [
            [one.case for one in store.found(connection, search_of({**asked, "page": [str(page)]}, clock.now), ())]
            for page in (1, 2, 3, 4)
        ]
        assert pages == [names[:2], names[2:4], names[4:], []]
        named = search_of({"service_request_id": [f"{names[3]},{names[0]},none"], "status": ["closed"]}, clock.now)
        assert [one.case for one in store.found(connection, named, ())] == [names[0], names[3]]


def test_requests_are_sorted_out_by_service_state_and_day(
    report: Any, client: TestClient, state: State, clock: Any
) -> None:
    old = report(50, 50)["case"]
    client.post(f"/api/v1/cases/{old}/actions", json={"action": "withdraw"})
    clock.pass_seconds(86_400)
    new = report(480, 200, "greenery")["case"]

    def found(**asked: str) -> list[str]:
        search = search_of({name: [value] for name, value in asked.items()}, clock.now)
        with state.store.reading() as connection:
            return [one.case for one in store.found(connection, search, ())]

    assert found() == found(status="open,closed") == [new, old]
    assert found(status="open") == found(service_code="greenery") == [new]
    assert found(status="closed") == found(end_date="2026-11-18T09:00:00Z") == [old]
    assert found(start_date="2026-11-18T09:00:01Z") == [new]
    assert found(service_code="ufo") == []


def test_simulated_cases_are_told_by_a_test_endpoint_alone(state: State, clock: Any, at: Any) -> None:
    case = state.store.write(
        lambda t: state.desk.report(t, Report("noise", *at(480, 200)), clock.now, Actor(simulated=True))
    )
    with state.store.reading() as connection:
        assert store.one(connection, case.case, store.shown(simulated=False)) is None
        shown = store.one(connection, case.case, store.shown(simulated=True))
    assert shown == replace(case)
