"""Plans over HTTP: made, listed, read, changed while they are drafts, copied, rolled back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx import Response

from gridgeo_server.plans.drawn import draw
from server.plans.conftest import Office, quartered


def _csv(assignment: dict[str, str], heading: str = "unit,grid") -> str:
    return "\n".join([heading, *(f"{unit},{grid}" for unit, grid in assignment.items())]) + "\n"


def test_the_plan_that_was_found_is_the_first_and_in_force(office: Office, quarters: Any) -> None:
    (first,) = office.ask(None, "GET", "/plans").json()["plans"]
    assert (first["plan"], first["state"], first["version"]) == ("P-2026-001", "in_force", 1)
    assert first["content_hash"] == quarters.plan.fingerprint()
    assert {(p["area"], p["from"], p["to"]) for p in first["periods"]} == {
        ("east", "2026-11-18", None),
        ("west", "2026-11-18", None),
    }
    (event,) = office.read("P-2026-001")["events"]
    assert (event["action"], event["actor"]) == ("import", None)


def test_a_draft_keeps_the_units_measures_and_hash_of_what_was_sent(office: Office, quarters: Any) -> None:
    made = office.draft(1, why="the north is empty")
    assert made["plan"] == "P-2026-002"
    assert office.ask(None, "GET", f"/plans/{made['plan']}/assignment").json()["assignment"] == quartered(1)
    households = quarters.jurisdiction.units.set_index("unit")["households"]
    by_grid: dict[str, int] = {}
    for unit, grid in quartered(1).items():
        by_grid[grid] = by_grid.get(grid, 0) + int(households[unit])
    told = office.ask(None, "GET", f"/plans/{made['plan']}/measures").json()
    assert {row["grid"]: row["households"] for row in told["by_grid"]} == by_grid
    assert told["households"] == int(households.sum())
    spread = told["spread"]["households"]
    assert (spread["min"], spread["max"]) == (min(by_grid.values()), max(by_grid.values()))
    assert told["faults"] == len(told["broken"]) > 0
    assert (made["events"][0]["why"], made["events"][0]["actor_name"]) == ("the north is empty", "planner Li")


def test_the_grids_are_geojson_that_tile_the_place(office: Office, quarters: Any) -> None:
    from shapely.geometry import shape
    from shapely.ops import unary_union

    plan = office.draft(1)["plan"]
    answer = office.ask(None, "GET", f"/plans/{plan}/grids")
    assert answer.headers["content-type"] == "application/geo+json"
    features = answer.json()["features"]
    assert [f["id"] for f in features] == sorted(set(quartered(1).values()))
    shapes = [shape(f["geometry"]) for f in features]
    assert unary_union(shapes).area == pytest.approx(sum(one.area for one in shapes), rel=1e-6)
    assert {f["properties"]["code"] for f in features} == {f["id"] for f in features}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_table_in_utf8_or_gbk_is_a_plan(office: Office, encoding: str) -> None:
    named = {unit: f"网格{grid}" for unit, grid in quartered(1).items()}
    for heading in ("unit,grid", "单元,网格"):
        answer = office.ask(
            "planner",
            "POST",
            "/plans/csv?name=Table",
            content=_csv(named, heading).encode(encoding),
            headers={"Content-Type": "text/csv"},
        )
        assert answer.status_code == 201, answer.text
        plan = answer.json()["plan"]
        assert office.ask(None, "GET", f"/plans/{plan}/assignment").json()["assignment"] == named
    back = office.ask(None, "GET", f"/plans/{plan}/assignment?f=csv")
    assert back.headers["content-type"] == "text/csv; charset=utf-8"
    assert dict(line.split(",") for line in back.text.splitlines()[1:]) == named
    assert office.ask("planner", "POST", "/plans", json={"name": "Text", "csv": back.text}).status_code == 201


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"U000": None}, "1 units have no grid, U000"),
        ({"X1": "N1", "X2": "N1"}, "2 units don't exist in Lattice, X1, X2; units look like U000"),
        ({"U000": "  "}, "1 units have a grid that is no name, U000"),
        ({"U000": "a" * 65}, "1 units have a grid that is no name"),
        ({"U000": "N\t1"}, "1 units have a grid that is no name"),
    ],
)
def test_an_assignment_that_doesnt_fit_is_refused_with_everything_that_is_wrong_counted(
    office: Office, change: dict[str, str | None], words: str
) -> None:
    assignment = {u: g for u, g in {**quartered(), **change}.items() if g is not None}
    answer = office.ask("planner", "POST", "/plans", json={"name": "Wrong", "assignment": assignment})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert len(office.ask(None, "GET", "/plans").json()["plans"]) == 1


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "no heading line"),
        ("unit;grid\nU000;N1;x\n", "has 3 cells"),
        ("unit\nU000\n", "no column grid"),
        ("unit,grid\nU000,\n", "line 2"),
        ("unit,grid\nU000,N1\nU000,N2\n", "assigns 1 units twice, U000"),
        ('unit,grid\n"U000,N1\n', "U000,N1"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_line(office: Office, table: str, words: str) -> None:
    answer = office.ask("planner", "POST", "/plans", json={"name": "Wrong", "csv": table})
    assert answer.status_code == 422
    assert words in answer.json()["detail"] or "is missing" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": "x"}, "give one of assignment, csv and copy_of, not none"),
        ({"name": "x", "assignment": {}, "csv": ""}, "not assignment and csv"),
        ({"name": "x", "assignment": {}, "balance": {"noise": "0.1"}}, "units have no grid"),
        ({"name": "  ", "copy_of": "P-2026-001"}, "name"),
        ({"name": "x", "copy_of": "P-2026-001", "more": 1}, "more"),
    ],
)
def test_a_body_that_cant_be_read_is_a_422(office: Office, body: dict[str, Any], words: str) -> None:
    answer = office.ask("planner", "POST", "/plans", json=body)
    assert (answer.status_code, words in answer.json()["detail"]) == (422, True), answer.text


def test_a_copy_may_be_held_to_other_bands(office: Office) -> None:
    body = {"name": "Strict", "copy_of": "P-2026-001", "balance": {"households": "0.001"}}
    made = office.ask("planner", "POST", "/plans", json=body).json()
    assert made["rules"]["balance"] == {"households": "0.001"}
    assert made["measures"]["faults"] >= office.read("P-2026-001")["measures"]["faults"]
    wrong = {**body, "balance": {"noise": "0.1"}}
    assert "unknown measure 'noise'" in office.ask("planner", "POST", "/plans", json=wrong).json()["detail"]


def test_plans_are_listed_in_pages_newest_first_and_by_state(office: Office) -> None:
    for number in range(4):
        office.draft(number % 3, f"n{number}")
    seen, after = [], ""
    while True:
        page = office.ask(None, "GET", f"/plans?limit=2{after}").json()
        seen += [one["plan"] for one in page["plans"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == [f"P-2026-{n:03d}" for n in (5, 4, 3, 2, 1)]
    drafts = office.ask(None, "GET", "/plans?state=draft").json()["plans"]
    assert [one["plan"] for one in drafts] == seen[:4]
    assert office.ask(None, "GET", "/plans?state=lost").status_code == 422


def test_a_draft_is_renamed_and_redrawn_under_its_etag_and_every_change_is_told(office: Office) -> None:
    plan = office.draft(1)["plan"]
    read = office.ask(None, "GET", f"/plans/{plan}")
    etag = {"If-Match": read.headers["ETag"]}
    renamed = office.ask("planner", "PATCH", f"/plans/{plan}", json={"name": "Better"}, headers=etag)
    assert (renamed.status_code, renamed.json()["name"], renamed.headers["ETag"]) == (200, "Better", '"2"')
    body = {"assignment": quartered(2), "why": "moved further"}
    stale = office.ask("planner", "PUT", f"/plans/{plan}/assignment", json=body, headers=etag)
    assert (stale.status_code, stale.json()["type"]) == (412, "urn:gridgeo:problem:changed")
    changed = office.ask("planner", "PUT", f"/plans/{plan}/assignment", json=body).json()
    assert office.ask(None, "GET", f"/plans/{plan}/assignment").json()["assignment"] == quartered(2)
    assert changed["events"][-1]["data"] == {"before": read.json()["content_hash"], "after": changed["content_hash"]}
    office.move("planner", plan, "proposed")
    answer = office.ask("planner", "PUT", f"/plans/{plan}/assignment", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:gridgeo:problem:out-of-order")


def test_an_old_version_is_rolled_back_to_by_a_new_one(office: Office) -> None:
    first = office.draft(1, "Plan")["plan"]
    second = office.ask("planner", "POST", f"/plans/{first}/versions", json={}).json()["plan"]
    office.ask("planner", "PUT", f"/plans/{second}/assignment", json={"assignment": quartered(2)})
    back = office.ask("planner", "POST", f"/plans/{second}/versions", json={"copy_of": first, "why": "worse"}).json()
    told = office.ask(None, "GET", f"/plans/{back['plan']}/versions").json()
    assert told["family"] == first
    assert [(one["plan"], one["version"], one["parent"]) for one in told["versions"]] == [
        (back["plan"], 3, first),
        (second, 2, first),
        (first, 1, None),
    ]
    assert back["content_hash"] == office.read(first)["content_hash"] != office.read(second)["content_hash"]
    stranger = office.ask("planner", "POST", f"/plans/{first}/versions", json={"copy_of": "P-2026-001"})
    assert stranger.status_code == 422


def test_a_retry_makes_one_plan(office: Office) -> None:
    body = {"name": "Once", "assignment": quartered(1)}
    answers = [
        office.ask("planner", "POST", "/plans", json=body, headers={"Idempotency-Key": "once"}) for _ in range(3)
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(office.ask(None, "GET", "/plans").json()["plans"]) == 2


@pytest.mark.parametrize("path", ["", "/assignment", "/grids", "/measures", "/versions", "/comments", "/proposals"])
def test_a_plan_that_isnt_there_is_a_404(office: Office, path: str) -> None:
    answer = office.ask(None, "GET", f"/plans/P-1999-001{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:gridgeo:problem:not-found")


def test_a_large_plan_is_taken_in_only_with_a_key(office: Office) -> None:
    body = json.dumps({"name": "Large", "assignment": quartered(1), "why": "x" * 1_900}) + " " * 200_000
    headers = {"Content-Type": "application/json"}
    assert office.ask("planner", "POST", "/plans", content=body, headers=headers).status_code == 201
    assert office.ask(None, "POST", "/plans", content=body, headers=headers).status_code == 413


def test_what_is_stored_is_what_was_drawn(office: Office, quarters: Any) -> None:
    from gridgeo_server.plans import store

    state = office.client.app.state.gridgeo  # type: ignore[attr-defined]
    with state.store.reading() as connection:
        record = store.get(connection, "P-2026-001")
        plan = store.load(connection, quarters.jurisdiction, quarters.units_hash, record)
    assert plan.assignment.equals(quarters.plan.assignment)
    assert plan.rules == quarters.plan.rules
    assert draw(plan).grids == draw(plan).grids
    assert plan.fingerprint() == record.content_hash


def _coded(office: Office, table: dict[str, str]) -> Response:
    """What the server answers to a table of each unit's grid and code, one after the other in a text."""
    content, kind = _csv(table, "unit,grid,grid_code").encode(), {"Content-Type": "text/csv"}
    return office.ask("planner", "POST", "/plans/csv?name=Exported", content=content, headers=kind)


def test_a_table_with_codes_calls_grids_by_them_so_that_owners_stay(office: Office) -> None:
    names = {grid: f"{i:02d}" for i, grid in enumerate(sorted(set(quartered().values())), start=1)}
    coded = {unit: f"{names[grid]},{grid}" for unit, grid in quartered().items()}
    answer = _coded(office, coded)
    assert answer.status_code == 201, answer.text
    told = office.ask(None, "GET", f"/plans/{answer.json()['plan']}/assignment").json()["assignment"]
    assert told == quartered()


@pytest.mark.parametrize("spoilt", ["01,N2", "09,N1"])
def test_a_grid_of_two_codes_and_a_code_of_two_grids_are_refused(office: Office, spoilt: str) -> None:
    coded = {unit: f"0{i % 2 + 1},N{i % 2 + 1}" for i, unit in enumerate(quartered())}
    coded["U000"] = spoilt
    answer = _coded(office, coded)
    assert answer.status_code == 422
    assert "keep one" in answer.json()["detail"]
