"""What the doors of cases answer is what the description says, no field more or less, whoever asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.forms import ANSWERS, SCHEMAS
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.conftest import degrees
from server.offices import People, people_of
from server.photos.conftest import photo
from server.plans.conftest import quartered
from towns import lattice_town


def _closed(schema: Any) -> Any:
    """The same, but an object has no fields besides those that are told."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _closed(one) for name, one in schema.items()}
    return told | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else told


def _faults(form: dict[str, Any], value: Any) -> list[str]:
    schema = {**_closed(form), "components": {"schemas": _closed(SCHEMAS)}}
    return [str(one) for one in jsonschema_rs.Draft202012Validator(schema).iter_errors(value)]


@pytest.fixture(scope="module")
def people(
    tmp_path_factory: pytest.TempPathFactory, empty_store: Path, new_clock: Callable[[], Any]
) -> Iterator[People]:
    """A server that takes keys, and one of each role."""
    folder = tmp_path_factory.mktemp("forms")
    shutil.copy(empty_store, folder)
    assignment = pd.Series(quartered()).rename_axis("unit")
    town = Town(Plan(lattice_town(8, 12), assignment, Rules(k=8, within="quarter")))
    settings = Settings(data=folder, indicators_s=3_600, auth="required", reports_hour=3_000)
    with TestClient(create_app(settings, town, new_clock()), base_url="http://127.0.0.1") as client:
        yield people_of(client)


def test_every_answer_has_the_fields_that_are_described_and_no_others_whoever_asks(people: People) -> None:
    seen: set[tuple[str, str]] = set()

    def ask(who: str | None, method: str, door: str, tail: str = "", **more: Any) -> Any:
        of = more.pop("of", {})
        answer = people.ask(who, method.upper(), door.removeprefix("/api/v1").format(**of) + tail, **more)
        if answer.is_success:
            seen.add((method, door))
            assert _faults(ANSWERS[method, door], answer.json()) == [], (who, method, door, tail, answer.json())
        return answer.json()

    cases = "/api/v1/cases"
    lon, lat = degrees(480, 200)
    here = {"category": "noise", "lon": lon, "lat": lat, "description": "loud music"}
    made = ask("dispatcher", "post", cases, json={**here, "reporter": "Li"})["case"]
    twin = ask("dispatcher", "post", cases, json=here)
    of = {"case": made}
    responder = twin["responder"]
    people.join("officer of it", "officer", officer=responder)
    everybody = (None, *people.tokens)
    for who in everybody:
        ask(who, "post", cases, json=here)
        for door in ("", "/{case}", "/{case}/candidates", "/{case}/reporter", "/{case}/photos"):
            ask(who, "get", cases + door, of=of)
        ask(who, "post", f"{cases}/{{case}}/photos", of=of, content=photo())
        ask(who, "get", f"{cases}/duplicates", f"?category=noise&lon={lon}&lat={lat}&text=loud")
        ask(who, "post", f"{cases}/{{case}}/actions", of=of, json={"action": "note", "note": "seen"})
        chosen = [{"case": made}, {"case": "none"}]
        ask(who, "post", f"{cases}/actions", json={"action": "note", "note": "again", "cases": chosen})
        at = "2026-11-18T08:00:00Z"
        items = [{"client_id": "a", "at": at, "report": here}, {"client_id": "b", "at": at}, {}]
        ask(who, "post", f"{cases}/batch", json={"items": items})
        file = f"id,category,lon,lat\n1,noise,{lon},{lat}\n2,none,{lon},{lat}\n".encode()
        ask(who, "post", f"{cases}/bulk", "?partial=true", content=file, headers={"content-type": "text/csv"})
        for tail in ("", "?by=grid", "?by=day", "?by=officer"):
            ask(who, "get", "/api/v1/indicators", tail)
        fix = {"lon": lon, "lat": lat}
        ask(who, "post", "/api/v1/responders/{responder}/positions", of={"responder": responder}, json=fix)
        ask(who, "post", "/api/v1/positions", json={"positions": [{"responder": responder, **fix}, {}]})
        ask(who, "patch", "/api/v1/responders/{responder}", of={"responder": responder}, json={"on_duty": True})
        ask(who, "get", "/api/v1/responders")
    own = ask(None, "post", "/api/v1/reports", json=here)
    mine = {"of": {"case": own["case"]}, "headers": {"Follow-Up": own["follow_up"]}}
    ask(None, "get", "/api/v1/reports/{case}", **mine)
    ask(None, "post", "/api/v1/reports/{case}/withdraw", **mine, json={})
    ask(
        "dispatcher",
        "post",
        f"{cases}/{{case}}/actions",
        of={"case": twin["case"]},
        json={"action": "merge", "into": made},
    )
    ask("dispatcher", "get", f"{cases}/{{case}}", of={"case": twin["case"]})
    for tail in (f"?lon={lon}&lat={lat}&near_m=500", "?lon=1&lat=1", "?address=nowhere+9"):
        ask("dispatcher", "get", "/api/v1/locate", tail)
    assert seen == set(ANSWERS)


@pytest.mark.parametrize("role", ["dispatcher", "planner"])
def test_a_field_that_is_missing_or_of_another_type_is_no_case(people: People, role: str) -> None:
    made = people.report()["case"]
    case = people.get(role, f"/cases/{made}")
    form = ANSWERS["get", "/api/v1/cases/{case}"]
    assert _faults(form, case) == []
    for name in set(case) - {"hidden"}:
        assert _faults(form, {key: value for key, value in case.items() if key != name}), name
        assert _faults(form, {**case, name: {"another": ["type"]}}) or name == "route", name
    assert _faults(form, {**case, "more": 1})


def test_the_description_tells_of_every_answer_of_the_doors_of_cases(people: People) -> None:
    document = people.client.get("/openapi.json").json()
    for (method, path), form in ANSWERS.items():
        answers = document["paths"][path][method]["responses"]
        done = [answer for status, answer in answers.items() if status[0] == "2"]
        assert [one["content"]["application/json"]["schema"] for one in done] == [form] * len(done)
    told = {(m, path) for path, item in document["paths"].items() for m in item if path.startswith("/api/v1/cases")}
    assert told <= set(ANSWERS)
